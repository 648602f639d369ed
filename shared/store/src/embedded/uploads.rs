//! [`Uploads`] on staging files, one a file, written block by block at their places; which blocks
//! are there is kept in SQLite.

use super::database::Database;
use super::rows::{self, signed, unsigned};
use super::shelves::{Shelves, State, check_id, put_upload, upload};
use super::sum::{check, sum};
use crate::error::StoreError;
use crate::model::{BLOCK_BYTES_MAX, BLOCKS_MAX, FILE_BYTES_MAX, StoredBlock, UploadPlan};
use crate::ports::{ByteStream, Uploads};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use ledger::hash::Hash;
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Pieces of a block between the connection and the disk: enough that neither waits for the other.
const PIECES: usize = 8;
/// How many missing blocks an answer names.
const MISSING_NAMED: usize = 10;

/// The uploads of one directory.
pub(crate) struct EmbeddedUploads {
    db: Arc<Database>,
    shelves: Arc<Shelves>,
}

impl EmbeddedUploads {
    pub(crate) fn new(db: Arc<Database>, shelves: Arc<Shelves>) -> EmbeddedUploads {
        EmbeddedUploads { db, shelves }
    }

    fn upload(&self, id: &str) -> Result<(UploadPlan, State), StoreError> {
        check_id(id)?;
        self.db.readers.read(|db| upload(db, id))?.ok_or(StoreError::NotFound)
    }
}

fn mismatch(code: &'static str, detail: String) -> StoreError {
    StoreError::Mismatch { code, detail }
}

fn check_plan(plan: &UploadPlan) -> Result<(), StoreError> {
    let size = (1..=FILE_BYTES_MAX).contains(&plan.size);
    let block = (1..=BLOCK_BYTES_MAX).contains(&plan.block_size);
    if size && block && plan.size.div_ceil(plan.block_size) <= BLOCKS_MAX {
        return Ok(());
    }
    Err(mismatch(
        "plan",
        format!(
            "{} bytes in blocks of {}: at most {FILE_BYTES_MAX} in {BLOCKS_MAX} blocks of at most \
             {BLOCK_BYTES_MAX}",
            plan.size, plan.block_size
        ),
    ))
}

/// The blocks stored, in order.
pub(crate) fn blocks(
    db: &Connection,
    id: &str,
    plan: &UploadPlan,
) -> Result<Vec<StoredBlock>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT block, sha256, sum FROM upload_block WHERE upload = ?1 ORDER BY block",
    )?;
    let mut found = select.query([id])?;
    let mut blocks = Vec::new();
    while let Some(row) = found.next()? {
        blocks.push(read_block(row, id, plan)?);
    }
    Ok(blocks)
}

fn block(
    db: &Connection,
    id: &str,
    plan: &UploadPlan,
    index: u32,
) -> Result<Option<StoredBlock>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT block, sha256, sum FROM upload_block WHERE upload = ?1 AND block = ?2",
    )?;
    let mut found = select.query(params![id, index])?;
    found.next()?.map(|row| read_block(row, id, plan)).transpose()
}

fn read_block(
    row: &rusqlite::Row<'_>,
    id: &str,
    plan: &UploadPlan,
) -> Result<StoredBlock, StoreError> {
    let number = unsigned(row.get(0)?)?;
    let sha256: Vec<u8> = row.get(1)?;
    let stored: Vec<u8> = row.get(2)?;
    check("upload_block", &[id.into(), number.into(), sha256.as_slice().into()], &stored)?;
    let index = u32::try_from(number).ok();
    let found = index.and_then(|index| plan.block_len(index).map(|size| (index, size)));
    let (index, size) =
        found.ok_or_else(|| StoreError::corrupt("a stored block is outside its plan"))?;
    Ok(StoredBlock { index, size, sha256: rows::hash(&sha256)? })
}

fn insert_block(db: &Connection, id: &str, block: &StoredBlock) -> Result<(), StoreError> {
    let (number, sha256) = (u64::from(block.index), block.sha256.0.as_slice());
    let sum = sum("upload_block", &[id.into(), number.into(), sha256.into()]);
    db.prepare_cached(
        "INSERT INTO upload_block (upload, block, sha256, sum) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![id, signed(number)?, sha256, sum])?;
    Ok(())
}

/// Refuses an upload with blocks missing, naming the first of them.
fn check_complete(plan: &UploadPlan, stored: &[StoredBlock]) -> Result<(), StoreError> {
    let mut there = stored.iter().map(|block| block.index).peekable();
    let missing: Vec<String> = (0..plan.blocks())
        .filter(|index| there.next_if_eq(index).is_none())
        .map(|index| index.to_string())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let named = missing.iter().take(MISSING_NAMED).cloned().collect::<Vec<_>>().join(", ");
    let detail = format!("{} of {} are missing: {named}", missing.len(), plan.blocks());
    Err(mismatch("blocksMissing", detail))
}

/// Hashes a block's pieces as they come, writing them to their place when there is one; refuses a
/// block that is not exactly `expected` long, without writing past its end.
fn take_block(
    pieces: &mut mpsc::Receiver<Bytes>,
    place: Option<(&File, u64)>,
    expected: u64,
) -> Result<Hash, StoreError> {
    let mut hash = Sha256::new();
    let mut length = 0_u64;
    while let Some(piece) = pieces.blocking_recv() {
        let after = length + piece.len() as u64;
        if after > expected {
            let detail = format!("expected {expected} bytes, {after} or more came");
            return Err(mismatch("blockLength", detail));
        }
        if let Some((file, start)) = place {
            file.write_all_at(&piece, start + length)?;
        }
        hash.update(&piece);
        length = after;
    }
    if length != expected {
        let detail = format!("expected {expected} bytes, {length} came");
        return Err(mismatch("blockLength", detail));
    }
    if let Some((file, _)) = place {
        file.sync_data()?;
    }
    Ok(Hash(hash.finalize().into()))
}

#[async_trait]
impl Uploads for EmbeddedUploads {
    async fn begin(&self, id: &str, plan: UploadPlan) -> Result<(), StoreError> {
        check_id(id)?;
        check_plan(&plan)?;
        let (name, size) = (id.to_owned(), plan.size);
        let state = self
            .db
            .writer
            .write(move |db| match upload(db, &name)? {
                Some((found, state)) if found == plan => Ok(state),
                Some(_) => Err(StoreError::Exists { what: "upload with another plan" }),
                None => put_upload(db, &name, &plan, State::Arriving).map(|()| State::Arriving),
            })
            .await?;
        if state == State::Arriving {
            let _alone = self.shelves.lock(id).await;
            if self.upload(id)?.1 == State::Arriving {
                let (shelves, id) = (Arc::clone(&self.shelves), id.to_owned());
                super::blocking(move || shelves.open_part(&id, size).map(drop)).await?;
            }
        }
        Ok(())
    }

    async fn put_block(
        &self,
        id: &str,
        index: u32,
        mut bytes: ByteStream,
    ) -> Result<StoredBlock, StoreError> {
        let (plan, _) = self.upload(id)?;
        let Some(expected) = plan.block_len(index) else {
            let detail = format!("block {index} of {}", plan.blocks());
            return Err(mismatch("blockIndex", detail));
        };
        let _alone = self.shelves.lock(&format!("{id}/{index}")).await;
        let before = self.db.readers.read(|db| block(db, id, &plan, index))?;
        let start = u64::from(index) * plan.block_size;
        let (shelves, name, size) = (Arc::clone(&self.shelves), id.to_owned(), plan.size);
        let (give, mut pieces) = mpsc::channel(PIECES);
        let write = before.is_none();
        let taking = tokio::task::spawn_blocking(move || {
            let file = if write { Some(shelves.open_part(&name, size)?) } else { None };
            take_block(&mut pieces, file.as_ref().map(|file| (file, start)), expected)
        });
        let mut broken = None;
        while let Some(piece) = bytes.next().await {
            match piece {
                Ok(piece) => {
                    if give.send(piece).await.is_err() {
                        // Refused already: the task has its reason.
                        break;
                    }
                }
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            }
        }
        drop(give);
        let taken = taking.await.map_err(StoreError::unavailable)?;
        if let Some(error) = broken {
            return Err(error);
        }
        let stored = StoredBlock { index, size: expected, sha256: taken? };
        match before {
            Some(before) if before == stored => Ok(stored),
            Some(_) => Err(StoreError::Exists { what: "block with other bytes" }),
            None => {
                let name = id.to_owned();
                let insert =
                    move |db: &Connection| insert_block(db, &name, &stored).map(|()| stored);
                self.db.writer.write(insert).await
            }
        }
    }

    async fn blocks(&self, id: &str) -> Result<(UploadPlan, Vec<StoredBlock>), StoreError> {
        let (plan, _) = self.upload(id)?;
        let stored = self.db.readers.read(|db| blocks(db, id, &plan))?;
        Ok((plan, stored))
    }

    async fn complete(&self, id: &str) -> Result<(), StoreError> {
        check_id(id)?;
        let _alone = self.shelves.lock(id).await;
        let (plan, state) = self.upload(id)?;
        if state != State::Arriving {
            return Ok(());
        }
        let stored = self.db.readers.read(|db| blocks(db, id, &plan))?;
        check_complete(&plan, &stored)?;
        let (shelves, name) = (Arc::clone(&self.shelves), id.to_owned());
        super::blocking(move || shelves.receive(&name)).await?;
        let name = id.to_owned();
        self.db.writer.write(move |db| put_upload(db, &name, &plan, State::Received)).await
    }

    async fn waiting(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        self.db.readers.read(|db| {
            let mut select =
                db.prepare_cached("SELECT id FROM upload WHERE state = 1 ORDER BY id LIMIT ?1")?;
            let found = select.query_map([signed(limit as u64)?], |row| row.get(0))?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }
}
