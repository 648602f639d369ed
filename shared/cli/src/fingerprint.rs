//! `continuity fingerprint`: what a force publishes, so that strangers can tell its log from others.

use crate::outcome::{Exit, Failure, Outcome};
use crate::settings;
use ledger::note::VerifyingKey;
use p256::ecdsa::SigningKey;
use p256::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use std::fs::File;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

/// The file of the log's key in the keys directory.
const KEY_FILE: &str = "log.pem";
/// The most bytes of a key's file that are read: a PKCS #8 P-256 key in PEM form has 241.
const KEY_BYTES_MAX: u64 = 4096;

/// The arguments of `continuity fingerprint`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The service's data directory; CONTINUITY_DATA or ./data unless given.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The service's keys directory; CONTINUITY_KEYS or <data>/keys unless given.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

/// Prints the SHA-256 of the log's public key (DER, SubjectPublicKeyInfo) in lower-case hexadecimal,
/// alone on a line: the same that `openssl pkey -pubin -outform DER | sha256sum` shows.
///
/// # Errors
/// Unusable: there is no key, or it cannot be read.
pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Outcome {
    let config = settings::config(&[
        ("CONTINUITY_DATA", arguments.data.as_deref()),
        ("CONTINUITY_KEYS", arguments.keys.as_deref()),
    ])?;
    let key = public_key(&config.keys.join(KEY_FILE))?;
    writeln!(out, "{}", key.fingerprint())?;
    Ok(Exit::Done)
}

fn public_key(path: &Path) -> Outcome<VerifyingKey> {
    let mut pem = String::new();
    let file = File::open(path).map_err(Failure::at(path))?;
    file.take(KEY_BYTES_MAX).read_to_string(&mut pem).map_err(Failure::at(path))?;
    let not_a_key = || {
        Failure::unusable(format_args!("{}: is not a P-256 key in PKCS #8 form", path.display()))
    };
    let secret = SigningKey::from_pkcs8_pem(&pem).map_err(|_| not_a_key())?;
    let der = secret.verifying_key().to_public_key_der().map_err(|_| not_a_key())?;
    VerifyingKey::from_spki_der(der.as_bytes()).map_err(|_| not_a_key())
}
