//! [`Files`] on the shelves.

use super::database::Database;
use super::shelves::{Shelves, State, check_id, put_upload, upload};
use crate::error::StoreError;
use crate::model::{Examined, Shelf, UploadPlan};
use crate::ports::{ByteStream, Files};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use ledger::hash::Hash;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

/// How much of a file is in memory while it is examined.
const EXAMINE_BYTES: usize = 1024 * 1024;
/// How much of a file's beginning says what it is.
const SNIFF_BYTES: usize = 8 * 1024;
/// The pieces in which a file is read out.
const PIECE_BYTES: u64 = 256 * 1024;
/// The media type of bytes that say nothing.
const UNKNOWN: &str = "application/octet-stream";

/// The files of one directory.
pub(crate) struct EmbeddedFiles {
    pub(crate) db: Arc<Database>,
    pub(crate) shelves: Arc<Shelves>,
}

impl EmbeddedFiles {
    fn upload(&self, id: &str) -> Result<(UploadPlan, State), StoreError> {
        check_id(id)?;
        self.db.readers.read(|db| upload(db, id))?.ok_or(StoreError::NotFound)
    }
}

/// Reads an open file through once, in bounded memory.
pub(crate) fn examine(file: &mut File) -> Result<Examined, StoreError> {
    let mut buffer = vec![0; EXAMINE_BYTES];
    let (mut hash, mut size) = (Sha256::new(), 0_u64);
    let mut media_type = None;
    loop {
        // Filled as far as possible, so that the first 8 KiB are there to be sniffed at once.
        let mut filled = 0;
        while filled < buffer.len() {
            match file.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        let piece = &buffer[..filled];
        if media_type.is_none() {
            let sniffed = infer::get(&piece[..filled.min(SNIFF_BYTES)]);
            media_type = Some(sniffed.map_or(UNKNOWN, |kind| kind.mime_type()).to_owned());
        }
        hash.update(piece);
        size += filled as u64;
        if filled < buffer.len() {
            break;
        }
    }
    let media_type = media_type.unwrap_or_else(|| UNKNOWN.to_owned());
    Ok(Examined { size, sha256: Hash(hash.finalize().into()), media_type })
}

#[async_trait]
impl Files for EmbeddedFiles {
    async fn examine(&self, id: &str) -> Result<Examined, StoreError> {
        let (plan, state) = self.upload(id)?;
        if state == State::Arriving {
            return Err(StoreError::NotFound);
        }
        let (shelves, name) = (Arc::clone(&self.shelves), id.to_owned());
        let examined = super::blocking(move || examine(&mut shelves.open(&name)?)).await?;
        if examined.size != plan.size {
            return Err(StoreError::corrupt(format!(
                "file {id}: {} bytes where {} were stored",
                examined.size, plan.size
            )));
        }
        Ok(examined)
    }

    async fn settle(&self, id: &str, shelf: Shelf) -> Result<(), StoreError> {
        check_id(id)?;
        let _alone = self.shelves.lock(id).await;
        let (plan, state) = self.upload(id)?;
        match state {
            State::Arriving => return Err(StoreError::NotFound),
            State::Settled(found) if found == shelf => return Ok(()),
            State::Settled(_) => {
                return Err(StoreError::Exists { what: "file on the other shelf" });
            }
            State::Received => {}
        }
        let (shelves, name) = (Arc::clone(&self.shelves), id.to_owned());
        super::blocking(move || shelves.settle(&name, shelf)).await?;
        let name = id.to_owned();
        self.db.writer.write(move |db| put_upload(db, &name, &plan, State::Settled(shelf))).await
    }

    async fn read(&self, id: &str, start: u64, len: u64) -> Result<ByteStream, StoreError> {
        let (plan, state) = self.upload(id)?;
        if state != State::Settled(Shelf::Evidence) {
            return Err(StoreError::NotFound);
        }
        if start > plan.size {
            return Err(StoreError::Mismatch {
                code: "range",
                detail: format!("starts at {start} of {} bytes", plan.size),
            });
        }
        let end = plan.size.min(start.saturating_add(len));
        let path = self.shelves.settled(id, Shelf::Evidence);
        let name = id.to_owned();
        let file = super::blocking(move || {
            let file = File::open(path)
                .map_err(|_| StoreError::corrupt(format!("file {name}: it is missing")))?;
            if file.metadata()?.len() != plan.size {
                return Err(StoreError::corrupt(format!("file {name}: its length has changed")));
            }
            Ok(file)
        })
        .await?;
        Ok(pieces(Arc::new(file), start, end).boxed())
    }
}

/// The bytes `start..end` of a file, a piece at a time; ends after the first error.
fn pieces(
    file: Arc<File>,
    start: u64,
    end: u64,
) -> impl futures::Stream<Item = Result<Bytes, StoreError>> + Send {
    futures::stream::unfold(start, move |at| {
        let file = Arc::clone(&file);
        async move {
            if at >= end {
                return None;
            }
            let length = PIECE_BYTES.min(end - at);
            let read = super::blocking(move || {
                // At most PIECE_BYTES, which fits every usize.
                let mut piece = vec![0; length as usize];
                file.read_exact_at(&mut piece, at)?;
                Ok(Bytes::from(piece))
            })
            .await;
            let next = if read.is_ok() { at + length } else { end };
            Some((read, next))
        }
    })
}
