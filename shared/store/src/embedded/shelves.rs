//! Where files lie, how they move between shelves, and who may touch one at a time.

use super::durable;
use super::layout::Layout;
use super::rows::{signed, unsigned};
use super::sum::{check, sum};
use crate::error::StoreError;
use crate::model::{Shelf, UploadPlan};
use rusqlite::{Connection, params};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// How far an upload has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Blocks are coming in.
    Arriving,
    /// Complete, waiting to be examined.
    Received,
    /// On a shelf for good.
    Settled(Shelf),
}

impl State {
    fn number(self) -> u64 {
        match self {
            State::Arriving => 0,
            State::Received => 1,
            State::Settled(Shelf::Evidence) => 2,
            State::Settled(Shelf::Quarantine) => 3,
        }
    }

    fn from_number(number: u64) -> Result<State, StoreError> {
        [
            State::Arriving,
            State::Received,
            State::Settled(Shelf::Evidence),
            State::Settled(Shelf::Quarantine),
        ]
        .into_iter()
        .find(|state| state.number() == number)
        .ok_or_else(|| StoreError::corrupt("an upload is in no known state"))
    }
}

/// Reads an upload's row.
pub(crate) fn upload(db: &Connection, id: &str) -> Result<Option<(UploadPlan, State)>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT size, block_size, state, sum FROM upload WHERE id = ?1")?;
    let mut found = select.query([id])?;
    let Some(row) = found.next()? else { return Ok(None) };
    let (size, block_size) = (unsigned(row.get(0)?)?, unsigned(row.get(1)?)?);
    let state = unsigned(row.get(2)?)?;
    let stored = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
    check("upload", &[id.into(), size.into(), block_size.into(), state.into()], stored)?;
    Ok(Some((UploadPlan { size, block_size }, State::from_number(state)?)))
}

/// Writes an upload's row.
pub(crate) fn put_upload(
    db: &Connection,
    id: &str,
    plan: &UploadPlan,
    state: State,
) -> Result<(), StoreError> {
    let UploadPlan { size, block_size } = *plan;
    let state = state.number();
    let sum = sum("upload", &[id.into(), size.into(), block_size.into(), state.into()]);
    db.prepare_cached(
        "INSERT INTO upload (id, size, block_size, state, sum) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, sum = excluded.sum",
    )?
    .execute(params![id, signed(size)?, signed(block_size)?, signed(state)?, sum])?;
    Ok(())
}

/// Refuses what is not a file's id, so that no id is ever a path.
pub(crate) fn check_id(id: &str) -> Result<(), StoreError> {
    if id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Ok(());
    }
    Err(StoreError::Mismatch { code: "fileId", detail: "not a file's id".to_owned() })
}

/// The folders that files move through.
pub(crate) struct Shelves {
    uploads: PathBuf,
    received: PathBuf,
    evidence: PathBuf,
    quarantine: PathBuf,
    locks: Locks,
}

impl Shelves {
    pub(crate) fn new(layout: &Layout) -> Shelves {
        Shelves {
            uploads: layout.uploads(),
            received: layout.received(),
            evidence: layout.evidence(),
            quarantine: layout.quarantine(),
            locks: Locks::default(),
        }
    }

    /// Waits until nobody else holds `name`.
    pub(crate) async fn lock(&self, name: &str) -> tokio::sync::OwnedMutexGuard<()> {
        self.locks.get(name).lock_owned().await
    }

    fn part(&self, id: &str) -> PathBuf {
        self.uploads.join(id)
    }

    fn waiting(&self, id: &str) -> PathBuf {
        self.received.join(id)
    }

    /// Where a settled file lies: a folder for each first two digits, so that no folder grows
    /// without bound.
    pub(crate) fn settled(&self, id: &str, shelf: Shelf) -> PathBuf {
        let folder = match shelf {
            Shelf::Evidence => &self.evidence,
            Shelf::Quarantine => &self.quarantine,
        };
        folder.join(&id[..2]).join(id)
    }

    /// Opens the staging file, making it first (sparse, of its full length) where it is missing.
    pub(crate) fn open_part(&self, id: &str, size: u64) -> Result<File, StoreError> {
        let path = self.part(id);
        let new = !path.exists();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&path)?;
        if new || file.metadata()?.len() != size {
            file.set_len(size)?;
            file.sync_all()?;
            durable::sync_dir(&self.uploads)?;
        }
        Ok(file)
    }

    /// Moves a complete staging file to the received ones, durably; again is the same.
    pub(crate) fn receive(&self, id: &str) -> Result<(), StoreError> {
        let (from, to) = (self.part(id), self.waiting(id));
        if from.exists() {
            File::open(&from)?.sync_all()?;
            fs::rename(&from, &to)?;
        } else if !to.exists() {
            return Err(StoreError::corrupt(format!("file {id}: its staging file is missing")));
        }
        durable::sync_dir(&self.received)?;
        durable::sync_dir(&self.uploads)?;
        Ok(())
    }

    /// Moves a received file to its shelf, durably and without ever replacing a file; again is the
    /// same. The caller holds the file's lock.
    pub(crate) fn settle(&self, id: &str, shelf: Shelf) -> Result<(), StoreError> {
        let other = match shelf {
            Shelf::Evidence => Shelf::Quarantine,
            Shelf::Quarantine => Shelf::Evidence,
        };
        if self.settled(id, other).exists() {
            return Err(StoreError::Exists { what: "file on the other shelf" });
        }
        let (from, to) = (self.waiting(id), self.settled(id, shelf));
        let folder = to.parent().unwrap_or(&to).to_owned();
        durable::ensure_dir(&folder)?;
        match fs::metadata(&from) {
            Ok(received) => {
                fs::set_permissions(&from, Permissions::from_mode(0o444))?;
                File::open(&from)?.sync_all()?;
                let taken = !durable::link_new(&from, &to)?;
                if taken && fs::metadata(&to)?.ino() != received.ino() {
                    return Err(StoreError::Exists { what: "another file under this name" });
                }
                durable::sync_dir(&folder)?;
                durable::remove_if_there(&from)?;
                durable::sync_dir(&self.received)?;
            }
            Err(_) if to.exists() => durable::sync_dir(&folder)?,
            Err(_) => return Err(StoreError::corrupt(format!("file {id}: it is missing"))),
        }
        Ok(())
    }

    /// Opens a received or settled file. A crash may have moved it further than its row says.
    pub(crate) fn open(&self, id: &str) -> Result<File, StoreError> {
        let places = [
            self.waiting(id),
            self.settled(id, Shelf::Evidence),
            self.settled(id, Shelf::Quarantine),
        ];
        match places.into_iter().find(|path| path.exists()) {
            Some(path) => Ok(File::open(path)?),
            None => Err(StoreError::corrupt(format!("file {id}: it is missing"))),
        }
    }
}

/// Locks by name, which vanish when nobody holds them.
#[derive(Default)]
struct Locks {
    held: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

impl Locks {
    fn get(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = held.get(name).and_then(Weak::upgrade) {
            return lock;
        }
        held.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        held.insert(name.to_owned(), Arc::downgrade(&lock));
        lock
    }
}
