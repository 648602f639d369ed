//! `GET …/files/{fileId}/blocks`.

use serde_json::json;
use tests::support::lab::{announced, announcement, planned, sent};
use tests::support::{TestApp, people};

#[tokio::test]
async fn an_upload_that_stopped_learns_where_to_go_on() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let mut body = announcement("five.bin", b"");
    body["sizeBytes"] = json!(4 * domain::files::BLOCK_BYTES + 3);
    let file = announced(&app, &lab.examination, &body).await;
    let blocks = format!("{file}/blocks");
    let read = app.person(people::DIGITAL).get(&blocks).await.expect(200).json();
    assert_eq!(read["missing"], json!([{"from": 0, "to": 4}]));
    let _ = app.person(people::DIGITAL).put(&format!("{blocks}/4"), "abc").await.expect(200);
    let read = app.person(people::DIGITAL).get(&blocks).await.expect(200).json();
    assert_eq!((&read["blocks"], &read["stored"]), (&json!(5), &json!(1)));
    assert_eq!(read["missing"], json!([{"from": 0, "to": 3}]));
}

#[tokio::test]
async fn a_complete_upload_misses_nothing() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    sent(&app, &file, b"abc").await;
    let read = app.person(people::DIGITAL).get(&format!("{file}/blocks")).await.expect(200);
    assert_eq!(read.json()["missing"], json!([]));
}

#[tokio::test]
async fn uploads_are_the_business_of_those_who_upload() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    let blocks = format!("{file}/blocks");
    let _ = app.person(people::OFFICER).get(&blocks).await.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).get(&blocks).await.expect(404);
    let _ = app.nobody().get(&blocks).await.expect(401);
    let unknown = format!("{}/files/{}/blocks", lab.work.case, "0".repeat(32));
    let _ = app.person(people::DIGITAL).get(&unknown).await.expect(404);
}
