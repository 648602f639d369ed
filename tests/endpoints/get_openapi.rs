//! `GET /api/v1/openapi.json`.

use tests::support::TestApp;

#[tokio::test]
async fn every_endpoint_is_described() {
    let app = TestApp::new();
    let answer = app.nobody().get("/api/v1/openapi.json").await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let json = answer.json();
    assert!(json["openapi"].as_str().unwrap().starts_with("3.1"));
    for endpoint in functions::ENDPOINTS {
        let path = format!("/{}", endpoint.route.replace("{*", "{"));
        let method = endpoint.method.as_str().to_lowercase();
        assert_eq!(json["paths"][&path][&method]["operationId"], endpoint.name, "{path}");
    }
    let ask = app.nobody().header("if-none-match", &answer.etag());
    let _ = ask.get("/api/v1/openapi.json").await.expect(304);
}
