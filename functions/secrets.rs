//! Secrets of this instance that are no one's password: made once, kept beside the log's key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file in the keys directory: 64 bytes.
pub const SECRETS_FILE: &str = "service.key";

/// What has to stay secret and the same for ever.
#[derive(Clone)]
pub struct Secrets {
    /// Makes identifiers out of idempotency keys.
    pub derivation_key: [u8; 32],
    /// Seals continuation tokens.
    pub sealing_key: [u8; 32],
}

impl Secrets {
    /// Reads the secrets, making them the first time. `fill` is the source of randomness.
    ///
    /// # Errors
    /// The file cannot be read or made, or is not 64 bytes long.
    pub fn open(keys: &Path, fill: &dyn Fn(&mut [u8])) -> io::Result<Secrets> {
        fs::create_dir_all(keys)?;
        let path = keys.join(SECRETS_FILE);
        if !path.try_exists()? {
            let mut bytes = [0; 64];
            fill(&mut bytes);
            make_once(keys, &path, &bytes)?;
        }
        let mut bytes = Vec::new();
        File::open(&path)?.take(65).read_to_end(&mut bytes)?;
        let bytes: [u8; 64] = bytes.try_into().map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged", path.display()))
        })?;
        let mut secrets = Secrets { derivation_key: [0; 32], sealing_key: [0; 32] };
        secrets.derivation_key.copy_from_slice(&bytes[..32]);
        secrets.sealing_key.copy_from_slice(&bytes[32..]);
        Ok(secrets)
    }
}

/// Makes the file whole or not at all; of two processes that try, one wins and both read the same.
fn make_once(keys: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = keys.join(format!(".{SECRETS_FILE}.{}", std::process::id()));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(keys)?.sync_all(),
    }
}
