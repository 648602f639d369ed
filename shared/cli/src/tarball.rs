//! Reading tar files that strangers made. Everything in them is hostile.
//!
//! Only plain files and folders are taken, under relative paths without `.` and `..`, each once, no
//! file where a folder is needed, within limits on number, name and size. The whole file must be a
//! tar file: no bytes after its end.

use ledger::verify::MAX_FILES;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// The largest tar file that is read, in bytes: a bundle is kept in memory while it is checked.
pub(crate) const TAR_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// The most entries, folders included: what a bundle may have, and room for its folders.
pub(crate) const ENTRIES_MAX: usize = MAX_FILES + 64;
/// The longest path of an entry in bytes.
pub(crate) const PATH_BYTES_MAX: usize = 512;
/// The most folders above an entry.
pub(crate) const DEPTH_MAX: usize = 8;

/// Why a tar file is not taken.
#[derive(Debug)]
pub(crate) enum TarError {
    /// It, or the place it is unpacked to, cannot be read or written.
    Io(PathBuf, io::Error),
    /// What it holds is damaged or not allowed.
    Refused(String),
}

impl From<TarError> for crate::outcome::Failure {
    fn from(error: TarError) -> Self {
        match error {
            TarError::Io(path, error) => Self::at(&path)(error),
            TarError::Refused(reason) => Self::refused(reason),
        }
    }
}

/// One entry that has passed the checks. Paths are relative, with `/` between their parts.
enum Item<'a> {
    Folder(&'a str),
    File(&'a str, &'a mut dyn Read),
}

/// Reads a bag out of a tar file into memory, by path inside the bag. A single folder around the
/// whole bag, as BagIt asks for when a bag is packed, is taken off.
///
/// # Errors
/// [`TarError`].
pub(crate) fn read(path: &Path) -> Result<BTreeMap<String, Vec<u8>>, TarError> {
    let file = open(path)?;
    let mut files = BTreeMap::new();
    walk(BufReader::new(file), TAR_BYTES_MAX, ENTRIES_MAX, &mut |item| {
        if let Item::File(name, bytes) = item {
            let mut content = Vec::new();
            bytes.read_to_end(&mut content).map_err(damaged)?;
            files.insert(name.to_owned(), content);
        }
        Ok(())
    })?;
    Ok(without_top(files))
}

/// Unpacks a tar file into a folder that is new or empty, and answers with the folder of the bag in
/// it. What was unpacked before an error stays, for a person to look at.
///
/// # Errors
/// [`TarError`]; also when the folder holds something already.
pub(crate) fn extract(path: &Path, into: &Path) -> Result<PathBuf, TarError> {
    let file = open(path)?;
    prepare(into)?;
    let mut tops = BTreeSet::new();
    walk(BufReader::new(file), TAR_BYTES_MAX, ENTRIES_MAX, &mut |item| {
        let (Item::Folder(name) | Item::File(name, _)) = item;
        let place = into.join(name);
        tops.insert(name.split('/').next().unwrap_or_default().to_owned());
        let refused = |error| TarError::Io(place.clone(), error);
        match item {
            Item::Folder(_) => fs::create_dir_all(&place).map_err(refused),
            Item::File(_, bytes) => {
                fs::create_dir_all(place.parent().unwrap_or(into)).map_err(refused)?;
                // The folder was empty and no link is ever made in it, so no path leads out of it.
                let mut new = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .open(&place)
                    .map_err(refused)?;
                io::copy(bytes, &mut new).map(drop).map_err(refused)
            }
        }
    })?;
    let single = tops.first().filter(|_| tops.len() == 1).map(|top| into.join(top));
    Ok(single.filter(|top| top.is_dir()).unwrap_or_else(|| into.to_owned()))
}

fn open(path: &Path) -> Result<File, TarError> {
    let io = |error| TarError::Io(path.to_owned(), error);
    let file = File::open(path).map_err(io)?;
    let about = file.metadata().map_err(io)?;
    if !about.is_file() {
        return Err(io(io::Error::other("is not a regular file")));
    }
    if about.len() > TAR_BYTES_MAX {
        return Err(TarError::Refused(format!(
            "the tar file has more than {TAR_BYTES_MAX} bytes; unpack it and check the folder"
        )));
    }
    Ok(file)
}

fn prepare(into: &Path) -> Result<(), TarError> {
    let io = |error| TarError::Io(into.to_owned(), error);
    match fs::create_dir(into) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(io(error)),
    }
    if fs::read_dir(into).map_err(io)?.next().is_none() {
        return Ok(());
    }
    Err(io(io::Error::other("is not empty; name a new folder")))
}

/// Shows every entry that may be taken to `visit`, in the order of the file, and refuses the file at
/// the first that may not.
fn walk(
    from: impl Read,
    bytes_max: u64,
    entries_max: usize,
    visit: &mut dyn FnMut(Item<'_>) -> Result<(), TarError>,
) -> Result<(), TarError> {
    // One byte more than allowed, so that a file that grows while it is read is noticed.
    let mut archive = tar::Archive::new(from.take(bytes_max + 1));
    let mut names = Names::default();
    let mut count = 0_usize;
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        count += 1;
        if count > entries_max {
            return Err(TarError::Refused(format!("has more than {entries_max} entries")));
        }
        let name = checked_name(&entry.path_bytes())?;
        let kind = entry.header().entry_type();
        let Some(name) = name else {
            if kind.is_dir() {
                continue;
            }
            return Err(TarError::Refused("an entry has no name".to_owned()));
        };
        if kind.is_dir() {
            names.folder(&name)?;
            visit(Item::Folder(&name))?;
        } else if kind.is_file() && !entry.path_bytes().ends_with(b"/") {
            names.file(&name)?;
            take_file(&mut entry, &name, visit)?;
        } else {
            return Err(TarError::Refused(format!("{name:?} is a link or another special entry")));
        }
    }
    let mut rest = archive.into_inner();
    ends_here(&mut rest)?;
    if rest.limit() == 0 {
        return Err(TarError::Refused(format!("the tar file has more than {bytes_max} bytes")));
    }
    Ok(())
}

fn take_file<R: Read>(
    entry: &mut tar::Entry<'_, R>,
    name: &str,
    visit: &mut dyn FnMut(Item<'_>) -> Result<(), TarError>,
) -> Result<(), TarError> {
    let size = entry.size();
    let mut counted = Counted { inner: entry, count: 0 };
    visit(Item::File(name, &mut counted))?;
    // A cut file reads as a short entry, not as an error.
    if counted.count != size {
        return Err(TarError::Refused(format!("{name:?} is cut off")));
    }
    Ok(())
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.count += count as u64;
        Ok(count)
    }
}

/// Nothing but zeros may follow the last entry: anything else would be carried along unchecked.
fn ends_here(rest: &mut impl Read) -> Result<(), TarError> {
    let mut piece = [0; 8192];
    loop {
        match rest.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) if piece[..count].iter().all(|byte| *byte == 0) => {}
            Ok(_) => return Err(TarError::Refused("bytes follow the end of the tar file".into())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(damaged(error)),
        }
    }
}

fn damaged(error: io::Error) -> TarError {
    TarError::Refused(format!("is not a sound tar file: {error}"))
}

/// The name as it is used, or nothing for the folder that holds everything (`./`).
fn checked_name(bytes: &[u8]) -> Result<Option<String>, TarError> {
    let shown = bytes[..bytes.len().min(PATH_BYTES_MAX)].escape_ascii();
    let unsafe_name = |why| Err(TarError::Refused(format!("the path \"{shown}\" {why}")));
    if bytes.len() > PATH_BYTES_MAX {
        return unsafe_name("is too long");
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return unsafe_name("is not UTF-8");
    };
    if text.chars().any(|c| c.is_control() || matches!(c, '\\' | ':')) {
        return unsafe_name("holds a character that is not allowed");
    }
    let text = text.strip_prefix("./").unwrap_or(text);
    let text = text.strip_suffix('/').unwrap_or(text);
    if text.is_empty() || text == "." {
        // `/` alone loses its only character above.
        return if bytes.first() == Some(&b'/') { unsafe_name("is absolute") } else { Ok(None) };
    }
    if text.starts_with('/') {
        return unsafe_name("is absolute");
    }
    if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return unsafe_name("leads elsewhere");
    }
    if text.split('/').count() > DEPTH_MAX + 1 {
        return unsafe_name("is too deep");
    }
    Ok(Some(text.to_owned()))
}

/// The names seen, so that no two entries meet in one place. Names that differ only in capitals
/// meet on some file systems, and count as one.
#[derive(Default)]
struct Names {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Names {
    fn folder(&mut self, name: &str) -> Result<(), TarError> {
        let name = name.to_lowercase();
        self.above(&name)?;
        if self.files.contains(&name) {
            return Err(TarError::Refused(format!("{name:?} is both a file and a folder")));
        }
        self.folders.insert(name);
        Ok(())
    }

    fn file(&mut self, name: &str) -> Result<(), TarError> {
        let name = name.to_lowercase();
        self.above(&name)?;
        if self.folders.contains(&name) {
            return Err(TarError::Refused(format!("{name:?} is both a file and a folder")));
        }
        match self.files.replace(name) {
            None => Ok(()),
            Some(name) => Err(TarError::Refused(format!("{name:?} is there twice"))),
        }
    }

    /// Every folder above a name.
    fn above(&mut self, name: &str) -> Result<(), TarError> {
        for (end, _) in name.match_indices('/') {
            let folder = &name[..end];
            if self.files.contains(folder) {
                return Err(TarError::Refused(format!("{folder:?} is both a file and a folder")));
            }
            if !self.folders.contains(folder) {
                self.folders.insert(folder.to_owned());
            }
        }
        Ok(())
    }
}

/// Takes a single folder around everything off the paths.
fn without_top(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let Some(top) = files.keys().next().and_then(|name| name.split_once('/')) else {
        return files;
    };
    let prefix = format!("{}/", top.0);
    if !files.contains_key(&format!("{prefix}bagit.txt"))
        || !files.keys().all(|name| name.starts_with(&prefix))
    {
        return files;
    }
    let inside = |name: String| name[prefix.len()..].to_owned();
    files.into_iter().map(|(name, bytes)| (inside(name), bytes)).collect()
}

#[cfg(test)]
#[path = "tarball_tests.rs"]
mod tests;
