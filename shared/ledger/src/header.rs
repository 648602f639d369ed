//! The header of an event: the part that is public, permanent and hashed.
//!
//! A header is one canonical JSON object with exactly nine members. It holds no name, reference
//! number, file hash or free text, so the whole log can leave the building without personal data.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::canonical::{self, CanonicalError};
use crate::hash::{Hash, leaf_hash};

/// The only version of the header this crate writes and reads. New meaning is a new version.
pub const VERSION: &str = "continuity/1";
/// The longest header in bytes.
pub const MAX_HEADER_BYTES: usize = 8 * 1024;
/// The most disclosures one event may have, and so the most digests in its header.
pub const MAX_FIELDS: usize = 64;
/// The longest event type in characters.
pub const MAX_TYPE_CHARS: usize = 64;
/// The longest origin of a log in characters.
pub const MAX_ORIGIN_CHARS: usize = 128;

/// Type of the event that records the making of a bundle; a bundle must end with one.
pub const DISCLOSURE_EXPORTED: &str = "disclosure.exported";
/// Type of the event that lists the digests of erased values.
pub const FIELD_ERASED: &str = "field.erased";
/// Type of the event that seals one batch of access records.
pub const ACCESS_SEALED: &str = "access.sealed";

/// The nine members in canonical order.
const MEMBERS: [&str; 9] = ["case", "cmd", "fields", "log", "prev", "seq", "time", "type", "v"];

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Longer than [`MAX_HEADER_BYTES`].
    #[error("longer than {MAX_HEADER_BYTES} bytes")]
    TooLong,
    /// Not one canonical JSON value.
    #[error("{0}")]
    Canonical(#[from] CanonicalError),
    /// Not an object with exactly the nine members.
    #[error("not an object with exactly the nine members of a header")]
    Members,
    /// A member's value is not of its form.
    #[error("the member {0:?} does not have its form")]
    Form(&'static str),
    /// The version is not [`VERSION`].
    #[error("the version is not {VERSION:?}")]
    Version,
    /// `prev` is zeros after the first event of a custody chain, or not zeros at the first.
    #[error("\"prev\" must be zeros at the first event of a chain and nowhere else")]
    FirstPrev,
}

/// The random name of a chain: 32 lower-case hexadecimal digits, and `/access` after them for the
/// chain's access records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChainId(String);

impl ChainId {
    const HEX_CHARS: usize = 32;
    const ACCESS: &'static str = "/access";

    /// The custody chain named by sixteen random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(hex::encode(bytes))
    }

    /// Whether this is the unchained stream of access records rather than a custody chain.
    pub fn is_access(&self) -> bool {
        self.0.len() > Self::HEX_CHARS
    }

    /// The access stream that belongs to this chain; an access stream is its own.
    pub fn access(&self) -> Self {
        Self(format!("{}{}", &self.0[..Self::HEX_CHARS], Self::ACCESS))
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChainId {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        let id = text.strip_suffix(Self::ACCESS).unwrap_or(text);
        let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if id.len() == Self::HEX_CHARS && id.bytes().all(lower_hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(HeaderError::Form("case"))
        }
    }
}

impl TryFrom<String> for ChainId {
    type Error = HeaderError;

    fn try_from(text: String) -> Result<Self, HeaderError> {
        text.parse()
    }
}

impl From<ChainId> for String {
    fn from(value: ChainId) -> Self {
        value.0
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The code of an event: lower-case words joined by dots, `[a-z]+(\.[a-z_]+)+`, at most
/// [`MAX_TYPE_CHARS`] characters. Which codes exist is decided elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventType(String);

impl EventType {
    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventType {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        let lower = |byte: u8| byte.is_ascii_lowercase();
        let mut words = text.split('.');
        let first = words.next().is_some_and(|w| !w.is_empty() && w.bytes().all(lower));
        let mut more = 0;
        let rest = words.all(|word| {
            more += 1;
            !word.is_empty() && word.bytes().all(|byte| lower(byte) || byte == b'_')
        });
        if first && rest && more > 0 && text.len() <= MAX_TYPE_CHARS {
            Ok(Self(text.to_owned()))
        } else {
            Err(HeaderError::Form("type"))
        }
    }
}

impl TryFrom<String> for EventType {
    type Error = HeaderError;

    fn try_from(text: String) -> Result<Self, HeaderError> {
        text.parse()
    }
}

impl From<EventType> for String {
    fn from(value: EventType) -> Self {
        value.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The client's idempotency id: a UUID in its lower-case hyphenated form, of any version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommandId(String);

impl CommandId {
    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CommandId {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        let good = text.len() == 36
            && text.bytes().enumerate().all(|(position, byte)| match position {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            });
        if good { Ok(Self(text.to_owned())) } else { Err(HeaderError::Form("cmd")) }
    }
}

impl TryFrom<String> for CommandId {
    type Error = HeaderError;

    fn try_from(text: String) -> Result<Self, HeaderError> {
        text.parse()
    }
}

impl From<CommandId> for String {
    fn from(value: CommandId) -> Self {
        value.0
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Asks whether the text is a usable origin: 1 to [`MAX_ORIGIN_CHARS`] characters out of
/// `A-Z a-z 0-9 . _ - /`, beginning and ending with a letter or digit. Narrower than
/// tlog-checkpoint allows, so that an origin is also a note's key name and safe in any file.
pub fn is_origin(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= MAX_ORIGIN_CHARS
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(byte))
}

/// Asks whether the text is a time as headers write it: RFC 3339 in UTC with three decimals and
/// `Z`, a real calendar date, no leap second. Such texts sort as their times do.
pub fn is_time(text: &str) -> bool {
    const SHAPE: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    let shaped = text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        });
    let part = |from: usize, to: usize| text[from..to].parse().unwrap_or(u32::MAX);
    shaped && {
        let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            _ => 0,
        };
        (1..=days).contains(&day) && part(11, 13) < 24 && part(14, 16) < 60 && part(17, 19) < 60
    }
}

/// The nine members of an event's header. [`Header::check`] says whether they have their forms;
/// headers that come from [`Header::parse`] or from sealing an event always do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Origin of the force's log (`log`); stops replay into another log.
    pub log: String,
    /// The chain (`case`).
    pub case: ChainId,
    /// Position in the chain, from 0 (`seq`), at most 2^53 − 1.
    pub seq: u64,
    /// Leaf hash of the previous header in the chain, zeros at 0 (`prev`). In an access stream
    /// zeros are allowed everywhere.
    pub prev: Hash,
    /// What happened (`type`).
    pub kind: EventType,
    /// When the server recorded it (`time`), in the form that [`is_time`] describes.
    pub time: String,
    /// The client's idempotency id (`cmd`).
    pub cmd: CommandId,
    /// Digests of the disclosures (`fields`), strictly ascending, at most [`MAX_FIELDS`].
    pub fields: Vec<Hash>,
}

impl Header {
    /// The canonical bytes: what is stored, hashed and shown.
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical::to_bytes(&json!({
            "v": VERSION,
            "log": self.log,
            "case": self.case.as_str(),
            "seq": self.seq,
            "prev": self.prev.to_string(),
            "type": self.kind.as_str(),
            "time": self.time,
            "cmd": self.cmd.as_str(),
            "fields": self.fields.iter().map(Hash::to_string).collect::<Vec<_>>(),
        }))
    }

    /// Reads the exact bytes of a header; any other spelling of the same header is refused.
    ///
    /// # Errors
    /// Any [`HeaderError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        if bytes.len() > MAX_HEADER_BYTES {
            return Err(HeaderError::TooLong);
        }
        let Value::Object(members) = canonical::check(bytes)? else {
            return Err(HeaderError::Members);
        };
        if members.len() != MEMBERS.len() || !MEMBERS.iter().all(|m| members.contains_key(*m)) {
            return Err(HeaderError::Members);
        }
        if text(&members, "v")? != VERSION {
            return Err(HeaderError::Version);
        }
        let header = Self {
            log: text(&members, "log")?.to_owned(),
            case: text(&members, "case")?.parse()?,
            seq: members["seq"].as_u64().ok_or(HeaderError::Form("seq"))?,
            prev: hash(&members["prev"], "prev")?,
            kind: text(&members, "type")?.parse()?,
            time: text(&members, "time")?.to_owned(),
            cmd: text(&members, "cmd")?.parse()?,
            fields: members["fields"]
                .as_array()
                .ok_or(HeaderError::Form("fields"))?
                .iter()
                .map(|field| hash(field, "fields"))
                .collect::<Result<_, _>>()?,
        };
        header.check()?;
        Ok(header)
    }

    /// Asks whether every member has its form, so that the bytes will parse back.
    ///
    /// # Errors
    /// `Form`, `FirstPrev` or `TooLong`.
    pub fn check(&self) -> Result<(), HeaderError> {
        if !is_origin(&self.log) {
            return Err(HeaderError::Form("log"));
        }
        if self.seq > canonical::MAX_INTEGER.unsigned_abs() {
            return Err(HeaderError::Form("seq"));
        }
        if !is_time(&self.time) {
            return Err(HeaderError::Form("time"));
        }
        let ascending = self.fields.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || self.fields.len() > MAX_FIELDS {
            return Err(HeaderError::Form("fields"));
        }
        if !self.case.is_access() && (self.seq == 0) != (self.prev == Hash::ZERO) {
            return Err(HeaderError::FirstPrev);
        }
        Ok(())
    }

    /// The leaf hash of the canonical bytes: the next event's `prev`, and the leaf in the log.
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.to_bytes())
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, HeaderError> {
    members[name].as_str().ok_or(HeaderError::Form(name))
}

fn hash(value: &Value, name: &'static str) -> Result<Hash, HeaderError> {
    value.as_str().and_then(|text| text.parse().ok()).ok_or(HeaderError::Form(name))
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
