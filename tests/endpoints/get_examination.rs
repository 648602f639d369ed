//! `GET …/examinations/{examinationId}`.

use serde_json::Value;
use tests::support::lab::{begin_step, do_step, exhibit_check, planned, preparing};
use tests::support::{TestApp, people};

fn needs(json: &Value) -> Vec<&str> {
    let needs = json["openSteps"][0]["needs"].as_array().unwrap();
    needs.iter().map(|need| need["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_open_step_says_what_it_still_needs_of_whoever_asks() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let read = app.person(people::STORE).get(&lab.examination).await.expect(200);
    assert_eq!(read.text("/openSteps/0/step"), "receive");
    assert_eq!(read.text("/openSteps/0/form"), "exhibit_check@1.0.0");
    assert!(needs(&read.json()).is_empty());
    let read = app.person(people::AUDITOR).get(&lab.examination).await.expect(200);
    assert_eq!(needs(&read.json()), ["roleNeeded"]);
    let examination = &lab.examination;
    let _ = do_step(&app, people::STORE, examination, "receive", exhibit_check()).await;
    let read = app.person(people::STORE).get(examination).await.expect(200);
    assert_eq!(needs(&read.json()), ["roleNeeded", "competenceMissing"]);
    let read = app.person(people::DIGITAL).get(examination).await.expect(200);
    assert!(needs(&read.json()).is_empty());
    assert_eq!(read.etag(), read.text("/etag"));
}

#[tokio::test]
async fn who_only_handles_exhibits_sees_steps_and_not_what_was_recorded() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let whole = app.person(people::DIGITAL).get(&lab.examination).await.expect(200).json();
    assert_eq!(whole["record"]["notes"], 0);
    assert_eq!(whole["history"][2]["answers"]["make"], "Sample");
    assert_eq!(whole["history"][0]["performedBy"][0], people::STORE);
    let steps = app.person(people::STORE).get(&lab.examination).await.expect(200).json();
    assert!(steps.get("record").is_none());
    assert_eq!(steps["history"].as_array().unwrap().len(), 3);
    for step in steps["history"].as_array().unwrap() {
        assert!(step.get("answers").is_none() && step.get("reason").is_none(), "{step}");
    }
}

#[tokio::test]
async fn a_step_in_progress_names_what_completing_needs() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let read = app.person(people::DIGITAL).get(&lab.examination).await.expect(200);
    assert_eq!(read.text("/openSteps/0/state"), "in_progress");
    assert_eq!(read.text("/state"), "in_progress");
    assert_eq!(read.text("/openSteps/0/assignee"), people::DIGITAL);
    assert!(read.json()["openSteps"][0]["offers"].to_string().contains("prepare_result"));
}

#[tokio::test]
async fn nobody_outside_learns_of_it() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let _ = begin_step(&app, people::STORE, &lab.examination, "receive").await;
    let answer = app.person(people::OFFICER).get(&lab.examination).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).get(&lab.examination).await.expect(404);
    let _ = app.nobody().get(&lab.examination).await.expect(401);
    let unknown = format!("{}/examinations/{}", lab.work.case, "0".repeat(32));
    let _ = app.person(people::DIGITAL).get(&unknown).await.expect(404);
    let answer = app.person(people::DIGITAL).without_reason().get(&lab.examination).await;
    let _ = answer.expect_problem(400, "reasonRequired", &[]);
}
