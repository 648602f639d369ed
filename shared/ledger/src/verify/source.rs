//! Where the files of a bundle come from: a folder, or memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Code, Failure, MAX_FILES, Place};
use crate::hash::{Hash, sha256};

/// The folders a bundle may have. Nothing else is entered, so depth is bounded too.
const FOLDERS: [&str; 7] = [
    "data",
    "data/checkpoints",
    "data/consistency",
    "data/events",
    "data/exhibits",
    "data/keys",
    "data/proofs",
];

/// Bytes read at a time while hashing a file that is not parsed.
const BLOCK_BYTES: usize = 64 * 1024;

/// Why a file could not be read.
#[derive(Debug)]
pub(super) enum ReadError {
    TooLong,
    Io(io::Error),
}

/// Hash and length of a file.
pub(super) type Summary = (Hash, u64);

pub(super) trait Source {
    /// The paths of all files, or the first thing that has no place in a bundle.
    fn paths(&self) -> Result<BTreeSet<String>, Failure>;
    /// The whole of a file that must not be longer than `max` bytes.
    fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, ReadError>;
    /// Hash and length of a file of any length, in bounded memory.
    fn summary(&self, path: &str) -> Result<Summary, ReadError>;
}

pub(super) struct Memory<'a> {
    files: &'a BTreeMap<String, Vec<u8>>,
}

impl<'a> Memory<'a> {
    pub(super) fn new(files: &'a BTreeMap<String, Vec<u8>>) -> Self {
        Self { files }
    }

    fn get(&self, path: &str) -> Result<&Vec<u8>, ReadError> {
        self.files.get(path).ok_or_else(|| ReadError::Io(io::ErrorKind::NotFound.into()))
    }
}

impl Source for Memory<'_> {
    fn paths(&self) -> Result<BTreeSet<String>, Failure> {
        if self.files.len() > MAX_FILES {
            return Err(too_many());
        }
        Ok(self.files.keys().cloned().collect())
    }

    fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.get(path)?;
        let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= max);
        if fits { Ok(bytes.clone()) } else { Err(ReadError::TooLong) }
    }

    fn summary(&self, path: &str) -> Result<Summary, ReadError> {
        let bytes = self.get(path)?;
        Ok((sha256(bytes), u64::try_from(bytes.len()).map_err(|_| ReadError::TooLong)?))
    }
}

pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Lists one folder into `found`; `inside` is its path in the bundle, empty for the root.
    fn list(
        &self,
        inside: &str,
        found: &mut BTreeSet<String>,
        folders: &mut Vec<String>,
    ) -> Result<(), Failure> {
        let unreadable = |error: io::Error| {
            let place = if inside.is_empty() { Place::Bundle } else { file(inside) };
            Failure { place, code: Code::Layout, reason: format!("cannot be listed: {error}") }
        };
        for entry in fs::read_dir(self.root.join(inside)).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // A name that is not UTF-8 is shown with replacement marks and never used.
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if inside.is_empty() { name } else { format!("{inside}/{name}") };
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() && FOLDERS.contains(&path.as_str()) {
                folders.push(path);
            } else if kind.is_file() {
                found.insert(path);
            } else {
                let what = if kind.is_dir() { "an unknown folder" } else { "not a regular file" };
                let reason = format!("is {what}");
                return Err(Failure { place: file(&path), code: Code::Layout, reason });
            }
            if found.len() > MAX_FILES {
                return Err(too_many());
            }
        }
        Ok(())
    }

    fn open(&self, path: &str) -> Result<File, ReadError> {
        // The listing may be older than the file: look again, without following a link.
        let path = self.root.join(path);
        if fs::symlink_metadata(&path).map_err(ReadError::Io)?.is_file() {
            File::open(path).map_err(ReadError::Io)
        } else {
            Err(ReadError::Io(io::ErrorKind::InvalidInput.into()))
        }
    }
}

impl Source for Folder {
    fn paths(&self) -> Result<BTreeSet<String>, Failure> {
        let mut found = BTreeSet::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            self.list(&folder, &mut found, &mut folders)?;
        }
        Ok(found)
    }

    fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        let file = self.open(path)?;
        let length = file.take(max + 1).read_to_end(&mut bytes).map_err(ReadError::Io)?;
        let fits = u64::try_from(length).is_ok_and(|length| length <= max);
        if fits { Ok(bytes) } else { Err(ReadError::TooLong) }
    }

    fn summary(&self, path: &str) -> Result<Summary, ReadError> {
        let mut file = self.open(path)?;
        let mut hasher = Sha256::new();
        let mut block = vec![0; BLOCK_BYTES];
        let mut total = 0_u64;
        loop {
            match file.read(&mut block) {
                Ok(0) => return Ok((Hash(hasher.finalize().into()), total)),
                Ok(length) => {
                    hasher.update(&block[..length]);
                    total = total.saturating_add(length as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::Io(error)),
            }
        }
    }
}

fn file(path: &str) -> Place {
    Place::File(path.to_owned())
}

fn too_many() -> Failure {
    let reason = format!("has more than {MAX_FILES} files");
    Failure { place: Place::Bundle, code: Code::Layout, reason }
}
