//! Every endpoint × every kind of caller, made from the table.

use super::none;
use crate::faults;
use bytes::Bytes;
use functions::ENDPOINTS;
use functions::http::{Access, Endpoint};
use serde_json::Value;
use std::collections::BTreeSet;
use tests::support::casework::{exhibit, request_body};
use tests::support::{Answer, Ask, TestApp, people};

/// The endpoints that anybody may call. Whoever adds one here has thought about it.
const PUBLIC: &[&str] = &[
    "describe_api",
    "get_checkpoint",
    "get_log_key",
    "get_openapi",
    "get_signing_keys",
    "health_live",
    "health_ready",
    "show_sign_in",
    "sign_in",
];

/// An identifier in the right form that nothing has.
const UNKNOWN: &str = "00000000000000000000000000000000";

/// What a proxy in front of other services would vouch for a caller with.
const FORGED: &[(&str, &str)] = &[
    ("x-ms-client-principal-id", people::ADMINISTRATOR),
    ("x-ms-client-principal-name", "adam@sample.example"),
    ("x-ms-client-principal-idp", "aad"),
    // {"auth_typ":"aad","claims":[{"typ":"roles","val":"reporting_scientist"}]}
    (
        "x-ms-client-principal",
        "eyJhdXRoX3R5cCI6ImFhZCIsImNsYWltcyI6W3sidHlwIjoicm9sZXMiLCJ2YWwiOiJyZXBvcnRpbmdfc2NpZW50aXN0In1dfQ==",
    ),
    ("x-ms-token-aad-id-token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."),
    ("x-forwarded-user", people::REPORTER),
];

/// The endpoint's path with every parameter replaced.
fn target(endpoint: &Endpoint, value: impl Fn(&str) -> String) -> String {
    let parts = endpoint.route.split('/').map(|part| {
        let name = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        name.map_or_else(|| part.to_owned(), |name| value(name.trim_start_matches('*')))
    });
    format!("/{}", parts.collect::<Vec<_>>().join("/"))
}

async fn send(ask: Ask<'_>, endpoint: &Endpoint, target: &str) -> Answer {
    let body = Bytes::from_static(b"{}");
    let ask = ask.if_match("\"1\"").header("content-type", "application/json");
    let body = if endpoint.method == http::Method::GET { Bytes::new() } else { body };
    ask.send(endpoint.method.as_str(), target, body).await
}

#[test]
fn exactly_the_endpoints_on_the_list_are_public() {
    let public = ENDPOINTS.iter().filter(|endpoint| endpoint.access == Access::Public);
    let public: BTreeSet<&str> = public.map(|endpoint| endpoint.name).collect();
    assert_eq!(public, PUBLIC.iter().copied().collect());
}

#[tokio::test]
async fn nobody_is_let_in_without_a_token_whatever_a_proxy_may_say() {
    let app = TestApp::new();
    let mut faults = Vec::new();
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.access == Access::SignedIn) {
        let target = target(endpoint, |_| UNKNOWN.to_owned());
        let plain = send(app.nobody(), endpoint, &target).await;
        let forged = FORGED.iter().fold(app.nobody(), |ask, (name, value)| ask.header(name, value));
        let forged = send(forged, endpoint, &target).await;
        for (answer, how) in [(plain, "nobody"), (forged, "forged headers")] {
            if answer.status != 401 || answer.header("www-authenticate").is_empty() {
                faults.push(format!("{} for {how}: {}", endpoint.name, answer.status));
            }
        }
    }
    none(&faults);
}

#[tokio::test]
async fn what_is_public_says_the_same_to_somebody_with_forged_headers() {
    let app = TestApp::new();
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.access == Access::Public) {
        let target = target(endpoint, |_| UNKNOWN.to_owned());
        let plain = send(app.nobody(), endpoint, &target).await;
        let forged = FORGED.iter().fold(app.nobody(), |ask, (name, value)| ask.header(name, value));
        let forged = send(forged, endpoint, &target).await;
        assert_eq!(plain.status, forged.status, "{}", endpoint.name);
        assert!(plain.status < 500 || plain.status == 503, "{}: {plain:?}", endpoint.name);
    }
}

/// A case of one unit and one discipline, so that both kinds of stranger exist.
struct Known {
    case: String,
    request: String,
    exhibit: String,
}

async fn known(app: &TestApp) -> Known {
    let mut body = request_body();
    body["exhibits"] =
        Value::Array(vec![exhibit("MX/1", "A handset", "digital", "M1", "phone_examination")]);
    body["questions"].as_array_mut().unwrap().truncate(1);
    let made = app.person(people::OFFICER).post("/api/v1/requests", &body).await.expect(201);
    Known {
        case: made.text("/caseId"),
        request: made.text("/id"),
        exhibit: made.text("/exhibits/0/exhibitId"),
    }
}

/// Everybody of the sample force, and whether the case exists for them.
async fn everybody(app: &TestApp, known: &Known) -> Vec<(String, bool)> {
    let target = format!("/api/v1/cases/{}/requests/{}", known.case, known.request);
    let mut everybody = Vec::new();
    for person in app.app.edge.issuer.as_ref().unwrap().people() {
        let status = app.person(person.id.as_str()).get(&target).await.status;
        assert!(matches!(status, 200 | 404), "{}: {status}", person.id);
        everybody.push((person.id.to_string(), status == 200));
    }
    assert!(everybody.iter().any(|(id, exists)| id == people::OTHER_OFFICER && !exists));
    assert!(everybody.iter().any(|(id, exists)| id == people::FINGERPRINTS && !exists));
    assert!(everybody.iter().any(|(id, exists)| id == people::ADMINISTRATOR && !exists));
    assert!(everybody.iter().any(|(id, exists)| id == people::OFFICER && *exists));
    everybody
}

/// What a stranger learns from an answer.
fn learnt(answer: &Answer) -> (u16, String) {
    (answer.status, answer.header("x-error-code").to_owned())
}

#[tokio::test]
async fn a_case_that_is_not_theirs_is_to_everybody_as_one_that_does_not_exist() {
    let app = TestApp::new();
    let known = known(&app).await;
    let everybody = everybody(&app, &known).await;
    let mut faults = Vec::new();
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.route.contains("{caseId}")) {
        let real = target(endpoint, |name| match name {
            "caseId" => known.case.clone(),
            "requestId" => known.request.clone(),
            "exhibitId" => known.exhibit.clone(),
            "index" => "0".to_owned(),
            _ => UNKNOWN.to_owned(),
        });
        let unknown = real.replace(&known.case, UNKNOWN);
        for (person, exists) in &everybody {
            let theirs = send(app.person(person), endpoint, &real).await;
            let nobodys = send(app.person(person), endpoint, &unknown).await;
            let mut fault = |what: &str, answer: &Answer| {
                let (status, code) = learnt(answer);
                faults.push(format!("{} as {person}, {what}: {status} {code}", endpoint.name));
            };
            // A body that cannot be read, or a role that never may, is refused before any case is
            // looked for; whoever gets as far as the case finds none.
            if !matches!(nobodys.status, 400 | 403 | 404 | 415 | 422) {
                fault("no such case", &nobodys);
            }
            if endpoint.method == http::Method::GET && nobodys.status != 404 {
                fault("no such case", &nobodys);
            }
            if !exists && learnt(&theirs) != learnt(&nobodys) {
                fault("told from a case that does not exist", &theirs);
            }
            if theirs.status >= 500 || theirs.status == 401 {
                fault("their case", &theirs);
            }
        }
    }
    none(&faults);
}

#[tokio::test]
async fn nobody_but_who_may_carries_out_a_complete_request() {
    let mut faults = Vec::new();
    for sample in faults::samples() {
        let app = TestApp::new();
        let asked = (sample.prepare)(&app).await;
        let Some(case) = asked.target.split('/').skip_while(|part| *part != "cases").nth(1) else {
            continue;
        };
        let people: Vec<String> = {
            let issuer = app.app.edge.issuer.as_ref().unwrap();
            issuer.people().iter().map(|person| person.id.to_string()).collect()
        };
        for person in people.iter().filter(|person| *person != asked.person) {
            let elsewhere = asked.target.replace(case, UNKNOWN);
            let unknown = asked.send_to(&app, person, "elsewhere", &elsewhere).await;
            if matches!(unknown.status, 200..400 | 500..) {
                let status = unknown.status;
                faults.push(format!("{} as {person}, unknown case: {status}", sample.endpoint));
            }
            let status_of = format!("/api/v1/cases/{case}");
            let stranger = app.person(person).get(&status_of).await.status == 404;
            if stranger {
                let real = asked.send_to(&app, person, "real", &asked.target).await;
                if learnt(&real) != learnt(&unknown) {
                    let (status, code) = learnt(&real);
                    faults.push(format!("{} as {person}: {status} {code}", sample.endpoint));
                }
            }
        }
    }
    none(&faults);
}
