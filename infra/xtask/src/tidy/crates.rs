//! Which of our crates may know which.

use super::tree::{Finding, Tree};
use std::collections::BTreeSet;

/// The arrows: a crate, its folder, and the crates of ours that it may name. A new arrow is a
/// decision, written down in `docs/decisions/`.
const ARROWS: &[(&str, &str, &[&str])] = &[
    ("ledger", "shared/ledger", &[]),
    ("domain", "shared/domain", &["ledger"]),
    ("store", "shared/store", &["domain", "ledger"]),
    ("contract", "shared/contract", &[]),
    ("functions", "functions", &["contract", "domain", "ledger", "store"]),
    ("cli", "shared/cli", &["contract", "domain", "functions", "ledger", "store"]),
    ("tests", "tests", &["cli", "contract", "domain", "functions", "ledger", "store"]),
    ("xtask", "infra/xtask", &[]),
];

const RULE: &str = "arrows";

/// Every crate depends only on those it may know, and every crate is in the table.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let manifests = tree.files.iter().filter(|file| {
        file.path.ends_with("/Cargo.toml") && lines(&file.text).any(|(_, _, l)| l == "[package]")
    });
    for manifest in manifests {
        let folder = manifest.path.trim_end_matches("/Cargo.toml");
        let Some((name, _, may)) = ARROWS.iter().find(|(_, home, _)| *home == folder) else {
            let detail =
                "this crate is not in the table of arrows (infra/xtask/src/tidy/crates.rs)";
            findings.push(Finding::new(&manifest.path, 0, RULE, detail));
            continue;
        };
        for (line, dependency) in dependencies(&manifest.text) {
            let ours = ARROWS.iter().any(|(name, _, _)| *name == dependency);
            if ours && !may.contains(&dependency.as_str()) {
                let detail = format!("{name} must not depend on {dependency}");
                findings.push(Finding::new(&manifest.path, line, RULE, detail));
            }
        }
    }
    findings
}

/// The lines of a manifest: number, section they stand in, text.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let mut section = "";
    text.lines().enumerate().map(move |(index, line)| {
        let line = line.trim();
        if line.starts_with('[') {
            section = line.trim_start_matches('[').trim_end_matches(']');
        }
        (index + 1, section, line)
    })
}

/// What a manifest depends on, in every kind of dependency table, under its real name.
fn dependencies(text: &str) -> BTreeSet<(usize, String)> {
    let mut found = BTreeSet::new();
    for (number, section, line) in lines(text) {
        let (table, named) = match section.rsplit_once("dependencies") {
            Some((before, after)) if before.is_empty() || before.ends_with(['.', '-']) => {
                (true, after.strip_prefix('.').unwrap_or_default())
            }
            _ => (false, ""),
        };
        if !table || line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('[') {
            found.insert((number, named.to_owned()));
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if named.is_empty() {
            let key = key.trim().split('.').next().unwrap_or_default();
            found.insert((number, key.trim_matches('"').to_owned()));
        }
        let renamed = match key.trim() {
            "package" => value.split('"').nth(1),
            _ => value.split("package").nth(1).and_then(|rest| rest.split('"').nth(1)),
        };
        found.extend(renamed.map(|name| (number, name.to_owned())));
    }
    found.retain(|(_, name)| !name.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, dependencies: &str) -> String {
        format!("[package]\nname = \"{name}\"\n{dependencies}")
    }

    #[test]
    fn an_allowed_arrow_is_no_finding() {
        let text = manifest("domain", "[dependencies]\nledger.workspace = true\nserde = \"1\"\n");
        assert_eq!(check(&Tree::of(&[("shared/domain/Cargo.toml", &text)])), []);
    }

    #[test]
    fn a_forbidden_arrow_is_found_however_it_is_written() {
        for form in [
            "[dependencies]\nstore.workspace = true",
            "[dependencies]\nstore = { path = \"../store\" }",
            "[dev-dependencies]\n\"store\" = { workspace = true }",
            "[target.'cfg(unix)'.dependencies]\nstore.workspace = true",
            "[dependencies.store]\npath = \"../store\"",
            "[dependencies]\nshelf = { path = \"../store\", package = \"store\" }",
            "[build-dependencies.shelf]\npackage = \"store\"",
        ] {
            let text = manifest("domain", form);
            let found = check(&Tree::of(&[("shared/domain/Cargo.toml", &text)]));
            assert_eq!(found.len(), 1, "{form}: {found:?}");
            assert!(found[0].detail.contains("domain must not depend on store"), "{found:?}");
        }
    }

    #[test]
    fn a_crate_that_nobody_placed_is_found() {
        let text = manifest("helper", "");
        let found = check(&Tree::of(&[("shared/helper/Cargo.toml", &text)]));
        assert!(found[0].detail.contains("table of arrows"), "{found:?}");
    }
}
