//! Disclosures: the values of an event, kept apart from its header so that they can be withheld or
//! erased without breaking a hash.
//!
//! The form is that of RFC 9901: the text `["<salt>","<name>",<value>]`, base64url without padding,
//! and its digest is the SHA-256 of that ASCII string. The RFC leaves the spacing of the array
//! free; ours is canonical JSON, so without any space, and nothing else is read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::canonical::{self, CanonicalError};
use crate::hash::{Hash, sha256};

/// The longest encoded disclosure in bytes.
pub const MAX_DISCLOSURE_BYTES: usize = 64 * 1024;
/// The longest name in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// Bytes of salt: 128 bits, so that a digest says nothing once the salt is gone.
pub const SALT_BYTES: usize = 16;

/// What is wrong with a disclosure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// The encoded form is longer than [`MAX_DISCLOSURE_BYTES`].
    #[error("longer than {MAX_DISCLOSURE_BYTES} bytes")]
    TooLong,
    /// Not base64url without padding, in its one spelling.
    #[error("not base64url without padding")]
    Base64,
    /// The text or the value is not canonical JSON.
    #[error("{0}")]
    Canonical(#[from] CanonicalError),
    /// Not an array of salt, name and value.
    #[error("not an array of salt, name and value")]
    Shape,
    /// The salt is not sixteen bytes.
    #[error("the salt is not {SALT_BYTES} bytes")]
    Salt,
    /// The name is not a letter followed by letters, digits, `_`, `-` or `.`.
    #[error("the name is not 1 to {MAX_NAME_CHARS} letters, digits, '_', '-' or '.'")]
    Name,
}

/// One named value with its salt. Construction checks it, so that it always encodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosure {
    salt: [u8; SALT_BYTES],
    name: String,
    value: Value,
}

impl Disclosure {
    /// Binds a value to its name and salt. The caller draws the salt from a secure source and
    /// never uses one twice.
    ///
    /// # Errors
    /// `Name`, `TooLong`, or `Canonical` for floats, big integers and deep nesting.
    pub fn new(
        salt: [u8; SALT_BYTES],
        name: impl Into<String>,
        value: Value,
    ) -> Result<Self, DisclosureError> {
        let disclosure = Self { salt, name: name.into(), value };
        if !is_name(&disclosure.name) {
            return Err(DisclosureError::Name);
        }
        // The whole array is checked, so that a value at the depth limit still reads back.
        let array = disclosure.array();
        canonical::validate(&array)?;
        if disclosure.encode().len() > MAX_DISCLOSURE_BYTES {
            return Err(DisclosureError::TooLong);
        }
        Ok(disclosure)
    }

    /// The salt.
    pub fn salt(&self) -> &[u8; SALT_BYTES] {
        &self.salt
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Gives up the name and the value.
    pub fn into_parts(self) -> (String, Value) {
        (self.name, self.value)
    }

    /// The encoded form: base64url without padding of the canonical JSON array.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(canonical::to_bytes(&self.array()))
    }

    /// Reads an encoded disclosure; any other spelling of the same disclosure is refused.
    ///
    /// # Errors
    /// Any [`DisclosureError`].
    pub fn parse(encoded: &str) -> Result<Self, DisclosureError> {
        if encoded.len() > MAX_DISCLOSURE_BYTES {
            return Err(DisclosureError::TooLong);
        }
        let text = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| DisclosureError::Base64)?;
        let Value::Array(items) = canonical::check(&text)? else {
            return Err(DisclosureError::Shape);
        };
        let [Value::String(salt), Value::String(name), value] =
            <[Value; 3]>::try_from(items).map_err(|_| DisclosureError::Shape)?
        else {
            return Err(DisclosureError::Shape);
        };
        let salt = URL_SAFE_NO_PAD.decode(salt).map_err(|_| DisclosureError::Salt)?;
        let salt = <[u8; SALT_BYTES]>::try_from(salt).map_err(|_| DisclosureError::Salt)?;
        Self::new(salt, name, value)
    }

    fn array(&self) -> Value {
        let salt = Value::String(URL_SAFE_NO_PAD.encode(self.salt));
        Value::Array(vec![salt, Value::String(self.name.clone()), self.value.clone()])
    }
}

/// The digest of an encoded disclosure: SHA-256 over the ASCII string, as RFC 9901 §4.2.3 has it.
pub fn digest(encoded: &str) -> Hash {
    sha256(encoded.as_bytes())
}

fn is_name(name: &str) -> bool {
    name.len() <= MAX_NAME_CHARS
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_digest_of_the_rfc_9901_example_is_the_published_one() {
        let text = "[\"_26bc4LT-ac6q2KI6cBW5es\", \"family_name\", \"Möbius\"]";
        let encoded = URL_SAFE_NO_PAD.encode(text);
        let digest = URL_SAFE_NO_PAD.encode(digest(&encoded).as_bytes());
        assert_eq!(digest, "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    }

    #[test]
    fn a_disclosure_reads_back_as_it_was_written() {
        for value in [json!("FSO Lee"), json!(null), json!({"b": [1, -2], "a": "é\u{0}\u{1f600}"})]
        {
            let written = Disclosure::new([7; 16], "actor", value).unwrap();
            assert_eq!(Disclosure::parse(&written.encode()), Ok(written));
        }
    }

    #[test]
    fn floats_and_deep_values_are_refused() {
        let float = Disclosure::new([0; 16], "size", json!(1.5));
        assert_eq!(float, Err(DisclosureError::Canonical(CanonicalError::NotInteger)));
        let deep = (1..canonical::MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
        let fits = Disclosure::new([0; 16], "deep", deep.clone()).unwrap();
        assert!(Disclosure::parse(&fits.encode()).is_ok());
        let over = Disclosure::new([0; 16], "deep", json!([deep]));
        assert_eq!(over, Err(DisclosureError::Canonical(CanonicalError::TooDeep)));
    }

    #[test]
    fn names_and_lengths_have_limits_on_both_sides() {
        let named = |name: String| Disclosure::new([0; 16], name, json!(1));
        assert!(named("a".repeat(MAX_NAME_CHARS)).is_ok());
        assert_eq!(named("a".repeat(MAX_NAME_CHARS + 1)), Err(DisclosureError::Name));
        for bad in ["", "1a", "_sd", "...", "a b", "é"] {
            assert_eq!(named(bad.to_owned()), Err(DisclosureError::Name), "{bad}");
        }
        let wrapping = "[\"AAAAAAAAAAAAAAAAAAAAAA\",\"a\",\"\"]".len();
        let longest = MAX_DISCLOSURE_BYTES / 4 * 3 - wrapping;
        let sized = |chars: usize| Disclosure::new([0; 16], "a", json!("x".repeat(chars)));
        assert_eq!(sized(longest).unwrap().encode().len(), MAX_DISCLOSURE_BYTES);
        assert_eq!(sized(longest + 1), Err(DisclosureError::TooLong));
        let long = "A".repeat(MAX_DISCLOSURE_BYTES + 1);
        assert_eq!(Disclosure::parse(&long), Err(DisclosureError::TooLong));
    }

    #[test]
    fn other_spellings_and_shapes_are_refused() {
        let parse = |text: &str| Disclosure::parse(&URL_SAFE_NO_PAD.encode(text));
        let salt = "AAAAAAAAAAAAAAAAAAAAAA";
        assert!(parse(&format!("[\"{salt}\",\"a\",1]")).is_ok());
        let spaced = parse(&format!("[\"{salt}\", \"a\", 1]"));
        assert_eq!(spaced, Err(DisclosureError::Canonical(CanonicalError::NotCanonical)));
        for shape in [format!("[\"{salt}\",\"a\"]"), format!("[\"{salt}\",1,1]"), "{}".to_owned()] {
            assert_eq!(parse(&shape), Err(DisclosureError::Shape), "{shape}");
        }
        for salt in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAAA=="] {
            let refused = parse(&format!("[\"{salt}\",\"a\",1]"));
            assert_eq!(refused, Err(DisclosureError::Salt), "{salt}");
        }
        for text in ["WzFd=", "WzFd ", "W/Fd", "Wz", "é"] {
            assert!(Disclosure::parse(text).is_err(), "{text}");
        }
    }
}
