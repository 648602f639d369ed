//! The embedded issuer's key: made once, readable by its owner only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// The key's file in the keys' directory.
const KEY_FILE: &str = "issuer-es256.pem";

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot be read or written")]
    Io(#[from] io::Error),
    /// The file holds no P-256 private key in PKCS #8 PEM form.
    #[error("is not a P-256 private key in PEM form")]
    NotAKey,
    /// Others on this machine can read it.
    #[error("can be read by others; allow only its owner (chmod 600)")]
    Exposed,
}

/// The public half, as a JSON Web Key writes it.
pub(super) struct Public {
    /// The key's thumbprint (RFC 7638).
    pub kid: String,
    pub x: String,
    pub y: String,
}

/// Reads the key, making it first if there is none.
pub(super) fn open(directory: &Path) -> Result<(EncodingKey, Public), KeyError> {
    let path = directory.join(KEY_FILE);
    if !path.try_exists()? {
        create(directory, &path)?;
    }
    if fs::metadata(&path)?.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::Exposed);
    }
    let text = fs::read_to_string(&path)?;
    let secret = SecretKey::from_pkcs8_pem(&text).map_err(|_| KeyError::NotAKey)?;
    let der = secret.to_pkcs8_der().map_err(|_| KeyError::NotAKey)?;
    Ok((EncodingKey::from_ec_der(der.as_bytes()), public(&secret)?))
}

/// Makes a key under a name of its own and then links it to its place, which fails if somebody
/// was faster: no process ever sees half a key, and no key is ever replaced.
fn create(directory: &Path, path: &Path) -> Result<(), KeyError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let name = format!("{KEY_FILE}.{}", crate::http::trace::random_uuid().simple());
    let draft = directory.join(name);
    let pem = fresh()?.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::NotAKey)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    File::open(directory)?.sync_all()?;
    Ok(())
}

fn fresh() -> Result<SecretKey, KeyError> {
    loop {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| io::Error::other("no randomness"))?;
        // All but about one in 2^32 numbers of 256 bits are keys of this curve.
        if let Ok(secret) = SecretKey::from_slice(&bytes) {
            return Ok(secret);
        }
    }
}

fn public(secret: &SecretKey) -> Result<Public, KeyError> {
    let point = secret.public_key().to_encoded_point(false);
    let (Some(x), Some(y)) = (point.x(), point.y()) else { return Err(KeyError::NotAKey) };
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
    Ok(Public { kid, x, y })
}
