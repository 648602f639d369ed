//! `GET /api/v1/cases/{caseId}`.

use tests::support::casework::{accepted, submitted};
use tests::support::{TestApp, people};

#[tokio::test]
async fn who_reads_the_record_sees_all_that_is_in_the_case() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    for person in [people::AUDITOR, people::DIGITAL, people::MANAGER] {
        let answer = app.person(person).get(&work.case).await.expect(200);
        assert_eq!(answer.text("/labReference"), "SMP-2026-0000001");
        assert_eq!(answer.text("/officerInCase/id"), people::OFFICER);
        assert_eq!(answer.text("/marking"), "official_sensitive");
        assert_eq!(answer.text("/requests/0/state"), "accepted");
        assert_eq!(answer.text("/exhibits/2/reference"), "AP/3");
        assert_eq!(answer.text("/examinations/0/state"), "planned");
        assert_eq!(answer.json()["results"].as_array().unwrap().len(), 0);
        assert_eq!(answer.json()["truncated"].as_array().unwrap().len(), 0);
        assert_eq!(answer.text("/links/log"), format!("{}/log", work.case));
    }
}

#[tokio::test]
async fn an_officer_sees_requests_and_exhibits_but_not_the_work() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    let ask = app.person(people::OFFICER).without_reason();
    let answer = ask.get(&work.case).await.expect(200);
    assert_eq!(answer.text("/requests/0/examinations/0/progress"), "waiting");
    let json = answer.json();
    assert_eq!(json["exhibits"].as_array().unwrap().len(), 3);
    for hidden in ["/examinations", "/results", "/links/log", "/links/examinations"] {
        assert!(json.pointer(hidden).is_none(), "{hidden}");
    }
}

#[tokio::test]
async fn the_same_answer_is_not_sent_twice() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let first = app.person(people::OFFICER).get(&work.case).await.expect(200);
    let ask = app.person(people::OFFICER).header("if-none-match", &first.etag());
    let _ = ask.get(&work.case).await.expect(304);
}

#[tokio::test]
async fn a_case_one_may_not_know_of_is_not_found() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    for person in [people::OTHER_OFFICER, people::DIGITAL, people::ADMINISTRATOR] {
        let _ = app.person(person).get(&work.case).await.expect_problem(404, "notFound", &[]);
    }
    let unknown = format!("/api/v1/cases/{}", "0".repeat(32));
    let _ = app.person(people::AUDITOR).get(&unknown).await.expect(404);
    let ask = app.person(people::AUDITOR).without_reason();
    let _ = ask.get(&work.case).await.expect_problem(400, "reasonRequired", &[]);
    let _ = app.nobody().get(&work.case).await.expect(401);
}
