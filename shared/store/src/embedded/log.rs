//! [`Log`] on SQLite.

use super::database::Database;
use super::rows::{self, signed, unsigned};
use super::sum::{check, sum};
use crate::error::StoreError;
use crate::model::{LogHead, Pending};
use crate::ports::Log;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::sync::Arc;

/// The log of one directory.
pub(crate) struct EmbeddedLog {
    pub(crate) db: Arc<Database>,
}

/// Reads the log's head and checks it.
pub(crate) fn log_head(db: &Connection) -> Result<LogHead, StoreError> {
    let (sequenced, published, stored): (i64, i64, Vec<u8>) = db
        .prepare_cached("SELECT sequenced, published, sum FROM log_head WHERE one = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or_else(|| StoreError::corrupt("the log's head is missing"))?;
    let (sequenced, published) = (unsigned(sequenced)?, unsigned(published)?);
    check("log_head", &[sequenced.into(), published.into()], &stored)?;
    Ok(LogHead { sequenced, published })
}

/// Writes the log's head.
pub(crate) fn put_log_head(db: &Connection, head: LogHead) -> Result<(), StoreError> {
    let sum = sum("log_head", &[head.sequenced.into(), head.published.into()]);
    db.prepare_cached(
        "INSERT INTO log_head (one, sequenced, published, sum) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (one) DO UPDATE SET sequenced = excluded.sequenced,
             published = excluded.published, sum = excluded.sum",
    )?
    .execute(params![signed(head.sequenced)?, signed(head.published)?, sum])?;
    Ok(())
}

#[async_trait]
impl Log for EmbeddedLog {
    async fn head(&self) -> Result<LogHead, StoreError> {
        self.db.readers.read(log_head)
    }

    async fn pending(&self, limit: usize) -> Result<Vec<Pending>, StoreError> {
        self.db.readers.read(|db| {
            // Events are numbered in the order they were committed, which is chain order.
            let mut select = db.prepare_cached(
                "SELECT s.name, e.seq, e.header FROM unsequenced u
                 JOIN event e ON e.id = u.event JOIN stream s ON s.id = e.stream
                 ORDER BY u.event LIMIT ?1",
            )?;
            let mut rows = select.query([signed(limit as u64)?])?;
            let mut pending = Vec::new();
            while let Some(row) = rows.next()? {
                let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                let chain = name.parse().map_err(|_| {
                    StoreError::corrupt("a stream's name in the database is malformed")
                })?;
                pending.push(Pending { chain, seq: unsigned(row.get(1)?)?, header: row.get(2)? });
            }
            Ok(pending)
        })
    }

    async fn sequence(&self, from: u64, entries: &[Pending]) -> Result<(), StoreError> {
        let entries = entries.to_vec();
        self.db.writer.write(move |db| sequence(db, from, &entries)).await
    }

    async fn entries(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let (from, to) = (signed(from)?, signed(to)?);
        self.db.readers.read(|db| {
            let mut select = db.prepare_cached(
                "SELECT e.header FROM log_entry l JOIN event e ON e.id = l.event
                 WHERE l.log_index >= ?1 AND l.log_index < ?2 ORDER BY l.log_index",
            )?;
            let headers = select.query_map([from, to], |row| row.get(0))?;
            Ok(headers.collect::<Result<_, _>>()?)
        })
    }

    async fn publish(&self, size: u64) -> Result<(), StoreError> {
        self.db
            .writer
            .write(move |db| {
                let head = log_head(db)?;
                if size > head.sequenced {
                    return Err(StoreError::Mismatch {
                        code: "size",
                        detail: format!("{size} leaves published, {} sequenced", head.sequenced),
                    });
                }
                if size <= head.published {
                    return Ok(());
                }
                put_log_head(db, LogHead { published: size, ..head })
            })
            .await
    }
}

fn sequence(db: &Connection, from: u64, entries: &[Pending]) -> Result<(), StoreError> {
    let head = log_head(db)?;
    if head.sequenced != from {
        return Err(StoreError::Stale { expected: from, found: head.sequenced });
    }
    for (index, entry) in (from..).zip(entries) {
        place(db, index, entry)?;
    }
    put_log_head(db, LogHead { sequenced: from + entries.len() as u64, ..head })
}

/// Gives one event its place, if it waits for one and its predecessor has one.
fn place(db: &Connection, index: u64, entry: &Pending) -> Result<(), StoreError> {
    let refuse = |detail: &str| {
        let detail = format!("index {index}: {detail}");
        Err(StoreError::Mismatch { code: "entry", detail })
    };
    let Some((stream, _)) = rows::head(db, &entry.chain.to_string())? else {
        return refuse("there is no such chain");
    };
    let mut select =
        db.prepare_cached("SELECT id, header FROM event WHERE stream = ?1 AND seq = ?2")?;
    let found: Option<(i64, Vec<u8>)> = select
        .query_row(params![stream, signed(entry.seq)?], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((event, header)) = found else { return refuse("there is no such event") };
    if header != entry.header {
        return refuse("the event has other bytes");
    }
    let waits =
        db.prepare_cached("DELETE FROM unsequenced WHERE event = ?1")?.execute([event])? == 1;
    if !waits {
        return refuse("the event has a place already");
    }
    if entry.seq > 0 {
        let before = db
            .prepare_cached(
                "SELECT 1 FROM event e JOIN log_entry l ON l.event = e.id
                 WHERE e.stream = ?1 AND e.seq = ?2",
            )?
            .exists(params![stream, signed(entry.seq - 1)?])?;
        if !before {
            return refuse("the event before it in its chain has no place");
        }
    }
    db.prepare_cached("INSERT INTO log_entry (log_index, event) VALUES (?1, ?2)")?
        .execute(params![signed(index)?, event])?;
    Ok(())
}
