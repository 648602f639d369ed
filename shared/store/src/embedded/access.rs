//! [`AccessLog`] on the access files, with its batches in SQLite.

use super::access_files::{self, AccessFiles, Position, Range};
use super::commit::ReadyEvent;
use super::database::Database;
use super::layout::OpenError;
use super::rows::{self, signed, unsigned};
use super::sum::{check, sum};
use crate::error::StoreError;
use crate::model::{ACCESS_BATCH_MAX, ACCESS_RECORD_BYTES_MAX, AccessBatch, AccessRecord};
use crate::ports::AccessLog;
use async_trait::async_trait;
use domain::time::Timestamp;
use ledger::event::{SealRequest, seal};
use ledger::hash::{Hash, leaf_hash};
use ledger::header::{ACCESS_SEALED, ChainId};
use ledger::merkle::Tree;
use rusqlite::{Connection, params};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The values a sealed batch discloses: its root and its count.
const BATCH_FIELDS: usize = 2;

/// The access log of one directory.
pub(crate) struct EmbeddedAccess {
    files: AccessFiles,
    folder: PathBuf,
    db: Arc<Database>,
    origin: Arc<str>,
    chain: ChainId,
    /// One seal at a time: two would close the same records.
    sealing: tokio::sync::Mutex<()>,
}

/// A batch with the place of its records.
pub(crate) struct StoredBatch {
    /// What it says.
    pub(crate) batch: AccessBatch,
    /// Where its records are.
    pub(crate) ranges: Vec<Range>,
}

impl EmbeddedAccess {
    /// Opens the log and checks that what the last batch sealed is still there.
    pub(crate) fn open(
        folder: &Path,
        db: Arc<Database>,
        origin: Arc<str>,
        chain: ChainId,
    ) -> Result<EmbeddedAccess, OpenError> {
        let damaged = |error: StoreError| OpenError::damaged(folder, error);
        let last = db.readers.read(last_batch).map_err(damaged)?;
        let files = AccessFiles::open(folder)?;
        if let Some(range) = last.as_ref().and_then(|last| last.ranges.last()) {
            let end = Position { file: range.file.clone(), offset: range.to };
            let length = std::fs::metadata(folder.join(format!("{}.log", range.file)))
                .map_or(0, |meta| meta.len());
            if length < end.offset {
                return Err(OpenError::damaged(folder, "sealed access records are missing"));
            }
        }
        Ok(EmbeddedAccess {
            files,
            folder: folder.to_owned(),
            db,
            origin,
            chain,
            sealing: tokio::sync::Mutex::default(),
        })
    }
}

/// Reads a batch row and checks its sum.
fn batch_row(row: &rusqlite::Row<'_>) -> Result<StoredBatch, StoreError> {
    let (seq, count) = (unsigned(row.get(0)?)?, unsigned(row.get(1)?)?);
    let (root, ranges): (Vec<u8>, String) = (row.get(2)?, row.get(3)?);
    let stored: Vec<u8> = row.get(4)?;
    let parts = [seq.into(), count.into(), root.as_slice().into(), ranges.as_str().into()];
    check("access_batch", &parts, &stored)?;
    let ranges = serde_json::from_str(&ranges)
        .map_err(|_| StoreError::corrupt("an access batch's ranges cannot be read"))?;
    Ok(StoredBatch { batch: AccessBatch { seq, count, root: rows::hash(&root)? }, ranges })
}

/// The newest batch.
fn last_batch(db: &Connection) -> Result<Option<StoredBatch>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT seq, count, root, ranges, sum FROM access_batch ORDER BY seq DESC LIMIT 1",
    )?;
    let mut found = select.query([])?;
    found.next()?.map(batch_row).transpose()
}

/// One batch by its number.
pub(crate) fn batch_at(db: &Connection, seq: u64) -> Result<Option<StoredBatch>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT seq, count, root, ranges, sum FROM access_batch WHERE seq = ?1")?;
    let mut found = select.query([signed(seq)?])?;
    found.next()?.map(batch_row).transpose()
}

/// The records of a batch, checked against its count and root.
pub(crate) fn batch_records(
    folder: &Path,
    stored: &StoredBatch,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut records = Vec::new();
    let mut tree = Tree::new();
    access_files::read_lines(folder, &stored.ranges, |_, line| {
        tree.push_entry(line);
        records.push(line.to_vec());
        true
    })?;
    if tree.root() == stored.batch.root && records.len() as u64 == stored.batch.count {
        return Ok(records);
    }
    Err(StoreError::corrupt(format!("access batch {}: records changed", stored.batch.seq)))
}

/// What a new batch holds.
struct Closing {
    count: u64,
    root: Hash,
    ranges: Vec<Range>,
}

/// Hashes the lines between two positions, at most [`ACCESS_BATCH_MAX`] of them.
fn close(folder: &Path, from: &Position, to: &Position) -> Result<Closing, StoreError> {
    let mut tree = Tree::new();
    let mut ranges: Vec<Range> = Vec::new();
    for whole in access_files::ranges_between(folder, from, to)? {
        if tree.size() == ACCESS_BATCH_MAX {
            break;
        }
        let mut end = whole.from;
        access_files::read_lines(folder, std::slice::from_ref(&whole), |_, line| {
            tree.push_entry(line);
            end += line.len() as u64 + 1;
            tree.size() < ACCESS_BATCH_MAX
        })?;
        ranges.push(Range { to: end, ..whole });
    }
    Ok(Closing { count: tree.size(), root: tree.root(), ranges })
}

/// A random command id: nobody repeats the sealing of a batch, so nothing is derived from it.
fn command_id() -> Result<String, StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|e| StoreError::unavailable(e.to_string()))?;
    Ok(uuid::Builder::from_random_bytes(random).into_uuid().to_string())
}

/// Writes the batch and the event that fixes it, inside the open transaction.
fn store_batch(
    db: &Connection,
    origin: &str,
    chain: &ChainId,
    now: Timestamp,
    closing: &Closing,
) -> Result<AccessBatch, StoreError> {
    let name = chain.to_string();
    let found = rows::head(db, &name)?;
    let (seq, earlier) =
        found.as_ref().map_or((0, Timestamp::default()), |(_, head)| (head.version, head.time));
    let time = now.max(earlier);
    let mut salts = [[0; 16]; BATCH_FIELDS];
    for salt in &mut salts {
        getrandom::fill(salt).map_err(|e| StoreError::unavailable(e.to_string()))?;
    }
    let mut drawn = salts.iter().copied();
    let sealed = seal(SealRequest {
        log: origin.to_owned(),
        case: chain.clone(),
        seq,
        prev: Hash::ZERO,
        kind: ACCESS_SEALED.parse().map_err(StoreError::unavailable)?,
        time: time.to_string(),
        cmd: command_id()?.parse().map_err(StoreError::unavailable)?,
        fields: vec![
            ("root".to_owned(), json!(closing.root.to_string())),
            ("count".to_owned(), json!(closing.count)),
        ],
        salts: &mut || drawn.next().expect("there is a salt for each of the two fields"),
    })
    .map_err(StoreError::unavailable)?;
    let last = leaf_hash(&sealed.bytes);
    let stream = rows::put_head(db, found.map(|(id, _)| id), &name, seq + 1, &last, time)?;
    let disclosures = sealed.disclosures.join("\n");
    rows::insert_event(db, stream, &ReadyEvent { seq, header: sealed.bytes, disclosures })?;
    let ranges = serde_json::to_string(&closing.ranges).map_err(StoreError::unavailable)?;
    let root = closing.root.0.as_slice();
    let parts = [seq.into(), closing.count.into(), root.into(), ranges.as_str().into()];
    let sum = sum("access_batch", &parts);
    db.prepare_cached(
        "INSERT INTO access_batch (seq, count, root, ranges, sum) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![signed(seq)?, signed(closing.count)?, root, ranges, sum])?;
    Ok(AccessBatch { seq, count: closing.count, root: closing.root })
}

#[async_trait]
impl AccessLog for EmbeddedAccess {
    async fn record(&self, record: AccessRecord) -> Result<(), StoreError> {
        let line = serde_json::to_vec(&record).map_err(StoreError::unavailable)?;
        if line.len() > ACCESS_RECORD_BYTES_MAX {
            return Err(StoreError::Mismatch {
                code: "recordBytes",
                detail: format!("{} bytes, at most {ACCESS_RECORD_BYTES_MAX}", line.len()),
            });
        }
        self.files.append(line, record.at).await
    }

    async fn seal(&self, now: Timestamp) -> Result<Option<AccessBatch>, StoreError> {
        let _one = self.sealing.lock().await;
        let to = self.files.position().await?;
        let from = self
            .db
            .readers
            .read(last_batch)?
            .and_then(|last| last.ranges.last().cloned())
            .map_or_else(Position::default, |end| Position { file: end.file, offset: end.to });
        let folder = self.folder.clone();
        let closing = super::blocking(move || close(&folder, &from, &to)).await?;
        if closing.count == 0 {
            return Ok(None);
        }
        let (origin, chain) = (Arc::clone(&self.origin), self.chain.clone());
        self.db
            .writer
            .write(move |db| store_batch(db, &origin, &chain, now, &closing).map(Some))
            .await
    }

    async fn batch(&self, seq: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let stored = self.db.readers.read(|db| batch_at(db, seq))?.ok_or(StoreError::NotFound)?;
        let folder = self.folder.clone();
        super::blocking(move || batch_records(&folder, &stored)).await
    }
}

/// The numbers of all batches, in order, for fsck.
pub(crate) fn batch_numbers(db: &Connection) -> Result<Vec<u64>, StoreError> {
    let mut select = db.prepare("SELECT seq FROM access_batch ORDER BY seq")?;
    let mut found = select.query([])?;
    let mut numbers = Vec::new();
    while let Some(row) = found.next()? {
        numbers.push(unsigned(row.get(0)?)?);
    }
    Ok(numbers)
}
