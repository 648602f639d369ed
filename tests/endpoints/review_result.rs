//! `POST …/results/{resultId}/reviews`.

use serde_json::{Value, json};
use tests::support::lab::{prepared, review};
use tests::support::{TestApp, people};

fn technical() -> Value {
    json!({"kind": "technical", "passed": true})
}

fn administrative() -> Value {
    json!({"kind": "administrative", "passed": true, "comments": "Complete."})
}

#[tokio::test]
async fn the_technical_review_comes_first_then_the_administrative_one() {
    let app = TestApp::new();
    let mut outcome = prepared(&app).await;
    let answer = review(&app, &outcome, people::REVIEWER, &administrative()).await;
    let _ = answer.expect_problem(409, "reviewNotAwaited", &[]);
    outcome.last = review(&app, &outcome, people::REVIEWER, &technical()).await.expect(200);
    assert_eq!(outcome.last.text("/state"), "awaiting_administrative_review");
    let answer = review(&app, &outcome, people::REPORTER, &technical()).await;
    let _ = answer.expect_problem(409, "reviewNotAwaited", &[]);
    outcome.last = review(&app, &outcome, people::REPORTER, &administrative()).await.expect(200);
    assert_eq!(outcome.last.text("/state"), "reviewed");
    assert_eq!(outcome.last.text("/work/reviews/1/by/id"), people::REPORTER);
}

#[tokio::test]
async fn nobody_reviews_work_they_had_a_hand_in() {
    let app = TestApp::new();
    let outcome = prepared(&app).await;
    let answer = review(&app, &outcome, people::DIGITAL, &technical()).await;
    let _ = answer.expect_problem(409, "secondPersonNeeded", &[]);
}

#[tokio::test]
async fn a_technical_review_needs_the_discipline() {
    let app = TestApp::new();
    let outcome = prepared(&app).await;
    let answer = review(&app, &outcome, people::FINGERPRINTS, &technical()).await;
    let _ = answer.expect_problem(403, "disciplineNeeded", &[]);
}

#[tokio::test]
async fn what_is_sent_back_says_why_and_stays_sent_back() {
    let app = TestApp::new();
    let mut outcome = prepared(&app).await;
    let body = json!({"kind": "technical", "passed": false});
    let answer = review(&app, &outcome, people::REVIEWER, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/comments"]);
    let body = json!({"kind": "technical", "passed": false, "comments": "Which board?"});
    outcome.last = review(&app, &outcome, people::REVIEWER, &body).await.expect(200);
    assert_eq!(outcome.last.text("/state"), "review_failed");
    let answer = review(&app, &outcome, people::REPORTER, &technical()).await;
    let _ = answer.expect_problem(409, "reviewNotAwaited", &[]);
}

#[tokio::test]
async fn a_retry_reviews_once_and_a_stale_version_not_at_all() {
    let app = TestApp::new();
    let outcome = prepared(&app).await;
    let target = format!("{}/reviews", outcome.result);
    let ask = || app.person(people::REVIEWER).if_match(&outcome.last.etag());
    let first = ask().key("v").post(&target, &technical()).await.expect(200);
    let again = ask().key("v").post(&target, &technical()).await.expect(200);
    assert_eq!(again.body, first.body);
    let answer = ask().post(&target, &administrative()).await;
    let _ = answer.expect_problem(412, "stale", &[]);
    let answer = app.person(people::REVIEWER).post(&target, &administrative()).await;
    let _ = answer.expect_problem(428, "ifMatchMissing", &[]);
}

#[tokio::test]
async fn reviewing_takes_a_role_that_reaches_the_case() {
    let app = TestApp::new();
    let outcome = prepared(&app).await;
    for person in [people::OFFICER, people::STORE, people::MANAGER, people::AUDITOR] {
        let answer = review(&app, &outcome, person, &technical()).await;
        let _ = answer.expect_problem(403, "roleNeeded", &[]);
    }
    let _ = review(&app, &outcome, people::OTHER_OFFICER, &technical()).await.expect(404);
    let target = format!("{}/reviews", outcome.result);
    let _ = app.nobody().if_match("\"1\"").post(&target, &technical()).await.expect(401);
    let unknown = format!("{}/results/{}/reviews", outcome.lab.work.case, "0".repeat(32));
    let ask = app.person(people::REVIEWER).if_match("\"1\"");
    let _ = ask.post(&unknown, &technical()).await.expect(404);
}
