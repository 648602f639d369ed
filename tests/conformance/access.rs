//! `AccessLog`.

use super::Backend;
use super::samples::{at, consultation};
use ledger::hash::leaf_hash;
use ledger::header::{ACCESS_SEALED, Header};
use ledger::merkle;
use store::error::StoreError;
use store::model::{ACCESS_RECORD_BYTES_MAX, AccessRecord};

fn parsed(records: &[Vec<u8>]) -> Vec<AccessRecord> {
    records.iter().map(|bytes| serde_json::from_slice(bytes).unwrap()).collect()
}

/// "`None` when there is nothing to close."
pub async fn nothing_to_close_is_no_batch<B: Backend>(backend: B) {
    let access = &backend.store().access;
    assert_eq!(access.seal(at(0)).await.unwrap(), None);
    access.record(consultation(1)).await.unwrap();
    assert!(access.seal(at(1)).await.unwrap().is_some());
    assert_eq!(access.seal(at(2)).await.unwrap(), None);
    assert_eq!(backend.store().log.pending(10).await.unwrap().len(), 1);
}

/// "The Merkle root over the exact bytes of its records"; "in order".
pub async fn a_batch_holds_the_exact_bytes_in_order_under_its_root<B: Backend>(backend: B) {
    let access = &backend.store().access;
    // The last one falls into another hour.
    let records: Vec<_> = [0, 1, 2, 3, 4_000_000].map(consultation).to_vec();
    for record in &records {
        access.record(record.clone()).await.unwrap();
    }
    let batch = access.seal(at(5)).await.unwrap().unwrap();
    assert_eq!((batch.seq, batch.count), (0, 5));
    let bytes = access.batch(0).await.unwrap();
    assert_eq!(parsed(&bytes), records);
    let leaves: Vec<_> = bytes.iter().map(|record| leaf_hash(record)).collect();
    assert_eq!(merkle::root(&leaves), batch.root);
}

/// "Closes the records written since the last batch into one"; "Records are in exactly one batch."
pub async fn each_record_is_in_exactly_one_batch<B: Backend>(backend: B) {
    let store = backend.store();
    let writers: Vec<_> = (0..8_u64)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0..25 {
                    store.access.record(consultation(writer * 25 + number)).await.unwrap();
                }
            })
        })
        .collect();
    let mut batches = Vec::new();
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        batches.extend(store.access.seal(at(0)).await.unwrap());
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    batches.extend(store.access.seal(at(0)).await.unwrap());
    let mut seen = Vec::new();
    for (seq, batch) in (0..).zip(&batches) {
        let records = store.access.batch(seq).await.unwrap();
        assert_eq!((batch.seq, batch.count), (seq, records.len() as u64));
        seen.extend(parsed(&records).into_iter().map(|record| record.at.millis()));
    }
    seen.sort_unstable();
    let all: Vec<_> = (0..200).map(|number| consultation(number).at.millis()).collect();
    assert_eq!(seen, all);
}

/// "Records a consultation, durably before it answers."
pub async fn a_record_is_durable_when_it_answers<B: Backend>(backend: B) {
    backend.store().access.record(consultation(1)).await.unwrap();
    let backend = backend.reopen().await;
    let access = &backend.store().access;
    access.record(consultation(2)).await.unwrap();
    assert_eq!(access.seal(at(3)).await.unwrap().unwrap().count, 2);
    let backend = backend.reopen().await;
    let access = &backend.store().access;
    assert_eq!(parsed(&access.batch(0).await.unwrap()), [consultation(1), consultation(2)]);
    access.record(consultation(3)).await.unwrap();
    assert_eq!(access.seal(at(4)).await.unwrap().unwrap().seq, 1);
    assert_eq!(parsed(&access.batch(1).await.unwrap()), [consultation(3)]);
}

/// "… whose leaf then waits for its place in the force's log."
pub async fn a_sealed_batch_waits_for_its_place_in_the_log<B: Backend>(backend: B) {
    let store = backend.store();
    for seq in 0..3 {
        store.access.record(consultation(seq)).await.unwrap();
        let batch = store.access.seal(at(100)).await.unwrap().unwrap();
        let pending = store.log.pending(10).await.unwrap().pop().unwrap();
        let header = Header::parse(&pending.header).unwrap();
        assert!(header.case.is_access());
        assert_eq!((header.kind.as_str(), header.seq), (ACCESS_SEALED, seq));
        assert_eq!(header.time, at(100).to_string());
        let event = store.streams.events(&header.case, seq, 1).await.unwrap().pop().unwrap();
        let opened = ledger::event::open(&event.header, &event.disclosures).unwrap();
        assert_eq!(opened.fields["root"], batch.root.to_string());
        assert_eq!(opened.fields["count"], 1);
    }
    let pending = store.log.pending(10).await.unwrap();
    store.log.sequence(0, &pending).await.unwrap();
    // The chain of batches is not a stream of documents.
    assert_eq!(store.streams.streams(None, 10).await.unwrap(), []);
}

/// A record that cannot be kept is refused, and so is the read it stands for.
pub async fn a_record_of_the_largest_size_fits_and_a_larger_one_does_not<B: Backend>(backend: B) {
    let mut record = consultation(1);
    record.reason = Some(String::new());
    let fixed = serde_json::to_vec(&record).unwrap().len();
    record.reason = Some("x".repeat(ACCESS_RECORD_BYTES_MAX - fixed));
    backend.store().access.record(record.clone()).await.unwrap();
    record.reason = Some("x".repeat(ACCESS_RECORD_BYTES_MAX - fixed + 1));
    let answer = backend.store().access.record(record).await;
    assert!(matches!(answer, Err(StoreError::Mismatch { code: "recordBytes", .. })));
}

/// A batch that was never sealed.
pub async fn an_unknown_batch_is_not_found<B: Backend>(backend: B) {
    let answer = backend.store().access.batch(0).await;
    assert!(matches!(answer, Err(StoreError::NotFound)));
}
