//! Sealing an event (header and disclosures out of named values) and opening one again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::disclosure::{self, Disclosure, DisclosureError, SALT_BYTES};
use crate::hash::{Hash, leaf_hash};
use crate::header::{ChainId, CommandId, EventType, Header, HeaderError, MAX_FIELDS};

/// The most bytes all disclosures of one event may take, one line each: what fits the one metadata
/// file that a bundle keeps them in.
pub const MAX_DISCLOSURES_BYTES: usize = 1024 * 1024;

/// Why an event cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The header does not have its form.
    #[error("header: {0}")]
    Header(#[from] HeaderError),
    /// A disclosure does not have its form. Carries its position, from 0.
    #[error("disclosure {0}: {1}")]
    Disclosure(usize, DisclosureError),
    /// More than [`MAX_FIELDS`] values.
    #[error("more than {MAX_FIELDS} values")]
    TooManyFields,
    /// Together longer than [`MAX_DISCLOSURES_BYTES`].
    #[error("the disclosures are longer than {MAX_DISCLOSURES_BYTES} bytes together")]
    TooLong,
    /// Two values have the same name.
    #[error("the name {0:?} appears twice")]
    DuplicateName(String),
    /// The header does not commit to this disclosure, or it was given twice. Carries its position.
    #[error("disclosure {0}: the header does not commit to it, or it is given twice")]
    NotCommitted(usize),
}

/// Everything an event is sealed from.
pub struct SealRequest<'a> {
    /// Origin of the log.
    pub log: String,
    /// The chain.
    pub case: ChainId,
    /// Position in the chain.
    pub seq: u64,
    /// Leaf hash of the chain's last event, [`Hash::ZERO`] at 0.
    pub prev: Hash,
    /// What happened.
    pub kind: EventType,
    /// When it was recorded; the caller keeps it from running backwards.
    pub time: String,
    /// The client's idempotency id.
    pub cmd: CommandId,
    /// The values, each under its own name.
    pub fields: Vec<(String, Value)>,
    /// Draws one salt per value from a secure source of randomness.
    pub salts: &'a mut dyn FnMut() -> [u8; SALT_BYTES],
}

/// An event as it is stored: the exact header bytes and the encoded disclosures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEvent {
    /// The header, as parsed from `bytes`.
    pub header: Header,
    /// The exact bytes that are hashed.
    pub bytes: Vec<u8>,
    /// The encoded disclosures, in the order in which the values were given.
    pub disclosures: Vec<String>,
}

impl SealedEvent {
    /// The leaf hash of the header bytes.
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.bytes)
    }

    /// Opens the event; see [`open`].
    ///
    /// # Errors
    /// Those of [`open`].
    pub fn open(&self) -> Result<Opened, EventError> {
        open(&self.bytes, &self.disclosures)
    }
}

/// An event with the values that were shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The header.
    pub header: Header,
    /// The values shown, by name.
    pub fields: BTreeMap<String, Value>,
    /// How many values the header commits to that were not shown (withheld or erased).
    pub withheld: usize,
}

/// Makes an event out of named values.
///
/// # Errors
/// Any [`EventError`] except `NotCommitted`.
pub fn seal(request: SealRequest<'_>) -> Result<SealedEvent, EventError> {
    if request.fields.len() > MAX_FIELDS {
        return Err(EventError::TooManyFields);
    }
    let mut names = BTreeSet::new();
    let mut disclosures = Vec::with_capacity(request.fields.len());
    for (position, (name, value)) in request.fields.into_iter().enumerate() {
        if !names.insert(name.clone()) {
            return Err(EventError::DuplicateName(name));
        }
        let disclosure = Disclosure::new((request.salts)(), name, value)
            .map_err(|error| EventError::Disclosure(position, error))?;
        disclosures.push(disclosure.encode());
    }
    check_total(&disclosures)?;
    let mut fields: Vec<Hash> = disclosures.iter().map(|text| disclosure::digest(text)).collect();
    fields.sort_unstable();
    let header = Header {
        log: request.log,
        case: request.case,
        seq: request.seq,
        prev: request.prev,
        kind: request.kind,
        time: request.time,
        cmd: request.cmd,
        fields,
    };
    header.check()?;
    let bytes = header.to_bytes();
    Ok(SealedEvent { header, bytes, disclosures })
}

/// Reads an event back and matches every disclosure to a digest in the header.
///
/// # Errors
/// Any [`EventError`].
pub fn open<S: AsRef<str>>(bytes: &[u8], disclosures: &[S]) -> Result<Opened, EventError> {
    open_header(Header::parse(bytes)?, disclosures)
}

/// As [`open`], for a header that was parsed already.
///
/// # Errors
/// Any [`EventError`] except `Header`.
pub fn open_header<S: AsRef<str>>(header: Header, shown: &[S]) -> Result<Opened, EventError> {
    if shown.len() > MAX_FIELDS {
        return Err(EventError::TooManyFields);
    }
    check_total(shown)?;
    let mut missing: BTreeSet<&Hash> = header.fields.iter().collect();
    let mut fields = BTreeMap::new();
    for (position, encoded) in shown.iter().enumerate() {
        if !missing.remove(&disclosure::digest(encoded.as_ref())) {
            return Err(EventError::NotCommitted(position));
        }
        let (name, value) = Disclosure::parse(encoded.as_ref())
            .map_err(|error| EventError::Disclosure(position, error))?
            .into_parts();
        if fields.insert(name.clone(), value).is_some() {
            return Err(EventError::DuplicateName(name));
        }
    }
    let withheld = missing.len();
    Ok(Opened { header, fields, withheld })
}

fn check_total<S: AsRef<str>>(disclosures: &[S]) -> Result<(), EventError> {
    let total: usize = disclosures.iter().map(|text| text.as_ref().len() + 1).sum();
    if total > MAX_DISCLOSURES_BYTES { Err(EventError::TooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sealed(fields: Vec<(String, Value)>) -> Result<SealedEvent, EventError> {
        let mut next = 0;
        seal(SealRequest {
            log: "log.example.org".to_owned(),
            case: ChainId::from_random([9; 16]),
            seq: 0,
            prev: Hash::ZERO,
            kind: "exhibit.seized".parse().unwrap(),
            time: "2026-01-01T00:00:00.000Z".to_owned(),
            cmd: "018f3e2a-0000-7000-8000-000000000001".parse().unwrap(),
            fields,
            salts: &mut || {
                next += 1;
                [next; 16]
            },
        })
    }

    fn named(count: usize) -> Vec<(String, Value)> {
        (0..count).map(|n| (format!("n{n}"), json!(n))).collect()
    }

    #[test]
    fn an_event_opens_to_the_values_it_was_sealed_from() {
        let event =
            sealed(vec![("b".into(), json!("x")), ("a".into(), json!({"k": [1]}))]).unwrap();
        let opened = event.open().unwrap();
        assert_eq!(opened.header, event.header);
        assert_eq!(opened.fields["a"], json!({"k": [1]}));
        assert_eq!((opened.fields.len(), opened.withheld), (2, 0));
        assert!(event.disclosures[0].len() < event.disclosures[1].len(), "order is the caller's");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let event = sealed(named(3)).unwrap();
        let opened = open(&event.bytes, &event.disclosures[1..]).unwrap();
        assert_eq!((opened.fields.len(), opened.withheld), (2, 1));
    }

    #[test]
    fn a_value_the_header_does_not_commit_to_is_refused() {
        let event = sealed(named(2)).unwrap();
        let other = sealed(vec![("n0".into(), json!("another"))]).unwrap();
        let mixed = [event.disclosures[0].clone(), other.disclosures[0].clone()];
        assert_eq!(open(&event.bytes, &mixed), Err(EventError::NotCommitted(1)));
        let twice = [event.disclosures[0].clone(), event.disclosures[0].clone()];
        assert_eq!(open(&event.bytes, &twice), Err(EventError::NotCommitted(1)));
    }

    #[test]
    fn limits_hold_on_both_sides() {
        assert!(sealed(named(MAX_FIELDS)).unwrap().open().is_ok());
        assert_eq!(sealed(named(MAX_FIELDS + 1)), Err(EventError::TooManyFields));
        let twice = vec![("a".to_owned(), json!(1)), ("a".to_owned(), json!(2))];
        assert_eq!(sealed(twice), Err(EventError::DuplicateName("a".to_owned())));
        let big = |count: usize| {
            let value = json!("x".repeat(49_000));
            sealed((0..count).map(|n| (format!("n{n}"), value.clone())).collect())
        };
        assert!(big(16).is_ok());
        assert_eq!(big(17), Err(EventError::TooLong));
    }

    #[test]
    fn a_bad_request_is_named() {
        let float = sealed(vec![("ok".into(), json!(1)), ("bad".into(), json!(0.5))]);
        assert!(matches!(float, Err(EventError::Disclosure(1, DisclosureError::Canonical(_)))));
    }
}
