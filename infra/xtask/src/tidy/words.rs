//! What may be said where: rules that are read off the text of the code.

use super::folders;
use super::source::{Source, lines_with};
use super::tree::{File, Finding, Tree, is_test_file};

/// The most lines of a Rust file.
const FILE_LINES_MAX: usize = 500;
/// Files that may be longer, each with its reason. This list may only shrink.
const LONG_FILES: &[(&str, &str)] = &[];

/// What `domain` must not touch: it is pure. Its tests may read files.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "async fn",
    "tokio",
    "rand::",
    "getrandom",
    "uuid::",
    "tracing",
    "println!",
];

/// How a backend is named.
const BACKEND: &[&str] = &["store::embedded", "store::Embedded", "EmbeddedOptions"];

/// The statuses that an endpoint may name: successes and redirections. All others are problems,
/// which have one home.
const STATUSES: &[&str] = &[
    "OK",
    "CREATED",
    "ACCEPTED",
    "NO_CONTENT",
    "PARTIAL_CONTENT",
    "SEE_OTHER",
    "FOUND",
    "NOT_MODIFIED",
    "TEMPORARY_REDIRECT",
];
/// The one place outside the edge that turns a number into a status: a stored answer replayed.
const STATUS_FROM_NUMBER: &str = "functions/record/command.rs";

/// Who may ask the environment: programs, not libraries.
const ENVIRONMENT_HOMES: &[&str] = &["functions/main.rs", "shared/cli/", "infra/xtask/"];

/// How the world is asked for the time.
const CLOCKS: &[&str] = &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];
/// Who may ask for the time, and why. Everything else is given it.
const CLOCK_HOMES: &[(&str, &str)] = &[
    ("functions/main.rs", "makes the service's one clock"),
    ("functions/http/service.rs", "measures how long a request took, for the access line"),
    ("functions/http/connection.rs", "measures how long a connection has been silent"),
    ("shared/cli/", "a program of its own"),
    ("infra/xtask/", "a program of its own"),
];

/// How the world is asked for randomness.
const RANDOMNESS: &[&str] =
    &["getrandom::", "Uuid::new_v4", "Uuid::now_v7", "OsRng", "thread_rng", "rand::random"];
/// Who may ask for randomness, and why. Everything else is given it.
const RANDOMNESS_HOMES: &[(&str, &str)] = &[
    ("functions/main.rs", "makes the service's one source"),
    ("functions/http/trace.rs", "numbers requests before the application is asked"),
    ("functions/issuer/key.rs", "makes the embedded issuer's key"),
    ("shared/store/src/embedded/access.rs", "salts and commands of access batches"),
    ("shared/store/src/embedded/database.rs", "the database's own identity"),
    ("shared/store/src/embedded/signer.rs", "makes the embedded log key"),
    ("shared/cli/", "a program of its own"),
];

/// What is left behind in code.
const LEFT_IN_CODE: &[&str] =
    &["todo!", "unimplemented!", "dbg!", "#[ignore", "should_panic", "unsafe {"];
/// What is left behind in comments.
const LEFT_IN_COMMENTS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// Beginnings of paths that exist on one machine only.
const MACHINE_PATHS: &[&str] = &[concat!("/", "work/"), concat!("/", "root/")];
/// What stands before a JSON pointer, which looks like a path and is none.
const POINTERS: &[&str] = &["text(\"", "pointer(\""];

/// Checks every rule about words.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let endpoints = folders::functions(tree);
    for file in &tree.files {
        machine_paths(file, &mut findings);
        let Some(rust) = &file.rust else { continue };
        length(file, &mut findings);
        leftovers(file, rust, &mut findings);
        if file.path.starts_with("shared/domain/") && !is_test_file(&file.path) {
            found(file, rust.shipped(), IMPURE, "pure domain", "`domain` does not", &mut findings);
        }
        if file.path.starts_with("functions/") {
            function_app(file, rust, &endpoints, &mut findings);
        }
        if !is_test_file(&file.path) {
            world(file, rust, &mut findings);
        }
    }
    stale_homes(tree, CLOCK_HOMES, CLOCKS, &mut findings);
    stale_homes(tree, RANDOMNESS_HOMES, RANDOMNESS, &mut findings);
    stale_lengths(tree, &mut findings);
    findings
}

fn found(
    file: &File,
    text: &str,
    words: &[&str],
    rule: &'static str,
    says: &str,
    findings: &mut Vec<Finding>,
) {
    for word in words {
        for (line, _) in lines_with(text, word) {
            findings.push(Finding::new(&file.path, line, rule, format!("{says}: `{word}`")));
        }
    }
}

fn length(file: &File, findings: &mut Vec<Finding>) {
    let lines = file.text.lines().count();
    let excused = LONG_FILES.iter().any(|(path, _)| *path == file.path);
    if lines > FILE_LINES_MAX && !excused {
        let detail = format!("{lines} lines; {FILE_LINES_MAX} is the most");
        findings.push(Finding::new(&file.path, 0, "file length", detail));
    }
}

fn leftovers(file: &File, rust: &Source, findings: &mut Vec<Finding>) {
    let says = "finish it or take it out";
    found(file, &rust.code, LEFT_IN_CODE, "leftovers", says, findings);
    found(file, &rust.comments, LEFT_IN_COMMENTS, "leftovers", says, findings);
}

fn machine_paths(file: &File, findings: &mut Vec<Finding>) {
    for prefix in MACHINE_PATHS {
        for (index, line) in file.text.lines().enumerate() {
            let absolute = line.match_indices(prefix).any(|(at, _)| {
                let before = &line[..at];
                let goes_on = |c: char| c.is_alphanumeric() || "_-./*}>$~".contains(c);
                !before.ends_with(goes_on) && !POINTERS.iter().any(|p| before.ends_with(p))
            });
            if absolute {
                let detail = format!("`{prefix}` exists on one machine only");
                findings.push(Finding::new(&file.path, index + 1, "machine paths", detail));
            }
        }
    }
}

/// The rules of the function app: no backend but in `main.rs`, error statuses only in `http/`, and
/// endpoints that know nothing of each other.
fn function_app(file: &File, rust: &Source, endpoints: &[&str], findings: &mut Vec<Finding>) {
    let inside = file.path.trim_start_matches("functions/");
    let room = inside.split('/').next().unwrap_or_default();
    if inside != "main.rs" {
        let says = "only main.rs names a backend";
        found(file, &rust.code, BACKEND, "backends", says, findings);
    }
    let is_endpoint = endpoints.contains(&room);
    if room != "http" && !is_test_file(&file.path) {
        statuses(file, rust, is_endpoint, findings);
    }
    if is_endpoint || room == "http" {
        for other in endpoints.iter().filter(|other| **other != room) {
            let word = [format!("crate::{other}"), format!("super::{other}")];
            let words = [word[0].as_str(), word[1].as_str()];
            let says = "what two endpoints share moves to a room of its own";
            found(file, &rust.code, &words, "endpoints apart", says, findings);
        }
    }
}

fn statuses(file: &File, rust: &Source, is_endpoint: bool, findings: &mut Vec<Finding>) {
    let says = "error statuses are made in functions/http/problem.rs only";
    for (line, text) in lines_with(rust.shipped(), "StatusCode::") {
        for (at, mark) in text.match_indices("StatusCode::") {
            let name: String = text[at + mark.len()..]
                .chars()
                .take_while(|c| super::source::is_name(*c))
                .collect();
            let replay = name == "from_u16" && file.path == STATUS_FROM_NUMBER;
            if !STATUSES.contains(&name.as_str()) && !replay {
                let detail = format!("{says}: `{name}`");
                findings.push(Finding::new(&file.path, line, "statuses", detail));
            }
        }
    }
    for (index, line) in rust.shipped().lines().enumerate() {
        let speaks = line.contains("status") || line.contains("answers");
        if is_endpoint && speaks && numbers(line).any(|n| (400..600).contains(&n)) {
            let detail = format!("{says}; in a description, `refuses` names the kind");
            findings.push(Finding::new(&file.path, index + 1, "statuses", detail));
        }
    }
}

fn numbers(line: &str) -> impl Iterator<Item = u32> {
    line.split(|c: char| !super::source::is_name(c)).filter_map(|word| word.parse().ok())
}

/// The environment, clocks and randomness have known homes.
fn world(file: &File, rust: &Source, findings: &mut Vec<Finding>) {
    let code = rust.shipped();
    let at_home = |homes: &[&str]| homes.iter().any(|home| file.path.starts_with(home));
    let listed = |homes: &[(&str, &str)]| homes.iter().any(|(home, _)| file.path.starts_with(home));
    if !at_home(ENVIRONMENT_HOMES) {
        let says = "only programs read the environment";
        found(file, code, &["env::", "use std::env;"], "environment", says, findings);
    }
    if !listed(CLOCK_HOMES) {
        found(file, code, CLOCKS, "clocks", "the time is given, not asked for", findings);
    }
    if !listed(RANDOMNESS_HOMES) {
        let says = "randomness is given, not asked for";
        found(file, code, RANDOMNESS, "randomness", says, findings);
    }
}

/// A home that no longer needs its permission loses it.
fn stale_homes(tree: &Tree, homes: &[(&str, &str)], words: &[&str], findings: &mut Vec<Finding>) {
    for (home, _) in homes.iter().filter(|(home, _)| home.ends_with(".rs")) {
        let Some((file, rust)) = tree.rust(home).next() else { continue };
        if words.iter().all(|word| lines_with(&rust.code, word).is_empty()) {
            let detail =
                "it needs no clock or randomness of its own any more: take it off the list";
            findings.push(Finding::new(&file.path, 0, "known homes", detail));
        }
    }
}

fn stale_lengths(tree: &Tree, findings: &mut Vec<Finding>) {
    for (path, reason) in LONG_FILES {
        let long = tree.find(path).is_some_and(|file| file.text.lines().count() > FILE_LINES_MAX);
        if !long {
            let detail = format!("no longer too long ({reason}): take it off the list");
            findings.push(Finding::new(path, 0, "file length", detail));
        }
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
