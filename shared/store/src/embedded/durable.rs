//! File-system steps that are durable when they return.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Makes what was done to a directory's names (create, link, rename, remove) survive a power cut.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Creates a directory and its missing parents, each durably. One that exists is left alone, but
/// its name is made durable too: its creator may have died before doing so.
pub(crate) fn ensure_dir(dir: &Path) -> io::Result<()> {
    let parent = dir.parent().filter(|p| !p.as_os_str().is_empty());
    match create_private(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            ensure_dir(parent.ok_or(error)?)?;
            match create_private(dir) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Err(error) => return Err(error),
    }
    sync_dir(parent.unwrap_or(Path::new(".")))
}

/// Creates a directory that only its owner may look into: it holds casework or keys.
fn create_private(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(dir)
}

/// Writes a new file of the given mode, durably but for its name.
pub(crate) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Replaces a file's content in one step, durably: readers see the old content or the new.
pub(crate) fn replace(path: &Path, scratch: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    remove_if_there(scratch)?;
    write_new(scratch, bytes, mode)?;
    fs::rename(scratch, path)?;
    sync_dir(path.parent().unwrap_or(Path::new(".")))
}

/// Gives `from` the name `to` as well, unless that name is taken: `false` then. The caller makes it
/// durable with [`sync_dir`].
pub(crate) fn link_new(from: &Path, to: &Path) -> io::Result<bool> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a file; its absence is success.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_made_with_its_parents_and_again_is_the_same() {
        let home = tempfile::tempdir().unwrap();
        let deep = home.path().join("a/b/c");
        ensure_dir(&deep).unwrap();
        ensure_dir(&deep).unwrap();
        assert!(deep.is_dir());
    }

    #[test]
    fn a_link_never_takes_a_name_that_is_in_use() {
        let home = tempfile::tempdir().unwrap();
        let (one, two) = (home.path().join("one"), home.path().join("two"));
        write_new(&one, b"1", 0o600).unwrap();
        write_new(&two, b"2", 0o600).unwrap();
        assert!(!link_new(&one, &two).unwrap());
        assert_eq!(fs::read(&two).unwrap(), b"2");
    }

    #[test]
    fn a_replaced_file_holds_the_new_content_even_after_a_leftover_scratch_file() {
        let home = tempfile::tempdir().unwrap();
        let (path, scratch) = (home.path().join("f"), home.path().join("f.new"));
        fs::write(&scratch, b"leftover").unwrap();
        replace(&path, &scratch, b"first", 0o600).unwrap();
        replace(&path, &scratch, b"second", 0o600).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert!(!scratch.exists());
    }
}
