//! Properties: no parser panics or accepts two spellings, what is written reads back, and nothing
//! that was tampered with verifies.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod support;

use ledger::bundle::{BundleError, build, finish, seal_text};
use ledger::canonical;
use ledger::chain::verify_chain;
use ledger::checkpoint::Checkpoint;
use ledger::disclosure::Disclosure;
use ledger::hash::{Hash, leaf_hash};
use ledger::header::Header;
use ledger::merkle::{self, nodes_of};
use ledger::note::{Note, sign_with};
use ledger::proof::{Consistency, Proof};
use ledger::tile;
use ledger::verify::{Code, Verdict, verify_files};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{ORIGIN, fingerprint, golden_chain, golden_input, sealed, test_key};

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-canonical::MAX_INTEGER..=canonical::MAX_INTEGER).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Bytes that are near to something real, so that the deeper parts of the parsers are reached.
fn near(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let edits = vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..4);
    (prop::sample::select(seeds), edits).prop_map(|(mut bytes, edits)| {
        for (place, byte, how) in edits {
            let at = place.index(bytes.len() + 1);
            match how {
                0 => bytes.insert(at, byte),
                1 => bytes.truncate(at),
                _ if at < bytes.len() => bytes[at] = byte,
                _ => bytes.push(byte),
            }
        }
        bytes
    })
}

fn seeds() -> Vec<Vec<u8>> {
    sealed(&golden_input())
        .into_iter()
        .filter(|(path, _)| !path.ends_with(".py") && !path.ends_with("CHECK.txt"))
        .map(|(_, bytes)| bytes)
        .collect()
}

/// Feeds the bytes to every parser; what one accepts must be the one spelling of what it means.
fn one_spelling(bytes: &[u8]) {
    if let Ok(value) = canonical::check(bytes) {
        assert_eq!(canonical::to_bytes(&value), bytes);
    }
    let _ = canonical::parse(bytes);
    if let Ok(header) = Header::parse(bytes) {
        assert_eq!(header.to_bytes(), bytes);
    }
    let _ = tile::parse_tile(bytes, 1);
    if let Some(entries) = tile::parse_entries(bytes, 2) {
        assert_eq!(entries.len(), 2);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(disclosure) = Disclosure::parse(text) {
        assert_eq!(disclosure.encode(), text);
    }
    if let Ok(note) = Note::parse(text) {
        assert_eq!(note.to_string(), text);
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.body(), text);
    }
    if let Ok(proof) = Proof::parse(text) {
        assert_eq!(proof.to_text(), text);
    }
    if let Ok(file) = Consistency::parse(text) {
        assert_eq!(file.to_text(), text);
    }
    if let Some(path) = tile::parse_path(text) {
        let spelt = match path.level {
            Some(level) => tile::tile_path(level, path.index, path.width),
            None => tile::entries_path(path.index, path.width),
        };
        assert_eq!(spelt, text);
    }
}

proptest! {
    // A failing input is printed with its seed; it becomes a test of its own, not a file.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_parser_panics_on_arbitrary_bytes(bytes in vec(any::<u8>(), 0..600)) {
        one_spelling(&bytes);
    }

    #[test]
    fn no_parser_panics_on_arbitrary_text(text in "(?s).{0,300}") {
        one_spelling(text.as_bytes());
    }

    #[test]
    fn tile_paths_have_one_spelling(text in "tile/(entries|[0-9]{1,2})/(x[0-9]{3}/){0,3}[0-9]{3}(\\.p/[0-9]{1,3})?") {
        one_spelling(text.as_bytes());
    }

    #[test]
    fn no_parser_panics_on_damaged_files(bytes in near(seeds())) {
        one_spelling(&bytes);
    }

    #[test]
    fn every_value_reads_back_from_its_canonical_form(value in values()) {
        let bytes = canonical::to_bytes(&value);
        prop_assert_eq!(canonical::validate(&value), Ok(()));
        prop_assert_eq!(canonical::check(&bytes), Ok(value));
    }

    #[test]
    fn every_disclosure_reads_back(salt: [u8; 16], name in "[a-z][a-z_]{0,20}", value in values()) {
        let disclosure = Disclosure::new(salt, name, value).unwrap();
        prop_assert_eq!(Disclosure::parse(&disclosure.encode()), Ok(disclosure));
    }

    #[test]
    fn a_tampered_chain_never_leads_to_the_same_head(
        place in any::<prop::sample::Index>(), bit in 0..8_u8, event in 0..7_usize,
    ) {
        let chain = golden_chain();
        let mut headers: Vec<_> = chain.events.iter().map(|event| event.bytes.clone()).collect();
        let sound = verify_chain(&headers).unwrap();
        let at = place.index(headers[event].len());
        headers[event][at] ^= 1 << bit;
        match verify_chain(&headers) {
            Ok(head) => prop_assert!(event == 6 && head.last != sound.last),
            Err(error) => prop_assert!([event as u64, event as u64 + 1].contains(&error.seq)),
        }
    }

    #[test]
    fn inclusion_and_consistency_hold_at_any_size(
        size in 1..3_000_u64, first in any::<prop::sample::Index>(), flip in any::<prop::sample::Index>(),
    ) {
        let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let index = first.index(leaves.len());
        let (root, old) = (merkle::root(&leaves), index as u64 + 1);
        let proof = merkle::inclusion_proof(nodes_of(&leaves), index as u64, size).unwrap();
        let held = |proof: &[Hash]| {
            merkle::verify_inclusion(&leaves[index], index as u64, size, &root, proof)
        };
        prop_assert_eq!(held(&proof), Ok(()));
        if !proof.is_empty() {
            let mut changed = proof.clone();
            changed[flip.index(proof.len())].0[0] ^= 1;
            prop_assert!(held(&changed).is_err());
        }
        let old_root = merkle::root(&leaves[..=index]);
        let proof = merkle::consistency_proof(nodes_of(&leaves), old, size).unwrap();
        let held = |proof: &[Hash]| {
            merkle::verify_consistency(old, &old_root, size, &root, proof)
        };
        prop_assert_eq!(held(&proof), Ok(()));
        if !proof.is_empty() {
            let mut changed = proof.clone();
            changed[flip.index(proof.len())].0[0] ^= 1;
            prop_assert!(held(&changed).is_err());
        }
    }

    #[test]
    fn the_verifier_never_panics_on_a_hostile_bundle(
        path in prop::sample::select(sealed(&golden_input()).into_keys().collect::<Vec<_>>()),
        bytes in prop_oneof![near(seeds()), vec(any::<u8>(), 0..200)],
    ) {
        let mut files = sealed(&golden_input());
        let golden = files.insert(path, bytes.clone()) == Some(bytes);
        prop_assert_eq!(verify_files(&files, &fingerprint()).is_verified(), golden);
    }
}

#[test]
fn the_builder_refuses_what_the_verifier_would() {
    let refused = |change: fn(&mut ledger::bundle::BundleInput)| {
        let mut input = golden_input();
        change(&mut input);
        build(&input).unwrap_err()
    };
    assert_eq!(refused(|input| drop(input.events.pop())), BundleError::NotExported);
    assert_eq!(refused(|input| input.events.clear()), BundleError::EventCount);
    assert_eq!(refused(|input| input.origin.push(' ')), BundleError::Origin);
    assert_eq!(refused(|input| input.checkpoints.clear()), BundleError::Checkpoints);
    assert_eq!(refused(|input| input.checkpoints.reverse()), BundleError::Checkpoints);
    assert_eq!(refused(|input| drop(input.consistency.pop())), BundleError::Consistency);
    assert_eq!(refused(|input| input.consistency.swap(0, 1)), BundleError::Consistency);
    assert_eq!(refused(|input| input.chain = input.chain.access()), BundleError::Foreign(0));
    assert_eq!(refused(|input| input.bagging_date = "2026-02-30".to_owned()), BundleError::BagInfo);
    for identifier in ["", " x", "x\ny", &"x".repeat(201)] {
        let mut input = golden_input();
        identifier.clone_into(&mut input.external_identifier);
        assert_eq!(build(&input).unwrap_err(), BundleError::BagInfo);
    }
    for name in ["", ".x", "-x", "a/b", "a b", &"x".repeat(129)] {
        let mut input = golden_input();
        name.clone_into(&mut input.exhibits[0].name);
        assert_eq!(build(&input).unwrap_err(), BundleError::ExhibitName(name.to_owned()));
    }
    let wrong = refused(|input| input.exhibits[0].size += 1);
    assert_eq!(wrong, BundleError::ExhibitBytes("triage.txt".to_owned()));
    let stranger = refused(|input| {
        input.key = ledger::note::VerifyingKey::from(&test_key(2));
    });
    assert!(matches!(stranger, BundleError::Checkpoint(_)));
}

#[test]
fn the_longest_names_are_accepted() {
    let mut input = golden_input();
    input.external_identifier = "é".repeat(200);
    input.exhibits[0].name = "x".repeat(128);
    assert!(verify_files(&sealed(&input), &fingerprint()).is_verified());
}

#[test]
fn a_seal_must_be_over_these_files() {
    let files = build(&golden_input()).unwrap();
    let other = sign_with(&test_key(1), ORIGIN, &seal_text(b"other", ORIGIN)).unwrap();
    assert_eq!(finish(files.clone(), &other), Err(BundleError::Seal));
    assert_eq!(finish(files, "not a note"), Err(BundleError::Seal));
    assert_eq!(finish(vec![], &other), Err(BundleError::Seal));
}

#[test]
fn events_earlier_in_the_log_than_their_predecessors_are_refused() {
    let chain = golden_chain();
    let events: Vec<_> =
        chain.events.iter().map(|e| (e.bytes.clone(), e.disclosures.clone())).collect();
    let indexes = [0, 1, 3, 2, 4, 5, 6];
    let mut leaves = vec![Hash::ZERO; 7];
    for (event, index) in chain.events.iter().zip(indexes) {
        leaves[index as usize] = event.leaf();
    }
    let input = support::assemble(chain.case, events, &indexes, &leaves, &[7], vec![]);
    let Verdict::Refused(failures) = verify_files(&sealed(&input), &fingerprint()) else {
        panic!("a log in another order was verified");
    };
    assert_eq!((failures.len(), failures[0].code), (1, Code::Order));
    assert_eq!(failures[0].place.to_string(), "event 000003 exhibit.transferred");
}

#[test]
fn warnings_say_what_was_not_checked() {
    let mut input = golden_input();
    input.checkpoints[0].timestamp = Some(b"token".to_vec());
    input.exhibits.push(support::exhibit("unknown.bin", b"never recorded", true));
    input.events[6].disclosures.clear();
    let Verdict::Verified(report) = verify_files(&sealed(&input), &fingerprint()) else {
        panic!("warnings are not failures");
    };
    assert_eq!(report.warnings.len(), 4, "{:?}", report.warnings);
    assert!(report.warnings[2].contains("unknown.bin"));
}

#[test]
fn failures_are_capped() {
    let mut chain = support::ChainBuilder::new(3);
    for number in 0..200 {
        chain.push("exhibit.received", &[("number", json!(number))]);
    }
    chain.push("disclosure.exported", &[]);
    let events: Vec<_> = chain.events.iter().map(|e| (e.bytes.clone(), vec![])).collect();
    let leaves: Vec<Hash> = chain.events.iter().map(|event| event.leaf()).collect();
    let indexes: Vec<u64> = (0..201).collect();
    let input = support::assemble(chain.case, events, &indexes, &leaves, &[201], vec![]);
    let mut files = sealed(&input);
    for (path, bytes) in &mut files {
        if path.starts_with("data/events") {
            bytes.push(b' ');
        }
    }
    let Verdict::Refused(failures) = verify_files(&files, &fingerprint()) else {
        panic!("damage was verified");
    };
    assert_eq!(failures.len(), ledger::verify::MAX_FAILURES);
}

#[test]
fn the_numbers_of_events_and_files_have_limits_on_both_sides() {
    let mut input = golden_input();
    let (first, last) = (input.events[0].clone(), input.events[6].clone());
    input.events = vec![first; ledger::bundle::MAX_EVENTS - 1];
    input.events.push(last.clone());
    assert!(build(&input).is_ok());
    input.events.push(last);
    assert_eq!(build(&input), Err(BundleError::EventCount));
    let mut files = sealed(&golden_input());
    let golden = files.len();
    for number in golden..=ledger::verify::MAX_FILES {
        files.insert(format!("data/exhibits/{number}"), Vec::new());
    }
    let reason = |files: &support::Files| match verify_files(files, &fingerprint()) {
        Verdict::Verified(_) => panic!("files without an entry in the manifest were verified"),
        Verdict::Refused(failures) => (failures[0].code, failures[0].reason.clone()),
    };
    assert_eq!(reason(&files).1, "has more than 200000 files");
    files.remove(&format!("data/exhibits/{golden}"));
    assert_eq!(reason(&files).0, Code::Manifest);
}

#[test]
fn the_longest_metadata_file_is_still_read() {
    let longest = usize::try_from(ledger::verify::MAX_METADATA_BYTES).unwrap();
    for (length, code) in [(longest, Code::Header), (longest + 1, Code::Size)] {
        let mut files = sealed(&golden_input());
        files.insert("data/events/000003.json".to_owned(), vec![b' '; length]);
        support::repair(&mut files);
        support::reseal(&mut files);
        let Verdict::Refused(failures) = verify_files(&files, &fingerprint()) else {
            panic!("spaces were verified");
        };
        assert_eq!(failures[0].code, code);
    }
}
