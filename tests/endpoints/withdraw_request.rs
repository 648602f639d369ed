//! `POST …/requests/{requestId}/withdrawal`.

use serde_json::{Value, json};
use tests::support::casework::{Casework, accepted, submitted};
use tests::support::{Answer, TestApp, people};

async fn withdraw(app: &TestApp, work: &Casework, person: &str, body: &Value) -> Answer {
    let ask = app.person(person).if_match(&work.last.etag());
    ask.post(&format!("{}/withdrawal", work.request), body).await
}

fn reason() -> Value {
    json!({"reason": "The suspect has pleaded guilty."})
}

#[tokio::test]
async fn a_withdrawn_request_takes_its_examinations_with_it() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    let answer = withdraw(&app, &work, people::OFFICER, &reason()).await.expect(200);
    assert_eq!(answer.text("/state"), "withdrawn");
    let json = answer.json();
    let examinations = json["examinations"].as_array().unwrap();
    assert_eq!(examinations.len(), 2);
    assert!(examinations.iter().all(|examination| examination["progress"] == "cancelled"));
    let case = app.person(people::AUDITOR).get(&work.case).await.expect(200).json();
    let states: Vec<&Value> =
        case["examinations"].as_array().unwrap().iter().map(|e| &e["state"]).collect();
    assert_eq!(states, ["cancelled", "cancelled"]);
}

#[tokio::test]
async fn a_request_is_withdrawn_once() {
    let app = TestApp::new();
    let mut work = submitted(&app).await;
    work.last = withdraw(&app, &work, people::OFFICER, &reason()).await.expect(200);
    let answer = withdraw(&app, &work, people::OFFICER, &reason()).await;
    let _ = answer.expect_problem(409, "submissionOver", &[]);
}

#[tokio::test]
async fn a_withdrawal_needs_a_reason_and_somebody_who_may() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let answer = withdraw(&app, &work, people::OFFICER, &json!({"reason": " "})).await;
    let _ = answer.expect_problem(422, "invalid", &["/reason"]);
    let long = json!({"reason": "x".repeat(4_001)});
    let answer = withdraw(&app, &work, people::OFFICER, &long).await;
    let _ = answer.expect_problem(422, "invalid", &["/reason"]);
    let answer = withdraw(&app, &work, people::OFFICER, &json!({})).await;
    let _ = answer.expect(400);
    let answer = withdraw(&app, &work, people::SUPERVISOR, &reason()).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let answer = withdraw(&app, &work, people::OTHER_OFFICER, &reason()).await;
    let _ = answer.expect_problem(404, "notFound", &[]);
    let target = format!("{}/withdrawal", work.request);
    let _ = app.nobody().if_match("\"1\"").post(&target, &reason()).await.expect(401);
    let ask = app.person(people::OFFICER);
    let _ = ask.post(&target, &reason()).await.expect_problem(428, "ifMatchMissing", &[]);
    let ask = app.person(people::OFFICER).if_match("\"99\"");
    let _ = ask.post(&target, &reason()).await.expect_problem(412, "stale", &[]);
}

#[tokio::test]
async fn a_retry_is_answered_with_the_first_answer() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let target = format!("{}/withdrawal", work.request);
    let etag = work.last.etag();
    let first = app.person(people::OFFICER).key("k").if_match(&etag).post(&target, &reason()).await;
    let again = app.person(people::OFFICER).key("k").if_match(&etag).post(&target, &reason()).await;
    assert_eq!(again.expect(200).body, first.expect(200).body);
}
