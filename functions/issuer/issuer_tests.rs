use super::*;
use crate::http::testing::{TestApp, app, routes, send};
use crate::http::{Access, Endpoint, Handler, Method, Mutates, Routes};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

fn config(data: &std::path::Path) -> Config {
    let data = data.to_str().unwrap().to_owned();
    Config::from_env(&BTreeMap::from([("CONTINUITY_DATA".to_owned(), data)])).unwrap()
}

#[test]
fn the_sample_force_has_somebody_for_every_role_that_has_work() {
    let people = read_people(SAMPLE_PEOPLE).unwrap();
    let count = |role: Role| people.iter().filter(|person| person.roles.contains(&role)).count();
    for role in [
        Role::Supervisor,
        Role::SubmissionsOfficer,
        Role::SceneExaminer,
        Role::StoreOfficer,
        Role::Reviewer,
        Role::ReportingScientist,
        Role::ForensicManager,
        Role::QualityManager,
        Role::Auditor,
        Role::Administrator,
    ] {
        assert!(count(role) >= 1, "{role}");
    }
    assert_eq!(count(Role::Practitioner), 4);
    let units: BTreeSet<_> =
        people.iter().filter(|p| p.roles.contains(&Role::Officer)).map(|p| &p.unit).collect();
    assert_eq!(units.len(), 2, "two officers in different units");
    assert!(people.iter().all(|person| person.name.ends_with(" Sample")));
}

#[test]
fn the_key_is_made_once_and_only_its_owner_may_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let config = config(directory.path());
    let first = Issuer::open(&config).unwrap().jwks();
    assert_eq!(Issuer::open(&config).unwrap().jwks(), first);
    let files: Vec<_> = std::fs::read_dir(&config.keys).unwrap().map(|f| f.unwrap()).collect();
    assert_eq!(files.len(), 1, "no draft is left");
    let mode = files[0].metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(files[0].path(), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Issuer::open(&config), Err(IssuerError::Key(KeyError::Exposed))));
}

#[test]
fn a_file_that_is_no_key_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let config = config(directory.path());
    Issuer::open(&config).unwrap();
    let path = std::fs::read_dir(&config.keys).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&path, "not a key").unwrap();
    assert!(matches!(Issuer::open(&config), Err(IssuerError::Key(KeyError::NotAKey))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "not a key");
}

#[test]
fn the_jwks_holds_no_private_part() {
    let directory = tempfile::tempdir().unwrap();
    let jwks = Issuer::open(&config(directory.path())).unwrap().jwks();
    let members = jwks["keys"][0].as_object().unwrap();
    assert!(!members.contains_key("d"));
    assert_eq!(members["alg"], "ES256");
}

#[test]
fn it_cannot_exist_in_azure() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config { in_azure: true, ..config(directory.path()) };
    assert!(matches!(Issuer::open(&config), Err(IssuerError::InAzure)));
    assert!(!config.keys.exists(), "no key was made");
}

#[test]
fn people_of_ones_own_replace_the_sample_and_must_be_sound() {
    let directory = tempfile::tempdir().unwrap();
    let config = config(directory.path());
    let path = directory.path().join(PEOPLE_FILE);
    let one =
        r#"{"id":"a","name":"A","number":"1","unit":"U","roles":["officer"],"disciplines":[]}"#;
    std::fs::write(&path, format!("[{one}]")).unwrap();
    assert_eq!(Issuer::open(&config).unwrap().people().len(), 1);
    for wrong in [format!("[{one},{one}]"), "{}".into(), one.replace("officer", "king")] {
        std::fs::write(&path, wrong).unwrap();
        assert!(matches!(Issuer::open(&config), Err(IssuerError::People { .. })));
    }
}

fn table() -> Arc<Routes<TestApp>> {
    let endpoint = |name, method, route, handle: Handler<TestApp>| Endpoint {
        name,
        method,
        route,
        access: Access::Public,
        mutates: Mutates::No,
        query: &[],
        body_limit: 1024,
        handle,
        describe: |_| {},
    };
    routes(
        vec![
            endpoint("show_sign_in", Method::GET, "sign-in", |r, b| get_sign_in(r, b)),
            endpoint("sign_in", Method::POST, "sign-in", |r, b| post_sign_in(r, b)),
            endpoint("get_keys", Method::GET, "keys", |r, b| get_keys(r, b)),
        ],
        vec![],
    )
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const HERE: (&str, &str) = ("host", "localhost:7071");

#[tokio::test]
async fn the_page_offers_everybody_and_the_form_gives_a_token_that_is_taken() {
    let app = app(&[]);
    let page = send(&app, &table(), "GET", "/sign-in", &[HERE], "").await;
    let text = String::from_utf8(page.body().to_vec()).unwrap();
    assert_eq!(text.matches("<button").count(), app.edge.issuer.as_ref().unwrap().people().len());
    assert!(!text.contains("<script"));
    let page = send(&app, &table(), "POST", "/sign-in", &[HERE, FORM], "person=smp-store-1").await;
    assert_eq!(page.headers()["cache-control"], "no-store");
    let text = String::from_utf8(page.body().to_vec()).unwrap();
    let token = text.split("readonly>").nth(1).unwrap().split('<').next().unwrap();
    let now = (app.edge.clock)();
    let caller = app.edge.tokens.validate(token, now).await.unwrap();
    assert_eq!(caller.id.as_str(), "smp-store-1");
}

#[tokio::test]
async fn nobody_unknown_signs_in() {
    let app = app(&[]);
    for form in ["person=nobody", "", "name=smp-store-1", "person=smp-store-1&person=smp-store-1"] {
        let response = send(&app, &table(), "POST", "/sign-in", &[HERE, FORM], form).await;
        assert_eq!(response.status(), 400, "{form}");
    }
}

#[tokio::test]
async fn the_page_answers_only_under_a_loopback_name_and_to_its_own_form() {
    let app = app(&[]);
    for (host, status) in [
        ("127.0.0.1:7071", 200),
        ("localhost", 200),
        ("[::1]:7071", 200),
        ("evil.example:7071", 403),
        ("localhost.evil.example", 403),
    ] {
        let response = send(&app, &table(), "GET", "/sign-in", &[("host", host)], "").await;
        assert_eq!(response.status(), status, "{host}");
    }
    let cross = [HERE, FORM, ("sec-fetch-site", "cross-site")];
    let response = send(&app, &table(), "POST", "/sign-in", &cross, "person=smp-store-1").await;
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn the_keys_are_public() {
    let app = app(&[]);
    let response = send(&app, &table(), "GET", "/keys", &[], "").await;
    let keys: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(keys, app.edge.issuer.as_ref().unwrap().jwks());
}

#[test]
fn names_are_escaped_on_the_pages() {
    let mut person = read_people(SAMPLE_PEOPLE).unwrap().remove(0);
    person.name = "<b>&\"'".into();
    let page = pages::people_page(&[person], "/sign-in");
    assert!(page.contains("&lt;b&gt;&amp;&quot;&#39;"));
    assert!(!page.contains("<b>"));
}
