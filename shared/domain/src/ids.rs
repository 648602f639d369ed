//! Identifiers. The domain draws them from a supply it is given, so a decision can be replayed.

use crate::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The text is not 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of 32 lower-case hexadecimal digits")]
pub struct NotAnId;

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier as text: 32 lower-case hexadecimal digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                if is_id(text) { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                if is_id(&text) { Ok(Self(text)) } else { Err(D::Error::custom(NotAnId)) }
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<[u8; 16]> for $name {
            fn from(bytes: [u8; 16]) -> Self {
                Self(hex::encode(bytes))
            }
        }
    )*};
}

ids! {
    /// A case, which is also its stream and its chain in the log. Random: it holds no time.
    CaseId;
    /// One request for examinations (MG21).
    SubmissionId;
    /// A thing or data produced in evidence.
    ExhibitId;
    /// One discipline's work on exhibits.
    ExaminationId;
    /// One contemporaneous note.
    NoteId;
    /// One observation.
    FindingId;
    /// One reviewed outcome.
    ResultId;
    /// One file.
    FileId;
    /// One question an examination must answer.
    QuestionId;
    /// One act in an exhibit's continuity.
    MovementId;
    /// One export of a case.
    ExportId;
}

/// The identifier of a person: the directory's object id, opaque to us. At most 64 visible ASCII
/// characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PersonId(String);

impl PersonId {
    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonId({})", self.0)
    }
}

/// The text cannot be a person's identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a person's identifier: 1 to 64 visible ASCII characters")]
pub struct NotAPersonId;

impl FromStr for PersonId {
    type Err = NotAPersonId;
    fn from_str(text: &str) -> Result<PersonId, NotAPersonId> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(PersonId(text.to_owned())) } else { Err(NotAPersonId) }
    }
}

impl<'de> Deserialize<'de> for PersonId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PersonId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// An endless supply of identifiers, made from one seed of 256 random bits and nothing else: the
/// same seed and time give the same identifiers in the same order.
#[derive(Clone, Debug)]
pub struct IdSupply {
    seed: [u8; 32],
    drawn: u64,
}

impl IdSupply {
    /// A supply from a seed that nobody can guess.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> IdSupply {
        IdSupply { seed, drawn: 0 }
    }

    /// A time-ordered identifier (UUID version 7, RFC 9562 §5.7, without hyphens).
    pub fn ordered<T: From<[u8; 16]>>(&mut self, now: Timestamp) -> T {
        let mut bytes = self.random();
        bytes[..6].copy_from_slice(&now.millis().to_be_bytes()[2..]);
        bytes[6] = 0x70 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        T::from(bytes)
    }

    /// 128 bits that say nothing: salts and chain identifiers.
    pub fn random(&mut self) -> [u8; 16] {
        let digest =
            Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_be_bytes()).finalize();
        self.drawn += 1;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_made_later_sort_later() {
        let mut supply = IdSupply::new([7; 32]);
        let first: NoteId = supply.ordered(Timestamp::from_millis(1_000));
        let second: NoteId = supply.ordered(Timestamp::from_millis(2_000));
        assert!(first < second);
        assert_eq!(first.as_str().parse(), Ok(first));
    }

    #[test]
    fn an_identifier_in_upper_case_or_of_another_length_is_refused() {
        assert_eq!("A".repeat(32).parse::<NoteId>(), Err(NotAnId));
        assert_eq!("a".repeat(31).parse::<NoteId>(), Err(NotAnId));
        assert_eq!("a".repeat(33).parse::<NoteId>(), Err(NotAnId));
    }
}
