//! `continuity verify` on the ledger's golden bundle and on what becomes of it in bad hands.

use crate::support::continuity;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ledger/vectors/golden-v1")
}

fn fingerprint() -> String {
    let pem = fs::read_to_string(golden().join("data/keys/log.pub.pem")).unwrap();
    ledger::note::VerifyingKey::from_pem(&pem).unwrap().fingerprint().to_string()
}

/// A copy of the golden bundle that may be changed, in a folder called `bag`.
fn copy() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let bag = directory.path().join("bag");
    copy_folder(&golden(), &bag);
    (directory, bag)
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Packs with the system's own tar, as a recipient would.
fn pack(directory: &Path, arguments: &[&str]) -> PathBuf {
    let path = directory.join("bag.tar");
    let status =
        Command::new("tar").arg("-cf").arg(&path).args(arguments).current_dir(directory).status();
    assert!(status.unwrap().success());
    path
}

fn verify(bag: &Path) -> crate::support::Ran {
    continuity(&["verify", bag.to_str().unwrap(), "--fingerprint", &fingerprint()])
}

#[test]
fn a_sound_bundle_is_verified_as_a_folder_and_as_a_tar_file_of_any_make() {
    let expected = verify(&golden()).expect(0).out;
    assert!(expected.starts_with("VERIFIED\nchain: "), "{expected}");
    for line in ["\nevents: 7\n", "\ntree size: 23\n", "\ncheckpoints: 7, 13, 23\n"] {
        assert!(expected.contains(line), "{expected}");
    }
    let (directory, _) = copy();
    for arguments in [
        &["bag"][..],
        &["-C", "bag", "."],
        &["--format=gnu", "bag"],
        &["--format=posix", "bag"],
        &["--format=v7", "bag"],
    ] {
        let path = pack(directory.path(), arguments);
        assert_eq!(verify(&path).expect(0).out, expected, "{arguments:?}");
    }
}

#[test]
fn a_changed_event_is_named_in_a_folder_and_in_a_tar_file() {
    let (directory, bag) = copy();
    let event = bag.join("data/events/000003.json");
    let text = fs::read_to_string(&event).unwrap();
    fs::write(&event, text.replacen("\"seq\":3", "\"seq\":4", 1)).unwrap();
    let folder = verify(&bag).expect(1);
    assert!(folder.out.starts_with("REFUSED\n"), "{}", folder.out);
    assert!(folder.out.contains("000003"), "{}", folder.out);
    let tar = verify(&pack(directory.path(), &["bag"])).expect(1);
    assert_eq!(tar.out, folder.out);
}

#[test]
fn another_fingerprint_is_a_refusal() {
    let other = "0".repeat(64);
    let bag = golden();
    let ran = continuity(&["verify", bag.to_str().unwrap(), "--fingerprint", &other]).expect(1);
    assert!(ran.out.contains("key: "), "{}", ran.out);
}

#[test]
fn without_a_fingerprint_it_is_said_where_one_is_to_be_had() {
    let bag = golden();
    let bag = bag.to_str().unwrap();
    continuity(&["verify", bag]).expect(2).complains("Never take it from the bundle");
    let short = continuity(&["verify", bag, "--fingerprint", "abc"]).expect(2);
    short.complains("64 hexadecimal digits").complains("Never take it from the bundle");
}

#[test]
fn a_bundle_that_cannot_be_read_is_not_a_verdict() {
    verify(Path::new("/nowhere/at/all")).expect(2).complains("/nowhere/at/all");
    let directory = tempfile::tempdir().unwrap();
    verify(directory.path()).expect(1);
    let file = directory.path().join("text");
    fs::write(&file, "not a tar file").unwrap();
    verify(&file).expect(1).complains("not a sound tar file");
}

#[test]
fn a_link_in_a_tar_file_is_refused_and_nothing_is_written() {
    let (directory, bag) = copy();
    let exhibit = bag.join("data/exhibits/triage.txt");
    fs::remove_file(&exhibit).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &exhibit).unwrap();
    let path = pack(directory.path(), &["bag"]);
    verify(&path).expect(1).complains("is a link");
    verify(&bag).expect(1);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}
