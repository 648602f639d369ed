//! `GET …/examinations`.

use tests::support::casework::received;
use tests::support::lab::planned;
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_case_lists_its_examinations_with_their_states() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let target = format!("{}/examinations", lab.work.case);
    for person in [people::DIGITAL, people::AUDITOR, people::STORE] {
        let list = app.person(person).get(&target).await.expect(200).json();
        let value = list["value"].as_array().unwrap();
        assert_eq!(value.len(), 2);
        assert!(value.iter().all(|e| e["state"] == "planned" && e["etag"].is_string()));
    }
    let first = app.person(people::DIGITAL).get(&format!("{target}?maxpagesize=1")).await;
    let next = first.expect(200).text("/nextLink");
    let next = next.strip_prefix("http://127.0.0.1:7071").unwrap();
    let rest = app.person(people::DIGITAL).get(next).await.expect(200).json();
    assert_eq!(rest["value"].as_array().unwrap().len(), 1);
    assert!(rest.get("nextLink").is_none());
}

#[tokio::test]
async fn officers_follow_the_status_and_do_not_read_examinations() {
    let app = TestApp::new();
    let work = received(&app).await;
    let target = format!("{}/examinations", work.case);
    let answer = app.person(people::OFFICER).get(&target).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).get(&target).await.expect(404);
    let _ = app.person(people::ADMINISTRATOR).get(&target).await.expect(404);
    let _ = app.nobody().get(&target).await.expect(401);
    let answer = app.person(people::AUDITOR).without_reason().get(&target).await;
    let _ = answer.expect_problem(400, "reasonRequired", &[]);
}
