//! `PUT …/files/{fileId}/blocks/{index}`.

use domain::files::BLOCK_BYTES;
use tests::support::lab::{announced, announcement, planned, sent, sha256};
use tests::support::{TestApp, people};

const BLOCK: usize = BLOCK_BYTES as usize;

/// An announced file of one whole block and five bytes.
async fn two_blocks(app: &TestApp) -> (String, Vec<u8>) {
    let lab = planned(app).await;
    let bytes: Vec<u8> = (0..BLOCK + 5).map(|n| n as u8).collect();
    let file = announced(app, &lab.examination, &announcement("two.bin", &bytes)).await;
    (file, bytes)
}

#[tokio::test]
async fn each_block_is_stored_with_a_receipt_and_the_same_again_is_the_same() {
    let app = TestApp::new();
    let (file, bytes) = two_blocks(&app).await;
    let last = format!("{file}/blocks/1");
    let receipt = app.person(people::DIGITAL).put(&last, bytes[BLOCK..].to_vec()).await;
    let receipt = receipt.expect(200);
    assert_eq!(receipt.json()["sizeBytes"], 5);
    assert_eq!(receipt.text("/sha256"), sha256(&bytes[BLOCK..]));
    let again = app.person(people::DIGITAL).put(&last, bytes[BLOCK..].to_vec()).await;
    assert_eq!(again.expect(200).body, receipt.body);
    let first = format!("{file}/blocks/0");
    let _ = app.person(people::DIGITAL).put(&first, bytes[..BLOCK].to_vec()).await.expect(200);
}

#[tokio::test]
async fn other_bytes_never_replace_a_block() {
    let app = TestApp::new();
    let (file, _) = two_blocks(&app).await;
    let last = format!("{file}/blocks/1");
    let _ = app.person(people::DIGITAL).put(&last, "12345").await.expect(200);
    let answer = app.person(people::DIGITAL).put(&last, "54321").await;
    let _ = answer.expect_problem(409, "blockExists", &[]);
    let _ = app.person(people::DIGITAL).put(&last, "12345").await.expect(200);
}

#[tokio::test]
async fn a_block_is_exactly_as_long_as_it_has_to_be() {
    let app = TestApp::new();
    let (file, _) = two_blocks(&app).await;
    for bytes in ["", "1234", "123456"] {
        let answer = app.person(people::DIGITAL).put(&format!("{file}/blocks/1"), bytes).await;
        let answer = answer.expect_problem(422, "blockLength", &[]);
        let detail = format!("Expected 5 bytes, {} were announced.", bytes.len());
        assert_eq!(answer.text("/detail"), detail);
    }
    let first = format!("{file}/blocks/0");
    let slack = 64 * 1024;
    let answer = app.person(people::DIGITAL).put(&first, vec![0; BLOCK + slack]).await;
    let _ = answer.expect_problem(422, "blockLength", &[]);
    let answer = app.person(people::DIGITAL).put(&first, vec![0; BLOCK + slack + 1]).await;
    let _ = answer.expect_problem(413, "bodyTooLarge", &[]);
}

#[tokio::test]
async fn a_chunked_block_is_counted_as_it_comes() {
    let app = TestApp::new();
    let (file, bytes) = two_blocks(&app).await;
    let last = format!("{file}/blocks/1");
    for wrong in ["1234", "123456"] {
        let answer = app.person(people::DIGITAL).chunked().put(&last, wrong).await;
        let _ = answer.expect_problem(422, "blockLength", &[]);
    }
    let ask = app.person(people::DIGITAL).chunked();
    let answer = ask.put(&format!("{file}/blocks/0"), vec![0; BLOCK + 64 * 1024 + 1]).await;
    // The store stops listening at the first byte too many, whichever limit it passes.
    assert!([413, 422].contains(&answer.status), "{answer:?}");
    let right = bytes[BLOCK..].to_vec();
    let _ = app.person(people::DIGITAL).chunked().put(&last, right).await.expect(200);
}

#[tokio::test]
async fn a_block_the_file_does_not_have_is_refused() {
    let app = TestApp::new();
    let (file, _) = two_blocks(&app).await;
    for index in ["2", "4294967295"] {
        let answer = app.person(people::DIGITAL).put(&format!("{file}/blocks/{index}"), "x").await;
        let _ = answer.expect_problem(422, "blockIndex", &[]);
    }
    for index in ["-1", "one", "4294967296"] {
        let answer = app.person(people::DIGITAL).put(&format!("{file}/blocks/{index}"), "x").await;
        let _ = answer.expect_problem(404, "notFound", &[]);
    }
}

#[tokio::test]
async fn only_who_announced_the_file_sends_its_bytes() {
    let app = TestApp::new();
    let (file, _) = two_blocks(&app).await;
    let last = format!("{file}/blocks/1");
    let answer = app.person(people::OTHER_DIGITAL).put(&last, "12345").await;
    let _ = answer.expect_problem(403, "notYourUpload", &[]);
    let answer = app.person(people::OFFICER).put(&last, "12345").await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).put(&last, "12345").await.expect(404);
    let _ = app.nobody().put(&last, "12345").await.expect(401);
}

#[tokio::test]
async fn a_complete_upload_takes_no_more_bytes() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    sent(&app, &file, b"abc").await;
    let answer = app.person(people::DIGITAL).put(&format!("{file}/blocks/0"), "abc").await;
    let _ = answer.expect_problem(409, "uploadComplete", &[]);
}
