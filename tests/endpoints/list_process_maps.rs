//! `GET /api/v1/process-maps`.

use tests::support::{TestApp, people};

#[tokio::test]
async fn every_version_is_named_and_can_be_read() {
    let app = TestApp::new();
    let target = "/api/v1/process-maps";
    let answer = app.person(people::DIGITAL).without_reason().get(target).await.expect(200);
    let json = answer.json();
    let maps = json["value"].as_array().unwrap();
    assert!(maps.len() >= 2);
    for map in maps {
        let (key, version) = (map["key"].as_str().unwrap(), map["version"].as_str().unwrap());
        let one = app.person(people::DIGITAL).get(&format!("{target}/{key}/{version}")).await;
        let one = one.expect(200).json();
        assert_eq!(one["contentHash"], map["contentHash"]);
        assert_eq!(one["map"]["title"], map["title"]);
    }
    let ask = app.person(people::DIGITAL).header("if-none-match", &answer.etag());
    let _ = ask.get(target).await.expect(304);
    let _ = app.nobody().get(target).await.expect(401);
}
