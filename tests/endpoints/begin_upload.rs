//! `POST …/examinations/{examinationId}/files`.

use domain::files::FILE_BYTES_MAX;
use serde_json::json;
use tests::support::lab::{announcement, planned, sha256};
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_file_is_announced_with_what_it_should_be() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let files = format!("{}/files", lab.examination);
    let body = announcement("photo.jpg", b"bytes");
    let answer = app.person(people::DIGITAL).post(&files, &body).await.expect(201);
    assert_eq!(answer.text("/file/state"), "uploading");
    assert_eq!(answer.text("/file/sha256"), sha256(b"bytes"));
    assert_eq!(answer.json()["blocks"], 1);
    assert_eq!(answer.json()["blockSizeBytes"], domain::files::BLOCK_BYTES);
    let location = answer.header("location");
    assert_eq!(answer.text("/blockAddress"), format!("{location}/blocks/{{index}}"));
    let read = app.person(people::DIGITAL).get(location).await.expect(200);
    assert_eq!(read.json(), answer.json()["file"]);
}

#[tokio::test]
async fn a_retry_announces_one_file_and_tells_the_store_again() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let files = format!("{}/files", lab.examination);
    let body = announcement("photo.jpg", b"bytes");
    let first = app.person(people::DIGITAL).key("f").post(&files, &body).await.expect(201);
    let again = app.person(people::DIGITAL).key("f").post(&files, &body).await.expect(201);
    assert_eq!(again.body, first.body);
    let list = app.person(people::DIGITAL).get(&files).await.expect(200).json();
    assert_eq!(list["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let files = format!("{}/files", lab.examination);
    let body = json!({"name": "a\u{2028}b", "sizeBytes": 0, "sha256": "AB", "role": "virus"});
    let answer = app.person(people::DIGITAL).post(&files, &body).await;
    let pointers = ["/name", "/sizeBytes", "/sha256", "/role"];
    let _ = answer.expect_problem(422, "invalid", &pointers);
}

#[tokio::test]
async fn the_largest_file_is_taken_and_one_byte_more_is_not() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let files = format!("{}/files", lab.examination);
    let mut body = announcement("huge.bin", b"x");
    body["sizeBytes"] = json!(FILE_BYTES_MAX);
    let answer = app.person(people::DIGITAL).post(&files, &body).await.expect(201);
    assert_eq!(answer.json()["blocks"], 8_192);
    body["sizeBytes"] = json!(FILE_BYTES_MAX + 1);
    let answer = app.person(people::DIGITAL).post(&files, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/sizeBytes"]);
}

#[tokio::test]
async fn files_come_from_practitioners_who_reach_the_case() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let files = format!("{}/files", lab.examination);
    let body = announcement("photo.jpg", b"bytes");
    let answer = app.person(people::STORE).post(&files, &body).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).post(&files, &body).await.expect(404);
    let _ = app.nobody().post(&files, &body).await.expect(401);
    let answer = app.person(people::DIGITAL).without_key().post(&files, &body).await;
    let _ = answer.expect_problem(400, "idempotencyKeyMissing", &[]);
    let unknown = format!("{}/examinations/{}/files", lab.work.case, "0".repeat(32));
    let _ = app.person(people::DIGITAL).post(&unknown, &body).await.expect(404);
}

#[tokio::test]
async fn nothing_is_added_to_finished_work() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let etag = app.person(people::OFFICER).get(&lab.work.request).await.expect(200).etag();
    let body = json!({"reason": "The suspect has pleaded guilty."});
    let target = format!("{}/withdrawal", lab.work.request);
    let _ = app.person(people::OFFICER).if_match(&etag).post(&target, &body).await.expect(200);
    let files = format!("{}/files", lab.examination);
    let body = announcement("photo.jpg", b"bytes");
    let answer = app.person(people::DIGITAL).post(&files, &body).await;
    let _ = answer.expect_problem(409, "examinationOver", &[]);
}
