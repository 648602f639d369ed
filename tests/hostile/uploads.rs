//! Uploads that are not what was announced, and a disk without room.

use crate::faults::Record;
use domain::files::BLOCK_BYTES;
use serde_json::json;
use std::sync::{Arc, Mutex};
use store::fault::{FailNth, Fault};
use store::ports::Store;
use tests::support::lab::{announced, announcement, planned, work_uploads};
use tests::support::{Answer, TestApp, people};

const BLOCK: usize = BLOCK_BYTES as usize;

/// Two blocks: a whole one and five bytes.
fn two_blocks() -> Vec<u8> {
    (0..BLOCK + 5).map(|n| (n % 251) as u8).collect()
}

async fn put(app: &TestApp, file: &str, index: u32, bytes: &[u8]) -> Answer {
    app.person(people::DIGITAL).put(&format!("{file}/blocks/{index}"), bytes.to_vec()).await
}

async fn complete(app: &TestApp, file: &str) -> Answer {
    app.person(people::DIGITAL).post(&format!("{file}/completion"), &json!({})).await
}

/// The numbers of the blocks that are there.
async fn stored(app: &TestApp, file: &str) -> Vec<u64> {
    let read = app.person(people::DIGITAL).get(&format!("{file}/blocks")).await.expect(200);
    let runs = read.json()["missing"].as_array().unwrap().clone();
    let missing = |n: u64| {
        runs.iter().any(|run| (run["from"].as_u64()..=run["to"].as_u64()).contains(&Some(n)))
    };
    (0..2).filter(|n| !missing(*n)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_only_as_long_as_it_was_announced_and_in_its_own_blocks() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let bytes = two_blocks();
    let file = announced(&app, &lab.examination, &announcement("two.bin", &bytes)).await;
    let was = Record::of(&app.app.store).await;

    let smaller_and_larger =
        [(0, &bytes[..BLOCK - 1]), (0, &bytes[..=BLOCK]), (1, &bytes[..4]), (1, &bytes[..6])];
    for (index, wrong) in smaller_and_larger {
        let _ = put(&app, &file, index, wrong).await.expect_problem(422, "blockLength", &[]);
    }
    let _ = put(&app, &file, 2, &bytes[BLOCK..]).await.expect_problem(422, "blockIndex", &[]);
    assert_eq!(stored(&app, &file).await, [0_u64; 0]);
    let _ = complete(&app, &file).await.expect_problem(409, "blocksMissing", &[]);

    let _ = put(&app, &file, 1, &bytes[BLOCK..]).await.expect(200);
    let _ = put(&app, &file, 1, &bytes[BLOCK..]).await.expect(200);
    let _ = put(&app, &file, 1, b"other").await.expect_problem(409, "blockExists", &[]);
    let _ = complete(&app, &file).await.expect_problem(409, "blocksMissing", &[]);
    assert_eq!(stored(&app, &file).await, [1]);
    assert_eq!(Record::of(&app.app.store).await, was);

    let _ = put(&app, &file, 0, &bytes[..BLOCK]).await.expect(200);
    let _ = complete(&app, &file).await.expect(200);
    let _ = put(&app, &file, 0, &bytes[..BLOCK]).await.expect_problem(409, "uploadComplete", &[]);
    work_uploads(&app).await;
    let read = app.person(people::DIGITAL).get(&format!("{file}/content")).await.expect(200);
    assert_eq!(read.body, bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_senders_of_one_block_one_is_told_that_it_lost() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a.bin", b"12345")).await;
    let senders = (0..8).map(|n| {
        let bytes = if n % 2 == 0 { b"12345" } else { b"54321" };
        let (app, file) = (&app, &file);
        async move { (n % 2, put(app, file, 0, bytes).await.status) }
    });
    let answers = futures::future::join_all(senders).await;
    let won = answers.iter().find(|(_, status)| *status == 200).unwrap().0;
    for (which, status) in &answers {
        assert_eq!(*status, if *which == won { 200 } else { 409 }, "{answers:?}");
    }
}

/// How many calls in a row find no room.
const CALLS_WITHOUT_ROOM: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_takes_nothing_and_loses_nothing() {
    let bytes = two_blocks();
    let (app, file, _) = half_sent(0, &bytes).await;
    let before = app.1.calls();
    drop((app, file));

    // Each wrapper fails its own call of this number, so that so many fail one after another.
    let ((app, handle), file, inner) = half_sent(before + 1, &bytes).await;
    let was = Record::of(&inner).await;
    let mut refused = 0;
    while !handle.fired() || refused < CALLS_WITHOUT_ROOM {
        let answer = put(&app, &file, 1, &bytes[BLOCK..]).await;
        if answer.status == 200 {
            break;
        }
        let _ = answer.expect_problem(507, "storeFull", &[]);
        refused += 1;
        let answer = complete(&app, &file).await;
        assert!([507, 409].contains(&answer.status), "{answer:?}");
        assert_eq!(Record::of(&inner).await, was);
    }
    assert!(refused > 1, "the disk was never full");
    assert_eq!(stored(&app, &file).await, [0, 1], "an acknowledged block is lost");
    let _ = complete(&app, &file).await.expect(200);
    work_uploads(&app).await;
    let read = app.person(people::DIGITAL).get(&format!("{file}/content")).await.expect(200);
    assert_eq!(read.body, bytes);
}

/// An upload of which the first block is acknowledged, on a store that has no room for many calls
/// from its call number `nth` on.
async fn half_sent(nth: u64, bytes: &[u8]) -> ((TestApp, FailNth), String, Store) {
    let kept: Arc<Mutex<Option<(FailNth, Store)>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let app = TestApp::with(&[], move |inner| {
        let mut store = inner.clone();
        for _ in 1..CALLS_WITHOUT_ROOM {
            store = FailNth::wrap(store, nth, Fault::Full).0;
        }
        let (store, handle) = FailNth::wrap(store, nth, Fault::Full);
        *keep.lock().unwrap() = Some((handle, inner));
        store
    });
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("two.bin", bytes)).await;
    let _ = put(&app, &file, 0, &bytes[..BLOCK]).await.expect(200);
    let (handle, inner) = kept.lock().unwrap().take().unwrap();
    ((app, handle), file, inner)
}
