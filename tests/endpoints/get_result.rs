//! `GET …/results/{resultId}`.

use tests::support::lab::{prepared, released};
use tests::support::{TestApp, people};

#[tokio::test]
async fn the_unit_sees_how_a_result_came_about() {
    let app = TestApp::new();
    let outcome = prepared(&app).await;
    for person in [people::DIGITAL, people::REVIEWER, people::AUDITOR] {
        let read = app.person(person).get(&outcome.result).await.expect(200);
        assert_eq!(read.text("/work/preparedBy/id"), people::DIGITAL);
        let ask = app.person(person).header("if-none-match", &read.etag());
        let _ = ask.get(&outcome.result).await.expect(304);
    }
}

#[tokio::test]
async fn those_who_asked_see_it_once_released_and_without_what_led_to_it() {
    let app = TestApp::new();
    let outcome = prepared(&app).await;
    for person in [people::OFFICER, people::SUPERVISOR, people::STORE] {
        let answer = app.person(person).get(&outcome.result).await;
        let _ = answer.expect_problem(404, "notFound", &[]);
    }
    let outcome = released(&app, outcome).await;
    let read = app.person(people::OFFICER).get(&outcome.result).await.expect(200);
    assert_eq!(read.text("/state"), "released");
    assert_eq!(read.text("/conclusion"), "The handset gave no data.");
    assert!(read.json().get("work").is_none());
    let _ = app.person(people::OTHER_OFFICER).get(&outcome.result).await.expect(404);
    let _ = app.person(people::ADMINISTRATOR).get(&outcome.result).await.expect(404);
    let _ = app.nobody().get(&outcome.result).await.expect(401);
}
