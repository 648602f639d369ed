//! Announcing, receiving and judging files.

use super::*;
use crate::work::case_bench::{BYTES, CaseBench, code, somebody};
use ledger::hash::sha256;

#[test]
fn a_file_has_at_least_one_byte_and_at_most_the_limit() {
    let ann = somebody("ann");
    let mut bench = CaseBench::new();
    assert_eq!(code(bench.announce(&ann, 0)), "/sizeBytes tooSmall");
    assert_eq!(code(bench.announce(&ann, FILE_BYTES_MAX + 1)), "/sizeBytes tooLarge");
    bench.announce(&ann, 1).unwrap();
    bench.announce(&ann, FILE_BYTES_MAX).unwrap();
}

#[test]
fn a_hash_has_one_spelling() {
    let ann = somebody("ann");
    let mut bench = CaseBench::new();
    for sha256 in ["", "abc", &"A".repeat(64), &"a".repeat(63), &"g".repeat(64)] {
        let command = Announce {
            name: "a".into(),
            size: 1,
            sha256: sha256.to_owned(),
            role: "photograph".into(),
        };
        let library = crate::work::package::builtin();
        let refused = bench.decide(&ann, |bench, context| {
            announce(bench.examination(), &command, library, context)
        });
        assert_eq!(code(refused), "/sha256 notASha256", "{sha256:?}");
    }
}

#[test]
fn only_who_announced_a_file_says_that_it_is_here_and_only_once() {
    let (ann, bob) = (somebody("ann"), somebody("bob"));
    let mut bench = CaseBench::new();
    let file = bench.announce(&ann, 3).unwrap();
    assert_eq!(code(bench.receive(&bob, &file)), "notYourUpload");
    bench.receive(&ann, &file).unwrap();
    assert_eq!(bench.file(&file).state, FileState::Received);
    assert_eq!(code(bench.receive(&ann, &file)), "uploadComplete");
}

#[test]
fn bytes_that_are_what_was_announced_are_verified_and_counted_once() {
    let ann = somebody("ann");
    let mut bench = CaseBench::new();
    let file = bench.announce(&ann, 3).unwrap();
    bench.receive(&ann, &file).unwrap();
    bench.judge(&file);
    bench.judge(&file);
    assert_eq!(bench.file(&file).state, FileState::Verified);
    assert_eq!(bench.examination().verified_files["photograph"], 1);
}

#[test]
fn another_length_or_another_hash_is_set_apart() {
    let ann = somebody("ann");
    let mut bench = CaseBench::new();
    let file = bench.announce(&ann, 3).unwrap();
    bench.receive(&ann, &file).unwrap();
    let found = bench.file(&file);
    for (size, hash, kind) in [
        (3, sha256(BYTES), "file.verified"),
        (4, sha256(BYTES), "file.quarantined"),
        (3, sha256(b"xyz"), "file.quarantined"),
    ] {
        let events = judge(found, size, hash, "text/plain");
        assert_eq!(events.iter().map(Event::kind).collect::<Vec<_>>(), [kind]);
    }
}

#[test]
fn bytes_that_are_here_before_anybody_said_so_are_received_first() {
    let ann = somebody("ann");
    let mut bench = CaseBench::new();
    let file = bench.announce(&ann, 3).unwrap();
    let events = judge(bench.file(&file), 3, sha256(BYTES), "text/plain");
    let kinds: Vec<&str> = events.iter().map(Event::kind).collect();
    assert_eq!(kinds, ["file.received", "file.verified"]);
}

#[test]
fn who_announces_a_file_has_had_a_hand_in_the_work() {
    let ann = somebody("ann");
    let mut bench = CaseBench::new();
    bench.announce(&ann, 3).unwrap();
    assert!(bench.examination().contributors.contains(&ann.id));
}
