//! `GET /sign-in`.

use tests::support::{TestApp, people};

#[tokio::test]
async fn the_page_has_a_button_for_everybody_and_loads_nothing() {
    let app = TestApp::new();
    let answer = app.nobody().get("/sign-in").await.expect(200);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    let page = String::from_utf8_lossy(&answer.body);
    for person in [people::OFFICER, people::STORE, people::AUDITOR] {
        assert!(page.contains(&format!("value=\"{person}\"")), "{person}");
    }
    assert!(page.contains("action=\"/sign-in\""));
}
