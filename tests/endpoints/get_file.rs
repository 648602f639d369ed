//! `GET …/files/{fileId}`.

use tests::support::lab::{id_of, planned, prepared_with, preparing, released, verified};
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_file_says_what_was_announced_and_what_was_found() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = verified(&app, &lab.examination, "a.txt", b"abc").await;
    let read = app.person(people::AUDITOR).get(&file).await.expect(200);
    assert_eq!(read.text("/state"), "verified");
    assert_eq!(read.text("/found/sha256"), read.text("/sha256"));
    assert_eq!(read.json()["found"]["sizeBytes"], 3);
    assert_eq!(read.text("/uploadedBy/id"), people::DIGITAL);
    let ask = app.person(people::AUDITOR).header("if-none-match", &read.etag());
    let _ = ask.get(&file).await.expect(304);
}

#[tokio::test]
async fn officers_see_a_file_once_a_released_result_carries_it() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let file = verified(&app, &lab.examination, "a.txt", b"abc").await;
    let other = verified(&app, &lab.examination, "b.txt", b"abcd").await;
    let _ = app.person(people::OFFICER).get(&file).await.expect(404);
    let outcome = prepared_with(&app, lab, &[id_of(&file)]).await;
    let _ = released(&app, outcome).await;
    let read = app.person(people::OFFICER).get(&file).await.expect(200);
    assert_eq!(read.json()["released"], true);
    let _ = app.person(people::OFFICER).get(&other).await.expect(404);
    let _ = app.person(people::OTHER_OFFICER).get(&file).await.expect(404);
    let _ = app.nobody().get(&file).await.expect(401);
}
