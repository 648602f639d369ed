//! Files: where their rows say they are, with the bytes that were stored.

use super::Fsck;
use super::streams::RecordedFile;
use crate::embedded::shelves::{Shelves, State, upload};
use crate::embedded::uploads::blocks;
use crate::error::StoreError;
use crate::model::{Shelf, StoredBlock, UploadPlan};
use ledger::hash::Hash;
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

/// How much of a file is in memory while it is hashed.
const BUFFER: usize = 1024 * 1024;

impl Fsck<'_> {
    /// Checks every upload's file, every document that tells of a file, and names strays.
    pub(super) fn check_shelves(&mut self, recorded: &[RecordedFile]) -> Result<(), StoreError> {
        let shelves = Shelves::new(&self.layout);
        let told: HashMap<&str, &RecordedFile> =
            recorded.iter().map(|file| (file.id.as_str(), file)).collect();
        let mut select = self.db.prepare("SELECT id FROM upload ORDER BY id")?;
        let ids: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        drop(select);
        let mut known = HashSet::new();
        for id in &ids {
            let here = format!("file {id}");
            match upload(&self.db, id) {
                Ok(Some((plan, state))) => {
                    let told = told.get(id.as_str()).copied();
                    let result = self.check_file(&shelves, id, &plan, state, told);
                    self.report.note(&here, result);
                }
                Ok(None) => self.report.problem(here, "it cannot be found by its id"),
                Err(error) => self.report.problem(here, error),
            }
            known.insert(id.as_str());
        }
        for file in recorded.iter().filter(|file| settled(file).is_some()) {
            if !known.contains(file.id.as_str()) {
                self.report
                    .problem(format!("file {}", file.id), "a document tells of it; it is unknown");
            }
        }
        let folders = [
            self.layout.uploads(),
            self.layout.received(),
            self.layout.evidence(),
            self.layout.quarantine(),
        ];
        for folder in folders {
            self.find_strays(&folder, &known)?;
        }
        Ok(())
    }

    fn check_file(
        &mut self,
        shelves: &Shelves,
        id: &str,
        plan: &UploadPlan,
        state: State,
        told: Option<&RecordedFile>,
    ) -> Result<(), StoreError> {
        let here = format!("file {id}");
        if let Some(file) = told
            && let Some(shelf) = settled(file)
            && state != State::Settled(shelf)
        {
            self.report.problem(&here, format!("a document says {}, it is elsewhere", file.state));
        }
        let stored = blocks(&self.db, id, plan)?;
        if state == State::Arriving {
            return Ok(());
        }
        self.report.files += 1;
        if stored.len() as u64 != u64::from(plan.blocks()) {
            self.report.problem(&here, "records of its blocks are missing");
        }
        let mut file = match state {
            State::Settled(shelf) => File::open(shelves.settled(id, shelf))
                .map_err(|_| StoreError::corrupt("it is missing from its shelf"))?,
            State::Received | State::Arriving => shelves.open(id)?,
        };
        if file.metadata()?.len() != plan.size || told.is_some_and(|file| file.size != plan.size) {
            self.report.problem(&here, "its length is not the one recorded");
        }
        if !self.deep {
            return Ok(());
        }
        let whole = self.hash_blocks(&here, &mut file, &stored)?;
        if told.is_some_and(|file| file.sha256 != whole.to_string()) {
            self.report.problem(here, "its bytes do not hash to what its document records");
        }
        Ok(())
    }

    /// Compares each block with the hash recorded when it came; answers with the whole file's.
    fn hash_blocks(
        &mut self,
        here: &str,
        file: &mut File,
        stored: &[StoredBlock],
    ) -> Result<Hash, StoreError> {
        let mut whole = Sha256::new();
        let mut buffer = vec![0; BUFFER];
        for block in stored {
            let mut hash = Sha256::new();
            let mut left = block.size;
            while left > 0 {
                let piece = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
                let read = file.read(&mut buffer[..piece])?;
                if read == 0 {
                    break;
                }
                hash.update(&buffer[..read]);
                whole.update(&buffer[..read]);
                left -= read as u64;
            }
            if Hash(hash.finalize().into()) != block.sha256 {
                self.report.problem(here, format!("block {} has changed", block.index));
            }
        }
        Ok(Hash(whole.finalize().into()))
    }

    fn find_strays(&mut self, folder: &Path, known: &HashSet<&str>) -> Result<(), StoreError> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                self.find_strays(&entry.path(), known)?;
            } else if !entry.file_name().to_str().is_some_and(|name| known.contains(name)) {
                self.report.warning(entry.path().display().to_string(), "nothing refers to it");
            }
        }
        Ok(())
    }
}

/// The shelf a document says the file is on, once it was examined.
fn settled(file: &RecordedFile) -> Option<Shelf> {
    match file.state.as_str() {
        "verified" => Some(Shelf::Evidence),
        "quarantined" => Some(Shelf::Quarantine),
        _ => None,
    }
}
