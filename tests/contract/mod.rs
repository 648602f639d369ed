//! The lists that have to agree: what the Functions host is shown, what the program serves, what its
//! description says, what is documented and what is tested. Whoever forgets one is named here.

mod callers;
mod documents;
mod manifests;
mod openapi;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file or folder of the repository.
fn place(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The text of a file of the repository.
fn text(path: &str) -> String {
    std::fs::read_to_string(place(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the function folders: what the host makes functions of.
fn folders() -> BTreeSet<String> {
    let entries = std::fs::read_dir(place("functions")).unwrap();
    let entries = entries.map(|entry| entry.unwrap());
    let functions = entries.filter(|entry| entry.path().join("function.json").is_file());
    functions.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Fails with every fault on a line of its own.
#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
