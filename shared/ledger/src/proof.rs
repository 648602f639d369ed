//! Inclusion and consistency proofs as text: C2SP tlog-proof, and the body of a C2SP tlog-witness
//! add-checkpoint request.

use crate::checkpoint::{Checkpoint, CheckpointError, parse_number};
use crate::hash::Hash;
use crate::merkle::{MAX_PROOF_HASHES, MerkleError, verify_inclusion};
use crate::note::{MAX_NOTE_BYTES, VerifyingKey};

/// The first line of an inclusion proof.
const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1\n";

/// The longest proof in bytes: its lines and the note.
pub const MAX_PROOF_BYTES: usize = MAX_NOTE_BYTES + 4096;

/// What is wrong with a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not the lines that a proof has. Extra data, which nothing authenticates, is refused too.
    #[error("not the lines of a proof")]
    Shape,
    /// Longer than [`MAX_PROOF_BYTES`], or more than [`MAX_PROOF_HASHES`] hashes.
    #[error("too long")]
    TooLong,
    /// The checkpoint is malformed, of another log, or not signed.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead from the leaf to the checkpoint's root.
    #[error("{0}")]
    Merkle(#[from] MerkleError),
}

/// A proof that one leaf is in the tree of a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Index of the leaf in the log.
    pub index: u64,
    /// From the leaf's sibling upwards.
    pub hashes: Vec<Hash>,
    /// The checkpoint's signed note, verbatim.
    pub checkpoint: String,
}

impl Proof {
    /// The text of the proof.
    pub fn to_text(&self) -> String {
        let lines = base64_lines(&self.hashes);
        format!("{FIRST_LINE}index {}\n{lines}\n{}", self.index, self.checkpoint)
    }

    /// Reads the text of a proof. Nothing is believed yet, and the checkpoint is not parsed.
    ///
    /// # Errors
    /// `Shape` or `TooLong`.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        if text.len() > MAX_PROOF_BYTES {
            return Err(ProofError::TooLong);
        }
        let rest = text.strip_prefix(FIRST_LINE).ok_or(ProofError::Shape)?;
        let (index, hashes, checkpoint) = parse_lines(rest, "index ")?;
        Ok(Self { index, hashes, checkpoint })
    }

    /// Checks the whole proof: the checkpoint is of this origin and signed by this key, and the
    /// leaf is in its tree at the index.
    ///
    /// # Errors
    /// `Checkpoint` or `Merkle`.
    pub fn verify(
        &self,
        leaf: &Hash,
        key: &VerifyingKey,
        origin: &str,
    ) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key, origin)?;
        self.verify_in(leaf, &checkpoint)?;
        Ok(checkpoint)
    }

    /// Checks only the hashes, against a checkpoint that the caller has already opened.
    ///
    /// # Errors
    /// The [`MerkleError`].
    pub fn verify_in(&self, leaf: &Hash, checkpoint: &Checkpoint) -> Result<(), MerkleError> {
        verify_inclusion(leaf, self.index, checkpoint.size, &checkpoint.root, &self.hashes)
    }
}

/// A proof that the tree of an older checkpoint is the beginning of a newer one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// Size of the older tree.
    pub old: u64,
    /// The proof of RFC 9162 §2.1.4.
    pub hashes: Vec<Hash>,
    /// The newer checkpoint's signed note, verbatim.
    pub checkpoint: String,
}

impl Consistency {
    /// The text: `old <size>`, the hashes, a blank line, the newer checkpoint.
    pub fn to_text(&self) -> String {
        format!("old {}\n{}\n{}", self.old, base64_lines(&self.hashes), self.checkpoint)
    }

    /// Reads the text. Nothing is believed yet, and the checkpoint is not parsed.
    ///
    /// # Errors
    /// `Shape` or `TooLong`.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        if text.len() > MAX_PROOF_BYTES {
            return Err(ProofError::TooLong);
        }
        let (old, hashes, checkpoint) = parse_lines(text, "old ")?;
        Ok(Self { old, hashes, checkpoint })
    }
}

fn base64_lines(hashes: &[Hash]) -> String {
    hashes.iter().map(|hash| hash.to_base64() + "\n").collect()
}

fn parse_lines(text: &str, label: &str) -> Result<(u64, Vec<Hash>, String), ProofError> {
    let (first, mut rest) = text.split_once('\n').ok_or(ProofError::Shape)?;
    let number = first.strip_prefix(label).and_then(parse_number).ok_or(ProofError::Shape)?;
    let mut hashes = Vec::new();
    loop {
        let (line, after) = rest.split_once('\n').ok_or(ProofError::Shape)?;
        rest = after;
        if line.is_empty() {
            return Ok((number, hashes, rest.to_owned()));
        }
        if hashes.len() == MAX_PROOF_HASHES {
            return Err(ProofError::TooLong);
        }
        hashes.push(Hash::from_base64(line).map_err(|_| ProofError::Shape)?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use crate::merkle::{inclusion_proof, nodes_of, root};
    use crate::note::sign_with;

    const ORIGIN: &str = "log.example.org";

    fn sample() -> (VerifyingKey, Hash, Proof) {
        let key = p256::ecdsa::SigningKey::from_slice(&[4; 32]).unwrap();
        let leaves: Vec<_> = (0..7u8).map(|n| leaf_hash(&[n])).collect();
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 7, root: root(&leaves) };
        let proof = Proof {
            index: 4,
            hashes: inclusion_proof(nodes_of(&leaves), 4, 7).unwrap(),
            checkpoint: sign_with(&key, ORIGIN, &checkpoint.body()).unwrap(),
        };
        (VerifyingKey::from(&key), leaves[4], proof)
    }

    #[test]
    fn a_proof_reads_back_and_holds() {
        let (key, leaf, proof) = sample();
        let read = Proof::parse(&proof.to_text()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(&leaf, &key, ORIGIN).unwrap().size, 7);
    }

    #[test]
    fn a_proof_does_not_hold_for_anything_else() {
        let (key, leaf, mut proof) = sample();
        let wrong = proof.verify(&leaf_hash(b"other"), &key, ORIGIN);
        assert_eq!(wrong, Err(ProofError::Merkle(MerkleError::Root)));
        let elsewhere = proof.verify(&leaf, &key, "other.example.org");
        assert!(matches!(elsewhere, Err(ProofError::Checkpoint(_))));
        proof.index = 7;
        assert_eq!(proof.verify(&leaf, &key, ORIGIN), Err(ProofError::Merkle(MerkleError::Range)));
        proof.checkpoint = proof.checkpoint.replace("\n7\n", "\n8\n");
        assert!(matches!(proof.verify(&leaf, &key, ORIGIN), Err(ProofError::Checkpoint(_))));
    }

    #[test]
    fn proofs_have_one_grammar() {
        let (_, _, proof) = sample();
        let text = proof.to_text();
        for changed in [
            text.replace("@v1", "@v2"),
            text.replace("index 4", "extra AAAA\nindex 4"),
            text.replace("index 4", "index 04"),
            text.replace("index 4", "index -4"),
            text.replace("index 4\n", "index 4\nAAAA\n"),
            text.replace("index 4\n", "index 4\n \n"),
            text.replace('\n', "\r\n"),
            FIRST_LINE.to_owned(),
            String::new(),
        ] {
            assert_eq!(Proof::parse(&changed), Err(ProofError::Shape), "{changed}");
        }
    }

    #[test]
    fn lengths_have_limits_on_both_sides() {
        let (_, _, proof) = sample();
        let with = |count: usize| Proof { hashes: vec![Hash::ZERO; count], ..proof.clone() };
        let longest = with(MAX_PROOF_HASHES);
        assert_eq!(Proof::parse(&longest.to_text()), Ok(longest.clone()));
        let over = with(MAX_PROOF_HASHES + 1);
        assert_eq!(Proof::parse(&over.to_text()), Err(ProofError::TooLong));
        let fill = |bytes: usize| Proof { checkpoint: "x".repeat(bytes), ..longest.clone() };
        let spare = MAX_PROOF_BYTES - fill(0).to_text().len();
        assert!(Proof::parse(&fill(spare).to_text()).is_ok());
        assert_eq!(Proof::parse(&fill(spare + 1).to_text()), Err(ProofError::TooLong));
    }

    #[test]
    fn a_consistency_file_reads_back() {
        let (_, _, proof) = sample();
        let file = Consistency { old: 3, hashes: proof.hashes, checkpoint: proof.checkpoint };
        assert!(file.to_text().starts_with("old 3\n"));
        assert_eq!(Consistency::parse(&file.to_text()), Ok(file));
        assert_eq!(Consistency::parse("old\n\n"), Err(ProofError::Shape));
        let long = "x".repeat(MAX_PROOF_BYTES + 1);
        assert_eq!(Consistency::parse(&long), Err(ProofError::TooLong));
    }
}
