//! Signed notes (C2SP signed-note): a text, a blank line, and signature lines under it.
//!
//! The log signs with ECDSA on P-256 over SHA-256, signature type `0x02`. The key id of that type is
//! the first four bytes of the SHA-256 of the DER public key (SPKI); the signature is DER, so that
//! `openssl dgst -verify` reads it as it is.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{self, Signature};
use p256::pkcs8::{DecodePublicKey, EncodePublicKey, LineEnding};

use crate::hash::{Hash, sha256};

/// The longest note in bytes.
pub const MAX_NOTE_BYTES: usize = 64 * 1024;
/// The most signature lines of a note; the specification asks for at least this many.
pub const MAX_SIGNATURES: usize = 16;

/// What a signature line begins with.
const MARK: &str = "\u{2014} ";

/// What is wrong with a note, a key or a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`].
    #[error("longer than {MAX_NOTE_BYTES} bytes")]
    TooLong,
    /// More than [`MAX_SIGNATURES`] signatures.
    #[error("more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// The text is empty, does not end in a newline, or has control characters.
    #[error("the text must end in a newline and have no control characters")]
    Text,
    /// Not a text, a blank line and signature lines.
    #[error("not a text, a blank line and signature lines")]
    Shape,
    /// A key name is empty or has white space or a plus sign.
    #[error("a key name is empty or has white space or a plus sign")]
    Name,
    /// The public key is not a P-256 key in SPKI form.
    #[error("not a P-256 public key in SPKI form")]
    Key,
    /// The signature is not 64 bytes of r and s, or not valid DER.
    #[error("not an ECDSA signature on P-256")]
    Signature,
    /// No signature carries the key's name and id.
    #[error("no signature carries the key's name and id")]
    NotSigned,
    /// A signature that carries the key's name and id does not verify.
    #[error("the signature does not verify")]
    Forged,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// The first four bytes of the line's base64.
    pub key_id: [u8; 4],
    /// The rest: for ECDSA, a DER signature.
    pub signature: Vec<u8>,
}

/// A signed note. Its `Display` is the exact note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed, with its final newline.
    pub text: String,
    /// The signature lines in order; those of unknown keys are kept and ignored.
    pub signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note. Nothing is believed yet: see [`VerifyingKey::verify`].
    ///
    /// # Errors
    /// `TooLong`, `TooManySignatures`, `Text`, `Shape` or `Name`.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        let blank = note.rfind("\n\n").ok_or(NoteError::Shape)?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        check_text(text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Shape)?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            signatures.push(parse_signature(line)?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        for line in &self.signatures {
            let mut bytes = line.key_id.to_vec();
            bytes.extend_from_slice(&line.signature);
            writeln!(out, "{MARK}{} {}", line.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

/// The bytes to be signed for a text: the text itself, with its final newline.
///
/// # Errors
/// `TooLong` or `Text` if no note can carry the text.
pub fn signing_bytes(text: &str) -> Result<&[u8], NoteError> {
    check_text(text)?;
    Ok(text.as_bytes())
}

/// Puts a note together from a text and one DER signature made elsewhere.
///
/// # Errors
/// `Text`, `Name`, `TooLong`, or `Signature` if the signature is not valid DER.
pub fn assemble(
    text: &str,
    name: &str,
    key_id: [u8; 4],
    der_signature: &[u8],
) -> Result<String, NoteError> {
    check_text(text)?;
    if !is_name(name) {
        return Err(NoteError::Name);
    }
    Signature::from_der(der_signature).map_err(|_| NoteError::Signature)?;
    let line = NoteSignature { name: name.to_owned(), key_id, signature: der_signature.to_vec() };
    let note = Note { text: text.to_owned(), signatures: vec![line] }.to_string();
    if note.len() > MAX_NOTE_BYTES { Err(NoteError::TooLong) } else { Ok(note) }
}

/// Signs a text and puts the note together. Deterministic (RFC 6979): the same key and text give
/// the same note.
///
/// # Errors
/// Those of [`assemble`].
pub fn sign_with(key: &ecdsa::SigningKey, name: &str, text: &str) -> Result<String, NoteError> {
    let signature: Signature = key.sign(signing_bytes(text)?);
    let public = VerifyingKey(*key.verifying_key());
    assemble(text, name, public.key_id(), signature.to_der().as_bytes())
}

/// Turns r and s, 32 big-endian bytes each, as hardware and cloud signers return them, into DER.
///
/// # Errors
/// `Signature` if r or s is zero or not below the order of the curve.
pub fn raw_to_der(raw: &[u8; 64]) -> Result<Vec<u8>, NoteError> {
    let signature = Signature::from_slice(raw).map_err(|_| NoteError::Signature)?;
    Ok(signature.to_der().as_bytes().to_vec())
}

/// A log's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey(ecdsa::VerifyingKey);

impl VerifyingKey {
    /// Reads a PEM public key (`BEGIN PUBLIC KEY`).
    ///
    /// # Errors
    /// `Key`.
    pub fn from_pem(pem: &str) -> Result<Self, NoteError> {
        ecdsa::VerifyingKey::from_public_key_pem(pem).map(Self).map_err(|_| NoteError::Key)
    }

    /// Reads a DER public key in SPKI form with an uncompressed point, as openssl writes it. Other
    /// encodings of the same key would have another fingerprint and are refused.
    ///
    /// # Errors
    /// `Key`.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, NoteError> {
        let key = ecdsa::VerifyingKey::from_public_key_der(der).map_err(|_| NoteError::Key)?;
        let key = Self(key);
        if key.spki_der() == der { Ok(key) } else { Err(NoteError::Key) }
    }

    /// The DER form (SPKI, uncompressed point).
    pub fn spki_der(&self) -> Vec<u8> {
        let der = self.0.to_public_key_der().expect("a P-256 key always has a DER form");
        der.as_bytes().to_vec()
    }

    /// The PEM form, with line feeds and a final newline.
    pub fn to_pem(&self) -> String {
        self.0.to_public_key_pem(LineEnding::LF).expect("a P-256 key always has a PEM form")
    }

    /// SHA-256 of the DER form: what is published out of band and printed on statements.
    pub fn fingerprint(&self) -> Hash {
        sha256(&self.spki_der())
    }

    /// The first four bytes of the fingerprint.
    pub fn key_id(&self) -> [u8; 4] {
        let Hash([a, b, c, d, ..]) = self.fingerprint();
        [a, b, c, d]
    }

    /// Checks that this key, under this name, signed the note. Signatures with another name or key
    /// id are ignored; every one that carries both must verify.
    ///
    /// # Errors
    /// `NotSigned` or `Forged`.
    pub fn verify(&self, note: &Note, name: &str) -> Result<(), NoteError> {
        let key_id = self.key_id();
        let ours = |line: &&NoteSignature| line.name == name && line.key_id == key_id;
        let mut signed = Err(NoteError::NotSigned);
        for line in note.signatures.iter().filter(ours) {
            let signature = Signature::from_der(&line.signature).map_err(|_| NoteError::Forged)?;
            self.0.verify(note.text.as_bytes(), &signature).map_err(|_| NoteError::Forged)?;
            signed = Ok(());
        }
        signed
    }
}

impl From<&ecdsa::SigningKey> for VerifyingKey {
    fn from(key: &ecdsa::SigningKey) -> Self {
        Self(*key.verifying_key())
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > MAX_NOTE_BYTES {
        return Err(NoteError::TooLong);
    }
    let control = text.bytes().any(|byte| byte < 0x20 && byte != b'\n');
    if control || !text.ends_with('\n') { Err(NoteError::Text) } else { Ok(()) }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

fn parse_signature(line: &str) -> Result<NoteSignature, NoteError> {
    let rest = line.strip_prefix(MARK).ok_or(NoteError::Shape)?;
    let (name, encoded) = rest.split_once(' ').ok_or(NoteError::Shape)?;
    if !is_name(name) {
        return Err(NoteError::Name);
    }
    let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Shape)?;
    match bytes.split_first_chunk::<4>() {
        Some((key_id, signature)) if !signature.is_empty() => Ok(NoteSignature {
            name: name.to_owned(),
            key_id: *key_id,
            signature: signature.to_vec(),
        }),
        _ => Err(NoteError::Shape),
    }
}

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
