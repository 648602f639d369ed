//! `Uploads`.

use super::Backend;
use super::samples::{noise, stream};
use futures::StreamExt as _;
use ledger::hash::sha256;
use store::error::StoreError;
use store::model::{BLOCK_BYTES_MAX, BLOCKS_MAX, FILE_BYTES_MAX, StoredBlock, UploadPlan};
use store::ports::Store;

/// A file's id.
pub const ID: &str = "000102030405060708090a0b0c0d0e0f";

/// A file of two and a half blocks.
#[must_use]
pub fn plan() -> UploadPlan {
    UploadPlan { size: 2_500, block_size: 1_000 }
}

async fn put(store: &Store, index: u32, bytes: &[u8]) -> Result<StoredBlock, StoreError> {
    store.uploads.put_block(ID, index, stream(bytes, 300)).await
}

/// Uploads `bytes` whole and closes the upload.
pub async fn upload(store: &Store, id: &str, bytes: &[u8], block_size: u64) {
    let plan = UploadPlan { size: bytes.len() as u64, block_size };
    store.uploads.begin(id, plan).await.unwrap();
    let blocks = bytes.chunks(usize::try_from(block_size).unwrap());
    for (index, block) in (0..).zip(blocks) {
        store.uploads.put_block(id, index, stream(block, 64 * 1024)).await.unwrap();
    }
    store.uploads.complete(id).await.unwrap();
}

/// "The same plan again is the same success; another plan is `Exists`."
pub async fn the_same_plan_again_is_the_same_success_and_another_is_refused<B: Backend>(
    backend: B,
) {
    let uploads = &backend.store().uploads;
    uploads.begin(ID, plan()).await.unwrap();
    uploads.begin(ID, plan()).await.unwrap();
    let other = UploadPlan { size: 2_501, ..plan() };
    assert!(matches!(uploads.begin(ID, other).await, Err(StoreError::Exists { .. })));
    assert_eq!(uploads.blocks(ID).await.unwrap(), (plan(), vec![]));
}

/// The limits of a plan, on both sides; and ids are never paths.
pub async fn plans_beyond_the_limits_are_refused<B: Backend>(backend: B) {
    let uploads = &backend.store().uploads;
    let most = BLOCKS_MAX;
    let cases = [
        (0, 1, false),
        (1, 0, false),
        (1, 1, true),
        (most, 1, true),
        (most + 1, 1, false),
        (FILE_BYTES_MAX, BLOCK_BYTES_MAX, true),
        (FILE_BYTES_MAX + 1, BLOCK_BYTES_MAX, false),
        (1, BLOCK_BYTES_MAX + 1, false),
    ];
    for (number, (size, block_size, good)) in (0..).zip(cases) {
        let id = format!("{number:032x}");
        let answer = uploads.begin(&id, UploadPlan { size, block_size }).await;
        match (answer, good) {
            (Ok(()), true) | (Err(StoreError::Mismatch { code: "plan", .. }), false) => {}
            (other, _) => panic!("{size} in {block_size}: {other:?}"),
        }
    }
    for id in ["", "../x", &"A".repeat(32), &"a".repeat(31), &"a".repeat(33)] {
        let answer = uploads.begin(id, plan()).await;
        assert!(matches!(answer, Err(StoreError::Mismatch { code: "fileId", .. })));
    }
}

/// "It must be exactly as long as the plan says, else `Mismatch` and nothing is kept."
pub async fn a_block_of_another_length_is_refused_and_nothing_kept<B: Backend>(backend: B) {
    let store = backend.store();
    store.uploads.begin(ID, plan()).await.unwrap();
    let bytes = noise(1_001);
    put(store, 1, &bytes[..1_000]).await.unwrap();
    for (index, length) in [(0, 999), (0, 1_001), (0, 0), (2, 499), (2, 501)] {
        let answer = put(store, index, &bytes[..length]).await;
        assert!(
            matches!(answer, Err(StoreError::Mismatch { code: "blockLength", .. })),
            "{answer:?}"
        );
    }
    assert_eq!(store.uploads.blocks(ID).await.unwrap().1.len(), 1);
    // A block that was too long must not have run over into its neighbour.
    put(store, 0, &bytes[1..]).await.unwrap();
    put(store, 2, &bytes[..500]).await.unwrap();
    store.uploads.complete(ID).await.unwrap();
    let whole = [&bytes[1..], &bytes[..1_000], &bytes[..500]].concat();
    assert_eq!(store.files.examine(ID).await.unwrap().sha256, sha256(&whole));
}

/// "The same bytes again are the same success; other bytes are `Exists` and change nothing."
pub async fn the_same_bytes_again_are_the_same_success_and_others_change_nothing<B: Backend>(
    backend: B,
) {
    let store = backend.store();
    store.uploads.begin(ID, UploadPlan { size: 1_000, ..plan() }).await.unwrap();
    let bytes = noise(2_000);
    let stored = StoredBlock { index: 0, size: 1_000, sha256: sha256(&bytes[..1_000]) };
    for _ in 0..2 {
        assert_eq!(put(store, 0, &bytes[..1_000]).await.unwrap(), stored);
        let other = put(store, 0, &bytes[1_000..]).await;
        assert!(matches!(other, Err(StoreError::Exists { .. })), "{other:?}");
    }
    store.uploads.complete(ID).await.unwrap();
    assert_eq!(put(store, 0, &bytes[..1_000]).await.unwrap(), stored);
    assert_eq!(store.files.examine(ID).await.unwrap().sha256, stored.sha256);
}

/// "Block out of range."
pub async fn a_block_outside_the_plan_is_refused<B: Backend>(backend: B) {
    let store = backend.store();
    store.uploads.begin(ID, plan()).await.unwrap();
    for index in [3, u32::MAX] {
        let answer = put(store, index, b"x").await;
        assert!(matches!(answer, Err(StoreError::Mismatch { code: "blockIndex", .. })));
    }
}

/// A connection that dies in the middle of a block.
pub async fn a_block_whose_bytes_break_off_is_not_kept<B: Backend>(backend: B) {
    let store = backend.store();
    store.uploads.begin(ID, plan()).await.unwrap();
    let bytes = noise(1_000);
    let torn = stream(&bytes, 300)
        .take(2)
        .chain(futures::stream::iter([Err(StoreError::unavailable("the connection broke"))]));
    let answer = store.uploads.put_block(ID, 0, torn.boxed()).await;
    assert!(matches!(answer, Err(StoreError::Unavailable { .. })), "{answer:?}");
    assert_eq!(store.uploads.blocks(ID).await.unwrap().1, []);
    put(store, 0, &bytes).await.unwrap();
}

/// Retries that overtake one another.
pub async fn one_block_sent_many_times_at_once_is_stored_once<B: Backend>(backend: B) {
    let store = backend.store();
    store.uploads.begin(ID, UploadPlan { size: 1_000, ..plan() }).await.unwrap();
    let bytes = noise(1_008);
    let racers: Vec<_> = (0..8)
        .map(|start| {
            let (store, block) = (store.clone(), bytes[start..start + 1_000].to_vec());
            tokio::spawn(async move { (put(&store, 0, &block).await.is_ok(), sha256(&block)) })
        })
        .collect();
    let mut winners = Vec::new();
    for racer in racers {
        let (won, hash) = racer.await.unwrap();
        if won {
            winners.push(hash);
        }
    }
    assert_eq!(winners.len(), 1);
    store.uploads.complete(ID).await.unwrap();
    assert_eq!(store.files.examine(ID).await.unwrap().sha256, winners[0]);
}

/// "Stores block `index`, durably"; "The blocks stored so far, in order, with the plan."
pub async fn blocks_are_durable_and_listed_in_order_with_the_plan<B: Backend>(backend: B) {
    backend.store().uploads.begin(ID, plan()).await.unwrap();
    let bytes = noise(2_500);
    put(backend.store(), 2, &bytes[2_000..]).await.unwrap();
    put(backend.store(), 0, &bytes[..1_000]).await.unwrap();
    let backend = backend.reopen().await;
    let (found, blocks) = backend.store().uploads.blocks(ID).await.unwrap();
    assert_eq!(found, plan());
    let expected = [
        StoredBlock { index: 0, size: 1_000, sha256: sha256(&bytes[..1_000]) },
        StoredBlock { index: 2, size: 500, sha256: sha256(&bytes[2_000..]) },
    ];
    assert_eq!(blocks, expected);
    put(backend.store(), 1, &bytes[1_000..2_000]).await.unwrap();
    backend.store().uploads.complete(ID).await.unwrap();
    let examined = backend.store().files.examine(ID).await.unwrap();
    assert_eq!(examined.sha256, sha256(&bytes));
}

/// "Every block must be there, else `Mismatch` naming the missing ones."
pub async fn an_upload_with_blocks_missing_does_not_close_and_names_them<B: Backend>(backend: B) {
    let store = backend.store();
    store.uploads.begin(ID, plan()).await.unwrap();
    put(store, 1, &noise(1_000)).await.unwrap();
    match store.uploads.complete(ID).await {
        Err(StoreError::Mismatch { code: "blocksMissing", detail }) => {
            assert!(detail.ends_with("0, 2"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(store.uploads.waiting(10).await.unwrap(), [""; 0]);
}

/// "The file is then waiting to be examined. Again is the same success."
pub async fn a_closed_upload_waits_to_be_examined_and_closing_again_is_the_same<B: Backend>(
    backend: B,
) {
    let store = backend.store();
    let ids: Vec<_> = (0..3).map(|number| format!("{number:032x}")).collect();
    for id in &ids {
        upload(store, id, b"bytes", 2).await;
        store.uploads.complete(id).await.unwrap();
    }
    assert_eq!(store.uploads.waiting(10).await.unwrap(), ids);
    assert_eq!(store.uploads.waiting(2).await.unwrap().len(), 2);
    let backend = backend.reopen().await;
    assert_eq!(backend.store().uploads.waiting(10).await.unwrap(), ids);
}

/// "There is no such file."
pub async fn an_unknown_upload_is_not_found<B: Backend>(backend: B) {
    let store = backend.store();
    assert!(matches!(put(store, 0, b"x").await, Err(StoreError::NotFound)));
    assert!(matches!(store.uploads.blocks(ID).await, Err(StoreError::NotFound)));
    assert!(matches!(store.uploads.complete(ID).await, Err(StoreError::NotFound)));
}
