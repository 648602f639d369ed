//! `POST …/requests/{requestId}/resubmission`.

use serde_json::{Value, json};
use tests::support::casework::{Casework, authorised, submitted};
use tests::support::{Answer, TestApp, people};

async fn ask(app: &TestApp, work: &Casework, person: &str, what: &str, body: &Value) -> Answer {
    let ask = app.person(person).if_match(&work.last.etag());
    ask.post(&format!("{}/{what}", work.request), body).await
}

async fn returned(app: &TestApp) -> Casework {
    let mut work = authorised(app).await;
    let body = json!({"outcome": "return", "reasonCode": "details_missing", "note": "Say more."});
    work.last = ask(app, &work, people::GATEKEEPER, "triage", &body).await.expect(200);
    assert_eq!(work.last.text("/state"), "returned");
    work
}

fn corrected() -> Value {
    json!({
        "circumstances": "A robbery in Sample Street at 21:00.",
        "contact": "ext. 4711",
        "note": "Place and time added."
    })
}

#[tokio::test]
async fn a_returned_request_is_put_right_and_waits_for_authority_anew() {
    let app = TestApp::new();
    let mut work = returned(&app).await;
    let answer = ask(&app, &work, people::OFFICER, "resubmission", &corrected()).await;
    work.last = answer.expect(200);
    assert_eq!(work.last.text("/state"), "awaiting_authority");
    assert_eq!(work.last.text("/circumstances"), "A robbery in Sample Street at 21:00.");
    assert_eq!(work.last.text("/contact"), "ext. 4711");
    let body = json!({"authorised": true, "level": "supervisor"});
    work.last = ask(&app, &work, people::SUPERVISOR, "authority", &body).await.expect(200);
    assert_eq!(work.last.text("/state"), "awaiting_triage");
    let json = work.last.json();
    let kinds: Vec<&str> =
        json["decisions"].as_array().unwrap().iter().map(|d| d["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["authority", "triage", "resubmission", "authority"]);
    let waiting = app.person(people::GATEKEEPER).get("/api/v1/requests?list=triage").await;
    assert_eq!(waiting.expect(200).json()["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_refused_authority_is_asked_again_with_what_was_said_left_as_it_was() {
    let app = TestApp::new();
    let mut work = submitted(&app).await;
    let said = work.last.text("/circumstances");
    let body = json!({"authorised": false, "level": "supervisor", "reason": "Why the glass?"});
    work.last = ask(&app, &work, people::SUPERVISOR, "authority", &body).await.expect(200);
    assert_eq!(work.last.text("/state"), "authority_refused");
    let note = json!({"note": "The suspect drank from it."});
    let answer = ask(&app, &work, people::OFFICER, "resubmission", &note).await.expect(200);
    assert_eq!(answer.text("/state"), "awaiting_authority");
    assert_eq!(answer.text("/circumstances"), said);
}

#[tokio::test]
async fn only_a_returned_or_refused_request_is_asked_again() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let answer = ask(&app, &work, people::OFFICER, "resubmission", &corrected()).await;
    let _ = answer.expect_problem(409, "notReturned", &[]);
}

#[tokio::test]
async fn every_bad_field_is_named_at_once_and_others_may_not() {
    let app = TestApp::new();
    let work = returned(&app).await;
    let bad = json!({"circumstances": "x".repeat(4_001), "contact": "two\nlines", "note": ""});
    let answer = ask(&app, &work, people::OFFICER, "resubmission", &bad).await;
    let _ = answer.expect_problem(422, "invalid", &["/circumstances", "/contact", "/note"]);
    let answer = ask(&app, &work, people::GATEKEEPER, "resubmission", &corrected()).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let answer = ask(&app, &work, people::OTHER_OFFICER, "resubmission", &corrected()).await;
    let _ = answer.expect_problem(404, "notFound", &[]);
    let target = format!("{}/resubmission", work.request);
    let _ = app.nobody().if_match("\"1\"").post(&target, &corrected()).await.expect(401);
    let ask = app.person(people::OFFICER);
    let _ = ask.post(&target, &corrected()).await.expect_problem(428, "ifMatchMissing", &[]);
    let ask = app.person(people::OFFICER).if_match("\"1\"");
    let _ = ask.post(&target, &corrected()).await.expect_problem(412, "stale", &[]);
}

#[tokio::test]
async fn a_retry_is_answered_with_the_first_answer() {
    let app = TestApp::new();
    let work = returned(&app).await;
    let target = format!("{}/resubmission", work.request);
    let etag = work.last.etag();
    let ask = || app.person(people::OFFICER).key("k").if_match(&etag);
    let first = ask().post(&target, &corrected()).await.expect(200);
    let again = ask().post(&target, &corrected()).await.expect(200);
    assert_eq!(again.body, first.body);
}
