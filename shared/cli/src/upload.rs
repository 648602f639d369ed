//! `continuity upload`: a file goes to an examination, block by block, and goes on after any
//! interruption.
//!
//! Nothing is kept on this side. The idempotency key comes from what is sent and where to, so the
//! same command finds the same upload; the service says which blocks it has. Memory is bounded by
//! one block.

use crate::client::{self, Answer, Ask, Client, PATIENCE, Service};
use crate::digest;
use crate::outcome::{Exit, Failure, Outcome, printable};
use contract::files::{BeginUpload, BlockRange, BlockReceipt, BlocksView, FileView, UploadView};
use ledger::hash::{Hash, sha256};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use store::model::{BLOCK_BYTES_MAX, BLOCKS_MAX};
use ureq::http::Method;

/// The longest that is waited for the service to have looked at the file, in seconds.
const WAIT_SECONDS_MAX: u64 = 3600;
/// The first pause between two looks; it doubles up to [`LOOK_PAUSE_MAX`], because each look is
/// recorded as a consultation.
const LOOK_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two looks.
const LOOK_PAUSE_MAX: Duration = Duration::from_secs(8);

/// The arguments of `continuity upload`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file to send.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The examination: its id (then --case is needed), its path or its address.
    #[arg(long, value_name = "ID-OR-URL")]
    examination: String,
    /// The case, by its id.
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// What the file is: a code of the list file_roles.
    #[arg(long, value_name = "CODE")]
    role: String,
    /// The name it is recorded under; the file's own unless given.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Send so many blocks, then stop with exit code 3.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    stop_after: Option<u32>,
    /// How long to wait for the service to have looked at the file, 0 to 3600 seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120,
          value_parser = clap::value_parser!(u64).range(0..=WAIT_SECONDS_MAX))]
    wait: u64,
    /// Which attempt this is: a higher number begins anew, for a file that was quarantined.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..))]
    attempt: u32,
    /// Why you look at the upload's state: recorded with your name.
    #[arg(long, value_name = "TEXT", default_value = "Uploading a file")]
    reason: String,
    #[command(flatten)]
    service: Service,
}

/// Which examination.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    case: String,
    examination: String,
}

/// A local file, and how it was when it was hashed.
struct Local {
    path: PathBuf,
    file: File,
    size: u64,
    modified: Option<SystemTime>,
    sha256: Hash,
}

/// What is sent where, and what the service has made of it.
struct Upload<'a> {
    client: &'a Client,
    reason: &'a str,
    case: String,
    begun: UploadView,
}

/// Sends the file, or what is missing of it, and prints `verified` or `quarantined` with the file's
/// id and hash. Progress goes to `err`.
///
/// # Errors
/// Unusable: a file that cannot be read or that changes meanwhile, or a service that does not
/// answer. Refused: the service says no.
pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write, err: &mut dyn Write) -> Outcome {
    let target = target(arguments)?;
    let reason = client::reason(&arguments.reason)?;
    let client = Client::new(&arguments.service, PATIENCE)?;
    let mut local = Local::open(&arguments.file)?;
    let announcement = BeginUpload {
        name: name(arguments)?,
        size_bytes: local.size,
        sha256: local.sha256.to_string(),
        role: arguments.role.clone(),
    };
    let (upload, found) =
        Upload::begin(&client, reason, &target, &announcement, arguments.attempt)?;
    writeln!(
        err,
        "{} {}: {} bytes in {} block(s)",
        if found { "going on with" } else { "sending" },
        upload.begun.file.id,
        local.size,
        upload.begun.blocks
    )?;
    let mut state = if found { upload.state()? } else { "uploading".to_owned() };
    if state == "uploading" {
        if !upload.send(&mut local, arguments.stop_after, err)? {
            writeln!(out, "interrupted {} {}", upload.begun.file.id, local.sha256)?;
            return Ok(Exit::Unfinished);
        }
        local.check_unchanged()?;
        upload.complete()?;
        state = upload.state()?;
    }
    let state = upload.wait(state, Duration::from_secs(arguments.wait))?;
    writeln!(out, "{} {} {}", printable(&state), upload.begun.file.id, local.sha256)?;
    conclude(&state, err)
}

fn conclude(state: &str, err: &mut dyn Write) -> Outcome {
    match state {
        "verified" => Ok(Exit::Done),
        "quarantined" => {
            writeln!(
                err,
                "The bytes that arrived are not those that were announced; they are kept apart and \
                 are no evidence. Send the file again with a higher --attempt."
            )?;
            Ok(Exit::Refused)
        }
        _ => {
            writeln!(err, "All bytes are there, but were not looked at in time. Run this again.")?;
            Ok(Exit::Unfinished)
        }
    }
}

impl Local {
    fn open(path: &Path) -> Outcome<Local> {
        let file = File::open(path).map_err(Failure::at(path))?;
        let about = file.metadata().map_err(Failure::at(path))?;
        if !about.is_file() {
            return Err(Failure::unusable(format_args!("{}: is no file", path.display())));
        }
        let (sha256, size) = digest::sha256(&file).map_err(Failure::at(path))?;
        if size == 0 {
            return Err(Failure::unusable(format_args!("{}: is empty", path.display())));
        }
        let (path, modified) = (path.to_owned(), about.modified().ok());
        let local = Local { path, file, size, modified, sha256 };
        local.check_unchanged()?;
        Ok(local)
    }

    /// Refuses a file that is written to while it is sent: its hash would be of other bytes.
    fn check_unchanged(&self) -> Outcome<()> {
        let about = std::fs::metadata(&self.path).map_err(Failure::at(&self.path))?;
        if about.len() == self.size && about.modified().ok() == self.modified {
            return Ok(());
        }
        let path = self.path.display();
        Err(Failure::unusable(format_args!("{path}: changed while it was being sent")))
    }

    /// Fills `block` with block `index`.
    fn read(&mut self, index: u32, block_size: u64, block: &mut Vec<u8>) -> Outcome<()> {
        let start = u64::from(index) * block_size;
        let path = self.path.clone();
        self.file.seek(SeekFrom::Start(start)).map_err(Failure::at(&path))?;
        let expected = block_size.min(self.size.saturating_sub(start));
        block.clear();
        (&self.file).take(expected).read_to_end(block).map_err(Failure::at(&path))?;
        if block.len() as u64 == expected {
            return Ok(());
        }
        Err(Failure::unusable(format_args!("{}: changed while it was being sent", path.display())))
    }
}

impl<'a> Upload<'a> {
    /// Announces the file, or finds the upload that the same announcement made before; the second
    /// value says which.
    fn begin(
        client: &'a Client,
        reason: &'a str,
        target: &Target,
        announcement: &BeginUpload,
        attempt: u32,
    ) -> Outcome<(Upload<'a>, bool)> {
        let Target { case, examination } = target;
        let path = format!("/api/v1/cases/{case}/examinations/{examination}/files");
        let key = begin_key(target, announcement, attempt);
        let answer = client.post(&path, &key, announcement)?;
        let found = answer.header("idempotency-replayed") == Some("true");
        let begun = checked(answer.json()?, announcement.size_bytes)?;
        Ok((Upload { client, reason, case: case.clone(), begun }, found))
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/cases/{}/files/{}{rest}", self.case, self.begun.file.id)
    }

    fn state(&self) -> Outcome<String> {
        let file: FileView = self.client.get(&self.path(""), self.reason)?.json()?;
        Ok(file.state)
    }

    /// Sends the blocks that are missing; false if it stopped because it was told to.
    fn send(
        &self,
        local: &mut Local,
        stop_after: Option<u32>,
        err: &mut dyn Write,
    ) -> Outcome<bool> {
        let there: BlocksView = self.client.get(&self.path("/blocks"), self.reason)?.json()?;
        let missing = missing(self.begun.blocks, &there.missing)?;
        writeln!(err, "{} of {} block(s) to send", missing.len(), self.begun.blocks)?;
        let mut block = Vec::new();
        for (sent, index) in (0_u32..).zip(missing) {
            if stop_after == Some(sent) {
                return Ok(false);
            }
            local.read(index, self.begun.block_size_bytes, &mut block)?;
            self.put(index, &block)?;
            writeln!(err, "block {index} sent")?;
            if stop_after == Some(sent + 1) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn put(&self, index: u32, block: &[u8]) -> Outcome<()> {
        let path = self.path(&format!("/blocks/{index}"));
        let body = Some(("application/octet-stream", block));
        let answer = self.client.ask(&Method::PUT, &path, Ask { body, ..Ask::default() })?;
        let receipt: BlockReceipt = answer.json()?;
        if receipt.index == index && receipt.sha256 == sha256(block).to_string() {
            return Ok(());
        }
        Err(Failure::refused(format_args!("block {index} did not arrive as it was sent")))
    }

    fn complete(&self) -> Outcome<Answer> {
        // One completion for each file: its id makes the key.
        let key = key(&["complete", &self.case, &self.begun.file.id]);
        let ask = Ask { key: Some(&key), ..Ask::default() };
        self.client.ask(&Method::POST, &self.path("/completion"), ask)
    }

    /// Looks until the file is verified or quarantined, or the time is over.
    fn wait(&self, mut state: String, time: Duration) -> Outcome<String> {
        let (begin, mut pause) = (Instant::now(), LOOK_PAUSE);
        while !matches!(state.as_str(), "verified" | "quarantined") {
            let left = time.saturating_sub(begin.elapsed());
            if left.is_zero() {
                break;
            }
            std::thread::sleep(pause.min(left));
            pause = pause.saturating_mul(2).min(LOOK_PAUSE_MAX);
            state = self.state()?;
        }
        Ok(state)
    }
}

/// The numbers of the blocks that are not there yet, in order.
fn missing(blocks: u32, ranges: &[BlockRange]) -> Outcome<Vec<u32>> {
    let mut next = 0;
    for range in ranges {
        // In order and apart, so that they cannot name more blocks than there are.
        if range.from < next || range.to < range.from || range.to >= blocks {
            return Err(Failure::unusable("the service's list of missing blocks is not sound"));
        }
        next = range.to + 1;
    }
    Ok(ranges.iter().flat_map(|range| range.from..=range.to).collect())
}

/// What the service planned, if it can be: a block fits into memory, the blocks make up the file.
fn checked(begun: UploadView, size: u64) -> Outcome<UploadView> {
    let block = begun.block_size_bytes;
    let fits = client::is_segment(&begun.file.id)
        && (1..=BLOCK_BYTES_MAX).contains(&block)
        && u64::from(begun.blocks) <= BLOCKS_MAX
        && u64::from(begun.blocks) == size.div_ceil(block);
    if fits { Ok(begun) } else { Err(Failure::unusable("the service's plan cannot be followed")) }
}

/// The key of an announcement: the same for the same file to the same place, and for nothing else.
fn begin_key(target: &Target, announcement: &BeginUpload, attempt: u32) -> String {
    let BeginUpload { name, size_bytes, sha256, role } = announcement;
    let (size, attempt) = (size_bytes.to_string(), attempt.to_string());
    key(&["begin", &target.case, &target.examination, name, &size, sha256, role, &attempt])
}

/// 64 hexadecimal digits that belong to these words: each counts with its length, so that no two
/// lists run together.
fn key(words: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for word in words {
        hasher.update((word.len() as u64).to_be_bytes());
        hasher.update(word.as_bytes());
    }
    Hash(hasher.finalize().into()).to_string()
}

fn name(arguments: &Arguments) -> Outcome<String> {
    if let Some(name) = &arguments.name {
        return Ok(name.clone());
    }
    let name = arguments.file.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| {
        let file = arguments.file.display();
        Failure::unusable(format_args!("{file}: the name is not UTF-8; give one with --name"))
    })
}

/// The examination out of `--examination` and `--case`.
fn target(arguments: &Arguments) -> Outcome<Target> {
    let text = arguments.examination.as_str();
    let base = arguments.service.url.trim_end_matches('/');
    let path = text.strip_prefix(base).unwrap_or(text);
    let parts: Vec<&str> = path.split('/').collect();
    let found = match (parts.as_slice(), arguments.case.as_deref()) {
        (["", "api", "v1", "cases", case, "examinations", examination], None) => {
            Some((*case, *examination))
        }
        ([examination], Some(case)) => Some((case, *examination)),
        _ => None,
    };
    match found {
        Some((case, examination))
            if client::is_segment(case) && client::is_segment(examination) =>
        {
            Ok(Target { case: case.to_owned(), examination: examination.to_owned() })
        }
        _ => Err(Failure::unusable(
            "--examination takes /api/v1/cases/<case>/examinations/<examination>, that address at \
             --url, or an id together with --case",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn arguments(line: &str) -> Arguments {
        let line = format!("upload file --role image {line}");
        Line::try_parse_from(line.split(' ')).unwrap_or_else(|e| panic!("{line}: {e}")).arguments
    }

    #[test]
    fn an_examination_is_named_by_path_address_or_two_ids() {
        for line in [
            "--examination /api/v1/cases/c/examinations/x",
            "--examination http://127.0.0.1:7071/api/v1/cases/c/examinations/x",
            "--url http://localhost:1/ --examination http://localhost:1/api/v1/cases/c/examinations/x",
            "--case c --examination x",
        ] {
            let found = target(&arguments(line)).unwrap();
            assert_eq!(found, Target { case: "c".into(), examination: "x".into() }, "{line}");
        }
        for line in [
            "--examination x",
            "--case c --examination /api/v1/cases/c/examinations/x",
            "--examination http://elsewhere/api/v1/cases/c/examinations/x",
            "--examination /api/v1/cases/../examinations/x",
            "--examination /api/v1/cases/c/examinations/x/",
            "--case c/d --examination x",
        ] {
            assert!(target(&arguments(line)).is_err(), "{line}");
        }
    }

    #[test]
    fn the_missing_blocks_are_counted_out_of_sound_ranges_only() {
        let ranges = |pairs: &[(u32, u32)]| -> Vec<BlockRange> {
            pairs.iter().map(|(from, to)| BlockRange { from: *from, to: *to }).collect()
        };
        assert_eq!(missing(9, &ranges(&[(0, 0), (2, 4), (8, 8)])).unwrap(), [0, 2, 3, 4, 8]);
        assert!(missing(9, &[]).unwrap().is_empty());
        for wrong in [&[(0, 9)][..], &[(3, 2)], &[(0, 4), (4, 5)], &[(5, 6), (0, 1)]] {
            assert!(missing(9, &ranges(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_key_changes_with_each_thing_it_stands_for_and_fits_the_header() {
        let target = |case: &str, x: &str| Target { case: case.into(), examination: x.into() };
        let file = |name: &str, size_bytes, sha256: &str, role: &str| BeginUpload {
            name: name.into(),
            size_bytes,
            sha256: sha256.into(),
            role: role.into(),
        };
        let keys = [
            begin_key(&target("c", "x"), &file("n", 1, "h", "r"), 1),
            begin_key(&target("cx", ""), &file("n", 1, "h", "r"), 1),
            begin_key(&target("c", "y"), &file("n", 1, "h", "r"), 1),
            begin_key(&target("c", "x"), &file("m", 1, "h", "r"), 1),
            begin_key(&target("c", "x"), &file("n", 2, "h", "r"), 1),
            begin_key(&target("c", "x"), &file("n", 1, "i", "r"), 1),
            begin_key(&target("c", "x"), &file("n", 1, "h", "s"), 1),
            begin_key(&target("c", "x"), &file("n", 1, "h", "r"), 2),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert!(keys.iter().all(|key| key.len() == 64));
        assert_eq!(keys[0], begin_key(&target("c", "x"), &file("n", 1, "h", "r"), 1));
    }

    #[test]
    fn a_plan_that_does_not_make_up_the_file_is_not_followed() {
        let begun = |id: &str, block_size: u64, blocks: u32| -> UploadView {
            serde_json::from_value(serde_json::json!({
                "file": {
                    "id": id, "caseId": "c", "examinationId": "x", "role": "r",
                    "state": "uploading", "sizeBytes": 11, "sha256": "",
                    "uploadedBy": {"id": "p", "name": "P"}, "announcedAt": "2026-11-22T09:32:00Z",
                    "released": false, "etag": "\"1\""
                },
                "blockSizeBytes": block_size, "blocks": blocks, "blockAddress": ""
            }))
            .unwrap()
        };
        assert!(checked(begun("f", 10, 2), 11).is_ok());
        assert!(checked(begun("f", BLOCK_BYTES_MAX, 1), 1).is_ok());
        for wrong in [
            begun("../f", 10, 2),
            begun("f", 0, 2),
            begun("f", 10, 1),
            begun("f", 10, 3),
            begun("f", BLOCK_BYTES_MAX + 1, 1),
        ] {
            let shown = format!("{wrong:?}");
            assert!(checked(wrong, 11).is_err(), "{shown}");
        }
    }
}
