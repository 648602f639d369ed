//! `GET /api/v1/code-lists/{listKey}`.

use tests::support::{TestApp, people};

#[tokio::test]
async fn a_list_shows_its_codes_and_a_service_what_answers_it() {
    let app = TestApp::new();
    let target = "/api/v1/code-lists/services";
    let answer = app.person(people::OFFICER).without_reason().get(target).await.expect(200);
    let json = answer.json();
    let codes = json["codes"].as_array().unwrap();
    let phones = codes.iter().find(|code| code["key"] == "phone_examination").unwrap();
    assert_eq!(phones["discipline"], "digital_forensics");
    assert!(phones["map"].is_string());
    assert_eq!(phones["withdrawn"], false);
    let ask = app.person(people::OFFICER).header("if-none-match", &answer.etag());
    let _ = ask.get(target).await.expect(304);
}

#[tokio::test]
async fn an_unknown_list_is_not_found() {
    let app = TestApp::new();
    let answer = app.person(people::OFFICER).get("/api/v1/code-lists/colours").await;
    let _ = answer.expect_problem(404, "notFound", &[]);
    let _ = app.nobody().get("/api/v1/code-lists/services").await.expect(401);
}
