//! `GET /api/v1/log-key`.

use ledger::note::VerifyingKey;
use tests::support::TestApp;

#[tokio::test]
async fn the_key_comes_with_its_fingerprint() {
    let app = TestApp::new();
    let answer = app.nobody().get("/api/v1/log-key").await.expect(200);
    assert!(answer.header("content-type").starts_with("text/plain"));
    let key = VerifyingKey::from_pem(std::str::from_utf8(&answer.body).unwrap()).unwrap();
    assert_eq!(answer.header("x-key-fingerprint"), key.fingerprint().to_string());
    assert_eq!(key.to_pem(), app.app.store.signer.public_key_pem());
}
