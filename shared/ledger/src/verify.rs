//! Verifying an evidence bundle, offline, with nothing but the folder and the fingerprint of the
//! log's key.
//!
//! Everything in the bundle is hostile until it is proved. Each file is read once, bounded, and the
//! bytes that were hashed are the bytes that are parsed; no path written inside the bundle is ever
//! opened; links and unknown files are refused; every file has one accepted grammar. The order of
//! the checks is that of `verify.py`, which stops at its first refusal, so the first failure here
//! and the one there are the same.

mod checks;
mod layout;
mod source;
mod tally;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::hash::Hash;
use crate::header::ChainId;

/// The most files of a bundle.
pub const MAX_FILES: usize = 200_000;
/// The longest file that is parsed, other than manifests, in bytes.
pub const MAX_METADATA_BYTES: u64 = 1024 * 1024;
/// The longest manifest in bytes.
pub const MAX_MANIFEST_BYTES: u64 = 64 * 1024 * 1024;
/// How many failures are reported; checking stops there.
pub const MAX_FAILURES: usize = 100;

/// What a verified bundle shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Events of the chain, all of them.
    pub events: u64,
    /// Values shown.
    pub shown: u64,
    /// Values the events commit to that are not shown, erased ones included.
    pub withheld: u64,
    /// Those of the withheld that an event of the bundle records as erased.
    pub erased: u64,
    /// Size of the newest checkpoint's tree.
    pub size: u64,
    /// Origin of the log.
    pub origin: String,
    /// The chain.
    pub chain: ChainId,
    /// Sizes of the checkpoints, ascending.
    pub checkpoints: Vec<u64>,
    /// What a reader should know though nothing is wrong, in plain words.
    pub warnings: Vec<String>,
}

/// Which check failed. The text form is shared with `verify.py`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A file is missing, unexpected, unsafely named, a link, unreadable, or there are too many.
    Layout,
    /// A file is longer than its limit.
    Size,
    /// `bagit.txt` or `bag-info.txt` is not as it must be.
    Bagit,
    /// A manifest's grammar, its list of files, or the hash of a file.
    Manifest,
    /// The public key's form or fingerprint.
    Key,
    /// The seal does not cover this bundle or is not signed.
    Seal,
    /// A checkpoint's form, origin, size or signature.
    Checkpoint,
    /// A checkpoint is not the beginning of the next.
    Consistency,
    /// An event's header does not have its form.
    Header,
    /// An event does not continue the chain.
    Chain,
    /// A disclosure's form, or it is not committed to by its event.
    Disclosure,
    /// A proof's form, or it does not lead to a checkpoint of the bundle.
    Proof,
    /// The events are in another order in the log than in the chain.
    Order,
    /// The last event is not the export.
    Export,
    /// The list of exhibits sent apart does not have its form.
    Exhibits,
}

impl Code {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Layout => "layout",
            Self::Size => "size",
            Self::Bagit => "bagit",
            Self::Manifest => "manifest",
            Self::Key => "key",
            Self::Seal => "seal",
            Self::Checkpoint => "checkpoint",
            Self::Consistency => "consistency",
            Self::Header => "header",
            Self::Chain => "chain",
            Self::Disclosure => "disclosure",
            Self::Proof => "proof",
            Self::Order => "order",
            Self::Export => "export",
            Self::Exhibits => "exhibits",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The bundle as a whole.
    Bundle,
    /// One file, by its path inside the bundle.
    File(String),
    /// One event, by its position and, if its header can be read, its type.
    Event {
        /// Position in the chain.
        seq: u64,
        /// The type, if known.
        kind: Option<String>,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle => out.write_str("bundle"),
            Self::File(path) => out.write_str(path),
            Self::Event { seq, kind: Some(kind) } => write!(out, "event {seq:06} {kind}"),
            Self::Event { seq, kind: None } => write!(out, "event {seq:06}"),
        }
    }
}

/// One thing that is wrong. Its `Display` is a line for a person:
/// `event 000012 exhibit.transferred: chain: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where.
    pub place: Place,
    /// Which check.
    pub code: Code,
    /// What, in plain words.
    pub reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.place, self.code, self.reason)
    }
}

/// The outcome of verifying a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every check held.
    Verified(Report),
    /// At least one did not; at most [`MAX_FAILURES`] are listed, in the order of the checks.
    Refused(Vec<Failure>),
}

impl Verdict {
    /// Whether every check held.
    pub fn is_verified(&self) -> bool {
        matches!(self, Self::Verified(_))
    }
}

/// Verifies the bundle in a folder. `expected_fingerprint` is the SHA-256 of the log's public key
/// and must come from somewhere else than the bundle. Never panics, whatever the folder holds.
pub fn verify_bag(dir: &Path, expected_fingerprint: &Hash) -> Verdict {
    checks::verify(&source::Folder::new(dir), expected_fingerprint)
}

/// As [`verify_bag`], for a bundle that is still in memory, by path.
pub fn verify_files(files: &BTreeMap<String, Vec<u8>>, expected_fingerprint: &Hash) -> Verdict {
    checks::verify(&source::Memory::new(files), expected_fingerprint)
}
