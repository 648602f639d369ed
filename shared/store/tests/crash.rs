//! What a crash, a full disk and strange directories do to an embedded store.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Author, Dice, ORIGIN, check, consultation, open, options};
use domain::time::Timestamp;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use store::error::StoreError;
use store::{Embedded, OpenError, sequencer};

/// How often the child is killed.
const KILLS: u64 = 25;
/// Tells this binary, started again, where to work.
const CHILD: &str = "STORE_TEST_CHILD";
/// The size of the small disk.
const SMALL_DISK: &str = "size=4m";

fn child(test: &str, home: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, home);
    command
}

fn child_home() -> Option<std::path::PathBuf> {
    std::env::var_os(CHILD).map(Into::into)
}

/// The child: four authors and a reader at once, each acknowledged act on a line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_writes_until_it_is_killed() {
    let Some(home) = child_home() else { return };
    let store = open(&home);
    let mut tasks = Vec::new();
    for number in 1..=4 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let mut author = Author::resume(&store, number).await;
            loop {
                let commit = author.commit("some text");
                store.streams.commit(commit).await.unwrap();
                println!("\nacknowledged {number} {}", author.version);
            }
        }));
    }
    let reader = store.clone();
    tasks.push(tokio::spawn(async move {
        for number in 0.. {
            reader.access.record(consultation(number)).await.unwrap();
            println!("\nacknowledged read 1");
        }
    }));
    loop {
        store.access.seal(Timestamp::from_millis(1_700_000_000_000)).await.unwrap();
        sequencer::run_once(&store, ORIGIN).await.unwrap();
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let home = tempfile::tempdir().unwrap();
    let mut acknowledged = [0_u64; 5];
    let mut reads = 0_u64;
    for round in 1..=KILLS {
        let mut child = child("child_that_writes_until_it_is_killed", home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut left = 20 + Dice::new(round).roll(400);
        for line in lines {
            let line = line.unwrap();
            let Some(said) = line.strip_prefix("acknowledged ") else { continue };
            match said.split_once(' ').unwrap() {
                ("read", _) => reads += 1,
                (number, version) => {
                    let slot = &mut acknowledged[number.parse::<usize>().unwrap()];
                    *slot = (*slot).max(version.parse().unwrap());
                }
            }
            left = left.saturating_sub(1);
            // The pipe is read to its end after the kill: what was said before it counts.
            if left == 0 {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        let report = check(home.path());
        assert_eq!(report.problems, [], "round {round}");
        let store = open(home.path());
        for number in 1..=4_u8 {
            let version = Author::resume(&store, number).await.version;
            let said = acknowledged[usize::from(number)];
            assert!(version >= said, "round {round}: chain {number} has {version} of {said}");
        }
        store.access.seal(Timestamp::from_millis(1_700_000_000_000)).await.unwrap();
        let mut kept = 0;
        for seq in 0.. {
            match store.access.batch(seq).await {
                Ok(records) => kept += records.len() as u64,
                Err(StoreError::NotFound) => break,
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        assert!(kept >= reads, "round {round}: {kept} of {reads} reads");
    }
    println!("{KILLS} kills, {acknowledged:?} commits and {reads} reads acknowledged, none lost");
}

/// The child: fills its small disk, frees some of it, goes on.
#[tokio::test]
async fn child_that_fills_its_disk() {
    let Some(home) = child_home() else { return };
    let ballast = home.join("ballast");
    let store = open(&home);
    let mut author = Author::new(1);
    author.fill(&store, 10).await;
    fs::write(&ballast, vec![7; 1024 * 1024]).unwrap();
    let text = "x".repeat(20_000);
    for _ in 0..3 {
        let before = loop {
            let before = author.clone();
            match store.streams.commit(author.commit(&text)).await {
                Ok(_) => {}
                Err(StoreError::Full) => break before,
                Err(other) => panic!("{other:?}"),
            }
        };
        author = Author::resume(&store, 1).await;
        assert_eq!((author.version, author.last), (before.version, before.last));
    }
    let mut file =
        fs::OpenOptions::new().create(true).append(true).open(home.join("rest")).unwrap();
    while file.write_all(&[0; 512]).is_ok() {}
    for _ in 0..3 {
        let answer = store.access.record(consultation(1)).await;
        assert!(matches!(answer, Ok(()) | Err(StoreError::Full)), "{answer:?}");
    }
    fs::remove_file(&ballast).unwrap();
    fs::remove_file(home.join("rest")).unwrap();
    author.fill(&store, 5).await;
    store.access.record(consultation(2)).await.unwrap();
    drop(store);
    let store = open(&home);
    assert_eq!(Author::resume(&store, 1).await.version, author.version);
    drop(store);
    assert_eq!(check(&home).problems, []);
    println!("\nthe disk was full and the store went on");
}

#[test]
fn a_full_disk_refuses_loses_nothing_and_goes_on_when_there_is_room() {
    let home = tempfile::tempdir().unwrap();
    let inner = child("child_that_fills_its_disk", home.path());
    let script = format!("mount -t tmpfs -o {SMALL_DISK} tmpfs \"$0\" && exec \"$@\"");
    let mut outer = Command::new("unshare");
    outer.args(["-Urm", "sh", "-c", &script]).arg(home.path());
    outer.arg(inner.get_program()).args(inner.get_args()).env(CHILD, home.path());
    let probe = Command::new("unshare").args(["-Urm", "true"]).status();
    if !probe.is_ok_and(|status| status.success()) {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"NOT TESTED: this machine does not let us mount a small disk (unshare -Urm)\n",
        );
        return;
    }
    let output = outer.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the disk was full and the store went on"), "{said}\n{errors}");
}

#[tokio::test]
async fn a_torn_last_record_is_cut_off_because_it_was_never_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    store.access.record(consultation(1)).await.unwrap();
    drop(store);
    let folder = home.path().join("data/access");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let sound = fs::read(&file).unwrap();
    fs::write(&file, [&sound[..], b"{\"at\":\"2023-11"].concat()).unwrap();
    let store = open(home.path());
    assert_eq!(fs::read(&file).unwrap(), sound);
    store.access.record(consultation(2)).await.unwrap();
    let batch = store.access.seal(Timestamp::from_millis(0)).await.unwrap().unwrap();
    assert_eq!(batch.count, 2);
}

#[test]
fn two_processes_cannot_open_the_same_directory() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    let again = Embedded::open(&options(home.path())).err();
    assert!(matches!(again, Some(OpenError::InUse { .. })), "{again:?}");
    drop(store);
    drop(open(home.path()));
}

#[test]
fn a_directory_that_is_not_ours_is_refused_untouched() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("holiday.jpg"), b"x").unwrap();
    let refused = Embedded::open(&options(home.path())).err();
    assert!(matches!(refused, Some(OpenError::NotOurs { .. })), "{refused:?}");
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
}

#[test]
fn another_format_another_log_and_a_damaged_format_file_are_refused_with_the_reason() {
    let home = tempfile::tempdir().unwrap();
    drop(open(home.path()));
    let path = home.path().join("data/format");
    let sound = fs::read_to_string(&path).unwrap();
    for (text, reason) in [
        (sound.replace("store 1", "store 2"), "we read"),
        (sound.replace("test.example", "other.example"), "belongs to the log"),
        (sound.replace("state ready", "state readx"), "damaged"),
        (sound[..sound.len() - 1].to_owned(), "damaged"),
        (String::new(), "damaged"),
    ] {
        fs::write(&path, text).unwrap();
        let refused = Embedded::open(&options(home.path())).err().unwrap();
        assert!(matches!(refused, OpenError::Format { .. }), "{refused:?}");
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    fs::write(&path, sound).unwrap();
    drop(open(home.path()));
}

#[test]
fn a_store_in_use_that_has_lost_a_part_is_refused_and_not_made_anew() {
    for part in ["data/continuity.db", "keys/log.pem", "data/evidence", "data/access"] {
        let home = tempfile::tempdir().unwrap();
        drop(open(home.path()));
        let path = home.path().join(part);
        if path.is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) }.unwrap();
        let refused = Embedded::open(&options(home.path())).err();
        assert!(matches!(refused, Some(OpenError::Damaged { .. })), "{part}: {refused:?}");
        assert!(!path.exists(), "{part} was made anew");
    }
}

#[test]
fn a_creation_that_was_interrupted_goes_on() {
    let home = tempfile::tempdir().unwrap();
    drop(open(home.path()));
    let format = home.path().join("data/format");
    let text = fs::read_to_string(&format).unwrap().replace("state ready", "state creating");
    fs::write(&format, text).unwrap();
    fs::remove_file(home.path().join("data/continuity.db")).unwrap();
    drop(open(home.path()));
    assert!(fs::read_to_string(&format).unwrap().contains("state ready"));
    assert_eq!(check(home.path()).problems, []);
}

#[test]
fn the_key_is_for_its_owner_only_and_settled_files_for_reading() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    drop(open(home.path()));
    let mode = fs::metadata(home.path().join("keys/log.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_origin_that_cannot_name_a_key_is_refused_before_anything_is_made() {
    let home = tempfile::tempdir().unwrap();
    let mut bad = options(home.path());
    bad.origin = "has space".to_owned();
    assert!(matches!(Embedded::open(&bad).err(), Some(OpenError::Setting(_))));
    assert!(!home.path().join("data").exists());
}
