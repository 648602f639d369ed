//! One commit: checked as far as possible by the caller's thread, then written by the writer's.

use super::rows;
use crate::error::StoreError;
use crate::model::{
    COMMIT_BYTES_MAX, COMMIT_OPERATIONS_MAX, Commit, Committed, DOCUMENT_BYTES_MAX, DocKey,
    ROW_PART_BYTES_MAX, Row, RowKey, StoredDoc,
};
use domain::time::Timestamp;
use ledger::disclosure;
use ledger::event::SealedEvent;
use ledger::hash::{Hash, leaf_hash};
use ledger::header::Header;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// The head and the command record, which every commit writes beside its events and documents.
const OPERATIONS_FIXED: usize = 2;

/// An event whose bytes have been checked, ready to be stored.
pub(crate) struct ReadyEvent {
    /// Its place in the stream.
    pub(crate) seq: u64,
    /// The exact header bytes.
    pub(crate) header: Vec<u8>,
    /// The encoded disclosures, one a line.
    pub(crate) disclosures: String,
}

/// What the checks found, for the part that needs the stream's head.
struct Ready {
    events: Vec<ReadyEvent>,
    first_prev: Hash,
    first_time: Timestamp,
    last: Hash,
    last_time: Timestamp,
}

/// A commit and the verdict on it. The verdict waits: a command that was committed before is
/// answered as it was then, whatever else the commit says now.
pub(crate) struct Prepared {
    commit: Commit,
    ready: Result<Ready, StoreError>,
}

impl Prepared {
    /// Checks all that can be checked without the database.
    pub(crate) fn new(mut commit: Commit, origin: &str) -> Prepared {
        let events = std::mem::take(&mut commit.events);
        let ready = check_limits(&commit, &events)
            .and_then(|()| check_names(&commit, events.len() as u64))
            .and_then(|()| check_events(&commit, events, origin));
        Prepared { commit, ready }
    }

    /// Writes it inside the open transaction, or says why not.
    pub(crate) fn write(self, db: &Connection) -> Result<Committed, StoreError> {
        let Prepared { commit, ready } = self;
        let name = commit.stream.to_string();
        let found = rows::head(db, &name)?;
        if let Some((id, _)) = &found
            && let Some(before) = rows::command(db, *id, &commit.command.id)?
        {
            return Ok(Committed::Before(before));
        }
        let version = found.as_ref().map_or(0, |(_, head)| head.version);
        if version != commit.expected {
            return Err(StoreError::Stale { expected: commit.expected, found: version });
        }
        let ready = ready?;
        let (last, time) = found
            .as_ref()
            .map_or((Hash::ZERO, Timestamp::default()), |(_, head)| (head.last, head.time));
        if ready.first_prev != last {
            return Err(StoreError::corrupt("the first event does not continue the chain"));
        }
        if ready.first_time < time {
            return Err(StoreError::corrupt("the first event is earlier than the last one"));
        }
        let version = version + ready.events.len() as u64;
        let stream = rows::put_head(
            db,
            found.map(|(id, _)| id),
            &name,
            version,
            &ready.last,
            ready.last_time,
        )?;
        for event in &ready.events {
            rows::insert_event(db, stream, event)?;
        }
        for doc in &commit.documents {
            rows::put_document(db, stream, doc)?;
        }
        rows::insert_command(db, stream, commit.expected, &commit.command)?;
        let put: BTreeSet<&RowKey> = commit.rows_put.iter().map(|row| &row.key).collect();
        for key in commit.rows_removed.iter().filter(|key| !put.contains(key)) {
            rows::remove_row(db, key)?;
        }
        for row in &commit.rows_put {
            rows::put_row(db, row)?;
        }
        Ok(Committed::Done)
    }
}

fn mismatch(code: &'static str, detail: impl Into<String>) -> StoreError {
    StoreError::Mismatch { code, detail: detail.into() }
}

fn check_limits(commit: &Commit, events: &[SealedEvent]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Err(mismatch("events", "a commit holds at least one event"));
    }
    let operations = events.len() + commit.documents.len() + OPERATIONS_FIXED;
    if operations > COMMIT_OPERATIONS_MAX {
        return Err(mismatch(
            "operations",
            format!("{operations} operations, at most {COMMIT_OPERATIONS_MAX}"),
        ));
    }
    for doc in &commit.documents {
        check_body(&doc.body)?;
    }
    for row in &commit.rows_put {
        check_body(&row.body)?;
    }
    let bytes = events
        .iter()
        .map(|e| e.bytes.len() + e.disclosures.iter().map(String::len).sum::<usize>())
        .chain(commit.documents.iter().map(|doc| doc.body.len()))
        .chain([commit.command.answer.body.len()])
        .sum::<usize>();
    if bytes > COMMIT_BYTES_MAX {
        return Err(mismatch("bytes", format!("{bytes} bytes, at most {COMMIT_BYTES_MAX}")));
    }
    Ok(())
}

fn check_body(body: &str) -> Result<(), StoreError> {
    if body.len() <= DOCUMENT_BYTES_MAX {
        return Ok(());
    }
    Err(mismatch("bodyBytes", format!("{} bytes, at most {DOCUMENT_BYTES_MAX}", body.len())))
}

fn check_names(commit: &Commit, events: u64) -> Result<(), StoreError> {
    let mut seen = BTreeSet::new();
    for StoredDoc { key, version, .. } in &commit.documents {
        if !is_doc_key(key) || !seen.insert(key) {
            return Err(mismatch("documentKey", "a document's name is malformed or given twice"));
        }
        if *version <= commit.expected || *version > commit.expected + events {
            return Err(mismatch(
                "documentVersion",
                format!("version {version} is not that of an event of this commit"),
            ));
        }
    }
    let put = commit.rows_put.iter().map(|Row { key, .. }| key);
    if put.chain(&commit.rows_removed).all(is_row_key) {
        return Ok(());
    }
    Err(mismatch("rowKey", format!("a row's names are 1 to {ROW_PART_BYTES_MAX} bytes each")))
}

/// Whether a document's name keeps to the grammar of [`DocKey`].
pub(crate) fn is_doc_key(key: &DocKey) -> bool {
    let kind = (1..=32).contains(&key.kind.len())
        && key.kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let id = (1..=96).contains(&key.id.len())
        && key.id.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
        });
    kind && id
}

fn is_row_key(key: &RowKey) -> bool {
    let fits = |part: &str| part.len() <= ROW_PART_BYTES_MAX;
    let RowKey { view, key, sort, id } = key;
    !view.is_empty() && !id.is_empty() && [view, key, sort, id].into_iter().all(|part| fits(part))
}

fn check_events(
    commit: &Commit,
    events: Vec<SealedEvent>,
    origin: &str,
) -> Result<Ready, StoreError> {
    let refuse = |seq: u64, what: &str| Err(StoreError::corrupt(format!("event {seq}: {what}")));
    let mut ready = Vec::with_capacity(events.len());
    let mut first = None;
    let mut before: Option<(Hash, Timestamp)> = None;
    for (seq, event) in (commit.expected..).zip(events) {
        let Ok(header) = Header::parse(&event.bytes) else {
            return refuse(seq, "its bytes are not a header");
        };
        if header.log != origin {
            return refuse(seq, "it was sealed for another log");
        }
        if header.case != commit.stream || header.case.is_access() {
            return refuse(seq, "it was sealed for another stream");
        }
        if header.seq != seq {
            return refuse(seq, "its sequence number leaves a gap or repeats");
        }
        if header.cmd != commit.command.id {
            return refuse(seq, "it was sealed for another command");
        }
        let Ok(time) = header.time.parse::<Timestamp>() else {
            return refuse(seq, "its time cannot be read");
        };
        match before {
            Some((last, _)) if header.prev != last => {
                return refuse(seq, "it does not continue the chain");
            }
            Some((_, earlier)) if time < earlier => return refuse(seq, "its time goes backwards"),
            _ => {}
        }
        let known = |text: &String| header.fields.binary_search(&disclosure::digest(text)).is_ok();
        if !event.disclosures.iter().all(known) {
            return refuse(seq, "a disclosure is not one of its fields");
        }
        first.get_or_insert((header.prev, time));
        before = Some((leaf_hash(&event.bytes), time));
        let disclosures = event.disclosures.join("\n");
        ready.push(ReadyEvent { seq, header: event.bytes, disclosures });
    }
    match (first, before) {
        (Some((first_prev, first_time)), Some((last, last_time))) => {
            Ok(Ready { events: ready, first_prev, first_time, last, last_time })
        }
        _ => Err(mismatch("events", "a commit holds at least one event")),
    }
}
