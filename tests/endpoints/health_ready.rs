//! `GET /api/health/ready`.

use std::fs;
use store::fault::{FailNth, Fault};
use tests::support::casework::{request_body, submitted};
use tests::support::{TestApp, people};

#[tokio::test]
async fn the_service_is_ready_when_it_reaches_its_store() {
    let app = TestApp::new();
    let answer = app.nobody().get("/api/health/ready").await.expect(200);
    assert_eq!(answer.text("/status"), "ready");
}

#[tokio::test]
async fn it_is_not_ready_when_the_streams_or_the_log_are_away_and_does_not_say_why() {
    for call in [1, 2, 3] {
        let app = TestApp::with(&[], |store| FailNth::wrap(store, call, Fault::Before).0);
        let answer = app.nobody().get("/api/health/ready").await;
        let answer = answer.expect_problem(503, "unavailable", &[]);
        assert!(!answer.header("retry-after").is_empty());
        let _ = app.nobody().get("/api/health/ready").await.expect(200);
    }
}

#[tokio::test]
async fn when_what_is_anchored_is_gone_it_is_not_ready_and_writing_stops() {
    let app = TestApp::new();
    let _ = submitted(&app).await;
    app.fire("sequence_log").await.unwrap();
    let _ = app.nobody().get("/api/health/ready").await.expect(200);
    fs::remove_dir_all(app.path().join("data/anchor/checkpoint")).unwrap();
    let _ = app.nobody().get("/api/health/ready").await.expect_problem(503, "unavailable", &[]);
    let _ = submitted(&app).await;
    assert!(app.fire("sequence_log").await.is_err());
    let refused = app.person(people::OFFICER).post("/api/v1/requests", &request_body()).await;
    let _ = refused.expect_problem(503, "unavailable", &[]);
    let read = app.person(people::OFFICER).get("/api/v1/requests").await.expect(200);
    assert_eq!(read.json()["value"].as_array().unwrap().len(), 2);
}
