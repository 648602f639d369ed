//! `Log`.

use super::Backend;
use super::samples::{Author, chain};
use store::error::StoreError;
use store::model::{LogHead, Pending};

async fn three_chains<B: Backend>(backend: &B) -> Vec<Pending> {
    let mut authors: Vec<_> = (1..=3).map(Author::new).collect();
    for number in 1..=4 {
        for author in &mut authors {
            author.fill(backend.store(), number, 1).await;
        }
    }
    backend.store().log.pending(100).await.unwrap()
}

fn head(sequenced: u64, published: u64) -> LogHead {
    LogHead { sequenced, published }
}

/// A log begins with nothing.
pub async fn a_new_log_is_empty<B: Backend>(backend: B) {
    let log = &backend.store().log;
    assert_eq!(log.head().await.unwrap(), head(0, 0));
    assert_eq!(log.pending(10).await.unwrap(), []);
    assert_eq!(log.entries(0, 10).await.unwrap(), [[0_u8; 0]; 0]);
}

/// "Events that have no place in the log yet, at most `limit`, each chain's in order."
pub async fn pending_events_come_each_chain_in_order_within_the_limit<B: Backend>(backend: B) {
    let all = three_chains(&backend).await;
    assert_eq!(all.len(), 12);
    for number in 1..=3 {
        let of_chain = all.iter().filter(|entry| entry.chain == chain(number));
        assert!(of_chain.map(|entry| entry.seq).eq(0..4));
    }
    let log = &backend.store().log;
    let mut from = 0;
    for limit in [1, 4, 7] {
        let some = log.pending(limit).await.unwrap();
        assert_eq!(some.len(), limit);
        log.sequence(from, &some).await.unwrap();
        from += limit as u64;
    }
    assert_eq!(log.pending(10).await.unwrap(), []);
}

/// "Fixes the order of the given events from index `from` on, if the log has exactly `from` leaves,
/// else `Stale`."
pub async fn a_sequence_is_fixed_only_from_where_the_log_ends<B: Backend>(backend: B) {
    let all = three_chains(&backend).await;
    let log = &backend.store().log;
    log.sequence(0, &all[..2]).await.unwrap();
    for from in [0, 1, 3] {
        match log.sequence(from, &all[2..3]).await {
            Err(StoreError::Stale { expected, found: 2 }) => assert_eq!(expected, from),
            other => panic!("{other:?}"),
        }
    }
    log.sequence(2, &all[2..]).await.unwrap();
    assert_eq!(log.head().await.unwrap(), head(12, 0));
    let backend = backend.reopen().await;
    assert_eq!(backend.store().log.head().await.unwrap(), head(12, 0));
}

/// "An event has one place for ever."
pub async fn an_event_has_one_place_for_ever<B: Backend>(backend: B) {
    let all = three_chains(&backend).await;
    let log = &backend.store().log;
    log.sequence(0, &all[..1]).await.unwrap();
    assert!(log.sequence(1, &all[..1]).await.is_err());
    let twice = [all[1].clone(), all[1].clone()];
    assert!(log.sequence(1, &twice).await.is_err());
    let mut other_bytes = all[1].clone();
    other_bytes.header.push(b' ');
    assert!(log.sequence(1, &[other_bytes]).await.is_err());
    assert_eq!(log.head().await.unwrap(), head(1, 0));
    assert_eq!(log.pending(100).await.unwrap(), all[1..]);
}

/// "Never (chain, s) before (chain, s − 1)."
pub async fn an_event_before_its_predecessor_is_refused_and_changes_nothing<B: Backend>(
    backend: B,
) {
    let all = three_chains(&backend).await;
    let log = &backend.store().log;
    let of_one: Vec<_> = all.iter().filter(|entry| entry.chain == chain(1)).cloned().collect();
    for early in [vec![of_one[1].clone()], vec![of_one[1].clone(), of_one[0].clone()]] {
        assert!(log.sequence(0, &early).await.is_err());
        assert_eq!(log.head().await.unwrap(), head(0, 0));
        assert_eq!(log.pending(100).await.unwrap(), all);
    }
    log.sequence(0, &of_one).await.unwrap();
}

/// "The headers at the indexes `from..to`, in order; fewer if the log is shorter."
pub async fn entries_are_the_headers_in_the_order_fixed_and_fewer_past_the_end<B: Backend>(
    backend: B,
) {
    let all = three_chains(&backend).await;
    let log = &backend.store().log;
    log.sequence(0, &all[..10]).await.unwrap();
    let headers: Vec<_> = all.iter().map(|entry| entry.header.clone()).collect();
    assert_eq!(log.entries(0, 10).await.unwrap(), headers[..10]);
    assert_eq!(log.entries(3, 5).await.unwrap(), headers[3..5]);
    assert_eq!(log.entries(8, 99).await.unwrap(), headers[8..10]);
    assert_eq!(log.entries(10, 99).await.unwrap().len(), 0);
}

/// "A sealed event with its place in the log, once it has one."
pub async fn events_know_their_place_once_they_have_one<B: Backend>(backend: B) {
    let all = three_chains(&backend).await;
    backend.store().log.sequence(0, &all[..7]).await.unwrap();
    for (index, entry) in (0..).zip(&all) {
        let events = backend.store().streams.events(&entry.chain, entry.seq, 1).await.unwrap();
        assert_eq!(events[0].header, entry.header);
        assert_eq!(events[0].log_index, Some(index).filter(|index| *index < 7));
    }
}

/// "Records that a checkpoint of `size` is anchored. Never goes back."
pub async fn what_is_published_never_goes_back<B: Backend>(backend: B) {
    let all = three_chains(&backend).await;
    let log = &backend.store().log;
    log.sequence(0, &all).await.unwrap();
    log.publish(8).await.unwrap();
    log.publish(5).await.unwrap();
    assert_eq!(log.head().await.unwrap(), head(12, 8));
    assert!(log.publish(13).await.is_err());
    let backend = backend.reopen().await;
    assert_eq!(backend.store().log.head().await.unwrap(), head(12, 8));
}
