//! `GET …/exhibits/{exhibitId}/continuity`.

use serde_json::Value;
use tests::support::casework::{received, submitted};
use tests::support::{TestApp, people};

#[tokio::test]
async fn the_account_is_complete_in_order_and_leads_into_the_log() {
    let app = TestApp::new();
    let work = received(&app).await;
    let target = format!("{}/continuity", work.exhibit(1));
    let answer = app.person(people::OFFICER).get(&target).await.expect(200);
    let json = answer.json();
    let lines = json["value"].as_array().unwrap();
    let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["offered", "accepted", "booked_in"]);
    assert_eq!(lines[2]["location"], "Bay 1");
    let log = app.person(people::AUDITOR).get(&format!("{}/log", work.case)).await.expect(200);
    let log = log.json();
    for line in lines {
        let entries = log["value"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["seq"] == line["seq"]).unwrap();
        assert_eq!(entry["type"], format!("exhibit.{}", line["kind"].as_str().unwrap()));
        assert_eq!(entry["disclosures"]["movement_id"], line["id"]);
        assert_eq!(entry["disclosures"]["exhibit_id"], Value::from(work.exhibits[1].clone()));
    }
}

#[tokio::test]
async fn it_comes_in_pages() {
    let app = TestApp::new();
    let work = received(&app).await;
    let target = format!("{}/continuity", work.exhibit(0));
    let ask = app.person(people::OFFICER);
    let first = ask.get(&format!("{target}?maxpagesize=2")).await.expect(200);
    let next = first.text("/nextLink");
    let next = &next[next.find("/api/").unwrap()..];
    let second = app.person(people::OFFICER).get(next).await.expect(200);
    assert_eq!(second.text("/value/0/kind"), "booked_in");
    assert!(second.json().get("nextLink").is_none());
}

#[tokio::test]
async fn what_one_may_not_know_of_is_not_found() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let target = format!("{}/continuity", work.exhibit(0));
    let _ = app.person(people::OTHER_OFFICER).get(&target).await.expect(404);
    let unknown = format!("{}/exhibits/{}/continuity", work.case, "0".repeat(32));
    let _ = app.person(people::OFFICER).get(&unknown).await.expect(404);
    let ask = app.person(people::OFFICER).without_reason();
    let _ = ask.get(&target).await.expect_problem(400, "reasonRequired", &[]);
    let _ = app.nobody().get(&target).await.expect(401);
}
