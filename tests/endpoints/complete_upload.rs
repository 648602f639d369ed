//! `POST …/files/{fileId}/completion`.

use serde_json::json;
use tests::support::lab::{announced, announcement, planned, sent, work_uploads};
use tests::support::{Answer, TestApp, people};

async fn complete(app: &TestApp, person: &str, key: &str, file: &str) -> Answer {
    app.person(person).key(key).post(&format!("{file}/completion"), &json!({})).await
}

#[tokio::test]
async fn a_complete_upload_is_received_and_then_judged() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a.txt", b"abc")).await;
    let _ = app.person(people::DIGITAL).put(&format!("{file}/blocks/0"), "abc").await.expect(200);
    let first = complete(&app, people::DIGITAL, "c", &file).await.expect(200);
    assert_eq!(first.text("/state"), "received");
    let again = complete(&app, people::DIGITAL, "c", &file).await.expect(200);
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, "true"));
    work_uploads(&app).await;
    let again = complete(&app, people::DIGITAL, "c", &file).await.expect(200);
    assert_eq!(again.body, first.body);
    let answer = complete(&app, people::DIGITAL, "d", &file).await;
    let _ = answer.expect_problem(409, "uploadComplete", &[]);
    let read = app.person(people::DIGITAL).get(&file).await.expect(200);
    assert_eq!(read.text("/state"), "verified");
}

#[tokio::test]
async fn missing_blocks_are_named_up_to_a_hundred() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let mut body = announcement("big.bin", b"");
    body["sizeBytes"] = json!(150 * domain::files::BLOCK_BYTES + 3);
    let file = announced(&app, &lab.examination, &body).await;
    let last = format!("{file}/blocks/150");
    let _ = app.person(people::DIGITAL).put(&last, "abc").await.expect(200);
    let answer = complete(&app, people::DIGITAL, "c", &file).await;
    let detail = answer.expect_problem(409, "blocksMissing", &[]).text("/detail");
    assert!(detail.starts_with("150 of 151 blocks are missing: 0, 1, 2,"), "{detail}");
    assert!(detail.ends_with(" 99."), "{detail}");
    let read = app.person(people::DIGITAL).get(&file).await.expect(200);
    assert_eq!(read.text("/state"), "uploading");
}

#[tokio::test]
async fn only_who_announced_it_completes_it() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    let answer = complete(&app, people::OTHER_DIGITAL, "c", &file).await;
    let _ = answer.expect_problem(403, "notYourUpload", &[]);
    let _ = complete(&app, people::OFFICER, "c", &file).await.expect(403);
    let _ = complete(&app, people::OTHER_OFFICER, "c", &file).await.expect(404);
    let target = format!("{file}/completion");
    let _ = app.nobody().post(&target, &json!({})).await.expect(401);
    let answer = app.person(people::DIGITAL).without_key().post(&target, &json!({})).await;
    let _ = answer.expect_problem(400, "idempotencyKeyMissing", &[]);
}

#[tokio::test]
async fn completing_rings_for_the_upload_worker() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    sent(&app, &file, b"abc").await;
    // A stored permit: the bell was rung before anybody listened.
    app.app.upload_bell.notified().await;
}
