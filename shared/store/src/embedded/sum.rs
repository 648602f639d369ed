//! The check each row carries.

use crate::error::StoreError;
use sha2::{Digest as _, Sha256};

/// Bytes of SHA-256 a row keeps: enough against chance. Against people there is the log.
const SUM_BYTES: usize = 8;

/// One value that goes into a row's sum.
pub(crate) enum Part<'a> {
    /// Text or bytes.
    Bytes(&'a [u8]),
    /// A number.
    Number(u64),
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(text: &'a str) -> Part<'a> {
        Part::Bytes(text.as_bytes())
    }
}

impl<'a> From<&'a [u8]> for Part<'a> {
    fn from(bytes: &'a [u8]) -> Part<'a> {
        Part::Bytes(bytes)
    }
}

impl From<u64> for Part<'_> {
    fn from(number: u64) -> Self {
        Part::Number(number)
    }
}

/// The sum over a row of `table` with these values. Lengths go in, so that no two rows read alike.
pub(crate) fn sum(table: &str, parts: &[Part<'_>]) -> [u8; SUM_BYTES] {
    let mut hash = Sha256::new_with_prefix(table.as_bytes());
    for part in parts {
        match part {
            Part::Bytes(bytes) => {
                hash.update((bytes.len() as u64).to_be_bytes());
                hash.update(bytes);
            }
            Part::Number(number) => hash.update(number.to_be_bytes()),
        }
    }
    let digest = hash.finalize();
    let mut sum = [0; SUM_BYTES];
    sum.copy_from_slice(&digest[..SUM_BYTES]);
    sum
}

/// Refuses a row whose stored sum is not that of its values.
pub(crate) fn check(table: &str, parts: &[Part<'_>], stored: &[u8]) -> Result<(), StoreError> {
    if sum(table, parts) == stored {
        return Ok(());
    }
    Err(StoreError::corrupt(format!("a row of table {table} does not match its sum")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_matches_its_own_sum_and_no_other() {
        let parts = || ["ab".into(), "c".into(), Part::Number(7)];
        let stored = sum("document", &parts());
        assert!(check("document", &parts(), &stored).is_ok());
        assert!(check("document", &["a".into(), "bc".into(), Part::Number(7)], &stored).is_err());
        assert!(check("command", &parts(), &stored).is_err());
        assert!(check("document", &parts(), &stored[..7]).is_err());
    }
}
