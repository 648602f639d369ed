//! `GET …/requests/{requestId}`.

use tests::support::casework::submitted;
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_request_is_shown_as_recorded_and_not_sent_twice() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let answer = app.person(people::SUPERVISOR).get(&work.request).await.expect(200);
    assert_eq!(answer.json(), work.last.json());
    assert_eq!(answer.text("/submittedBy/id"), people::OFFICER);
    let ask = app.person(people::SUPERVISOR).header("if-none-match", &answer.etag());
    let same = ask.get(&work.request).await.expect(304);
    assert_eq!(same.etag(), answer.etag());
}

#[tokio::test]
async fn a_request_one_may_not_know_of_is_not_found() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    for person in [people::OTHER_OFFICER, people::DIGITAL, people::ADMINISTRATOR] {
        let _ = app.person(person).get(&work.request).await.expect_problem(404, "notFound", &[]);
    }
    for id in ["0".repeat(32), "x".to_owned()] {
        let unknown = format!("{}/requests/{id}", work.case);
        let _ = app.person(people::OFFICER).get(&unknown).await.expect(404);
    }
    let _ = app.nobody().get(&work.request).await.expect(401);
}
