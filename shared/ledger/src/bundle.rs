//! Building an evidence bundle: a BagIt 1.0 folder (RFC 8493) that a stranger can check offline.
//!
//! Three steps: [`build`] makes every file but the seal, the caller has [`seal_text`] signed with
//! the log's key, and [`finish`] adds the signed seal. Pure: files are paths and bytes. Before a
//! bundle is handed out, [`crate::verify::verify_files`] should be asked about it.

use std::collections::BTreeSet;

use crate::event::{self, EventError};
use crate::hash::{Hash, sha256};
use crate::header::{ChainId, DISCLOSURE_EXPORTED, Header, is_origin, is_time};
use crate::note::{Note, NoteError, VerifyingKey};
use crate::proof::{Consistency, Proof};

/// The most events of a bundle: with three files each, a bundle stays within the verifier's cap.
pub const MAX_EVENTS: usize = 60_000;
/// The longest name of an exhibit file in characters.
pub const MAX_FILE_NAME_CHARS: usize = 128;
/// The longest external identifier in characters.
pub const MAX_IDENTIFIER_CHARS: usize = 200;
/// Written into `bag-info.txt`; names the layout that this module writes.
pub const PROFILE_IDENTIFIER: &str = "urn:continuity:bag-profile:1";

/// The contents of `bagit.txt`.
pub(crate) const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// The path of the log's public key.
pub(crate) const KEY_PATH: &str = "data/keys/log.pub.pem";
/// The path of the list of exhibits that are sent apart.
pub(crate) const EXHIBITS_PATH: &str = "data/exhibits.sha256";
/// The path of the seal.
pub(crate) const SEAL_PATH: &str = "seal.note";
/// The path of the tag manifest, which the seal covers.
pub(crate) const TAGMANIFEST_PATH: &str = "tagmanifest-sha256.txt";

const HOW_TO_CHECK: &str = include_str!("../assets/HOW-TO-CHECK.txt");
const VERIFY_PY: &str = include_str!("../assets/verify.py");

/// A file of a bundle: its path, with `/` between folders, and its bytes.
pub type File = (String, Vec<u8>);

/// Why a bundle cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The origin is not one.
    #[error("the origin does not have its form")]
    Origin,
    /// No event, or more than [`MAX_EVENTS`].
    #[error("a bundle has 1 to {MAX_EVENTS} events")]
    EventCount,
    /// An event cannot be opened. Carries its position.
    #[error("event {0:06}: {1}")]
    Event(usize, EventError),
    /// An event is of another log or chain. Carries its position.
    #[error("event {0:06} is of another log or chain")]
    Foreign(usize),
    /// The last event does not record this export.
    #[error("the last event is not {DISCLOSURE_EXPORTED}")]
    NotExported,
    /// No checkpoint, two of one size, or not in ascending order.
    #[error("the checkpoints are not one or more in ascending order of size")]
    Checkpoints,
    /// A checkpoint cannot be opened.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] crate::checkpoint::CheckpointError),
    /// Not one consistency proof between each checkpoint and the next.
    #[error("there must be one consistency proof between each checkpoint and the next")]
    Consistency,
    /// An exhibit's name is unsafe or appears twice.
    #[error("the exhibit file name {0:?} is unsafe or appears twice")]
    ExhibitName(String),
    /// An exhibit's bytes do not have the hash or size stated.
    #[error("the exhibit file {0:?} does not have the hash or size stated")]
    ExhibitBytes(String),
    /// The identifier or the date does not fit into `bag-info.txt`.
    #[error("the identifier or the date does not have its form")]
    BagInfo,
    /// The seal is not a note over this bundle's seal text.
    #[error("the seal is not a note over this bundle's seal text")]
    Seal,
}

/// One event of the bundle. Values to be withheld are left out of `disclosures`.
#[derive(Debug, Clone)]
pub struct BundleEvent {
    /// The exact header bytes.
    pub bytes: Vec<u8>,
    /// The encoded disclosures that the recipient may see.
    pub disclosures: Vec<String>,
    /// Its place in the log, under one of the bundle's checkpoints.
    pub proof: Proof,
}

/// A checkpoint of the bundle.
#[derive(Debug, Clone)]
pub struct BundleCheckpoint {
    /// The signed note.
    pub note: String,
    /// An RFC 3161 token over the note's bytes, if there is one.
    pub timestamp: Option<Vec<u8>>,
}

/// A file that belongs to the case.
#[derive(Debug, Clone)]
pub struct ExhibitFile {
    /// A name out of `A-Z a-z 0-9 . _ -` that begins with a letter or digit.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: Hash,
    /// Its size in bytes.
    pub size: u64,
    /// The bytes if the bundle carries them; `None` if the file is sent apart.
    pub bytes: Option<Vec<u8>>,
}

/// Everything a bundle is made of.
#[derive(Debug, Clone)]
pub struct BundleInput {
    /// Origin of the log.
    pub origin: String,
    /// The chain whose events are given.
    pub chain: ChainId,
    /// All events of the chain from 0; the last must be `disclosure.exported`.
    pub events: Vec<BundleEvent>,
    /// The checkpoints that the proofs refer to, ascending by size.
    pub checkpoints: Vec<BundleCheckpoint>,
    /// One proof between each checkpoint and the next, in that order.
    pub consistency: Vec<Consistency>,
    /// The log's key, carried for convenience; a verifier demands the fingerprint from elsewhere.
    pub key: VerifyingKey,
    /// The exhibits, carried or sent apart.
    pub exhibits: Vec<ExhibitFile>,
    /// The readable account of the case.
    pub continuity_html: String,
    /// The recipient's or sender's reference: one line of at most [`MAX_IDENTIFIER_CHARS`].
    pub external_identifier: String,
    /// The date of the export, `YYYY-MM-DD`.
    pub bagging_date: String,
}

/// Makes every file of the bundle except `seal.note`, sorted by path.
///
/// # Errors
/// Any [`BundleError`] except `Seal`. Hashes of chain and proofs are left to the verifier.
pub fn build(input: &BundleInput) -> Result<Vec<File>, BundleError> {
    check_events(input)?;
    let mut files = Vec::new();
    for (seq, item) in input.events.iter().enumerate() {
        let lines: String = item.disclosures.iter().map(|line| format!("{line}\n")).collect();
        files.push((format!("data/events/{seq:06}.json"), item.bytes.clone()));
        files.push((format!("data/events/{seq:06}.disclosures"), lines.into_bytes()));
        let proof = item.proof.to_text().into_bytes();
        files.push((format!("data/proofs/{seq:06}.tlog-proof"), proof));
    }
    add_checkpoints(input, &mut files)?;
    add_exhibits(&input.exhibits, &mut files)?;
    files.push((KEY_PATH.to_owned(), input.key.to_pem().into_bytes()));
    files.push(("data/continuity.html".to_owned(), input.continuity_html.clone().into_bytes()));
    files.push(("data/HOW-TO-CHECK.txt".to_owned(), HOW_TO_CHECK.into()));
    files.push(("data/verify.py".to_owned(), VERIFY_PY.into()));
    files.sort();
    let manifest = manifest(&files);
    let payload: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let tags = vec![
        ("bag-info.txt".to_owned(), bag_info(input, payload, files.len())?.into_bytes()),
        ("bagit.txt".to_owned(), BAGIT.into()),
        ("manifest-sha256.txt".to_owned(), manifest),
    ];
    files.push((TAGMANIFEST_PATH.to_owned(), self::manifest(&tags)));
    files.extend(tags);
    files.sort();
    Ok(files)
}

/// The text that the log's key signs to seal a bundle: a line naming origin and purpose, and the
/// SHA-256 of the tag manifest as `sha256sum` prints it. Two lines, so never a checkpoint.
pub fn seal_text(tagmanifest: &[u8], origin: &str) -> String {
    format!("{origin}/bundle-seal\n{}\n", sha256(tagmanifest))
}

/// Adds the signed seal to what [`build`] made. The signature itself is left to the verifier.
///
/// # Errors
/// `Seal` if the note is not over the seal text of these files.
pub fn finish(mut files: Vec<File>, seal_note: &str) -> Result<Vec<File>, BundleError> {
    let note = Note::parse(seal_note).map_err(|_: NoteError| BundleError::Seal)?;
    let tagmanifest = files.iter().find(|(path, _)| path == TAGMANIFEST_PATH);
    let (_, tagmanifest) = tagmanifest.ok_or(BundleError::Seal)?;
    let origin = note.signatures.first().map_or("", |line| line.name.as_str());
    if note.signatures.len() != 1 || note.text != seal_text(tagmanifest, origin) {
        return Err(BundleError::Seal);
    }
    files.push((SEAL_PATH.to_owned(), seal_note.as_bytes().to_vec()));
    files.sort();
    Ok(files)
}

fn check_events(input: &BundleInput) -> Result<(), BundleError> {
    if !is_origin(&input.origin) {
        return Err(BundleError::Origin);
    }
    if input.events.is_empty() || input.events.len() > MAX_EVENTS {
        return Err(BundleError::EventCount);
    }
    let mut last: Option<Header> = None;
    for (seq, item) in input.events.iter().enumerate() {
        let opened = event::open(&item.bytes, &item.disclosures)
            .map_err(|error| BundleError::Event(seq, error))?;
        if opened.header.log != input.origin || opened.header.case != input.chain {
            return Err(BundleError::Foreign(seq));
        }
        last = Some(opened.header);
    }
    match last {
        Some(header) if header.kind.as_str() == DISCLOSURE_EXPORTED => Ok(()),
        _ => Err(BundleError::NotExported),
    }
}

fn add_checkpoints(input: &BundleInput, files: &mut Vec<File>) -> Result<(), BundleError> {
    let mut sizes = Vec::new();
    for item in &input.checkpoints {
        let opened = crate::checkpoint::Checkpoint::open(&item.note, &input.key, &input.origin)?;
        let path = format!("data/checkpoints/{}", opened.size);
        files.push((format!("{path}.note"), item.note.clone().into_bytes()));
        if let Some(token) = &item.timestamp {
            files.push((format!("{path}.tsr"), token.clone()));
        }
        sizes.push(opened.size);
    }
    if sizes.is_empty() || !sizes.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err(BundleError::Checkpoints);
    }
    if input.consistency.len() + 1 != sizes.len() {
        return Err(BundleError::Consistency);
    }
    for (position, proof) in input.consistency.iter().enumerate() {
        let (old, new) = (sizes[position], sizes[position + 1]);
        if proof.old != old || proof.checkpoint != input.checkpoints[position + 1].note {
            return Err(BundleError::Consistency);
        }
        let path = format!("data/consistency/{old}-{new}.txt");
        files.push((path, proof.to_text().into_bytes()));
    }
    Ok(())
}

fn add_exhibits(exhibits: &[ExhibitFile], files: &mut Vec<File>) -> Result<(), BundleError> {
    let mut names = BTreeSet::new();
    let mut apart = Vec::new();
    for exhibit in exhibits {
        if !is_file_name(&exhibit.name) || !names.insert(exhibit.name.as_str()) {
            return Err(BundleError::ExhibitName(exhibit.name.clone()));
        }
        let Some(bytes) = &exhibit.bytes else {
            apart.push((exhibit.name.as_str(), exhibit.sha256));
            continue;
        };
        if sha256(bytes) != exhibit.sha256 || u64::try_from(bytes.len()) != Ok(exhibit.size) {
            return Err(BundleError::ExhibitBytes(exhibit.name.clone()));
        }
        files.push((format!("data/exhibits/{}", exhibit.name), bytes.clone()));
    }
    if !apart.is_empty() {
        apart.sort_unstable();
        let lines: String = apart.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
        files.push((EXHIBITS_PATH.to_owned(), lines.into_bytes()));
    }
    Ok(())
}

fn bag_info(input: &BundleInput, payload: usize, files: usize) -> Result<String, BundleError> {
    if !is_identifier(&input.external_identifier) || !is_date(&input.bagging_date) {
        return Err(BundleError::BagInfo);
    }
    Ok(format!(
        "BagIt-Profile-Identifier: {PROFILE_IDENTIFIER}\nBagging-Date: {}\n\
         External-Identifier: {}\nPayload-Oxum: {payload}.{files}\n",
        input.bagging_date, input.external_identifier
    ))
}

/// The lines that `sha256sum -c` reads, in the order of the files.
fn manifest(files: &[File]) -> Vec<u8> {
    let lines: String =
        files.iter().map(|(path, bytes)| format!("{}  {path}\n", sha256(bytes))).collect();
    lines.into_bytes()
}

/// Safe as a file name anywhere, and never an option of a command.
pub(crate) fn is_file_name(name: &str) -> bool {
    name.len() <= MAX_FILE_NAME_CHARS
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// One line without control characters and without spaces around it.
pub(crate) fn is_identifier(text: &str) -> bool {
    let control = |c: char| c < '\u{20}' || c == '\u{7f}';
    let length = text.chars().count();
    (1..=MAX_IDENTIFIER_CHARS).contains(&length)
        && !text.contains(control)
        && text.trim_matches(' ') == text
}

/// A calendar date, `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    is_time(&format!("{text}T00:00:00.000Z"))
}
