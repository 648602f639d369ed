//! What the events of a bundle add up to, and the report made of it.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::Report;
use super::layout::Layout;
use crate::disclosure::digest;
use crate::event::Opened;
use crate::hash::Hash;
use crate::header::FIELD_ERASED;

/// Counts that grow while the events are checked in order.
#[derive(Default)]
pub(super) struct Tally {
    /// Hashes of exhibits that no value shown so far records, with their names.
    pub unrecorded: BTreeMap<Hash, String>,
    /// The least index in the log that the next event may have.
    pub next_index: u64,
    shown: u64,
    withheld: HashSet<Hash>,
    erased: HashSet<Hash>,
}

impl Tally {
    /// Takes an event with the disclosure lines it was opened with.
    pub(super) fn count(&mut self, opened: &Opened, lines: &[&str]) {
        let digests: HashSet<Hash> = lines.iter().map(|line| digest(line)).collect();
        let hidden = opened.header.fields.iter().filter(|field| !digests.contains(field));
        self.withheld.extend(hidden);
        self.shown += lines.len() as u64;
        let erases = opened.header.kind.as_str() == FIELD_ERASED;
        opened.fields.values().for_each(|value| self.note(value, erases));
    }

    /// Looks through a shown value for hashes of exhibits and, in an erasure, of erased values.
    fn note(&mut self, value: &Value, erases: bool) {
        match value {
            Value::String(text) => {
                if let Ok(hash) = text.parse::<Hash>() {
                    self.unrecorded.remove(&hash);
                    if erases && self.withheld.contains(&hash) {
                        self.erased.insert(hash);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.note(item, erases)),
            Value::Object(members) => members.values().for_each(|item| self.note(item, erases)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The report of a bundle whose last event is given, should nothing have failed.
    pub(super) fn report(&self, layout: Layout, origin: String, last: Opened) -> Report {
        let mut warnings = Vec::new();
        if layout.timestamps > 0 {
            warnings.push(format!(
                "{} time stamp token(s) are not checked here: see HOW-TO-CHECK.txt",
                layout.timestamps
            ));
        }
        if layout.apart {
            let apart = "exhibits are sent apart: check them with data/exhibits.sha256";
            warnings.push(apart.to_owned());
        }
        for name in self.unrecorded.values() {
            warnings.push(format!("no value shown records the SHA-256 of the exhibit file {name}"));
        }
        if last.withheld > 0 {
            warnings.push("the export's own event is not shown in full".to_owned());
        }
        Report {
            events: layout.events,
            shown: self.shown,
            withheld: self.withheld.len() as u64,
            erased: self.erased.len() as u64,
            size: layout.checkpoints.last().copied().unwrap_or(0),
            origin,
            chain: last.header.case,
            checkpoints: layout.checkpoints,
            warnings,
        }
    }
}
