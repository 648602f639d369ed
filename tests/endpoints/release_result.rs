//! `POST …/results/{resultId}/release`.

use serde_json::json;
use tests::support::lab::{passed, prepared, release, released, review};
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_reviewed_result_is_released_and_the_status_says_so() {
    let app = TestApp::new();
    let outcome = released(&app, prepared(&app).await).await;
    assert_eq!(outcome.last.text("/state"), "released");
    assert_eq!(outcome.last.text("/work/releasedBy/id"), people::REPORTER);
    let request = app.person(people::OFFICER).get(&outcome.lab.work.request).await.expect(200);
    let json = request.json();
    let shown = json["examinations"].to_string();
    assert!(shown.contains(&outcome.last.text("/id")), "{shown}");
    let answer = release(&app, &outcome, people::MANAGER).await;
    let _ = answer.expect_problem(409, "notReviewed", &[]);
}

#[tokio::test]
async fn nothing_is_released_before_both_reviews_have_passed() {
    let app = TestApp::new();
    let mut outcome = prepared(&app).await;
    let answer = release(&app, &outcome, people::REPORTER).await;
    let _ = answer.expect_problem(409, "notReviewed", &[]);
    let body = json!({"kind": "technical", "passed": true});
    outcome.last = review(&app, &outcome, people::REVIEWER, &body).await.expect(200);
    let answer = release(&app, &outcome, people::REPORTER).await;
    let _ = answer.expect_problem(409, "notReviewed", &[]);
}

#[tokio::test]
async fn who_checked_the_work_technically_does_not_release_it() {
    let app = TestApp::new();
    let mut outcome = prepared(&app).await;
    let body = json!({"kind": "technical", "passed": true});
    outcome.last = review(&app, &outcome, people::REPORTER, &body).await.expect(200);
    let body = json!({"kind": "administrative", "passed": true});
    outcome.last = review(&app, &outcome, people::REVIEWER, &body).await.expect(200);
    let answer = release(&app, &outcome, people::REPORTER).await;
    let _ = answer.expect_problem(409, "secondPersonNeeded", &[]);
    let _ = release(&app, &outcome, people::MANAGER).await.expect(200);
}

#[tokio::test]
async fn a_stopped_examination_releases_nothing() {
    let app = TestApp::new();
    let outcome = passed(&app, prepared(&app).await).await;
    let request = &outcome.lab.work.request;
    let etag = app.person(people::OFFICER).get(request).await.expect(200).etag();
    let ask = app.person(people::OFFICER).if_match(&etag);
    let body = json!({"reason": "No longer needed."});
    let _ = ask.post(&format!("{request}/withdrawal"), &body).await.expect(200);
    let answer = release(&app, &outcome, people::REPORTER).await;
    let _ = answer.expect_problem(409, "examinationCancelled", &[]);
}

#[tokio::test]
async fn a_retry_releases_once_and_a_stale_version_not_at_all() {
    let app = TestApp::new();
    let outcome = passed(&app, prepared(&app).await).await;
    let target = format!("{}/release", outcome.result);
    let ask = || app.person(people::REPORTER).if_match(&outcome.last.etag());
    let first = ask().key("r").post(&target, &json!({})).await.expect(200);
    let again = ask().key("r").post(&target, &json!({})).await.expect(200);
    assert_eq!(again.body, first.body);
    let _ = ask().post(&target, &json!({})).await.expect_problem(412, "stale", &[]);
    let answer = app.person(people::REPORTER).post(&target, &json!({})).await;
    let _ = answer.expect_problem(428, "ifMatchMissing", &[]);
}

#[tokio::test]
async fn releasing_takes_a_role_that_reaches_the_case() {
    let app = TestApp::new();
    let outcome = passed(&app, prepared(&app).await).await;
    for person in [people::OFFICER, people::REVIEWER, people::DIGITAL, people::AUDITOR] {
        let answer = release(&app, &outcome, person).await;
        let _ = answer.expect_problem(403, "roleNeeded", &[]);
    }
    let _ = release(&app, &outcome, people::OTHER_OFFICER).await.expect(404);
    let target = format!("{}/release", outcome.result);
    let _ = app.nobody().if_match("\"1\"").post(&target, &json!({})).await.expect(401);
}
