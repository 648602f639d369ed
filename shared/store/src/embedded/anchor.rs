//! [`Anchor`] as a directory: each object is a file that is created complete and never changed.

use super::durable;
use crate::error::StoreError;
use crate::model::ANCHOR_OBJECT_BYTES_MAX;
use crate::ports::Anchor;
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where objects are written before they get their name. Not a valid path segment, so that no
/// object can stand here.
const SCRATCH: &str = ".new";
/// The longest path of an object, in bytes.
const PATH_BYTES_MAX: usize = 200;
/// Prefixes whose greatest path is remembered.
const REMEMBERED_MAX: usize = 64;

/// The anchor of one store: a directory, best on a disk that administrators of the data cannot
/// write to.
#[derive(Clone)]
pub(crate) struct EmbeddedAnchor {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    serial: AtomicU64,
    /// Directories whose names are known to be durable.
    known: Mutex<BTreeSet<PathBuf>>,
    /// The greatest path by prefix, so that a directory of a million checkpoints is listed once.
    greatest: Mutex<BTreeMap<String, Option<String>>>,
}

impl EmbeddedAnchor {
    /// Opens the directory, creating it if need be, and clears what a crash left half-written.
    pub(crate) fn open(root: &Path) -> io::Result<EmbeddedAnchor> {
        let scratch = root.join(SCRATCH);
        durable::ensure_dir(&scratch)?;
        for entry in fs::read_dir(&scratch)? {
            durable::remove_if_there(&entry?.path())?;
        }
        let shared = Shared {
            root: root.to_owned(),
            serial: AtomicU64::new(0),
            known: Mutex::default(),
            greatest: Mutex::default(),
        };
        Ok(EmbeddedAnchor { shared: Arc::new(shared) })
    }
}

/// Refuses paths outside the grammar, so that no path leaves the directory.
fn check_path(path: &str) -> Result<(), StoreError> {
    let good = (1..=PATH_BYTES_MAX).contains(&path.len())
        && path.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
                })
        });
    if good {
        return Ok(());
    }
    Err(StoreError::Mismatch { code: "path", detail: "not the path of an object".to_owned() })
}

impl Shared {
    fn create(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        check_path(path)?;
        if bytes.len() > ANCHOR_OBJECT_BYTES_MAX {
            return Err(StoreError::Mismatch {
                code: "objectBytes",
                detail: format!("{} bytes, at most {ANCHOR_OBJECT_BYTES_MAX}", bytes.len()),
            });
        }
        let target = self.root.join(path);
        let folder = target.parent().unwrap_or(&self.root).to_owned();
        self.ensure_folder(&folder)?;
        if !target.exists() {
            let serial = self.serial.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}-{serial}", std::process::id());
            let scratch = self.root.join(SCRATCH).join(name);
            let linked = durable::write_new(&scratch, bytes, 0o444)
                .and_then(|()| durable::link_new(&scratch, &target));
            durable::remove_if_there(&scratch)?;
            linked?;
        }
        // Somebody may have been first. They may also have died before the name was durable, so it
        // is made so in either case.
        if fs::read(&target)? != bytes {
            return Err(StoreError::Exists { what: "anchored object" });
        }
        durable::sync_dir(&folder)?;
        self.remember(path);
        Ok(())
    }

    fn ensure_folder(&self, folder: &Path) -> io::Result<()> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(folder) {
            return Ok(());
        }
        durable::ensure_dir(folder)?;
        // The parents too, up to the root: an earlier process may have died between making one
        // and making its name durable.
        for parent in folder.ancestors().skip(1).take_while(|p| p.starts_with(&self.root)) {
            durable::sync_dir(parent)?;
        }
        known.insert(folder.to_owned());
        Ok(())
    }

    fn remember(&self, path: &str) {
        let mut greatest = self.greatest.lock().unwrap_or_else(PoisonError::into_inner);
        for (prefix, last) in greatest.iter_mut() {
            if path.starts_with(prefix.as_str()) && last.as_deref().is_none_or(|last| last < path) {
                *last = Some(path.to_owned());
            }
        }
    }

    fn last(&self, prefix: &str) -> Result<Option<String>, StoreError> {
        // Held while listing, so that an object created meanwhile is remembered after, not lost.
        let mut greatest = self.greatest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = greatest.get(prefix) {
            return Ok(last.clone());
        }
        let last = greatest_under(&self.root, "", prefix)?;
        if greatest.len() < REMEMBERED_MAX {
            greatest.insert(prefix.to_owned(), last.clone());
        }
        Ok(last)
    }
}

/// The greatest object path under `folder` (whose own path is `base`) that starts with `prefix`.
fn greatest_under(folder: &Path, base: &str, prefix: &str) -> io::Result<Option<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') {
            continue;
        }
        // A folder sorts as the paths inside it do: with its slash.
        let is_dir = entry.file_type()?.is_dir();
        let path = format!("{base}{name}{}", if is_dir { "/" } else { "" });
        let inside = path.starts_with(prefix) || (is_dir && prefix.starts_with(&path));
        if inside {
            names.push((path, entry.path()));
        }
    }
    names.sort_unstable();
    for (path, place) in names.into_iter().rev() {
        if !path.ends_with('/') {
            return Ok(Some(path));
        }
        if let Some(found) = greatest_under(&place, &path, prefix)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

#[async_trait]
impl Anchor for EmbeddedAnchor {
    async fn create(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let (shared, path, bytes) = (Arc::clone(&self.shared), path.to_owned(), bytes.to_vec());
        super::blocking(move || shared.create(&path, &bytes)).await
    }

    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        check_path(path)?;
        let target = self.shared.root.join(path);
        super::blocking(move || match fs::read(target) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        })
        .await
    }

    async fn last(&self, prefix: &str) -> Result<Option<String>, StoreError> {
        let (shared, prefix) = (Arc::clone(&self.shared), prefix.to_owned());
        super::blocking(move || shared.last(&prefix)).await
    }
}
