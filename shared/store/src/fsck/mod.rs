//! Checks an embedded store from end to end, offline, and names what is wrong.
//!
//! Everything that can be derived is derived again and compared: chains from headers, documents and
//! rows from events, tiles and checkpoints from the log's order, access batches from their files,
//! shelves from what the documents say. Nothing is repaired.

mod access;
mod log;
mod replay;
mod shelves;
mod streams;

pub use replay::{Projected, Replay};

use crate::embedded::layout::{self, Layout};
use crate::embedded::{EmbeddedOptions, OpenError, database};
use crate::error::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;

/// The most problems one report names: beyond that the store is not to be mended one by one.
pub const PROBLEMS_MAX: usize = 1_000;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which thing: a stream and event, a document, a row, an object of the anchor, a file.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

/// What was checked and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Streams read, with the chain of access batches.
    pub streams: u64,
    /// Events read.
    pub events: u64,
    /// Documents compared.
    pub documents: u64,
    /// Rows compared.
    pub rows: u64,
    /// Leaves of the log.
    pub leaves: u64,
    /// Files on all shelves.
    pub files: u64,
    /// What is wrong: at most [`PROBLEMS_MAX`]. Empty means sound.
    pub problems: Vec<Problem>,
    /// What is odd and harms nothing, such as a file that nobody refers to.
    pub warnings: Vec<Problem>,
}

impl Report {
    fn problem(&mut self, place: impl Into<String>, what: impl ToString) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { place: place.into(), what: what.to_string() });
        }
    }

    fn warning(&mut self, place: impl Into<String>, what: impl ToString) {
        if self.warnings.len() < PROBLEMS_MAX {
            self.warnings.push(Problem { place: place.into(), what: what.to_string() });
        }
    }

    /// Keeps going after a check that could not be made.
    fn note(&mut self, place: &str, result: Result<(), StoreError>) {
        if let Err(error) = result {
            self.problem(place, error);
        }
    }
}

/// What the checks share.
struct Fsck<'a> {
    db: Connection,
    layout: Layout,
    anchor: PathBuf,
    keys: PathBuf,
    origin: &'a str,
    deep: bool,
    report: Report,
}

/// Checks the store that `options` names, with the domain's replay. `deep` also reads every file on
/// the shelves and every page of the database.
///
/// # Errors
/// [`OpenError`] if the store cannot be read at all: in use, not a store, or a database that is
/// damaged beyond reading. What is wrong inside is in the report.
pub fn fsck(options: &EmbeddedOptions, deep: bool) -> Result<Report, OpenError> {
    fsck_with(options, deep, &mut || Box::new(replay::DomainReplay::default()))
}

/// As [`fsck`], with another meaning of the events: `begin` starts the replay of one stream.
///
/// # Errors
/// As for [`fsck`].
pub fn fsck_with(
    options: &EmbeddedOptions,
    deep: bool,
    begin: &mut dyn FnMut() -> Box<dyn Replay>,
) -> Result<Report, OpenError> {
    let layout = Layout::new(&options.data);
    let _claim = layout::claim_existing(&layout, &options.origin)?;
    let path = layout.database();
    let db = database::open_offline(&path).map_err(|error| OpenError::damaged(&path, error))?;
    let mut fsck = Fsck {
        db,
        layout,
        anchor: options.anchor.clone(),
        keys: options.keys.clone(),
        origin: &options.origin,
        deep,
        report: Report::default(),
    };
    let pages = fsck.check_pages();
    fsck.report.note("database", pages);
    let recorded = fsck.check_streams(begin);
    let log = fsck.check_log();
    fsck.report.note("log", log);
    let access = fsck.check_access(&recorded.batches);
    fsck.report.note("access log", access);
    let files = fsck.check_shelves(&recorded.files);
    fsck.report.note("files", files);
    Ok(fsck.report)
}

impl Fsck<'_> {
    /// SQLite's own check: every page deep, else without comparing indexes.
    fn check_pages(&mut self) -> Result<(), StoreError> {
        let pragma = if self.deep { "PRAGMA integrity_check" } else { "PRAGMA quick_check" };
        let mut found: Vec<String> = Vec::new();
        let mut select = self.db.prepare(pragma)?;
        for line in select.query_map([], |row| row.get(0))? {
            found.push(line?);
        }
        drop(select);
        for line in found.into_iter().filter(|line| line != "ok") {
            self.report.problem("database", line);
        }
        Ok(())
    }
}
