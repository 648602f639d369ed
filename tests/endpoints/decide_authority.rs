//! `POST …/requests/{requestId}/authority`.

use serde_json::{Value, json};
use tests::support::casework::{Casework, authorised, submitted};
use tests::support::{Answer, TestApp, people};

async fn decide(app: &TestApp, work: &Casework, person: &str, body: &Value) -> Answer {
    let ask = app.person(person).if_match(&work.last.etag());
    ask.post(&format!("{}/authority", work.request), body).await
}

fn yes() -> Value {
    json!({"authorised": true, "level": "supervisor"})
}

#[tokio::test]
async fn a_supervisor_authorises_once() {
    let app = TestApp::new();
    let work = authorised(&app).await;
    assert_eq!(work.last.text("/state"), "awaiting_triage");
    assert_eq!(work.last.text("/decisions/0/outcome"), "authorised");
    assert_eq!(work.last.text("/decisions/0/by/id"), people::SUPERVISOR);
    let again = decide(&app, &work, people::SUPERVISOR, &yes()).await;
    let _ = again.expect_problem(409, "notAwaitingAuthority", &[]);
}

#[tokio::test]
async fn a_refusal_says_why() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let mut no = json!({"authorised": false, "level": "mayor"});
    let answer = decide(&app, &work, people::SUPERVISOR, &no).await;
    let _ = answer.expect_problem(422, "invalid", &["/level", "/reason"]);
    no["level"] = json!("supervisor");
    no["reason"] = json!("Not proportionate.");
    let answer = decide(&app, &work, people::SUPERVISOR, &no).await.expect(200);
    assert_eq!(answer.text("/state"), "authority_refused");
    assert_eq!(answer.text("/decisions/0/reason"), "Not proportionate.");
}

#[tokio::test]
async fn only_a_supervisor_of_the_unit_decides_and_only_on_what_they_read() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let answer = decide(&app, &work, people::OFFICER, &yes()).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let answer = decide(&app, &work, people::OTHER_OFFICER, &yes()).await;
    let _ = answer.expect_problem(404, "notFound", &[]);
    let target = format!("{}/authority", work.request);
    let _ = app.nobody().if_match("\"1\"").post(&target, &yes()).await.expect(401);
    let ask = app.person(people::SUPERVISOR);
    let _ = ask.post(&target, &yes()).await.expect_problem(428, "ifMatchMissing", &[]);
    let ask = app.person(people::SUPERVISOR).if_match("\"99\"");
    let _ = ask.post(&target, &yes()).await.expect_problem(412, "stale", &[]);
}
