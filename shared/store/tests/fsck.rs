//! fsck: a sound store has no problems, and one flipped bit anywhere is found and named.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Author, Dice, ORIGIN, check, consultation, open, options};
use domain::time::Timestamp;
use futures::StreamExt as _;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use store::error::StoreError;
use store::fsck::fsck_with;
use store::model::{Shelf, UploadPlan};
use store::sequencer;

/// Flips in the values of rows.
const ROW_FLIPS: u64 = 1_500;
/// Flips in files of the anchor, the shelves and the access log.
const FILE_FLIPS: u64 = 700;
/// Flips in the raw database file.
const RAW_FLIPS: u64 = 300;
/// The tables and the columns whose values are flipped.
const TABLES: [(&str, &[&str]); 12] = [
    ("stream", &["name", "version", "last", "time", "sum"]),
    ("event", &["stream", "seq", "header", "disclosures"]),
    ("unsequenced", &["event"]),
    ("log_entry", &["log_index", "event"]),
    ("log_head", &["sequenced", "published", "sum"]),
    ("document", &["stream", "kind", "id", "version", "body", "sum"]),
    ("command", &["stream", "id", "seq", "fingerprint", "answer", "sum"]),
    ("view_row", &["view", "key", "sort", "id", "body", "sum"]),
    ("counter", &["series", "value", "sum"]),
    ("access_batch", &["seq", "count", "root", "ranges", "sum"]),
    ("upload", &["id", "size", "block_size", "state", "sum"]),
    ("upload_block", &["upload", "block", "sha256", "sum"]),
];

/// A store with something of everything, closed.
async fn furnished() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    for number in 1..=3 {
        Author::new(number).fill(&store, 6).await;
    }
    store.views.next_number("cases").await.unwrap();
    for batch in 0..2 {
        for number in 0..5 {
            store.access.record(consultation(batch * 5 + number)).await.unwrap();
        }
        store.access.seal(Timestamp::from_millis(1_700_000_000_000)).await.unwrap().unwrap();
    }
    sequencer::run_once(&store, ORIGIN).await.unwrap();
    Author::new(4).fill(&store, 300).await;
    sequencer::run_once(&store, ORIGIN).await.unwrap();
    Author::new(5).fill(&store, 2).await;
    for (number, shelf) in [(1, Some(Shelf::Evidence)), (2, Some(Shelf::Quarantine)), (3, None)] {
        let id = format!("{number:032x}");
        let plan = UploadPlan { size: 2_500, block_size: 1_000 };
        store.uploads.begin(&id, plan.clone()).await.unwrap();
        for index in 0..plan.blocks() {
            let length = usize::try_from(plan.block_len(index).unwrap()).unwrap();
            let bytes = bytes::Bytes::from(vec![number; length]);
            let one = futures::stream::iter([Ok::<_, StoreError>(bytes)]).boxed();
            store.uploads.put_block(&id, index, one).await.unwrap();
        }
        store.uploads.complete(&id).await.unwrap();
        if let Some(shelf) = shelf {
            store.files.settle(&id, shelf).await.unwrap();
        }
    }
    home
}

/// Whether opening or fsck says that something is wrong; a panic would fail the test.
fn is_found(home: &Path) -> bool {
    match fsck_with(&options(home), true, &mut common::replay) {
        Err(_) => true,
        Ok(report) => !report.problems.is_empty(),
    }
}

#[tokio::test]
async fn a_sound_store_has_no_problems_and_everything_is_counted() {
    let home = furnished().await;
    let report = check(home.path());
    assert_eq!((report.problems, report.warnings), (vec![], vec![]));
    let counts = (report.streams, report.events, report.documents, report.rows);
    assert_eq!(counts, (6, 322, 14, 14));
    assert_eq!((report.leaves, report.files), (320, 3));
}

#[tokio::test]
async fn a_store_that_is_open_or_of_another_log_is_not_checked() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path());
    assert!(fsck_with(&options(home.path()), false, &mut common::replay).is_err());
    drop(store);
    let mut other = options(home.path());
    other.origin = "other.example/log".to_owned();
    assert!(fsck_with(&other, false, &mut common::replay).is_err());
    assert!(fsck_with(&options(home.path()), false, &mut common::replay).is_ok());
}

/// Changes one bit of a value, keeping its type; `None` where there is no bit to change.
fn flipped(value: &Value, dice: &mut Dice) -> Option<Value> {
    match value {
        Value::Integer(number) => Some(Value::Integer(number ^ (1 << dice.roll(40)))),
        Value::Blob(bytes) if !bytes.is_empty() => {
            let mut bytes = bytes.clone();
            let at = dice.roll(bytes.len());
            bytes[at] ^= 1 << dice.roll(8);
            Some(Value::Blob(bytes))
        }
        Value::Text(text) if !text.is_empty() => {
            let mut bytes = text.clone().into_bytes();
            let at = dice.roll(bytes.len());
            bytes[at] ^= 1 << dice.roll(7);
            String::from_utf8(bytes).ok().map(Value::Text)
        }
        _ => None,
    }
}

#[tokio::test]
async fn a_flipped_bit_in_any_value_of_any_row_is_found() {
    let home = furnished().await;
    let path = home.path().join("data/continuity.db");
    let db = Connection::open(&path).unwrap();
    db.pragma_update(None, "journal_mode", "DELETE").unwrap();
    drop(db);
    let sound = std::fs::read(&path).unwrap();
    let (mut done, mut missed) = (0, Vec::new());
    for seed in 1..=ROW_FLIPS {
        let mut dice = Dice::new(seed);
        let (table, columns) = TABLES[dice.roll(TABLES.len())];
        let column = columns[dice.roll(columns.len())];
        let db = Connection::open(&path).unwrap();
        let rows: Vec<Value> = db
            .prepare(&format!("SELECT {column} FROM {table}"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let row = dice.roll(rows.len());
        let Some(value) = flipped(&rows[row], &mut dice) else { continue };
        // The n-th row in the order the values were read; a value that collides stays as it was.
        let key = db
            .prepare(&format!("SELECT rowid FROM {table} LIMIT 1 OFFSET {row}"))
            .and_then(|mut select| select.query_row([], |row| row.get::<_, i64>(0)));
        let changed = match key {
            Ok(key) => db.execute(
                &format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2"),
                (&value, key),
            ),
            // Tables without row numbers: by the old value, which is one row's or harmless.
            Err(_) => db.execute(
                &format!("UPDATE {table} SET {column} = ?1 WHERE {column} = ?2"),
                (&value, &rows[row]),
            ),
        };
        drop(db);
        if changed.is_ok_and(|rows| rows > 0) {
            done += 1;
            if !is_found(home.path()) {
                missed.push(format!("seed {seed}: {table}.{column} {:?} -> {value:?}", rows[row]));
            }
        }
        std::fs::write(&path, &sound).unwrap();
    }
    assert!(done > ROW_FLIPS * 3 / 4, "only {done} flips took");
    assert!(missed.is_empty(), "{} of {done} missed: {missed:#?}", missed.len());
}

fn files_under(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_under(&path, files);
        } else {
            files.push(path);
        }
    }
}

#[tokio::test]
async fn a_flipped_bit_in_any_file_of_anchor_shelves_or_access_log_is_found_and_named() {
    let home = furnished().await;
    let mut files = Vec::new();
    for folder in ["anchor", "data/access", "data/received", "data/evidence", "data/quarantine"] {
        files_under(&home.path().join(folder), &mut files);
    }
    files.sort();
    let mut missed = Vec::new();
    for seed in 1..=FILE_FLIPS {
        let mut dice = Dice::new(seed);
        let path = &files[dice.roll(files.len())];
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let sound = std::fs::read(path).unwrap();
        let mut bytes = sound.clone();
        let (at, bit) = (dice.roll(bytes.len()), dice.roll(8));
        bytes[at] ^= 1 << bit;
        std::fs::write(path, &bytes).unwrap();
        let problems = check(home.path()).problems;
        let name = path.file_name().unwrap().to_str().unwrap().trim_end_matches(".log");
        let named = problems.iter().any(|problem| {
            problem.place.contains(name)
                || problem.place.contains("access batch")
                || problem.place.contains(name.trim_start_matches('0'))
        });
        if !named {
            missed
                .push(format!("seed {seed}: {} byte {at} bit {bit}: {problems:?}", path.display()));
        }
        std::fs::write(path, &sound).unwrap();
    }
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
}

/// Everything the database says, in order, read without indexes; `None` if it cannot be read.
fn content(path: &Path) -> Option<Vec<Vec<Value>>> {
    let db = Connection::open(path).ok()?;
    let mut all = Vec::new();
    for (table, columns) in TABLES {
        let columns = columns.join(", ");
        let mut select = db
            .prepare(&format!("SELECT {columns} FROM {table} NOT INDEXED ORDER BY 1, 2"))
            .ok()
            .or_else(|| db.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1")).ok())?;
        let width = select.column_count();
        let rows = select
            .query_map([], |row| (0..width).map(|n| row.get::<_, Value>(n)).collect())
            .ok()?
            .collect::<Result<Vec<Vec<Value>>, _>>()
            .ok()?;
        all.extend(rows);
    }
    Some(all)
}

#[tokio::test]
async fn a_flipped_bit_in_the_raw_database_is_found_or_changes_nothing() {
    let home = furnished().await;
    let path = home.path().join("data/continuity.db");
    let db = Connection::open(&path).unwrap();
    db.pragma_update(None, "journal_mode", "DELETE").unwrap();
    drop(db);
    let sound = std::fs::read(&path).unwrap();
    let before = content(&path).unwrap();
    let (mut found, mut missed) = (0, Vec::new());
    for seed in 1..=RAW_FLIPS {
        let mut dice = Dice::new(seed);
        let mut bytes = sound.clone();
        let (at, bit) = (dice.roll(bytes.len()), dice.roll(8));
        bytes[at] ^= 1 << bit;
        std::fs::write(&path, &bytes).unwrap();
        if is_found(home.path()) {
            found += 1;
        } else {
            std::fs::write(&path, &bytes).unwrap();
            if content(&path).as_ref() != Some(&before) {
                missed.push(format!("seed {seed}: byte {at} bit {bit}"));
            }
        }
        std::fs::write(&path, &sound).unwrap();
    }
    println!("{found} of {RAW_FLIPS} found; the others are in bytes that nothing reads");
    assert!(missed.is_empty(), "{missed:#?}");
}
