//! `GET /api/v1/results`.

use serde_json::json;
use tests::support::lab::{prepared, released, review};
use tests::support::{TestApp, people};

const PATH: &str = "/api/v1/results?list=waiting";

async fn count(app: &TestApp, person: &str, target: &str) -> usize {
    let list = app.person(person).get(target).await.expect(200).json();
    list["value"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_result_waits_until_it_is_released_or_sent_back() {
    let app = TestApp::new();
    let first = prepared(&app).await;
    let second = prepared(&app).await;
    for person in [people::REVIEWER, people::REPORTER, people::MANAGER, people::DIGITAL] {
        assert_eq!(count(&app, person, PATH).await, 2, "{person}");
    }
    let list = app.person(people::REVIEWER).get(&format!("{PATH}&maxpagesize=1")).await;
    let next = list.expect(200).text("/nextLink");
    let next = next.strip_prefix("http://127.0.0.1:7071").unwrap();
    assert_eq!(count(&app, people::REVIEWER, next).await, 1);
    let _ = released(&app, first).await;
    let body = json!({"kind": "technical", "passed": false, "comments": "Which board?"});
    assert_eq!(count(&app, people::REVIEWER, PATH).await, 1);
    let _ = review(&app, &second, people::OTHER_DIGITAL, &body).await.expect(200);
    assert_eq!(count(&app, people::REVIEWER, PATH).await, 0);
}

#[tokio::test]
async fn a_practitioner_sees_what_waits_in_their_own_discipline() {
    let app = TestApp::new();
    let _ = prepared(&app).await;
    assert_eq!(count(&app, people::FINGERPRINTS, PATH).await, 0);
    let target = format!("{PATH}&discipline=digital_forensics");
    let answer = app.person(people::FINGERPRINTS).get(&target).await;
    let _ = answer.expect_problem(403, "disciplineNotYours", &[]);
    assert_eq!(count(&app, people::REVIEWER, &target).await, 1);
    let target = format!("{PATH}&discipline=fingerprints");
    assert_eq!(count(&app, people::REVIEWER, &target).await, 0);
}

#[tokio::test]
async fn those_who_neither_review_nor_release_have_no_such_list() {
    let app = TestApp::new();
    for person in [people::OFFICER, people::AUDITOR, people::STORE] {
        let answer = app.person(person).get(PATH).await;
        let _ = answer.expect_problem(403, "roleNeeded", &[]);
    }
    let answer = app.person(people::REVIEWER).get("/api/v1/results?list=all").await;
    let _ = answer.expect_problem(400, "badParameter", &[]);
    let _ = app.nobody().get(PATH).await.expect(401);
}
