use super::super::testing::TestApp;
use super::super::{Access, Mutates, Reply};
use super::*;
use crate::triggers::TriggerKind;
use http::StatusCode;

fn endpoint(name: &'static str, method: Method, route: &'static str) -> Endpoint<TestApp> {
    Endpoint {
        name,
        method,
        route,
        access: Access::Public,
        mutates: Mutates::No,
        query: &[],
        body_limit: 0,
        handle: |_, _| Box::pin(async { Ok(Reply::empty(StatusCode::OK)) }),
        describe: |_| {},
    }
}

fn trigger(name: &'static str) -> Trigger<TestApp> {
    let kind = TriggerKind::Timer { schedule: "0 0 * * * *" };
    Trigger { name, kind, handle: |_| Box::pin(async { Ok(()) }) }
}

fn faults(lines: &[(&'static str, &'static str)], triggers: &[&'static str]) -> Vec<String> {
    let lines = lines.iter().map(|(name, route)| endpoint(name, Method::GET, route)).collect();
    let triggers = triggers.iter().copied().map(trigger).collect();
    Routes::new(Vec::leak(lines), Vec::leak(triggers)).err().unwrap_or_default()
}

fn found(method: Method, path: &str) -> Result<(&'static str, Vec<String>), u16> {
    let routes = Routes::new(
        Vec::leak(vec![
            endpoint("list", Method::GET, "api/v1/cases"),
            endpoint("get", Method::GET, "api/v1/cases/{caseId}"),
            endpoint("mine", Method::GET, "api/v1/cases/mine"),
            endpoint("put", Method::PUT, "api/v1/cases/{caseId}"),
            endpoint("exhibit", Method::GET, "api/v1/cases/{caseId}/exhibits/{exhibitId}"),
            endpoint("portal", Method::GET, "portal/{*path}"),
            endpoint("style", Method::GET, "portal/assets/style.css"),
        ]),
        &[],
    );
    match routes.unwrap().find(&method, path) {
        Outcome::Call(found) => {
            Ok((found.endpoint.name, found.params.into_iter().map(|(_, value)| value).collect()))
        }
        Outcome::Options(_) => Err(204),
        Outcome::Refused(problem) => Err(problem.status().as_u16()),
    }
}

#[test]
fn the_most_specific_route_wins() {
    assert_eq!(found(Method::GET, "/api/v1/cases/mine"), Ok(("mine", vec![])));
    assert_eq!(found(Method::GET, "/api/v1/cases/7"), Ok(("get", vec!["7".into()])));
    assert_eq!(found(Method::PUT, "/api/v1/cases/7"), Ok(("put", vec!["7".into()])));
    assert_eq!(found(Method::GET, "/portal/assets/style.css"), Ok(("style", vec![])));
    let exhibit = found(Method::GET, "/api/v1/cases/7/exhibits/AB%2F1");
    assert_eq!(exhibit, Ok(("exhibit", vec!["7".into(), "AB/1".into()])));
}

#[test]
fn a_method_never_falls_through_to_a_less_specific_route() {
    assert_eq!(found(Method::PUT, "/api/v1/cases/mine"), Err(405));
}

#[test]
fn the_rest_is_taken_as_it_is_and_may_be_empty() {
    assert_eq!(found(Method::GET, "/portal"), Ok(("portal", vec![String::new()])));
    assert_eq!(found(Method::GET, "/portal/a/%2e/b/"), Ok(("portal", vec!["a/%2e/b/".into()])));
}

#[test]
fn a_trailing_slash_an_empty_segment_and_other_spellings_are_404() {
    for path in [
        "/api/v1/cases/",
        "/api/v1/cases/7/",
        "/api/v1//cases",
        "//api/v1/cases",
        "/API/v1/cases",
        "/%61pi/v1/cases",
        "/api/v1/cases/7/exhibits",
        "/api",
        "",
    ] {
        assert_eq!(found(Method::GET, path), Err(404), "{path}");
    }
}

#[test]
fn a_badly_encoded_parameter_is_400() {
    for path in ["/api/v1/cases/%", "/api/v1/cases/%zz", "/api/v1/cases/%00"] {
        assert_eq!(found(Method::GET, path), Err(400), "{path}");
    }
}

#[test]
fn a_table_with_faults_is_refused_with_all_of_them() {
    assert_eq!(faults(&[("a", "api/v1/a"), ("b", "api/v1/b")], &["c"]), Vec::<String>::new());
    let bad = faults(
        &[
            ("same", "api/v1/a/{x}"),
            ("same", "api/v1/a/{y}"),
            ("rest", "api/v1/{*rest}/b"),
            ("twice", "api/v1/{x}/b/{x}"),
            ("root", "{*all}"),
            ("host", "administration/a"),
            ("forge", "ingest/{x}"),
        ],
        &["ingest"],
    );
    assert_eq!(bad.len(), 7, "{bad:#?}");
}
