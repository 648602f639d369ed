//! [`Signer`] with a key in a file: PKCS#8, readable by its owner only, outside the data directory.

use super::durable;
use super::layout::{Age, OpenError};
use crate::error::StoreError;
use crate::ports::Signer;
use async_trait::async_trait;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use std::fs;
use std::path::{Path, PathBuf};

/// The name of the key's file.
const FILE: &str = "log.pem";

/// The log's key, in memory.
pub(crate) struct EmbeddedSigner {
    key: SigningKey,
    public_pem: String,
}

impl EmbeddedSigner {
    /// Reads the key, making it first if the store is new. A store in use whose key is gone is
    /// refused: a second key would make the log look forged.
    pub(crate) fn open(keys: &Path, age: Age) -> Result<EmbeddedSigner, OpenError> {
        let path = keys.join(FILE);
        if !path.exists() {
            if age == Age::Used {
                return Err(OpenError::damaged(&path, "the log's key is missing"));
            }
            create(keys, &path)?;
        }
        let pem = fs::read_to_string(&path).map_err(OpenError::io(&path))?;
        let damaged = || OpenError::damaged(&path, "this is not a P-256 key in PKCS#8 form");
        let key = SigningKey::from_pkcs8_pem(&pem).map_err(|_| damaged())?;
        let public_pem =
            key.verifying_key().to_public_key_pem(LineEnding::LF).map_err(|_| damaged())?;
        Ok(EmbeddedSigner { key, public_pem })
    }
}

fn create(keys: &Path, path: &Path) -> Result<(), OpenError> {
    durable::ensure_dir(keys).map_err(OpenError::io(keys))?;
    let key = loop {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|e| OpenError::Setting(format!("no randomness for a key: {e}")))?;
        // Fails for 0 and beyond the group's order only: one draw in 2^32 at worst.
        if let Ok(key) = SigningKey::from_slice(&secret) {
            break key;
        }
    };
    let unusable = |_| OpenError::damaged(path, "the new key cannot be written as PKCS#8");
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(unusable)?;
    let scratch: PathBuf = keys.join("log.pem.new");
    durable::replace(path, &scratch, pem.as_bytes(), 0o600).map_err(OpenError::io(path))
}

#[async_trait]
impl Signer for EmbeddedSigner {
    async fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
        let signature: DerSignature = self.key.sign(bytes);
        Ok(signature.as_bytes().to_vec())
    }

    fn public_key_pem(&self) -> &str {
        &self.public_pem
    }
}
