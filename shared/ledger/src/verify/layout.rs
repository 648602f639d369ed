//! Which files a bundle has: all that must be there, and nothing else.

use std::collections::BTreeSet;

use super::{Code, Failure, Place};
use crate::bundle::{EXHIBITS_PATH, KEY_PATH, SEAL_PATH, TAGMANIFEST_PATH, is_file_name};
use crate::checkpoint::parse_number;

/// The tag files that the tag manifest lists, in its order.
pub(super) const TAG_FILES: [&str; 3] = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"];

/// The payload files every bundle has besides its events, checkpoints and proofs.
const REQUIRED: [&str; 8] = [
    "bag-info.txt",
    "bagit.txt",
    "data/HOW-TO-CHECK.txt",
    "data/continuity.html",
    "data/verify.py",
    "manifest-sha256.txt",
    KEY_PATH,
    TAGMANIFEST_PATH,
];

/// Payload files that a bundle may have: hashed and sealed, not parsed.
const OPTIONAL: [&str; 3] = ["data/case.jsonld", "data/continuity.pdf", EXHIBITS_PATH];

/// What the names of a sound bundle's files say.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Files under `data/`.
    pub payload: BTreeSet<String>,
    /// Number of events.
    pub events: u64,
    /// Sizes of the checkpoints, ascending.
    pub checkpoints: Vec<u64>,
    /// Number of RFC 3161 tokens.
    pub timestamps: usize,
    /// Names of the exhibits carried.
    pub exhibits: BTreeSet<String>,
    /// Whether exhibits are sent apart.
    pub apart: bool,
}

impl Layout {
    /// Reads the layout off the paths.
    pub(super) fn read(paths: &BTreeSet<String>) -> Result<Self, Failure> {
        let mut expected: BTreeSet<String> = REQUIRED.map(str::to_owned).into();
        expected.insert(SEAL_PATH.to_owned());
        let mut layout = Self::default();
        let mut sizes = BTreeSet::new();
        for path in paths {
            if path.starts_with("data/") {
                layout.payload.insert(path.clone());
            }
            if let Some(name) = path.strip_prefix("data/exhibits/").filter(|n| is_file_name(n)) {
                layout.exhibits.insert(name.to_owned());
                expected.insert(path.clone());
            } else if OPTIONAL.contains(&path.as_str()) {
                layout.apart |= path == EXHIBITS_PATH;
                expected.insert(path.clone());
            } else if let Some(size) = numbered(path, "data/checkpoints/", ".note") {
                sizes.insert(size);
                expected.insert(path.clone());
            } else if let Some(size) = numbered(path, "data/checkpoints/", ".tsr") {
                layout.timestamps += 1;
                expected.insert(path.clone());
                expected.insert(format!("data/checkpoints/{size}.note"));
            } else if path.starts_with("data/events/") && path.ends_with(".json") {
                layout.events += 1;
            }
        }
        for seq in 0..layout.events {
            expected.extend(event_paths(seq));
        }
        layout.checkpoints = sizes.into_iter().collect();
        for pair in layout.checkpoints.windows(2) {
            expected.insert(consistency_path(pair[0], pair[1]));
        }
        compare(paths, &expected)?;
        if layout.events == 0 || layout.checkpoints.is_empty() {
            let reason = "has no event or no checkpoint".to_owned();
            return Err(Failure { place: Place::Bundle, code: Code::Layout, reason });
        }
        Ok(layout)
    }
}

/// The header, disclosures and proof of an event.
pub(super) fn event_paths(seq: u64) -> [String; 3] {
    [
        format!("data/events/{seq:06}.json"),
        format!("data/events/{seq:06}.disclosures"),
        format!("data/proofs/{seq:06}.tlog-proof"),
    ]
}

/// The proof between two checkpoints.
pub(super) fn consistency_path(old: u64, new: u64) -> String {
    format!("data/consistency/{old}-{new}.txt")
}

fn numbered(path: &str, folder: &str, ending: &str) -> Option<u64> {
    parse_number(path.strip_prefix(folder)?.strip_suffix(ending)?)
}

fn compare(paths: &BTreeSet<String>, expected: &BTreeSet<String>) -> Result<(), Failure> {
    let fail = |path: &String, what: &str| {
        let place = Place::File(path.clone());
        Err(Failure { place, code: Code::Layout, reason: what.to_owned() })
    };
    if let Some(path) = paths.difference(expected).next() {
        return fail(path, "has no place in a bundle");
    }
    match expected.difference(paths).next() {
        Some(path) => fail(path, "is missing"),
        None => Ok(()),
    }
}
