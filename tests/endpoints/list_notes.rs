//! `GET …/notes`.

use serde_json::json;
use tests::support::lab::preparing;
use tests::support::{TestApp, people};

#[tokio::test]
async fn notes_come_in_order_and_in_pages() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let notes = format!("{}/notes", lab.examination);
    for text in ["one", "two", "three"] {
        app.pass_millis(1_000);
        let _ = app.person(people::DIGITAL).post(&notes, &json!({"text": text})).await.expect(201);
    }
    let target = format!("{notes}?maxpagesize=2");
    let page = app.person(people::AUDITOR).get(&target).await.expect(200);
    assert_eq!(
        (page.text("/value/0/text"), page.text("/value/1/text")),
        ("one".into(), "two".into())
    );
    let next = page.text("/nextLink");
    let next = next.strip_prefix("http://127.0.0.1:7071").unwrap();
    let page = app.person(people::AUDITOR).get(next).await.expect(200);
    assert_eq!(page.text("/value/0/text"), "three");
    assert!(page.json().get("nextLink").is_none());
}

#[tokio::test]
async fn notes_are_read_by_those_who_read_examinations_and_say_why() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let notes = format!("{}/notes", lab.examination);
    let _ = app.person(people::STORE).get(&notes).await.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OFFICER).get(&notes).await.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).get(&notes).await.expect(404);
    let _ = app.nobody().get(&notes).await.expect(401);
    let answer = app.person(people::DIGITAL).without_reason().get(&notes).await;
    let _ = answer.expect_problem(400, "reasonRequired", &[]);
    let unknown = format!("{}/examinations/{}/notes", lab.work.case, "0".repeat(32));
    let _ = app.person(people::DIGITAL).get(&unknown).await.expect(404);
}
