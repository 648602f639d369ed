//! The budget: a bundle of 10,000 events is verified, from a folder, within a second.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod support;

use std::time::{Duration, Instant};

use ledger::hash::Hash;
use ledger::verify::verify_bag;
use serde_json::json;

const EVENTS: u64 = 10_000;
/// The promise, for an optimised build.
const BUDGET: Duration = Duration::from_secs(1);

#[test]
fn ten_thousand_events_are_verified() {
    let mut chain = support::ChainBuilder::new(8);
    for number in 0..EVENTS - 1 {
        // A day is enough: the time only has to stand still or go forwards.
        let (prev, seq) = (chain.events.last().map_or(Hash::ZERO, |e| e.leaf()), number);
        let time =
            format!("2026-03-01T{:02}:{:02}:{:02}.000Z", seq / 3600, seq / 60 % 60, seq % 60);
        let fields = [("actor", json!("FSO Lee")), ("number", json!(number))];
        chain.push_at(seq, prev, &time, "exhibit.transferred", &fields);
    }
    let prev = chain.events.last().map_or(Hash::ZERO, |e| e.leaf());
    let time = "2026-03-02T00:00:00.000Z";
    chain.push_at(EVENTS - 1, prev, time, "disclosure.exported", &[("to", json!("x"))]);
    let events = chain.events.iter().map(|e| (e.bytes.clone(), e.disclosures.clone())).collect();
    let leaves: Vec<Hash> = chain.events.iter().map(|event| event.leaf()).collect();
    let indexes: Vec<u64> = (0..EVENTS).collect();
    let input = support::assemble_large(chain.case, events, &indexes, &leaves);
    let folder = tempfile::tempdir().unwrap();
    support::write(&support::sealed(&input), folder.path());
    let start = Instant::now();
    let verdict = verify_bag(folder.path(), &support::fingerprint());
    let took = start.elapsed();
    assert!(verdict.is_verified(), "{verdict:?}");
    println!("{EVENTS} events verified in {took:?}");
    // An unoptimised build only shows that it works.
    assert!(cfg!(debug_assertions) || took <= BUDGET, "took {took:?}");
}
