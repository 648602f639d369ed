//! `POST …/findings`.

use serde_json::json;
use tests::support::lab::{planned, preparing};
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_finding_bears_on_a_question_and_names_its_limits() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let body = json!({"questionId": lab.question, "exhibitId": lab.work.exhibits[0],
                      "statement": "The board is corroded.", "opinion": true,
                      "limitations": ["No donor board was at hand."]});
    let findings = format!("{}/findings", lab.examination);
    let found = app.person(people::DIGITAL).post(&findings, &body).await.expect(201);
    assert_eq!(found.json()["opinion"], true);
    assert_eq!(found.text("/exhibitId"), lab.work.exhibits[0]);
    assert_eq!(found.text("/madeBy/id"), people::DIGITAL);
    let list = app.person(people::AUDITOR).get(&findings).await.expect(200).json();
    assert_eq!(list["value"][0], found.json());
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let findings = format!("{}/findings", lab.examination);
    let body = json!({"questionId": "0".repeat(32), "exhibitId": lab.work.exhibits[1],
                      "statement": "", "limitations": ["fine", " "]});
    let answer = app.person(people::DIGITAL).post(&findings, &body).await;
    let pointers = ["/questionId", "/exhibitId", "/statement", "/limitations/1"];
    let _ = answer.expect_problem(422, "invalid", &pointers);
    let body = json!({"questionId": "who", "exhibitId": "what", "statement": "x"});
    let answer = app.person(people::DIGITAL).post(&findings, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/questionId", "/exhibitId"]);
    for (count, status) in [(20, 201), (21, 422)] {
        let body = json!({"questionId": lab.question, "statement": "x",
                          "limitations": vec!["y"; count]});
        let _ = app.person(people::DIGITAL).post(&findings, &body).await.expect(status);
    }
}

#[tokio::test]
async fn a_retry_records_one_finding() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let findings = format!("{}/findings", lab.examination);
    let body = json!({"questionId": lab.question, "statement": "x"});
    let first = app.person(people::DIGITAL).key("f").post(&findings, &body).await.expect(201);
    let again = app.person(people::DIGITAL).key("f").post(&findings, &body).await.expect(201);
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn findings_come_from_those_who_do_the_work() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let findings = format!("{}/findings", lab.examination);
    let body = json!({"questionId": lab.question, "statement": "x"});
    let answer = app.person(people::STORE).post(&findings, &body).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let answer = app.person(people::OTHER_DIGITAL).post(&findings, &body).await;
    let _ = answer.expect_problem(403, "notAtWork", &[]);
    let _ = app.person(people::OTHER_OFFICER).post(&findings, &body).await.expect(404);
    let _ = app.nobody().post(&findings, &body).await.expect(401);
    let fresh = planned(&app).await;
    let body = json!({"questionId": fresh.question, "statement": "x"});
    let target = format!("{}/findings", fresh.examination);
    let answer = app.person(people::DIGITAL).post(&target, &body).await;
    let _ = answer.expect_problem(409, "examinationNotStarted", &[]);
}
