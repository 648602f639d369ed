//! The fault-injecting wrapper, and the sequencer under it: any one call may fail, before or after
//! its work, and running again finishes the work once.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Author, ORIGIN, check, open};
use store::error::StoreError;
use store::fault::{FailNth, Fault};
use store::model::Committed;
use store::sequencer;

#[tokio::test]
async fn the_chosen_call_fails_before_after_or_for_want_of_room_and_no_other_does() {
    for fault in [Fault::Before, Fault::After, Fault::Full] {
        let home = tempfile::tempdir().unwrap();
        let inner = open(home.path());
        let (store, handle) = FailNth::wrap(inner.clone(), 2, fault);
        let mut author = Author::new(1);
        author.fill(&store, 1).await;
        assert!(!handle.fired());
        let commit = author.commit("second");
        let answer = store.streams.commit(commit.clone()).await;
        match fault {
            Fault::Full => assert!(matches!(answer, Err(StoreError::Full))),
            _ => assert!(matches!(answer, Err(StoreError::Unavailable { .. }))),
        }
        assert_eq!((handle.fired(), handle.calls()), (true, 2));
        let done = inner.streams.events(&author.chain, 1, 1).await.unwrap().len() == 1;
        assert_eq!(done, fault == Fault::After);
        // The retry under the same command is the same success in both cases.
        let again = store.streams.commit(commit.clone()).await.unwrap();
        assert_eq!(again == Committed::Before(commit.command), done);
        assert_eq!(handle.calls(), 3);
    }
}

#[tokio::test]
async fn a_sequencer_whose_every_call_may_fail_finishes_when_run_again() {
    for fault in [Fault::Before, Fault::After, Fault::Full] {
        for nth in 1.. {
            let home = tempfile::tempdir().unwrap();
            let inner = open(home.path());
            let mut author = Author::new(1);
            author.fill(&inner, 3).await;
            sequencer::run_once(&inner, ORIGIN).await.unwrap();
            author.fill(&inner, 4).await;
            let (store, handle) = FailNth::wrap(inner, nth, fault);
            let first = sequencer::run_once(&store, ORIGIN).await;
            if !handle.fired() {
                assert!(nth > 10, "the run made only {nth} calls");
                break;
            }
            assert!(first.is_err(), "call {nth} failed unnoticed");
            let progress = sequencer::run_once(&store, ORIGIN).await.unwrap();
            assert_eq!(progress.published, 7, "{fault:?} at call {nth}");
            drop(store);
            assert_eq!(check(home.path()).problems, [], "{fault:?} at call {nth}");
        }
    }
}
