//! `POST /api/v1/cases/{caseId}/exports`.

use serde_json::{Value, json};
use tests::support::casework::submitted;
use tests::support::{TestApp, people};

fn body() -> Value {
    json!({"recipient": "Defence expert", "purpose": "Disclosure"})
}

#[tokio::test]
async fn a_reporting_scientist_exports_and_is_told_where_the_bundle_is() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let path = format!("{}/exports", work.case);
    let made = app.person(people::REPORTER).post(&path, &body()).await.expect(201);
    assert_eq!(made.text("/recipient"), "Defence expert");
    assert_eq!(made.text("/bundle"), format!("{}/bundle", made.header("location")));
    assert_eq!(made.json()["seq"], 2);
}

#[tokio::test]
async fn a_retry_exports_once() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let path = format!("{}/exports", work.case);
    let first = app.person(people::REPORTER).key("once").post(&path, &body()).await.expect(201);
    let again = app.person(people::REPORTER).key("once").post(&path, &body()).await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn recipient_and_purpose_are_required() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let path = format!("{}/exports", work.case);
    let empty = json!({"recipient": " ", "purpose": ""});
    let answer = app.person(people::REPORTER).post(&path, &empty).await;
    let _ = answer.expect_problem(422, "invalid", &["/recipient", "/purpose"]);
}

#[tokio::test]
async fn who_may_not_export_is_told_so_and_who_may_not_know_is_not() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let path = format!("{}/exports", work.case);
    let officer = app.person(people::OFFICER).post(&path, &body()).await;
    let _ = officer.expect_problem(403, "roleNeeded", &[]);
    let stranger = app.person(people::OTHER_OFFICER).post(&path, &body()).await;
    let _ = stranger.expect_problem(404, "notFound", &[]);
    let _ = app.nobody().post(&path, &body()).await.expect(401);
    let keyless = app.person(people::REPORTER).without_key().post(&path, &body()).await;
    let _ = keyless.expect_problem(400, "idempotencyKeyMissing", &[]);
}
