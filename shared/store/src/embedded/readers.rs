//! Reading the database.
//!
//! Point reads take about ten microseconds, less than handing them to another thread and back
//! would: they run where they are asked for, on one of a few connections. Write-ahead logging means
//! that no reader waits for the writer or for another reader's snapshot.

use crate::error::StoreError;
use rusqlite::Connection;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};

/// A few read-only connections, each used by one caller at a time.
pub(crate) struct Readers {
    pool: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Readers {
    /// Takes over connections that are ready for use; at least one.
    pub(crate) fn new(connections: Vec<Connection>) -> Readers {
        Readers {
            pool: connections.into_iter().map(Mutex::new).collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// Runs `read` on a free connection. Each statement sees the newest commit.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        for offset in 0..self.pool.len() {
            match self.pool[(start + offset) % self.pool.len()].try_lock() {
                Ok(db) => return read(&db),
                Err(TryLockError::Poisoned(db)) => return read(&db.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let db = self.pool[start % self.pool.len()].lock().unwrap_or_else(PoisonError::into_inner);
        read(&db)
    }

    /// Runs `read` with all its statements seeing one instant.
    pub(crate) fn snapshot<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read(|db| {
            if !db.is_autocommit() {
                // A panic in an earlier reader left its snapshot open.
                db.prepare_cached("ROLLBACK")?.execute([])?;
            }
            db.prepare_cached("BEGIN")?.execute([])?;
            let result = read(db);
            db.prepare_cached("COMMIT")?.execute([])?;
            result
        })
    }
}
