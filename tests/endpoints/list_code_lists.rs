//! `GET /api/v1/code-lists`.

use tests::support::{TestApp, people};

#[tokio::test]
async fn every_list_is_named_and_can_be_read() {
    let app = TestApp::new();
    let target = "/api/v1/code-lists";
    let answer = app.person(people::OFFICER).without_reason().get(target).await.expect(200);
    let json = answer.json();
    let lists = json["value"].as_array().unwrap();
    assert!(lists.iter().any(|list| list["key"] == "services"));
    for list in lists {
        let one = format!("{target}/{}", list["key"].as_str().unwrap());
        let one = app.person(people::OFFICER).get(&one).await.expect(200).json();
        assert_eq!(one["title"], list["title"]);
        assert_eq!(one["codes"].as_array().unwrap().len(), list["codes"]);
    }
    let ask = app.person(people::OFFICER).header("if-none-match", &answer.etag());
    let _ = ask.get(target).await.expect(304);
    let _ = app.nobody().get(target).await.expect(401);
}
