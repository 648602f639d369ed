//! The sequencer: rivals, crashes between steps, and databases that were rolled back.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Author, Dice, ORIGIN, check, consultation, open};
use domain::time::Timestamp;
use ledger::hash::leaf_hash;
use ledger::merkle;
use ledger::note::VerifyingKey;
use ledger::proof::Proof;
use std::path::Path;
use store::error::StoreError;
use store::ports::Store;
use store::sequencer::{self, State};

/// Seeds of the race: each takes many steps of two sequencers.
const SEEDS: u64 = 40;

/// One of two sequencers, stopped after any step and started again from the beginning.
#[derive(Default)]
struct Worker {
    step: usize,
    size: u64,
}

impl Worker {
    async fn advance(&mut self, store: &Store) {
        match self.step {
            0 => drop(sequencer::sequence(store, 7).await.unwrap()),
            1 => self.size = sequencer::integrate(store).await.unwrap(),
            2 if self.size > 0 => {
                sequencer::sign_and_anchor(store, ORIGIN, self.size).await.unwrap();
            }
            3 if self.size > 0 => sequencer::publish(store, self.size).await.unwrap(),
            _ => {}
        }
        self.step = (self.step + 1) % 4;
    }
}

#[tokio::test]
async fn two_sequencers_that_stop_anywhere_never_make_two_roots_for_one_size() {
    for seed in 1..=SEEDS {
        let home = tempfile::tempdir().unwrap();
        let mut store = open(home.path());
        let mut dice = Dice::new(seed);
        let mut authors: Vec<_> = (1..=3).map(Author::new).collect();
        let mut workers = [Worker::default(), Worker::default()];
        for _ in 0..60 {
            match dice.roll(10) {
                0..3 => authors[dice.roll(3)].fill(&store, 2).await,
                3 => workers[dice.roll(2)] = Worker::default(),
                4 if dice.roll(4) == 0 => {
                    drop(store);
                    store = open(home.path());
                    workers = Default::default();
                }
                _ => workers[dice.roll(2)].advance(&store).await,
            }
        }
        while sequencer::run_once(&store, ORIGIN).await.unwrap().sequenced > 0 {}
        let head = store.log.head().await.unwrap();
        assert_eq!(head.sequenced, head.published, "seed {seed}");
        assert_eq!(head.sequenced, authors.iter().map(|a| a.version).sum::<u64>(), "seed {seed}");
        drop(store);
        // fsck compares every anchored root with the one the entries lead to.
        assert_eq!(check(home.path()).problems, [], "seed {seed}");
    }
}

#[tokio::test]
async fn every_event_is_proved_by_every_later_checkpoint_across_tile_borders() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let key = VerifyingKey::from_pem(store.signer.public_key_pem()).unwrap();
    let mut author = Author::new(1);
    let mut sizes = Vec::new();
    for count in [1, 254, 1, 1, 260] {
        author.fill(&store, count).await;
        sizes.push(sequencer::run_once(&store, ORIGIN).await.unwrap().published);
    }
    assert_eq!(sizes, [1, 255, 256, 257, 517]);
    let headers = store.log.entries(0, 517).await.unwrap();
    for size in &sizes {
        for seq in [0, 1, 254, 255, 256, 300, 516] {
            let text =
                sequencer::proof_for(&store, ORIGIN, &author.chain, seq, *size).await.unwrap();
            assert_eq!(text.is_some(), seq < *size);
            let Some(text) = text else { continue };
            let leaf = leaf_hash(&headers[usize::try_from(seq).unwrap()]);
            Proof::parse(&text).unwrap().verify(&leaf, &key, ORIGIN).unwrap();
        }
    }
    let leaves: Vec<_> = headers.iter().map(|header| leaf_hash(header)).collect();
    let (newest, _) = sequencer::latest_checkpoint(&store, ORIGIN).await.unwrap().unwrap();
    assert_eq!((newest.size, newest.root), (517, merkle::root(&leaves)));
    let proof = sequencer::consistency(&store, 255, 517).await.unwrap();
    merkle::verify_consistency(255, &merkle::root(&leaves[..255]), 517, &newest.root, &proof)
        .unwrap();
}

#[tokio::test]
async fn a_sealed_batch_of_consultations_is_proved_like_any_event() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    store.access.record(consultation(1)).await.unwrap();
    store.access.seal(Timestamp::from_millis(1_700_000_000_000)).await.unwrap().unwrap();
    let pending = store.log.pending(1).await.unwrap();
    sequencer::run_once(&store, ORIGIN).await.unwrap();
    let text = sequencer::proof_for(&store, ORIGIN, &pending[0].chain, 0, 1).await.unwrap();
    let key = VerifyingKey::from_pem(store.signer.public_key_pem()).unwrap();
    let proof = Proof::parse(&text.unwrap()).unwrap();
    proof.verify(&leaf_hash(&pending[0].header), &key, ORIGIN).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_database_rolled_back_behind_the_anchor_signs_nothing_and_says_so() {
    for lost in [1, 2, 30, 300] {
        let home = tempfile::tempdir().unwrap();
        let store = open(home.path());
        let mut author = Author::new(1);
        author.fill(&store, 5).await;
        sequencer::run_once(&store, ORIGIN).await.unwrap();
        drop(store);
        let (data, backup) = (home.path().join("data"), home.path().join("backup"));
        copy(&data, &backup);
        let store = open(home.path());
        author.fill(&store, lost).await;
        sequencer::run_once(&store, ORIGIN).await.unwrap();
        let last = store.anchor.last("checkpoint/").await.unwrap();
        drop(store);
        std::fs::remove_dir_all(&data).unwrap();
        copy(&backup, &data);

        let store = open(home.path());
        let ahead = State::AnchorAhead { database: 5, anchor: 5 + lost };
        // Other events than those that were lost: signing them would fork the log.
        let mut author = Author::resume(&store, 1).await;
        let other = author.commit("another text");
        store.streams.commit(other).await.unwrap();
        let progress = sequencer::run_once(&store, ORIGIN).await.unwrap();
        assert_eq!((progress.state, progress.sequenced, progress.published), (ahead, 0, 5));
        for refused in [
            sequencer::sequence(&store, 10).await.map(drop),
            sequencer::sign_and_anchor(&store, ORIGIN, 5).await.map(drop),
        ] {
            assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "lost {lost}");
        }
        assert_eq!(store.anchor.last("checkpoint/").await.unwrap(), last);
        assert_eq!(store.log.head().await.unwrap().sequenced, 5);
        drop(store);
        let problems = check(home.path()).problems;
        assert!(problems.iter().any(|p| p.what.contains("the anchor is ahead")), "{problems:?}");
    }
}

#[tokio::test]
async fn a_run_may_be_spawned_on_any_thread() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    Author::new(1).fill(&store, 1).await;
    let run = tokio::spawn(async move { sequencer::run_once(&store, ORIGIN).await });
    assert_eq!(run.await.unwrap().unwrap().published, 1);
}
