//! The hourly sweep of uploads.

use tests::support::lab::{announced, announcement, id_of, planned, sent};
use tests::support::{TestApp, people};

#[tokio::test]
async fn what_nobody_told_of_is_found_and_judged() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let mut files = Vec::new();
    for name in ["a", "b"] {
        let file = announced(&app, &lab.examination, &announcement(name, b"abc")).await;
        sent(&app, &file, b"abc").await;
        files.push(file);
    }
    app.fire("sweep_uploads").await.unwrap();
    for file in &files {
        let read = app.person(people::DIGITAL).get(file).await.expect(200);
        assert_eq!(read.text("/state"), "verified");
    }
    app.fire("sweep_uploads").await.unwrap();
}

#[tokio::test]
async fn a_half_sent_upload_is_left_alone() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    let _ = app.person(people::DIGITAL).put(&format!("{file}/blocks/0"), "abc").await.expect(200);
    app.fire("sweep_uploads").await.unwrap();
    let read = app.person(people::DIGITAL).get(&file).await.expect(200);
    assert_eq!(read.text("/state"), "uploading");
    let (_, stored) = app.app.store.uploads.blocks(&id_of(&file)).await.unwrap();
    assert_eq!(stored.len(), 1);
}
