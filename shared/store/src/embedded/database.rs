//! The SQLite database: how it is created, opened and shared.

use super::layout::{Age, Claim, Layout, OpenError};
use super::log::{log_head, put_log_head};
use super::readers::Readers;
use super::rows;
use super::writer::Writer;
use crate::error::StoreError;
use crate::model::LogHead;
use ledger::header::ChainId;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// The version of `schema.sql`, kept as `PRAGMA user_version`.
const SCHEMA_VERSION: i64 = 1;
/// Marks the file as ours (`PRAGMA application_id`): "CNTY" in ASCII.
const APPLICATION_ID: i64 = 0x434e_5459;
/// Pages in the write-ahead log before it is copied into the database: 16 MiB, so that the copying
/// is shared by many commits.
const WAL_PAGES: u32 = 4_000;
/// What the write-ahead log is cut to after a checkpoint.
const WAL_BYTES_KEPT: u32 = 32 * 1024 * 1024;
/// Kibibytes of pages each connection keeps.
const CACHE_KIB: u32 = 4 * 1024;
/// Prepared statements each connection keeps: more than we have.
const STATEMENTS: usize = 64;
/// Another process, such as a backup, may hold the database this long before we give up.
const BUSY: Duration = Duration::from_secs(5);
/// Reading connections: one for each core that can use one, within reason.
const READERS_MAX: usize = 8;
/// The name under which the access chain's identifier is kept.
const ACCESS_CHAIN: &str = "access_chain";

/// The open database. Dropping it finishes what is queued, then gives up the claim.
pub(crate) struct Database {
    // The order matters: fields drop from the top, and the claim must outlive every connection.
    pub(crate) writer: Writer,
    pub(crate) readers: Readers,
    _claim: Claim,
}

impl Database {
    /// Opens the database of a claimed directory, creating it if the directory is new.
    pub(crate) fn open(
        layout: &Layout,
        claim: Claim,
        age: Age,
    ) -> Result<(Database, ChainId), OpenError> {
        let path = layout.database();
        if age == Age::Used && !path.is_file() {
            return Err(OpenError::damaged(&path, "the database is missing"));
        }
        let refuse = |error: StoreError| OpenError::damaged(&path, error);
        let db = connect(&path).map_err(refuse)?;
        if age == Age::New {
            create(&db).map_err(refuse)?;
        }
        let access = check(&db).map_err(refuse)?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let readers = (0..cores.clamp(2, READERS_MAX))
            .map(|_| reader(&path))
            .collect::<Result<Vec<_>, _>>()
            .map_err(refuse)?;
        let writer = Writer::start(db).map_err(OpenError::io(&path))?;
        Ok((Database { writer, readers: Readers::new(readers), _claim: claim }, access))
    }
}

/// What every connection has. A statement whose LIMIT is a parameter would be planned anew at every
/// use, for twice its cost, unless SQLite promises one plan for all values (query planner stability).
fn prepare(db: &Connection) -> Result<(), StoreError> {
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    prepare(&db)?;
    // FULL, not the usual NORMAL: in write-ahead mode NORMAL loses acknowledged commits when the
    // power goes. Secure deletion, because erasing a disclosure must erase it from the file.
    db.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF;
         PRAGMA cache_size = -{CACHE_KIB}; PRAGMA wal_autocheckpoint = {WAL_PAGES};
         PRAGMA journal_size_limit = {WAL_BYTES_KEPT};"
    ))?;
    Ok(db)
}

fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    prepare(&db)?;
    db.execute_batch(&format!(
        "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{CACHE_KIB};"
    ))?;
    Ok(db)
}

/// Makes the tables in one transaction, unless an interrupted creation got that far before.
fn create(db: &Connection) -> Result<(), StoreError> {
    if pragma(db, "user_version")? == SCHEMA_VERSION {
        return Ok(());
    }
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|e| StoreError::unavailable(e.to_string()))?;
    db.execute_batch(&format!(
        "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID};
         PRAGMA user_version = {SCHEMA_VERSION};"
    ))?;
    db.execute_batch(include_str!("schema.sql"))?;
    put_log_head(db, LogHead { sequenced: 0, published: 0 })?;
    rows::insert_meta(db, ACCESS_CHAIN, ChainId::from_random(random).access().as_str())?;
    db.execute_batch("COMMIT")?;
    Ok(())
}

fn pragma(db: &Connection, name: &str) -> Result<i64, StoreError> {
    Ok(db.pragma_query_value(None, name, |row| row.get(0))?)
}

/// The checks of an ordinary start: ours, our version, tables as we made them, readable ends. The
/// full checks, which read everything, are fsck's. Answers with the access chain.
pub(crate) fn check(db: &Connection) -> Result<ChainId, StoreError> {
    if pragma(db, "application_id")? != APPLICATION_ID {
        return Err(StoreError::corrupt("it is not a database of ours"));
    }
    let version = pragma(db, "user_version")?;
    if version != SCHEMA_VERSION {
        return Err(StoreError::corrupt(format!(
            "its tables are version {version}, we read {SCHEMA_VERSION}"
        )));
    }
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(include_str!("schema.sql"))?;
    if schema(db)? != schema(&fresh)? {
        return Err(StoreError::corrupt("its tables are not as this version makes them"));
    }
    let head = log_head(db)?;
    let last: Option<i64> =
        db.query_row("SELECT max(log_index) FROM log_entry", [], |row| row.get(0))?;
    if last.map_or(Ok(0), |last| rows::unsigned(last).map(|n| n + 1))? != head.sequenced {
        return Err(StoreError::corrupt("the log's head does not fit its entries"));
    }
    let access = rows::meta(db, ACCESS_CHAIN)?
        .and_then(|name| name.parse::<ChainId>().ok())
        .filter(ChainId::is_access);
    access.ok_or_else(|| StoreError::corrupt("the access chain's identifier is missing"))
}

fn schema(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut select =
        db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
    let found = select.query_map([], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Opens a database for reading only, for fsck.
pub(crate) fn open_offline(path: &Path) -> Result<Connection, StoreError> {
    let db = reader(path)?;
    check(&db)?;
    Ok(db)
}
