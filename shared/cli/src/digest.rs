//! SHA-256 of a file of any size, in bounded memory, and reading digests that people type.

use ledger::hash::Hash;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read};

/// Bytes read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// Hash and length of all that a reader gives.
///
/// # Errors
/// The reader's.
pub(crate) fn sha256(mut from: impl Read) -> io::Result<(Hash, u64)> {
    let (mut hasher, mut length) = (Sha256::new(), 0_u64);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok((Hash(hasher.finalize().into()), length)),
            Ok(count) => {
                hasher.update(&piece[..count]);
                length += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reads a SHA-256 as people copy it: 64 hexadecimal digits in either case, with or without colons
/// or blanks between them.
pub(crate) fn parse(text: &str) -> Option<Hash> {
    let digits: String =
        text.chars().filter(|c| !matches!(c, ':' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_hash_of_nothing_and_of_more_than_one_piece_is_right() {
        let (hash, length) = sha256(io::empty()).unwrap();
        assert_eq!((hash.to_string().as_str(), length), (EMPTY, 0));
        let bytes = vec![7; PIECE_BYTES * 2 + 1];
        let (hash, length) = sha256(bytes.as_slice()).unwrap();
        assert_eq!((hash, length), (ledger::hash::sha256(&bytes), bytes.len() as u64));
    }

    #[test]
    fn a_digest_may_be_typed_in_capitals_and_groups() {
        let plain = parse(EMPTY).unwrap();
        let pairs: Vec<String> = EMPTY
            .to_uppercase()
            .as_bytes()
            .chunks(2)
            .map(|c| c.escape_ascii().to_string())
            .collect();
        assert_eq!(parse(&pairs.join(":")), Some(plain));
        assert_eq!(parse(&pairs.join(" ")), Some(plain));
        for wrong in ["", "e3b0", &EMPTY[1..], &format!("{EMPTY}0"), &EMPTY.replace('e', "g")] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
