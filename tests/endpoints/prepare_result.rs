//! `POST …/examinations/{examinationId}/results`.

use serde_json::json;
use tests::support::lab::{
    announced, announcement, found, id_of, planned, prepared, preparing, result_body, verified,
};
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_result_rests_on_findings_and_carries_verified_files() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let file = id_of(&verified(&app, &lab.examination, "a.txt", b"abc").await);
    let finding = found(&app, &lab).await;
    let results = format!("{}/results", lab.examination);
    let body = result_body(&lab, &finding, std::slice::from_ref(&file));
    let first = app.person(people::DIGITAL).key("r").post(&results, &body).await.expect(201);
    assert_eq!(first.text("/state"), "awaiting_technical_review");
    assert_eq!(first.text("/files/0"), file);
    assert_eq!(first.text("/work/findings/0"), finding);
    let again = app.person(people::DIGITAL).key("r").post(&results, &body).await.expect(201);
    assert_eq!(again.body, first.body);
    let read = app.person(people::DIGITAL).get(first.header("location")).await.expect(200);
    assert_eq!(read.json(), first.json());
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let open = id_of(&announced(&app, &lab.examination, &announcement("a", b"abc")).await);
    let finding = found(&app, &lab).await;
    let results = format!("{}/results", lab.examination);
    let body = json!({"questionId": "0".repeat(32), "conclusion": "",
                      "findings": [finding, "1".repeat(32), finding], "files": [open]});
    let answer = app.person(people::DIGITAL).post(&results, &body).await;
    let pointers = ["/questionId", "/conclusion", "/findings/1", "/findings/2", "/files/0"];
    let _ = answer.expect_problem(422, "invalid", &pointers);
    let body = json!({"questionId": lab.question, "conclusion": "x", "findings": []});
    let answer = app.person(people::DIGITAL).post(&results, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/findings"]);
    let body = json!({"questionId": "q", "conclusion": "x", "findings": ["f"], "files": ["g"]});
    let answer = app.person(people::DIGITAL).post(&results, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/questionId", "/findings/0", "/files/0"]);
}

#[tokio::test]
async fn results_come_from_those_who_do_the_work() {
    let app = TestApp::new();
    let outcome = prepared(&app).await;
    let finding = outcome.last.text("/work/findings/0");
    let body = result_body(&outcome.lab, &finding, &[]);
    let results = format!("{}/results", outcome.lab.examination);
    let answer = app.person(people::OTHER_DIGITAL).post(&results, &body).await;
    let _ = answer.expect_problem(403, "notAtWork", &[]);
    let answer = app.person(people::STORE).post(&results, &body).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).post(&results, &body).await.expect(404);
    let _ = app.nobody().post(&results, &body).await.expect(401);
    let fresh = planned(&app).await;
    let target = format!("{}/results", fresh.examination);
    let mut body = result_body(&fresh, &finding, &[]);
    let answer = app.person(people::DIGITAL).post(&target, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/findings/0"]);
    body["findings"] = json!(vec!["0".repeat(32); 41]);
    let answer = app.person(people::DIGITAL).post(&target, &body).await.expect(422);
    assert!(answer.json()["errors"].to_string().contains("tooMany"));
}
