//! `GET /api/v1/checkpoint`.

use ledger::checkpoint::Checkpoint;
use ledger::note::VerifyingKey;
use store::sequencer::run_once;
use tests::support::TestApp;
use tests::support::casework::submitted;

#[tokio::test]
async fn the_latest_checkpoint_is_signed_with_the_key_the_service_shows() {
    let app = TestApp::new();
    let none = app.nobody().get("/api/v1/checkpoint").await;
    let _ = none.expect_problem(404, "noCheckpointYet", &[]);
    let _ = submitted(&app).await;
    let origin = &app.app.edge.config.origin;
    let progress = run_once(&app.app.store, origin).await.unwrap();
    let answer = app.nobody().get("/api/v1/checkpoint").await.expect(200);
    assert!(answer.header("content-type").starts_with("text/plain"));
    let key = app.nobody().get("/api/v1/log-key").await.expect(200);
    let key = VerifyingKey::from_pem(std::str::from_utf8(&key.body).unwrap()).unwrap();
    let note = std::str::from_utf8(&answer.body).unwrap();
    let checkpoint = Checkpoint::open(note, &key, origin).unwrap();
    assert_eq!(checkpoint.size, progress.published);
    let ask = app.nobody().header("if-none-match", &answer.etag());
    let _ = ask.get("/api/v1/checkpoint").await.expect(304);
}
