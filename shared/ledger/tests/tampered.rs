//! Tampered bundles: every change to the golden bundle is refused for the expected reason, by the
//! Rust verifier and by the Python one.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod support;

#[path = "support/mutations.rs"]
mod mutations;

use std::collections::BTreeSet;

use ledger::verify::{Code, Verdict, verify_bag, verify_files};
use mutations::{MUTATIONS, Mutation, Repair};
use support::{Files, Random, fingerprint, golden_input, python, sealed};

fn refused(verdict: Verdict, what: &str) -> (Code, String) {
    match verdict {
        Verdict::Verified(report) => panic!("{what} was verified: {report:?}"),
        Verdict::Refused(failures) => (failures[0].code, failures[0].to_string()),
    }
}

fn apply(mutation: &Mutation, golden: &Files) -> Files {
    let mut files = golden.clone();
    (mutation.change)(&mut files);
    assert_ne!(files, *golden, "{} changes nothing", mutation.what);
    match mutation.repair {
        Repair::Nothing => {}
        Repair::Manifests => support::repair(&mut files),
        Repair::Sealed => {
            support::repair(&mut files);
            support::reseal(&mut files);
        }
        Repair::SealOnly => {
            support::repair_tags(&mut files);
            support::reseal(&mut files);
        }
    }
    files
}

#[test]
fn every_mutation_is_refused_for_its_reason_by_both_verifiers() {
    let golden = sealed(&golden_input());
    assert!(verify_files(&golden, &fingerprint()).is_verified());
    assert!(MUTATIONS.len() >= 40);
    for mutation in MUTATIONS {
        let files = apply(mutation, &golden);
        let verdict = verify_files(&files, &fingerprint());
        let (code, line) = refused(verdict.clone(), mutation.what);
        assert_eq!(code, mutation.code, "{}: {line}", mutation.what);
        assert!(line.contains(mutation.place), "{}: {line}", mutation.what);
        let folder = tempfile::tempdir().unwrap();
        support::write(&files, folder.path());
        assert_eq!(verify_bag(folder.path(), &fingerprint()), verdict, "{}", mutation.what);
        if let Some(output) = python(folder.path(), &fingerprint()) {
            let said = String::from_utf8(output.stdout).unwrap();
            let expected = format!("REFUSED: {}: ", mutation.code);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(said.starts_with(&expected), "{}: {said} {errors}", mutation.what);
            assert_eq!(output.status.code(), Some(1), "{}", mutation.what);
        }
    }
}

#[test]
fn another_fingerprint_refuses_the_golden_bundle() {
    let golden = sealed(&golden_input());
    let other = ledger::note::VerifyingKey::from(&support::test_key(2)).fingerprint();
    assert_eq!(refused(verify_files(&golden, &other), "golden").0, Code::Key);
    let folder = tempfile::tempdir().unwrap();
    support::write(&golden, folder.path());
    if let Some(output) = python(folder.path(), &other) {
        assert!(output.stdout.starts_with(b"REFUSED: key: "));
    }
}

#[cfg(unix)]
#[test]
fn links_and_unknown_folders_are_refused_and_never_followed() {
    use std::fs;
    type Change = fn(&std::path::Path);
    let golden = sealed(&golden_input());
    const HTML: &str = "data/continuity.html";
    let changes: [(&str, Change); 4] = [
        ("a link to the same bytes", |root| {
            fs::rename(root.join(HTML), root.join("../moved")).unwrap();
            std::os::unix::fs::symlink("../../moved", root.join(HTML)).unwrap();
        }),
        ("a link to a folder", |root| {
            fs::rename(root.join("data/events"), root.join("../events")).unwrap();
            std::os::unix::fs::symlink("../../events", root.join("data/events")).unwrap();
        }),
        ("an unknown folder", |root| fs::create_dir(root.join("data/more")).unwrap()),
        ("a folder where a file belongs", |root| {
            fs::remove_file(root.join(HTML)).unwrap();
            fs::create_dir(root.join(HTML)).unwrap();
        }),
    ];
    for (what, change) in changes {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("bag");
        support::write(&golden, &root);
        assert!(verify_bag(&root, &fingerprint()).is_verified());
        change(&root);
        let (code, line) = refused(verify_bag(&root, &fingerprint()), what);
        assert_eq!(code, Code::Layout, "{what}: {line}");
        if let Some(output) = python(&root, &fingerprint()) {
            assert!(output.stdout.starts_with(b"REFUSED: layout: "), "{what}");
        }
    }
    let nowhere = tempfile::tempdir().unwrap().path().join("nowhere");
    assert_eq!(refused(verify_bag(&nowhere, &fingerprint()), "nothing").0, Code::Layout);
}

/// Flips one random bit of one random file that `keep` accepts.
fn flip(golden: &Files, random: &mut Random, keep: &dyn Fn(&str) -> bool) -> (String, Files) {
    let mut files = golden.clone();
    let paths: Vec<_> =
        golden.iter().filter(|(path, bytes)| keep(path) && !bytes.is_empty()).collect();
    let path = paths[random.below(paths.len())].0.clone();
    let bytes = files.get_mut(&path).unwrap();
    let (byte, bit) = (random.below(bytes.len()), random.below(8));
    bytes[byte] ^= 1 << bit;
    (format!("{path} byte {byte} bit {bit}"), files)
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let golden = sealed(&golden_input());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..1_500 {
        let (what, files) = flip(&golden, &mut random, &|_| true);
        refused(verify_files(&files, &fingerprint()), &what);
    }
}

#[test]
fn a_flipped_bit_is_refused_though_the_manifests_were_repaired() {
    let golden = sealed(&golden_input());
    let mut random = Random(0x0123_4567_89ab_cdef);
    for _ in 0..1_500 {
        let (what, mut files) = flip(&golden, &mut random, &|path| path.starts_with("data/"));
        support::repair(&mut files);
        refused(verify_files(&files, &fingerprint()), &what);
    }
}

#[test]
fn a_flipped_bit_of_the_record_is_refused_though_the_seal_was_signed_again() {
    let golden = sealed(&golden_input());
    let mut random = Random(0xfeed_face_cafe_beef);
    // What the seal alone protects: everything else must hold without it.
    let unproved = ["data/continuity.html", "data/HOW-TO-CHECK.txt", "data/verify.py"];
    let proved = |path: &str| {
        path.starts_with("data/") && !path.contains("exhibits") && !unproved.contains(&path)
    };
    let mut codes = BTreeSet::new();
    for _ in 0..2_000 {
        let (what, mut files) = flip(&golden, &mut random, &proved);
        support::repair(&mut files);
        support::reseal(&mut files);
        codes.insert(refused(verify_files(&files, &fingerprint()), &what).0);
    }
    let expected = [
        Code::Key,
        Code::Checkpoint,
        Code::Consistency,
        Code::Header,
        Code::Disclosure,
        Code::Proof,
    ];
    assert!(codes.is_superset(&expected.into()), "{codes:?}");
}

#[test]
fn python_agrees_about_flipped_bits() {
    let golden = sealed(&golden_input());
    let mut random = Random(0x5eed_5eed_5eed_5eed);
    for turn in 0..48 {
        let (what, mut files) = flip(&golden, &mut random, &|path| path.starts_with("data/"));
        if turn % 3 > 0 {
            support::repair(&mut files);
        }
        if turn % 3 > 1 {
            support::reseal(&mut files);
        }
        let folder = tempfile::tempdir().unwrap();
        support::write(&files, folder.path());
        let Some(output) = python(folder.path(), &fingerprint()) else { return };
        let said = String::from_utf8(output.stdout).unwrap();
        match verify_bag(folder.path(), &fingerprint()) {
            Verdict::Verified(_) => assert!(said.starts_with("VERIFIED: "), "{what}: {said}"),
            Verdict::Refused(failures) => {
                let expected = format!("REFUSED: {}: ", failures[0].code);
                assert!(said.starts_with(&expected), "{what}: {said} not {}", failures[0]);
            }
        }
    }
}
