//! `Files`.

use super::Backend;
use super::samples::{drain, noise};
use super::uploads::{ID, plan, upload};
use ledger::hash::sha256;
use store::error::StoreError;
use store::model::{Examined, Shelf};

/// The beginning of a PNG picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

/// "Reads a waiting file through once and says what it is."
pub async fn examining_tells_size_hash_and_type_from_the_bytes<B: Backend>(backend: B) {
    let store = backend.store();
    // More than one buffer of any backend, and not a multiple of one.
    let long = noise(3 * 1024 * 1024 + 17);
    for (number, bytes, media_type) in [
        (1, PNG, "image/png"),
        (2, b"plain".as_slice(), "application/octet-stream"),
        (3, &*long, "application/octet-stream"),
    ] {
        let id = format!("{number:032x}");
        upload(store, &id, bytes, 1024 * 1024).await;
        let expected = Examined {
            size: bytes.len() as u64,
            sha256: sha256(bytes),
            media_type: media_type.to_owned(),
        };
        assert_eq!(store.files.examine(&id).await.unwrap(), expected);
    }
}

/// "Reads a waiting or settled file"; "Moves a waiting file to its shelf".
pub async fn a_settled_file_can_be_examined_and_no_longer_waits<B: Backend>(backend: B) {
    let store = backend.store();
    for (number, shelf) in [(1, Shelf::Evidence), (2, Shelf::Quarantine)] {
        let id = format!("{number:032x}");
        upload(store, &id, PNG, 10).await;
        let before = store.files.examine(&id).await.unwrap();
        store.files.settle(&id, shelf).await.unwrap();
        assert_eq!(store.files.examine(&id).await.unwrap(), before);
        assert_eq!(store.uploads.waiting(10).await.unwrap(), [""; 0]);
        store.uploads.complete(&id).await.unwrap();
    }
}

/// "Again is the same success; the other shelf is `Exists`."
pub async fn settling_again_is_the_same_and_the_other_shelf_is_refused<B: Backend>(backend: B) {
    let store = backend.store();
    for (number, shelf, other) in
        [(1, Shelf::Evidence, Shelf::Quarantine), (2, Shelf::Quarantine, Shelf::Evidence)]
    {
        let id = format!("{number:032x}");
        upload(store, &id, PNG, 10).await;
        for _ in 0..2 {
            store.files.settle(&id, shelf).await.unwrap();
            let answer = store.files.settle(&id, other).await;
            assert!(matches!(answer, Err(StoreError::Exists { .. })), "{answer:?}");
        }
    }
}

/// "The bytes of an evidence file from `start`, at most `len`."
pub async fn evidence_is_read_from_any_place_for_any_length<B: Backend>(backend: B) {
    let store = backend.store();
    let bytes = noise(1024 * 1024 + 3);
    upload(store, ID, &bytes, 300_000).await;
    store.files.settle(ID, Shelf::Evidence).await.unwrap();
    let size = bytes.len();
    let cases = [
        (0, size, 0..size),
        (0, usize::MAX, 0..size),
        (5, 10, 5..15),
        (262_143, 262_146, 262_143..524_289),
        (size - 1, 10, size - 1..size),
        (size, 10, size..size),
        (0, 0, 0..0),
    ];
    for (start, len, expected) in cases {
        let read = store.files.read(ID, start as u64, len as u64).await.unwrap();
        assert!(drain(read).await == bytes[expected], "{start} for {len}");
    }
    let past = store.files.read(ID, size as u64 + 1, 1).await.err();
    assert!(matches!(past, Some(StoreError::Mismatch { code: "range", .. })));
}

/// "A file in quarantine is not found."
pub async fn a_file_in_quarantine_is_not_found<B: Backend>(backend: B) {
    let store = backend.store();
    upload(store, ID, PNG, 10).await;
    assert!(matches!(store.files.read(ID, 0, 1).await.err(), Some(StoreError::NotFound)));
    store.files.settle(ID, Shelf::Quarantine).await.unwrap();
    assert!(matches!(store.files.read(ID, 0, 1).await.err(), Some(StoreError::NotFound)));
}

/// Only complete files exist.
pub async fn a_file_that_is_not_complete_is_neither_examined_nor_settled<B: Backend>(backend: B) {
    let store = backend.store();
    for _ in 0..2 {
        assert!(matches!(store.files.examine(ID).await, Err(StoreError::NotFound)));
        let settled = store.files.settle(ID, Shelf::Evidence).await;
        assert!(matches!(settled, Err(StoreError::NotFound)));
        store.uploads.begin(ID, plan()).await.unwrap();
    }
}

/// What was acknowledged stays.
pub async fn settled_files_are_there_after_opening_again<B: Backend>(backend: B) {
    upload(backend.store(), ID, PNG, 10).await;
    backend.store().files.settle(ID, Shelf::Evidence).await.unwrap();
    let backend = backend.reopen().await;
    let read = backend.store().files.read(ID, 0, u64::MAX).await.unwrap();
    assert_eq!(drain(read).await, PNG);
    backend.store().files.settle(ID, Shelf::Evidence).await.unwrap();
}
