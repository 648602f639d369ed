//! Queue `uploads`.

use functions::process_upload::{message_for, waiting};
use functions::triggers::{Message, Payload};
use serde_json::{Value, json};
use store::model::Shelf;
use tests::support::lab::{announced, announcement, id_of, planned, sent};
use tests::support::{TestApp, people};

fn message(case: &str, file: &str) -> Payload {
    message_for(&id_of(case).parse().unwrap(), &id_of(file).parse().unwrap())
}

async fn state(app: &TestApp, file: &str) -> String {
    app.person(people::DIGITAL).get(file).await.expect(200).text("/state")
}

async fn events(app: &TestApp, case: &str) -> usize {
    let stream = id_of(case).parse().unwrap();
    app.app.store.streams.events(&stream, 0, 1_000).await.unwrap().len()
}

#[tokio::test]
async fn what_was_announced_becomes_evidence_once_however_often_it_is_told() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    sent(&app, &file, b"abc").await;
    let told = message(&lab.work.case, &file);
    assert_eq!(waiting(&app.app, 10).await.unwrap(), [told.clone()]);
    app.fire_with("process_upload", told.clone()).await.unwrap();
    assert_eq!(state(&app, &file).await, "verified");
    let before = events(&app, &lab.work.case).await;
    for _ in 0..3 {
        app.fire_with("process_upload", told.clone()).await.unwrap();
    }
    assert_eq!(events(&app, &lab.work.case).await, before);
    assert!(waiting(&app.app, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn two_workers_at_once_record_one_finding() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    sent(&app, &file, b"abc").await;
    let before = events(&app, &lab.work.case).await;
    let told = message(&lab.work.case, &file);
    let (one, two) = tokio::join!(
        app.fire_with("process_upload", told.clone()),
        app.fire_with("process_upload", told),
    );
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(events(&app, &lab.work.case).await, before + 1);
}

#[tokio::test]
async fn other_bytes_are_set_apart() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    sent(&app, &file, b"xyz").await;
    app.fire_with("process_upload", message(&lab.work.case, &file)).await.unwrap();
    assert_eq!(state(&app, &file).await, "quarantined");
    let read = app.app.store.files.read(&id_of(&file), 0, 3).await;
    assert!(read.is_err());
}

#[tokio::test]
async fn a_message_that_comes_too_early_waits_for_the_bytes() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    app.fire_with("process_upload", message(&lab.work.case, &file)).await.unwrap();
    assert_eq!(state(&app, &file).await, "uploading");
}

#[tokio::test]
async fn bytes_that_are_all_here_before_anybody_said_so_are_received_and_judged() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    let _ = app.person(people::DIGITAL).put(&format!("{file}/blocks/0"), "abc").await.expect(200);
    app.app.store.uploads.complete(&id_of(&file)).await.unwrap();
    app.fire_with("process_upload", message(&lab.work.case, &file)).await.unwrap();
    assert_eq!(state(&app, &file).await, "verified");
    let target = format!("{file}/completion");
    let answer = app.person(people::DIGITAL).post(&target, &json!({})).await;
    let _ = answer.expect_problem(409, "uploadComplete", &[]);
}

#[tokio::test]
async fn a_judged_file_that_is_not_on_its_shelf_yet_is_put_there() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", b"abc")).await;
    sent(&app, &file, b"abc").await;
    // Somebody settled it and died before recording so, or the other way round: both converge.
    app.app.store.files.settle(&id_of(&file), Shelf::Evidence).await.unwrap();
    app.fire_with("process_upload", message(&lab.work.case, &file)).await.unwrap();
    assert_eq!(state(&app, &file).await, "verified");
}

#[tokio::test]
async fn what_is_not_ours_is_passed_over_and_what_cannot_be_read_is_set_aside() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let unknown = "0".repeat(32);
    app.fire_with("process_upload", message(&lab.work.case, &unknown)).await.unwrap();
    app.fire_with("process_upload", message(&unknown, &unknown)).await.unwrap();
    let blob = |container: &str, name: &str| -> Payload {
        let event: Value = json!({
            "id": "1", "eventType": "Microsoft.Storage.BlobCreated",
            "subject": format!("/blobServices/default/containers/{container}/blobs/{name}"),
            "data": {"url": "https://x/y", "contentLength": 3}
        });
        Payload::Message(Message::new(event.to_string()))
    };
    for payload in [blob("evidence", "a/b"), blob("uploads", "../x/y"), blob("uploads", "x")] {
        app.fire_with("process_upload", payload).await.unwrap();
    }
    let nonsense = Payload::Message(Message::new("hello"));
    assert_eq!(app.fire_with("process_upload", nonsense).await.unwrap_err().status(), 400);
}
