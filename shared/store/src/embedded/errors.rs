//! How failures of SQLite and of the file system read in the store's words.

use crate::error::StoreError;
use rusqlite::ErrorCode;
use std::io;

/// `SQLITE_IOERR_SHMSIZE`: the shared-memory file beside the log could not grow, which on a healthy
/// disk means that there is no room (<https://www.sqlite.org/rescode.html#ioerr_shmsize>).
const IOERR_SHMSIZE: i32 = 4874;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::Error as E;
        match &error {
            E::SqliteFailure(inner, _) if inner.extended_code == IOERR_SHMSIZE => StoreError::Full,
            E::SqliteFailure(inner, message) => match inner.code {
                ErrorCode::DiskFull => StoreError::Full,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::corrupt(
                    format!("the database: {}", message.as_deref().unwrap_or("malformed")),
                ),
                _ => StoreError::unavailable(error),
            },
            // A value of the wrong type can only come from a damaged row: we wrote it.
            E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..)
            | E::InvalidColumnType(..) => {
                StoreError::corrupt("a row of the database holds a value of the wrong type")
            }
            _ => StoreError::unavailable(error),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
            _ => StoreError::unavailable(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_room_on_the_disk_is_full_and_not_merely_unavailable() {
        let full = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(13), None);
        assert!(matches!(StoreError::from(full), StoreError::Full));
        let shm = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(IOERR_SHMSIZE), None);
        assert!(matches!(StoreError::from(shm), StoreError::Full));
        let io = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(StoreError::from(io), StoreError::Full));
    }

    #[test]
    fn a_malformed_database_is_corrupt_and_a_busy_one_unavailable() {
        let bad = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(11), None);
        assert!(matches!(StoreError::from(bad), StoreError::Corrupt { .. }));
        let busy = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(5), None);
        assert!(matches!(StoreError::from(busy), StoreError::Unavailable { .. }));
    }
}
