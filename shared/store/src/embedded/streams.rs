//! [`Streams`] on SQLite.

use super::commit::Prepared;
use super::database::Database;
use super::rows::{self, signed};
use crate::error::StoreError;
use crate::model::{
    CommandRecord, Commit, Committed, DocKey, Loaded, PAGE_MAX, Page, StoredDoc, StoredEvent,
    StreamId,
};
use crate::ports::Streams;
use async_trait::async_trait;
use ledger::header::CommandId;
use rusqlite::params;
use std::sync::Arc;

/// Greater than every character a document's id may hold: closes a range of ids by prefix.
const ABOVE_IDS: char = '\u{7f}';

/// The streams of one directory.
pub(crate) struct EmbeddedStreams {
    pub(crate) db: Arc<Database>,
    pub(crate) origin: Arc<str>,
}

/// Refuses page sizes outside 1 to [`PAGE_MAX`].
pub(crate) fn check_limit(limit: usize) -> Result<(), StoreError> {
    if (1..=PAGE_MAX).contains(&limit) {
        return Ok(());
    }
    Err(StoreError::Mismatch { code: "limit", detail: format!("{limit} is not 1 to {PAGE_MAX}") })
}

#[async_trait]
impl Streams for EmbeddedStreams {
    async fn load(&self, stream: &StreamId, keys: &[DocKey]) -> Result<Loaded, StoreError> {
        let name = stream.to_string();
        self.db.readers.snapshot(|db| {
            let Some((id, head)) = rows::head(db, &name)? else {
                return Ok(Loaded { head: None, docs: Vec::new() });
            };
            let mut docs = Vec::with_capacity(keys.len());
            for key in keys {
                docs.extend(rows::document(db, id, key)?);
            }
            Ok(Loaded { head: Some(head), docs })
        })
    }

    async fn list(
        &self,
        stream: &StreamId,
        kind: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<StoredDoc>, StoreError> {
        check_limit(limit)?;
        let name = stream.to_string();
        self.db.readers.snapshot(|db| {
            let Some((id, _)) = rows::head(db, &name)? else {
                return Ok(Page { items: Vec::new(), next: None });
            };
            let mut select = db.prepare_cached(
                "SELECT id, version, body, sum FROM document
                 WHERE stream = ?1 AND kind = ?2 AND id >= ?3 AND id < ?4 AND id > ?5
                 ORDER BY id LIMIT ?6",
            )?;
            let above = format!("{prefix}{ABOVE_IDS}");
            let limit_sql = signed(limit as u64 + 1)?;
            let after = after.unwrap_or_default();
            let mut found = select.query(params![id, kind, prefix, above, after, limit_sql])?;
            let mut items = Vec::new();
            while let Some(row) = found.next()? {
                items.push(rows::read_document(row, id, kind)?);
            }
            let more = items.len() > limit;
            items.truncate(limit);
            let next = items.last().filter(|_| more).map(|doc| doc.key.id.clone());
            Ok(Page { items, next })
        })
    }

    async fn events(
        &self,
        stream: &StreamId,
        from_seq: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        check_limit(limit)?;
        let name = stream.to_string();
        self.db.readers.snapshot(|db| match rows::head(db, &name)? {
            Some((id, _)) => rows::events(db, id, from_seq, limit),
            None => Ok(Vec::new()),
        })
    }

    async fn command(
        &self,
        stream: &StreamId,
        id: &CommandId,
    ) -> Result<Option<CommandRecord>, StoreError> {
        let name = stream.to_string();
        self.db.readers.snapshot(|db| match rows::head(db, &name)? {
            Some((stream, _)) => rows::command(db, stream, id),
            None => Ok(None),
        })
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let prepared = Prepared::new(commit, &self.origin);
        self.db.writer.write(move |db| prepared.write(db)).await
    }

    async fn streams(
        &self,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        check_limit(limit)?;
        let after = after.map(ToString::to_string).unwrap_or_default();
        self.db.readers.read(|db| {
            // The chain of sealed access batches is not a stream of documents: its name is longer.
            let mut select = db.prepare_cached(
                "SELECT name FROM stream WHERE name > ?1 AND length(name) = 32
                 ORDER BY name LIMIT ?2",
            )?;
            let mut found = select.query(params![after, signed(limit as u64)?])?;
            let mut streams = Vec::new();
            while let Some(row) = found.next()? {
                let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                streams.push(name.parse().map_err(|_| {
                    StoreError::corrupt("a stream's name in the database is malformed")
                })?);
            }
            Ok(streams)
        })
    }
}
