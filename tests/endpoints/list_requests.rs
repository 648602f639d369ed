//! `GET /api/v1/requests`.

use tests::support::casework::{accepted, authorised, submitted};
use tests::support::{TestApp, people};

async fn states(app: &TestApp, person: &str, list: &str) -> Vec<String> {
    let answer = app.person(person).get(&format!("/api/v1/requests{list}")).await.expect(200);
    let json = answer.json();
    let rows = json["value"].as_array().unwrap().iter();
    rows.map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_request_is_on_the_lists_of_those_it_concerns_and_leaves_them_when_it_is_decided() {
    let app = TestApp::new();
    let _ = submitted(&app).await;
    assert_eq!(states(&app, people::OFFICER, "").await, ["awaiting_authority"]);
    assert_eq!(states(&app, people::SUPERVISOR, "?list=unit").await, ["awaiting_authority"]);
    assert_eq!(states(&app, people::SUPERVISOR, "?list=authority").await, ["awaiting_authority"]);
    assert!(states(&app, people::GATEKEEPER, "?list=triage").await.is_empty());
    assert!(states(&app, people::OTHER_OFFICER, "?list=unit").await.is_empty());
    let app = TestApp::new();
    let _ = authorised(&app).await;
    assert!(states(&app, people::SUPERVISOR, "?list=authority").await.is_empty());
    assert_eq!(states(&app, people::GATEKEEPER, "?list=triage").await, ["awaiting_triage"]);
    let app = TestApp::new();
    let _ = accepted(&app).await;
    assert!(states(&app, people::GATEKEEPER, "?list=triage").await.is_empty());
    assert_eq!(states(&app, people::OFFICER, "?list=mine").await, ["accepted"]);
}

#[tokio::test]
async fn another_list_another_page_size_and_another_role_are_refused() {
    let app = TestApp::new();
    let ask = app.person(people::OFFICER);
    let _ = ask.get("/api/v1/requests?list=all").await.expect_problem(400, "badParameter", &[]);
    for size in ["0", "201", "many"] {
        let target = format!("/api/v1/requests?maxpagesize={size}");
        let _ = app.person(people::OFFICER).get(&target).await.expect(400);
    }
    let _ = app.person(people::OFFICER).get("/api/v1/requests?maxpagesize=200").await.expect(200);
    for list in ["authority", "triage"] {
        let target = format!("/api/v1/requests?list={list}");
        let answer = app.person(people::OFFICER).get(&target).await;
        let _ = answer.expect_problem(403, "roleNeeded", &[]);
    }
    let _ = app.nobody().get("/api/v1/requests").await.expect(401);
}
