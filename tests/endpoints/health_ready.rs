//! `GET /api/health/ready`.

use store::fault::{FailNth, Fault};
use tests::support::TestApp;

#[tokio::test]
async fn the_service_is_ready_when_it_reaches_its_store() {
    let app = TestApp::new();
    let answer = app.nobody().get("/api/health/ready").await.expect(200);
    assert_eq!(answer.text("/status"), "ready");
}

#[tokio::test]
async fn it_is_not_ready_when_the_streams_or_the_log_are_away_and_does_not_say_why() {
    for call in [1, 2] {
        let app = TestApp::with(&[], |store| FailNth::wrap(store, call, Fault::Before).0);
        let answer = app.nobody().get("/api/health/ready").await;
        let answer = answer.expect_problem(503, "unavailable", &[]);
        assert!(!answer.header("retry-after").is_empty());
        let _ = app.nobody().get("/api/health/ready").await.expect(200);
    }
}
