//! `GET …/cases/{caseId}/exhibits`.

use tests::support::casework::submitted;
use tests::support::{TestApp, people};

#[tokio::test]
async fn the_exhibits_of_a_case_come_in_pages_in_the_order_recorded() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let target = format!("{}/exhibits", work.case);
    let all = app.person(people::STORE).get(&target).await.expect(200);
    for (n, id) in work.exhibits.iter().enumerate() {
        assert_eq!(&all.text(&format!("/value/{n}/id")), id);
        let read = app.person(people::STORE).get(&work.exhibit(n)).await.expect(200);
        assert_eq!(all.text(&format!("/value/{n}/etag")), read.etag());
    }
    let ask = app.person(people::STORE);
    let first = ask.get(&format!("{target}?maxpagesize=2")).await.expect(200);
    assert_eq!(first.json()["value"].as_array().unwrap().len(), 2);
    let next = first.text("/nextLink");
    let next = &next[next.find("/api/").unwrap()..];
    let second = app.person(people::STORE).get(next).await.expect(200);
    assert_eq!(second.text("/value/0/id"), work.exhibits[2]);
    assert!(second.json().get("nextLink").is_none());
}

#[tokio::test]
async fn looking_into_a_case_needs_a_role_a_reason_and_a_token() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let target = format!("{}/exhibits", work.case);
    let ask = app.person(people::STORE).without_reason();
    let _ = ask.get(&target).await.expect_problem(400, "reasonRequired", &[]);
    for person in [people::OTHER_OFFICER, people::DIGITAL, people::ADMINISTRATOR] {
        let _ = app.person(person).get(&target).await.expect_problem(404, "notFound", &[]);
    }
    let _ = app.nobody().get(&target).await.expect(401);
}
