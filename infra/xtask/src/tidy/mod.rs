//! The rules of the house that no compiler checks, read off the source.
//!
//! Each rule is a function from a [`tree::Tree`] to findings, tested on small made-up trees. What a
//! rule allows stands in a named list with a reason; such a list may only shrink.

mod crates;
mod folders;
mod markdown;
mod source;
mod tree;
mod words;

use std::path::Path;
use tree::{Finding, Tree};

/// Checks the repository at `root`.
///
/// # Errors
/// Every finding on a line of its own, or why a file cannot be read.
pub fn run(root: &Path) -> Result<(), String> {
    let tree = Tree::read(root).map_err(|error| format!("the source cannot be read: {error}"))?;
    let findings = check(&tree);
    if findings.is_empty() {
        println!("tidy: {} files, nothing to tidy", tree.files.len());
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    Err(format!("{} places are not as the house rules say", findings.len()))
}

fn check(tree: &Tree) -> Vec<Finding> {
    let rules = [crates::check, folders::check, words::check, markdown::check];
    let mut findings: Vec<Finding> = rules.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings.dedup();
    findings
}
