//! `GET /api/health/live`.

use store::fault::{FailNth, Fault};
use tests::support::TestApp;

#[tokio::test]
async fn the_service_lives_even_when_its_store_is_away() {
    let app = TestApp::with(&[], |store| FailNth::wrap(store, 1, Fault::Before).0);
    let answer = app.nobody().get("/api/health/live").await.expect(200);
    assert_eq!(answer.text("/status"), "live");
}
