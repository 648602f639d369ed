//! `GET /api/v1`.

use tests::support::TestApp;

#[tokio::test]
async fn anybody_may_ask_what_this_is_and_every_link_leads_somewhere() {
    let app = TestApp::new();
    let answer = app.nobody().get("/api/v1").await.expect(200);
    assert_eq!(answer.text("/name"), "Continuity");
    assert_eq!(answer.text("/origin"), app.app.edge.config.origin);
    for (name, link) in answer.json()["links"].as_object().unwrap() {
        let answer = app.nobody().get(link.as_str().unwrap()).await;
        assert_ne!(answer.header("x-error-code"), "notFound", "{name}");
    }
    let ask = app.nobody().header("if-none-match", &answer.etag());
    let _ = ask.get("/api/v1").await.expect(304);
}
