//! The exhibit reference: kept exactly as labelled, for ever, and parsed beside that.

use super::exhibit::ExhibitDetails;
use crate::text::{Check, fold};
use ledger::hash::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A reference as labelled, with what can be read from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// As labelled: never altered.
    pub as_labelled: String,
    /// Initials, number and sub-numbers, when it follows the convention `AP/1/2`.
    #[serde(default)]
    pub parsed: Option<Parsed>,
    /// For file names: reversible, `[A-Za-z0-9._-]` only.
    pub file_safe: String,
}

/// `AP/1/2` taken apart: producer's initials, running number, sub-exhibits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parsed {
    /// The producer's initials.
    pub initials: String,
    /// The running number.
    pub number: u32,
    /// The numbers of the sub-exhibit below it.
    pub sub: Vec<u32>,
}

impl Reference {
    /// Reads a label. Every label is a reference; not every one follows the convention.
    #[must_use]
    pub fn parse(label: &str) -> Reference {
        Reference {
            as_labelled: label.to_owned(),
            parsed: parse_convention(label),
            file_safe: file_safe(label),
        }
    }

    /// The name under which a case remembers that this reference is taken. References that differ
    /// only in letter case or blanks count as the same, because people read them as the same.
    #[must_use]
    pub fn claim_id(&self, disambiguator: Option<&str>) -> String {
        let name =
            format!("{}\n{}", fold(&self.as_labelled), fold(disambiguator.unwrap_or_default()));
        sha256(name.as_bytes()).to_string()[..32].to_owned()
    }
}

/// Whether a name is taken: a claim's, by an exhibit of the case; or a seal's number, by an exhibit.
pub type Taken<'a> = &'a dyn Fn(&str) -> bool;

/// The references and seals of one command: each reference has to be new to the case and to the
/// command (invariant 8), each seal to the command (invariant 6).
pub struct References<'a> {
    taken: Taken<'a>,
    seen: BTreeSet<String>,
    seals: BTreeSet<String>,
}

impl<'a> References<'a> {
    /// None yet.
    #[must_use]
    pub fn new(taken: Taken<'a>) -> References<'a> {
        References { taken, seen: BTreeSet::new(), seals: BTreeSet::new() }
    }

    /// Checks the next exhibit's reference, described below `at`.
    pub fn check(&mut self, check: &mut Check, at: &str, details: &ExhibitDetails) {
        let claim = details.claim_id();
        let is_new = !(self.taken)(&claim) && self.seen.insert(claim);
        check.require(
            is_new,
            &format!("{at}/reference"),
            "duplicateReference",
            "Another exhibit of the case has this reference. Give one of them a disambiguator.",
        );
        let seal_is_new = details.seal.as_ref().is_none_or(|seal| self.seals.insert(fold(seal)));
        check.require(
            seal_is_new,
            &format!("{at}/seal"),
            "sealInUse",
            "Another exhibit here has this seal. A seal closes one exhibit.",
        );
    }
}

fn parse_convention(label: &str) -> Option<Parsed> {
    let mut parts = label.trim().split('/');
    let initials = parts.next()?;
    let letters =
        (1..=5).contains(&initials.len()) && initials.chars().all(|c| c.is_ascii_alphabetic());
    if !letters {
        return None;
    }
    let numbers: Vec<u32> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (number, sub) = numbers.split_first()?;
    Some(Parsed { initials: initials.to_owned(), number: *number, sub: sub.to_vec() })
}

/// A file name for a label: letters, digits and `.` stay, `/` becomes `_`, and every other byte of its
/// UTF-8 becomes `-xHH-` with two hexadecimal digits, so that no two labels share a name.
fn file_safe(label: &str) -> String {
    let mut name = String::with_capacity(label.len());
    for byte in label.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' => name.push(char::from(byte)),
            b'/' => name.push('_'),
            other => name.push_str(&format!("-x{other:02x}-")),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conventional_reference_is_taken_apart_and_kept_whole() {
        let reference = Reference::parse("AP/1/2");
        let parsed = Parsed { initials: "AP".into(), number: 1, sub: vec![2] };
        assert_eq!(reference.parsed, Some(parsed));
        assert_eq!(reference.as_labelled, "AP/1/2");
        assert_eq!(reference.file_safe, "AP_1_2");
    }

    #[test]
    fn a_laboratory_label_is_kept_though_it_follows_no_convention() {
        let reference = Reference::parse("DFL-20140712-001A");
        assert_eq!(reference.parsed, None);
        assert_eq!(reference.file_safe, "DFL-x2d-20140712-x2d-001A");
    }

    #[test]
    fn labels_that_read_the_same_claim_the_same_name() {
        let plain = Reference::parse("AP/1").claim_id(None);
        assert_eq!(Reference::parse("ap / 1").claim_id(None), plain);
        assert_ne!(Reference::parse("AP/1").claim_id(Some("Ann Price")), plain);
        assert_ne!(Reference::parse("AP/11").claim_id(None), plain);
    }

    #[test]
    fn different_labels_never_share_a_file_name() {
        let names: std::collections::BTreeSet<String> =
            ["AP/1", "AP_1", "AP-1", "AP 1", "AP.1", "-x2f-"]
                .iter()
                .map(|l| file_safe(l))
                .collect();
        assert_eq!(names.len(), 6);
    }
}
