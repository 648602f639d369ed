//! `GET …/exhibits/{exhibitId}`.

use serde_json::json;
use tests::support::casework::{act, request_body, submitted, submitted_with};
use tests::support::{TestApp, people};

#[tokio::test]
async fn an_exhibit_is_shown_as_labelled_with_who_answers_for_it() {
    let app = TestApp::new();
    let mut body = request_body();
    body["exhibits"][0]["exhibit"]["seal"] = json!("A100001");
    let work = submitted_with(&app, &body).await;
    let answer = app.person(people::OFFICER).get(&work.exhibit(0)).await.expect(200);
    assert_eq!(answer.text("/reference"), "AP/1");
    assert_eq!(answer.text("/fileName"), "AP_1");
    assert_eq!(answer.text("/state"), "declared");
    assert_eq!(answer.text("/custodian/kind"), "person");
    assert_eq!(answer.text("/custodian/person/id"), people::OFFICER);
    assert_eq!(answer.text("/seal"), "A100001");
    assert_eq!(answer.json()["custodian"]["laboratory"], false);
    assert!(answer.json().get("offer").is_none());
    let offer = json!({"kind": "offered", "to": people::STORE, "toName": "Stan Sample"});
    let _ = act(&app, people::OFFICER, &work.exhibit(0), offer).await.expect(200);
    let answer = app.person(people::STORE).get(&work.exhibit(0)).await.expect(200);
    assert_eq!(answer.text("/state"), "in_transit");
    assert_eq!(answer.text("/offer/to"), people::STORE);
    assert_eq!(answer.text("/offer/by/id"), people::OFFICER);
}

#[tokio::test]
async fn a_client_that_has_this_version_is_told_so() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let first = app.person(people::OFFICER).get(&work.exhibit(0)).await.expect(200);
    let ask = app.person(people::OFFICER).header("if-none-match", &first.etag());
    let same = ask.get(&work.exhibit(0)).await.expect(304);
    assert_eq!(same.etag(), first.etag());
}

#[tokio::test]
async fn an_exhibit_one_may_not_know_of_is_not_found() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let _ = app.person(people::OTHER_OFFICER).get(&work.exhibit(0)).await.expect(404);
    for id in ["0".repeat(32), "x".to_owned()] {
        let unknown = format!("{}/exhibits/{id}", work.case);
        let _ = app.person(people::OFFICER).get(&unknown).await.expect(404);
    }
    let ask = app.person(people::OFFICER).without_reason();
    let _ = ask.get(&work.exhibit(0)).await.expect_problem(400, "reasonRequired", &[]);
    let _ = app.nobody().get(&work.exhibit(0)).await.expect(401);
}
