//! `POST /api/v1/requests`.

use serde_json::json;
use tests::support::casework::{request_body, submitted};
use tests::support::{TestApp, people};

const PATH: &str = "/api/v1/requests";

#[tokio::test]
async fn an_officer_submits_and_is_given_references() {
    let app = TestApp::new();
    let answer = app.person(people::OFFICER).post(PATH, &request_body()).await.expect(201);
    assert_eq!(answer.text("/reference"), "SMP-2026-0000001-S1");
    assert_eq!(answer.text("/labReference"), "SMP-2026-0000001");
    assert_eq!(answer.text("/state"), "awaiting_authority");
    let read = app.person(people::OFFICER).get(answer.header("location")).await.expect(200);
    assert_eq!(read.json(), answer.json());
    assert_eq!(read.etag(), answer.etag());
}

#[tokio::test]
async fn a_retry_is_answered_with_the_first_answer_and_records_nothing_again() {
    let app = TestApp::new();
    let body = request_body();
    let first = app.person(people::OFFICER).key("once").post(PATH, &body).await;
    let first = first.expect(201);
    let again = app.person(people::OFFICER).key("once").post(PATH, &body).await;
    let again = again.expect(201);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let list = app.person(people::OFFICER).get(PATH).await.expect(200);
    assert_eq!(list.json()["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_used_for_another_request_is_refused() {
    let app = TestApp::new();
    let first = app.person(people::OFFICER).key("once").post(PATH, &request_body()).await;
    let _ = first.expect(201);
    let mut other = request_body();
    other["circumstances"] = json!("Something else.");
    let answer = app.person(people::OFFICER).key("once").post(PATH, &other).await;
    let _ = answer.expect_problem(422, "idempotencyKeyReused", &[]);
}

#[tokio::test]
async fn without_a_key_or_a_token_nothing_is_recorded() {
    let app = TestApp::new();
    let keyless = app.person(people::OFFICER).without_key().post(PATH, &request_body()).await;
    let _ = keyless.expect_problem(400, "idempotencyKeyMissing", &[]);
    let _ = app.nobody().post(PATH, &request_body()).await.expect(401);
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let app = TestApp::new();
    let mut body = request_body();
    body["circumstances"] = json!(" ");
    body["legalBasis"] = json!("because");
    body["exhibits"][0]["exhibit"]["kind"] = json!("thing");
    body["exhibits"][1]["exhibit"]["reference"] = json!("ap / 1");
    body["exhibits"][2]["exhibit"]["seizedAt"] = json!("2036-01-01T00:00:00Z");
    body["exhibits"][2]["services"] = json!([]);
    let answer = app.person(people::OFFICER).post(PATH, &body).await;
    let _ = answer.expect_problem(
        422,
        "invalid",
        &[
            "/circumstances",
            "/legalBasis",
            "/exhibits/0/exhibit/kind",
            "/exhibits/1/exhibit/reference",
            "/exhibits/2/exhibit/seizedAt",
            "/exhibits/2/services",
        ],
    );
}

#[tokio::test]
async fn an_additional_request_joins_the_case_and_may_not_reuse_a_reference() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let mut body = request_body();
    body["caseId"] = json!(work.last.text("/caseId"));
    let answer = app.person(people::OFFICER).post(PATH, &body).await;
    let duplicates: Vec<String> =
        (0..3).map(|n| format!("/exhibits/{n}/exhibit/reference")).collect();
    let duplicates: Vec<&str> = duplicates.iter().map(String::as_str).collect();
    let _ = answer.expect_problem(422, "invalid", &duplicates);
    for n in 0..3 {
        body["exhibits"][n]["exhibit"]["reference"] = json!(format!("BQ/{n}"));
        body["exhibits"][n]["exhibit"]["seal"] = json!(format!("B20000{n}"));
    }
    let answer = app.person(people::OFFICER).post(PATH, &body).await.expect(201);
    assert_eq!(answer.text("/reference"), "SMP-2026-0000001-S2");
    assert_eq!(answer.text("/caseId"), work.last.text("/caseId"));
}

#[tokio::test]
async fn a_case_of_another_unit_cannot_be_added_to() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let mut body = request_body();
    body["caseId"] = json!(work.last.text("/caseId"));
    let answer = app.person(people::OTHER_OFFICER).post(PATH, &body).await;
    let _ = answer.expect_problem(404, "notFound", &[]);
}

#[tokio::test]
async fn a_role_that_does_not_submit_is_told_so() {
    let app = TestApp::new();
    let answer = app.person(people::STORE).post(PATH, &request_body()).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
}

#[tokio::test]
async fn one_seal_closes_one_exhibit() {
    let app = TestApp::new();
    let mut body = request_body();
    body["exhibits"][0]["exhibit"]["seal"] = json!("A 100001");
    body["exhibits"][2]["exhibit"]["seal"] = json!("a100001");
    let answer = app.person(people::OFFICER).post(PATH, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/exhibits/2/exhibit/seal"]);
    body["exhibits"][2]["exhibit"]["seal"] = json!("A100003");
    let _ = app.person(people::OFFICER).post(PATH, &body).await.expect(201);
    let mut another = request_body();
    another["exhibits"][1]["exhibit"]["seal"] = json!("a100003");
    let answer = app.person(people::OFFICER).post(PATH, &another).await;
    let _ = answer.expect_problem(422, "invalid", &["/exhibits/1/exhibit/seal"]);
}
