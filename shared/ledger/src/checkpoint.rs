//! Checkpoints (C2SP tlog-checkpoint): what the log signs about its tree. Three lines and no
//! extension lines, because nobody could audit them.

use crate::hash::Hash;
use crate::header::is_origin;
use crate::merkle::{MAX_TREE_SIZE, empty_root};
use crate::note::{Note, NoteError, VerifyingKey};

/// What is wrong with a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not exactly three lines, each ended by a newline.
    #[error("not exactly three lines")]
    Lines,
    /// The first line is not an origin.
    #[error("the first line is not an origin")]
    Origin,
    /// The second line is not a decimal number within the limit.
    #[error("the second line is not a tree size")]
    Size,
    /// The third line is not a hash in base64, or not the empty root at size 0.
    #[error("the third line is not a root hash")]
    Root,
    /// The checkpoint is of another log.
    #[error("the checkpoint is of another log")]
    OtherLog,
    /// The note around it is malformed or not signed.
    #[error("{0}")]
    Note(#[from] NoteError),
}

/// The state of a log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Origin of the log; also the name of the key that signs.
    pub origin: String,
    /// Number of leaves, at most [`MAX_TREE_SIZE`].
    pub size: u64,
    /// Root hash of the tree.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: origin, size and base64 root, one a line.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())
    }

    /// Reads the text of a checkpoint.
    ///
    /// # Errors
    /// `Lines`, `Origin`, `Size` or `Root`.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        if !is_origin(origin) {
            return Err(CheckpointError::Origin);
        }
        let size = parse_number(size).ok_or(CheckpointError::Size)?;
        let root = Hash::from_base64(root).map_err(|_| CheckpointError::Root)?;
        if size == 0 && root != empty_root() {
            return Err(CheckpointError::Root);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Reads a signed note that must be a checkpoint of this origin, signed by this key.
    ///
    /// # Errors
    /// Any [`CheckpointError`].
    pub fn open(note: &str, key: &VerifyingKey, origin: &str) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        key.verify(&note, origin)?;
        let checkpoint = Self::parse(&note.text)?;
        if checkpoint.origin == origin { Ok(checkpoint) } else { Err(CheckpointError::OtherLog) }
    }
}

/// Reads a decimal number without sign or leading zeroes, at most [`MAX_TREE_SIZE`].
pub(crate) fn parse_number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    let leading = text.len() > 1 && text.starts_with('0');
    let number = text.parse().ok().filter(|number| *number <= MAX_TREE_SIZE)?;
    (plain && !leading).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::sha256;
    use crate::note::sign_with;

    fn sample() -> Checkpoint {
        Checkpoint { origin: "log.example.org".to_owned(), size: 12, root: sha256(b"root") }
    }

    #[test]
    fn a_checkpoint_reads_back_as_it_was_written() {
        assert_eq!(Checkpoint::parse(&sample().body()), Ok(sample()));
        let empty = Checkpoint { size: 0, root: empty_root(), ..sample() };
        assert_eq!(Checkpoint::parse(&empty.body()), Ok(empty));
    }

    #[test]
    fn checkpoints_have_one_grammar() {
        let body = sample().body();
        for (changed, reason) in [
            (body.trim_end().to_owned(), CheckpointError::Lines),
            (format!("{body}extension\n"), CheckpointError::Lines),
            (body.replace("log.example.org", "log example"), CheckpointError::Origin),
            (body.replace("12\n", "012\n"), CheckpointError::Size),
            (body.replace("12\n", "+12\n"), CheckpointError::Size),
            (body.replace("12\n", "9007199254740992\n"), CheckpointError::Size),
            (body.replace("12\n", "\n"), CheckpointError::Size),
            (body.replace("=\n", "\n"), CheckpointError::Root),
            (body.replace("12\n", "0\n"), CheckpointError::Root),
        ] {
            assert_eq!(Checkpoint::parse(&changed), Err(reason), "{changed}");
        }
        let largest = body.replace("12\n", "9007199254740991\n");
        assert_eq!(Checkpoint::parse(&largest).unwrap().size, MAX_TREE_SIZE);
    }

    #[test]
    fn opening_demands_the_key_and_the_origin() {
        let key = p256::ecdsa::SigningKey::from_slice(&[3; 32]).unwrap();
        let public = VerifyingKey::from(&key);
        let note = sign_with(&key, "log.example.org", &sample().body()).unwrap();
        assert_eq!(Checkpoint::open(&note, &public, "log.example.org"), Ok(sample()));
        let other = Checkpoint::open(&note, &public, "other.example.org");
        assert_eq!(other, Err(CheckpointError::Note(NoteError::NotSigned)));
        let misnamed = sign_with(&key, "other.example.org", &sample().body()).unwrap();
        let refused = Checkpoint::open(&misnamed, &public, "other.example.org");
        assert_eq!(refused, Err(CheckpointError::OtherLog));
    }
}
