use super::*;
use std::fs;
use tar::{EntryType, Header};

/// One entry as it is written, whatever its name.
fn entry(kind: EntryType, name: &[u8], link: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    let fields = header.as_old_mut();
    fields.name[..name.len()].copy_from_slice(name);
    fields.linkname[..link.len()].copy_from_slice(link);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    let mut all = header.as_bytes().to_vec();
    all.extend_from_slice(bytes);
    all.resize(all.len().next_multiple_of(512), 0);
    all
}

fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
    entry(EntryType::Regular, name.as_bytes(), b"", bytes)
}

fn archive(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut all = entries.concat();
    all.resize(all.len() + 1024, 0);
    all
}

/// Reads an archive out of a file, and unpacks it: both refuse it or neither does.
fn take(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.tar");
    fs::write(&path, bytes).unwrap();
    let files = read(&path);
    let into = directory.path().join("in/side");
    fs::create_dir(directory.path().join("in")).unwrap();
    let unpacked = extract(&path, &into);
    assert_eq!(files.is_ok(), unpacked.is_ok(), "{files:?} {unpacked:?}");
    let mut beside: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    beside.sort();
    assert_eq!(beside, ["in", "x.tar"], "something was written outside");
    assert_eq!(fs::read_dir(directory.path().join("in")).unwrap().count(), 1);
    match files {
        Ok(files) => Ok(files),
        Err(TarError::Refused(reason)) => Err(reason),
        Err(TarError::Io(path, error)) => panic!("{}: {error}", path.display()),
    }
}

fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    let mut text = String::new();
    for (name, value) in records {
        let rest = format!(" {name}={value}\n");
        // The length counts its own digits.
        let mut length = rest.len() + 1;
        while length != rest.len() + length.to_string().len() {
            length += 1;
        }
        text.push_str(&format!("{length}{rest}"));
    }
    entry(EntryType::XHeader, b"pax", b"", text.as_bytes())
}

#[test]
fn a_plain_archive_is_read_and_its_single_folder_taken_off() {
    let folder = entry(EntryType::Directory, b"bag/data/", b"", b"");
    let files = take(&archive(&[
        file("bag/bagit.txt", b"one"),
        folder,
        file("bag/data/a", b""),
        file("./bag/data/b", &[7; 1000]),
    ]))
    .unwrap();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["bagit.txt", "data/a", "data/b"]);
    assert_eq!(files["data/b"], [7; 1000]);
}

#[test]
fn a_folder_stays_when_it_is_not_around_everything_or_holds_no_bag() {
    let files = take(&archive(&[file("bag/bagit.txt", b""), file("other", b"")])).unwrap();
    assert!(files.contains_key("bag/bagit.txt"));
    let files = take(&archive(&[file("bag/x", b"")])).unwrap();
    assert!(files.contains_key("bag/x"));
}

#[test]
fn long_names_of_both_kinds_are_read() {
    let long = format!("bag/{}", "n".repeat(128));
    let gnu = entry(EntryType::GNULongName, b"././@LongLink", b"", format!("{long}\0").as_bytes());
    let files = take(&archive(&[gnu, file("short", b"g")])).unwrap();
    assert_eq!(files[&long], b"g");
    let files = take(&archive(&[pax(&[("path", &long)]), file("short", b"p")])).unwrap();
    assert_eq!(files[&long], b"p");
}

#[test]
fn every_hostile_archive_is_refused_and_writes_nothing_outside() {
    let link = |kind| entry(kind, b"link", b"/etc/passwd", b"");
    let folder_link = entry(EntryType::Symlink, b"d", b"..", b"");
    let gnu_escape = entry(EntryType::GNULongName, b"L", b"", b"../escape\0");
    let mut wrong_sum = file("a", b"x");
    wrong_sum[0] = b'b';
    let mut cut = archive(&[file("a", &[1; 600])]);
    cut.truncate(512 + 300);
    let mut trailing = archive(&[file("a", b"x")]);
    trailing.extend_from_slice(&file("b", b"hidden"));
    let mut huge = Header::new_gnu();
    huge.set_path("huge").unwrap();
    huge.set_size(u64::MAX / 2);
    huge.set_cksum();
    let hostile: Vec<(&str, Vec<u8>)> = vec![
        ("a symbolic link", archive(&[link(EntryType::Symlink)])),
        ("a hard link", archive(&[link(EntryType::Link)])),
        ("a link to write through", archive(&[folder_link, file("d/escape", b"x")])),
        ("a character device", archive(&[link(EntryType::Char)])),
        ("a block device", archive(&[link(EntryType::Block)])),
        ("a pipe", archive(&[link(EntryType::Fifo)])),
        ("an absolute path", archive(&[file("/tmp/escape", b"x")])),
        ("an absolute path after ./", archive(&[file(".//tmp/escape", b"x")])),
        ("a parent first", archive(&[file("../escape", b"x")])),
        ("a parent inside", archive(&[file("a/../../escape", b"x")])),
        ("a parent last", archive(&[entry(EntryType::Directory, b"a/..", b"", b"")])),
        ("a parent by GNU long name", archive(&[gnu_escape, file("a", b"x")])),
        ("a parent by pax path", archive(&[pax(&[("path", "../escape")]), file("a", b"x")])),
        ("a dot inside", archive(&[file("a/./b", b"x")])),
        ("an empty part", archive(&[file("a//b", b"x")])),
        ("a backslash", archive(&[file("..\\escape", b"x")])),
        ("a drive", archive(&[file("C:escape", b"x")])),
        ("a control character", archive(&[file("a\u{1b}[2K", b"x")])),
        ("bytes that are no text", archive(&[entry(EntryType::Regular, b"\xff\xfe", b"", b"x")])),
        ("no name", archive(&[file("./", b"x")])),
        ("the root", archive(&[entry(EntryType::Directory, b"/", b"", b"")])),
        ("a file called like a folder", archive(&[file("a/", b"x")])),
        ("a file twice", archive(&[file("a", b"x"), file("a", b"y")])),
        ("a file twice but for capitals", archive(&[file("a", b"x"), file("A", b"y")])),
        ("a file where a folder is", archive(&[file("a/b", b"x"), file("a", b"y")])),
        ("a folder where a file is", archive(&[file("a", b"x"), file("a/b", b"y")])),
        ("a sparse file", archive(&[entry(EntryType::GNUSparse, b"s", b"", b"")])),
        ("a wrong checksum", archive(&[wrong_sum])),
        ("a cut file", cut),
        ("a size beyond the file", archive(&[huge.as_bytes().to_vec()])),
        ("bytes after the end", trailing),
        ("no tar at all", b"PK\x03\x04 not a tar file".repeat(100)),
    ];
    for (what, bytes) in hostile {
        let taken = take(&bytes);
        assert!(taken.is_err(), "{what}: {taken:?}");
    }
}

fn count(bytes: &[u8], bytes_max: u64, entries_max: usize) -> Result<usize, String> {
    let mut count = 0;
    let walked = walk(bytes, bytes_max, entries_max, &mut |item| {
        if let Item::File(_, bytes) = item {
            io::copy(bytes, &mut io::sink()).map_err(damaged)?;
        }
        count += 1;
        Ok(())
    });
    match walked {
        Ok(()) => Ok(count),
        Err(TarError::Refused(reason)) => Err(reason),
        Err(TarError::Io(..)) => panic!("nothing was read from a file"),
    }
}

#[test]
fn the_number_of_entries_is_limited() {
    let bytes = archive(&[file("a", b""), file("b", b""), file("c", b"")]);
    assert_eq!(count(&bytes, TAR_BYTES_MAX, 3), Ok(3));
    assert!(count(&bytes, TAR_BYTES_MAX, 2).unwrap_err().contains("more than 2 entries"));
}

#[test]
fn the_size_is_limited_also_when_the_file_grows_while_it_is_read() {
    let bytes = archive(&[file("a", &[1; 700])]);
    let length = bytes.len() as u64;
    assert_eq!(count(&bytes, length, 9), Ok(1));
    assert!(count(&bytes, length - 1, 9).unwrap_err().contains("more than"));
    assert!(count(&bytes, 600, 9).is_err());
}

#[test]
fn the_length_and_depth_of_a_path_are_limited() {
    let named = |name: &str| checked_name(name.as_bytes()).is_ok();
    assert!(named(&"n".repeat(PATH_BYTES_MAX)));
    assert!(!named(&"n".repeat(PATH_BYTES_MAX + 1)));
    assert!(named(&format!("{}f", "d/".repeat(DEPTH_MAX))));
    assert!(!named(&format!("{}f", "d/".repeat(DEPTH_MAX + 1))));
}

#[test]
fn a_folder_that_holds_something_is_not_unpacked_into() {
    let directory = tempfile::tempdir().unwrap();
    let (path, into) = (directory.path().join("x.tar"), directory.path().join("into"));
    fs::write(&path, archive(&[file("bag/bagit.txt", b"x")])).unwrap();
    fs::create_dir(&into).unwrap();
    assert_eq!(extract(&path, &into).unwrap(), into.join("bag"));
    assert!(matches!(extract(&path, &into), Err(TarError::Io(..))));
    assert_eq!(fs::read(into.join("bag/bagit.txt")).unwrap(), b"x");
}
