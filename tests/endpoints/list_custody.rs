//! `GET /api/v1/custody`.

use serde_json::{Value, json};
use tests::support::casework::{act, submitted};
use tests::support::{TestApp, people};

async fn listed(app: &TestApp, person: &str, list: &str) -> Vec<String> {
    let answer = app.person(person).get(&format!("/api/v1/custody{list}")).await.expect(200);
    let json = answer.json();
    let rows = json["value"].as_array().unwrap().iter();
    rows.map(|row: &Value| row["reference"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_exhibit_is_on_exactly_the_lists_it_belongs_on() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    assert_eq!(listed(&app, people::OFFICER, "").await, ["AP/1", "AP/2", "AP/3"]);
    let exhibit = work.exhibit(1);
    let body = json!({"kind": "offered", "to": people::STORE});
    let _ = act(&app, people::OFFICER, &exhibit, body).await.expect(200);
    assert_eq!(listed(&app, people::STORE, "?list=offered").await, ["AP/2"]);
    assert_eq!(listed(&app, people::OFFICER, "?list=mine").await.len(), 3, "still hers");
    assert!(listed(&app, people::STORE, "?list=mine").await.is_empty());
    let _ = act(&app, people::STORE, &exhibit, json!({"kind": "accepted"})).await.expect(200);
    assert!(listed(&app, people::STORE, "?list=offered").await.is_empty());
    assert_eq!(listed(&app, people::STORE, "?list=mine").await, ["AP/2"]);
    assert_eq!(listed(&app, people::OFFICER, "").await, ["AP/1", "AP/3"]);
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let app = TestApp::new();
    let _ = submitted(&app).await;
    let ask = app.person(people::OFFICER);
    let first = ask.get("/api/v1/custody?maxpagesize=2").await.expect(200);
    assert_eq!(first.json()["value"].as_array().unwrap().len(), 2);
    let next = first.text("/nextLink");
    let next = &next[next.find("/api/").unwrap()..];
    let second = app.person(people::OFFICER).get(next).await.expect(200);
    assert_eq!(second.text("/value/0/reference"), "AP/3");
}

#[tokio::test]
async fn another_list_is_refused_and_so_is_who_handles_no_exhibits() {
    let app = TestApp::new();
    let answer = app.person(people::OFFICER).get("/api/v1/custody?list=all").await;
    let _ = answer.expect_problem(400, "badParameter", &[]);
    let answer = app.person(people::SUPERVISOR).get("/api/v1/custody").await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let _ = app.nobody().get("/api/v1/custody").await.expect(401);
}
