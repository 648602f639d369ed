//! SHA-256 as the log uses it: plain, for leaves and for the nodes of the Merkle tree.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Put before an event's bytes when they are hashed as a leaf (RFC 6962 §2.1).
const LEAF_PREFIX: [u8; 1] = [0x00];
/// Put before two child hashes when they are hashed as a node (RFC 6962 §2.1).
const NODE_PREFIX: [u8; 1] = [0x01];

/// A SHA-256 value. Written and read as 64 lower-case hexadecimal digits, in text and in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Thirty-two zero bytes: the `prev` of the first event of a chain. Not the hash of anything.
    pub const ZERO: Self = Self([0; 32]);

    /// The thirty-two bytes themselves.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The value in standard base64 with padding, as checkpoints and proofs write it.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads standard base64 with padding; exactly one spelling of each value is accepted.
    ///
    /// # Errors
    /// [`HashError`] unless the text is the 44 characters that [`Hash::to_base64`] would write.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        let bytes = STANDARD.decode(text).map_err(|_| HashError)?;
        <[u8; 32]>::try_from(bytes).map(Self).map_err(|_| HashError)
    }
}

/// The text is not a SHA-256 value in the form asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 value in its one accepted spelling")]
pub struct HashError;

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(HashError);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| HashError)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// SHA-256 of the bytes, with no prefix: files, manifests, keys and disclosures.
pub fn sha256(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// SHA-256 of `0x00` followed by the bytes: an entry as a leaf of the tree, and an event's `prev`.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(LEAF_PREFIX).chain_update(bytes).finalize().into())
}

/// SHA-256 of `0x01`, the left child and the right child: an inner node of the tree.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let hasher = Sha256::new().chain_update(NODE_PREFIX).chain_update(left.0);
    Hash(hasher.chain_update(right.0).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_string_has_its_published_hash() {
        let published = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b"").to_string(), published);
        assert_eq!(published.parse(), Ok(sha256(b"")));
    }

    #[test]
    fn an_empty_leaf_has_the_hash_of_certificate_transparency() {
        let published = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(leaf_hash(b"").to_string(), published);
    }

    #[test]
    fn only_one_spelling_is_read() {
        let good = sha256(b"x");
        assert!(good.to_string().to_uppercase().parse::<Hash>().is_err());
        assert!(good.to_string()[1..].parse::<Hash>().is_err());
        assert!(Hash::from_base64(&good.to_base64()).is_ok());
        assert!(Hash::from_base64(good.to_base64().trim_end_matches('=')).is_err());
        assert!(Hash::from_base64("AAAA").is_err());
    }

    #[test]
    fn json_is_lower_case_hexadecimal() {
        let text = serde_json::to_string(&Hash::ZERO).unwrap();
        assert_eq!(text, format!("\"{}\"", "0".repeat(64)));
        assert_eq!(serde_json::from_str::<Hash>(&text).unwrap(), Hash::ZERO);
    }
}
