//! Queue `uploads`.

use functions::intake::{message_for, waiting};
use functions::triggers::{Message, Payload};
use serde_json::{Value, json};
use store::fault::{FailNth, Fault};
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
    let waits = waiting(&app.app, 10).await.unwrap();
    let waits: Vec<_> = waits.iter().map(|f| message_for(&f.case_id, &f.file_id)).collect();
    assert_eq!(waits, std::slice::from_ref(&told));
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

/// An application whose store fails its call number `nth`, 0 for never, with the handle that counts.
fn failing(nth: u64, fault: Fault) -> (TestApp, FailNth) {
    let mut handle = None;
    let app = TestApp::with(&[], |store| {
        let (store, counter) = FailNth::wrap(store, nth, fault);
        handle = Some(counter);
        store
    });
    (app, handle.unwrap())
}

/// A file that has been sent and, if `completed`, said to be.
async fn on_its_way(app: &TestApp, completed: bool) -> (String, String) {
    let lab = planned(app).await;
    let file = announced(app, &lab.examination, &announcement("a", b"abc")).await;
    if completed {
        sent(app, &file, b"abc").await;
    } else {
        let block = format!("{file}/blocks/0");
        let _ = app.person(people::DIGITAL).put(&block, "abc").await.expect(200);
    }
    (lab.work.case, file)
}

#[tokio::test]
async fn a_crash_at_any_call_is_mended_by_the_next_firing() {
    let (app, counter) = failing(0, Fault::Before);
    let (case, file) = on_its_way(&app, true).await;
    let before = counter.calls();
    app.fire_with("process_upload", message(&case, &file)).await.unwrap();
    let calls = counter.calls() - before;
    assert!(calls >= 5, "{calls}");
    let recorded = events(&app, &case).await;
    for fault in [Fault::Before, Fault::After] {
        for nth in before + 1..=before + calls {
            let (app, counter) = failing(nth, fault);
            let (case, file) = on_its_way(&app, true).await;
            assert_eq!(counter.calls(), before, "preparing is the same each time");
            let failed = app.fire_with("process_upload", message(&case, &file)).await;
            assert!(failed.is_err() && counter.fired(), "{fault:?} {nth}");
            app.fire_with("process_upload", message(&case, &file)).await.unwrap();
            assert_eq!(state(&app, &file).await, "verified", "{fault:?} {nth}");
            assert_eq!(events(&app, &case).await, recorded, "{fault:?} {nth}");
            let content = format!("{file}/content");
            let read = app.person(people::DIGITAL).get(&content).await.expect(200);
            assert_eq!(read.body, "abc");
        }
    }
}

#[tokio::test]
async fn what_a_client_leaves_half_completed_the_sweep_takes_on() {
    let (app, counter) = failing(0, Fault::Before);
    let (_, file) = on_its_way(&app, false).await;
    let before = counter.calls();
    let target = format!("{file}/completion");
    let _ = app.person(people::DIGITAL).post(&target, &json!({})).await.expect(200);
    let calls = counter.calls() - before;
    let mut taken_on = 0;
    for fault in [Fault::Before, Fault::After] {
        for nth in before + 1..=before + calls {
            let (app, counter) = failing(nth, fault);
            let (_, file) = on_its_way(&app, false).await;
            let target = format!("{file}/completion");
            let answer = app.person(people::DIGITAL).post(&target, &json!({})).await;
            assert_eq!(answer.status, 503, "{fault:?} {nth}");
            assert!(counter.fired());
            let left = state(&app, &file).await;
            app.fire("sweep_uploads").await.unwrap();
            let now = state(&app, &file).await;
            let wanted = if left == "received" { "verified" } else { "uploading" };
            assert_eq!(now, wanted, "{fault:?} {nth}");
            taken_on += usize::from(left == "received");
        }
    }
    assert!(taken_on >= 2, "the failures after the commit leave a received file behind");
}
