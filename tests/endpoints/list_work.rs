//! `GET /api/v1/work`.

use serde_json::{Value, json};
use tests::support::lab::{advance, planned};
use tests::support::{TestApp, people};

fn steps(json: &Value) -> Vec<&str> {
    json["value"].as_array().unwrap().iter().map(|row| row["step"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_open_step_is_available_to_its_discipline_until_somebody_has_it() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let available = "/api/v1/work?list=available";
    let list = app.person(people::DIGITAL).get(available).await.expect(200);
    assert_eq!(steps(&list.json()), ["receive"]);
    assert_eq!(list.text("/value/0/discipline"), "digital_forensics");
    assert!(!list.text("/value/0/stepTitle").is_empty());
    let mine = app.person(people::DIGITAL).get("/api/v1/work").await.expect(200);
    assert!(steps(&mine.json()).is_empty());
    let body = json!({"to": "claimed"});
    let _ = advance(&app, people::DIGITAL, &lab.examination, "receive", body).await.expect(200);
    let list = app.person(people::OTHER_DIGITAL).get(available).await.expect(200);
    assert!(steps(&list.json()).is_empty());
    let mine = app.person(people::DIGITAL).get("/api/v1/work?list=mine").await.expect(200);
    assert_eq!(mine.text("/value/0/state"), "claimed");
    assert_eq!(mine.text("/value/0/assignee"), people::DIGITAL);
}

#[tokio::test]
async fn another_discipline_is_listed_only_for_those_who_reach_the_whole_force() {
    let app = TestApp::new();
    let _ = planned(&app).await;
    let target = "/api/v1/work?list=available&discipline=fingerprints";
    let answer = app.person(people::DIGITAL).get(target).await;
    let _ = answer.expect_problem(403, "disciplineNotYours", &[]);
    for person in [people::MANAGER, people::STORE, people::FINGERPRINTS] {
        let list = app.person(person).get(target).await.expect(200);
        assert_eq!(steps(&list.json()), ["receive"], "{person}");
    }
}

#[tokio::test]
async fn who_practises_several_disciplines_names_one() {
    let app = TestApp::new();
    let answer = app.person(people::REVIEWER).get("/api/v1/work?list=available").await;
    let _ = answer.expect_problem(400, "disciplineNeeded", &[]);
    let answer = app.person(people::STORE).get("/api/v1/work?list=available").await;
    let _ = answer.expect_problem(400, "disciplineNeeded", &[]);
}

#[tokio::test]
async fn officers_and_strangers_see_no_work_and_an_unknown_list_is_refused() {
    let app = TestApp::new();
    for list in ["mine", "available"] {
        let answer = app.person(people::OFFICER).get(&format!("/api/v1/work?list={list}")).await;
        let _ = answer.expect_problem(403, "roleNeeded", &[]);
    }
    let answer = app.person(people::DIGITAL).get("/api/v1/work?list=all").await;
    let _ = answer.expect_problem(400, "badParameter", &[]);
    let _ = app.nobody().get("/api/v1/work").await.expect(401);
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let app = TestApp::new();
    let _ = planned(&app).await;
    let _ = planned(&app).await;
    let target = "/api/v1/work?list=available&maxpagesize=1";
    let first = app.person(people::DIGITAL).get(target).await.expect(200);
    let next = first.text("/nextLink");
    let next = next.strip_prefix("http://127.0.0.1:7071").unwrap();
    let second = app.person(people::DIGITAL).get(next).await.expect(200);
    assert_eq!(steps(&second.json()).len(), 1);
    assert_ne!(first.text("/value/0/caseId"), second.text("/value/0/caseId"));
}
