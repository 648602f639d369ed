//! `GET /api/v1/jwks.json`.

use tests::support::TestApp;

#[tokio::test]
async fn the_issuers_public_keys_are_shown_and_nothing_private() {
    let app = TestApp::new();
    let answer = app.nobody().get("/api/v1/jwks.json").await.expect(200);
    assert_eq!(answer.text("/keys/0/alg"), "ES256");
    assert_eq!(answer.text("/keys/0/crv"), "P-256");
    assert!(answer.json()["keys"][0].get("d").is_none());
}
