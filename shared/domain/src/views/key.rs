//! How rows are named and ordered, in one place, so that readers ask as writers wrote.

use crate::exhibits::reference::Reference;
use crate::text::fold;
use crate::time::Timestamp;
use ledger::hash::sha256;

/// A key or an order is at most this many bytes; what is longer is cut and marked by its hash.
const KEY_BYTES_MAX: usize = 160;

/// Text made fit for a key: cut to [`KEY_BYTES_MAX`] bytes with its hash at the end when longer.
#[must_use]
pub fn short(text: &str) -> String {
    if text.len() <= KEY_BYTES_MAX {
        return text.to_owned();
    }
    let mut end = KEY_BYTES_MAX - 33;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}~{}", &text[..end], &sha256(text.as_bytes()).to_string()[..32])
}

/// A laboratory or submission reference or a barcode, as somebody typed it.
#[must_use]
pub fn reference(text: &str) -> String {
    short(&format!("ref:{}", fold(text)))
}

/// An exhibit's reference within its case.
#[must_use]
pub fn exhibit(lab_reference: &str, label: &str) -> String {
    let claim = Reference::parse(label).claim_id(None);
    short(&format!("{}|{claim}", reference(lab_reference)))
}

/// What is somebody's.
#[must_use]
pub fn person(id: &str) -> String {
    short(&format!("person:{id}"))
}

/// What is a unit's.
#[must_use]
pub fn unit(name: &str) -> String {
    short(&format!("unit:{name}"))
}

/// What waits for a supervisor of a unit.
#[must_use]
pub fn unit_authority(name: &str) -> String {
    short(&format!("authority:{name}"))
}

/// What waits for the submissions unit.
#[must_use]
pub fn triage() -> String {
    "triage".to_owned()
}

/// What waits for a review or a release.
#[must_use]
pub fn waiting() -> String {
    "waiting".to_owned()
}

/// What waits for a review or a release in one discipline.
#[must_use]
pub fn waiting_in(discipline: &str) -> String {
    short(&format!("waiting:{discipline}"))
}

/// A file, by its id.
#[must_use]
pub fn file(id: &str) -> String {
    short(&format!("file:{id}"))
}

/// What belongs to an examination.
#[must_use]
pub fn examination(id: &str) -> String {
    short(&format!("examination:{id}"))
}

/// Files whose bytes are all here and have not been judged yet.
#[must_use]
pub fn unjudged() -> String {
    "unjudged".to_owned()
}

/// What anybody of a discipline may take.
#[must_use]
pub fn discipline(key: &str) -> String {
    short(&format!("discipline:{key}"))
}

/// What is offered to somebody.
#[must_use]
pub fn offered(id: &str) -> String {
    short(&format!("offered:{id}"))
}

/// What is in a place of the store.
#[must_use]
pub fn store(location: &str) -> String {
    short(&format!("store:{location}"))
}

/// A seal's number.
#[must_use]
pub fn seal(number: &str) -> String {
    short(&format!("seal:{}", fold(number)))
}

/// Orders by time, the newest first.
#[must_use]
pub fn newest_first(time: Timestamp) -> String {
    format!("{:014}", 99_999_999_999_999 - time.millis())
}

/// Orders by time, the oldest first.
#[must_use]
pub fn oldest_first(time: Timestamp) -> String {
    format!("{:014}", time.millis())
}

/// Orders by when an answer is needed, and what has no such date after everything that has one, by
/// age.
#[must_use]
pub fn soonest_first(target: Option<Timestamp>, since: Timestamp) -> String {
    match target {
        Some(target) => format!("0{}", oldest_first(target)),
        None => format!("1{}", oldest_first(since)),
    }
}
