//! The embedded backend: one directory, one process, SQLite and plain files.
//!
//! ```text
//! <data>/format          which version, whose log
//! <data>/lock            held while a process has the store open
//! <data>/continuity.db   events, documents, commands, rows, uploads (SQLite)
//! <data>/access/         the log of consultations, a file an hour
//! <data>/uploads/        files on their way in
//! <data>/received/       complete, waiting to be examined
//! <data>/evidence/aa/    verified; read-only
//! <data>/quarantine/aa/  not what was declared; read-only
//! <anchor>/              checkpoints, tiles and entry bundles, written once
//! <keys>/log.pem         the log's key
//! ```

pub(crate) mod access;
pub(crate) mod access_files;
mod anchor;
mod commit;
pub(crate) mod database;
mod durable;
mod errors;
pub(crate) mod files;
pub(crate) mod layout;
pub(crate) mod log;
mod readers;
pub(crate) mod rows;
pub(crate) mod shelves;
mod signer;
mod streams;
pub(crate) mod sum;
pub(crate) mod uploads;
mod views;
mod writer;

use crate::error::StoreError;
use crate::ports::Store;
use database::Database;
use layout::Layout;
pub use layout::OpenError;
use ledger::header::ChainId;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where an embedded store keeps its things. The three directories must not contain one another's
/// files; best they are on different disks.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// The data directory: created if missing; refused if it is not empty and not a store.
    pub data: PathBuf,
    /// The anchor directory.
    pub anchor: PathBuf,
    /// The directory of the log's key.
    pub keys: PathBuf,
    /// The origin of the force's log, as [`ledger::header::is_origin`] describes.
    pub origin: String,
}

/// What is known about an open embedded store beside its ports.
#[derive(Clone, Debug)]
pub struct Embedded {
    data: PathBuf,
    origin: Arc<str>,
    access_chain: ChainId,
}

impl Embedded {
    /// Opens a store, creating it where there is none. It stays claimed for this process until the
    /// last clone of the [`Store`] is dropped, which waits for queued writes.
    ///
    /// # Errors
    /// See [`OpenError`]: in use, not ours, another version or log, damaged, or not permitted.
    pub fn open(options: &EmbeddedOptions) -> Result<(Store, Embedded), OpenError> {
        if !ledger::header::is_origin(&options.origin) {
            return Err(OpenError::Setting(format!(
                "`{}` cannot be the origin of a log: use 1 to {} letters, digits and . _ - /",
                options.origin,
                ledger::header::MAX_ORIGIN_CHARS
            )));
        }
        let layout = Layout::new(&options.data);
        let (claim, age) = layout::claim(&layout, &options.origin)?;
        let signer = signer::EmbeddedSigner::open(&options.keys, age)?;
        let anchor = anchor::EmbeddedAnchor::open(&options.anchor)
            .map_err(OpenError::io(&options.anchor))?;
        let (db, access_chain) = Database::open(&layout, claim, age)?;
        let (db, origin) = (Arc::new(db), Arc::<str>::from(options.origin.as_str()));
        let access = access::EmbeddedAccess::open(
            &layout.access(),
            Arc::clone(&db),
            Arc::clone(&origin),
            access_chain.clone(),
        )?;
        layout::finish_once(&layout, &options.origin, age)?;
        let shelves = Arc::new(shelves::Shelves::new(&layout));
        let store = Store {
            streams: Arc::new(streams::EmbeddedStreams {
                db: Arc::clone(&db),
                origin: Arc::clone(&origin),
            }),
            views: Arc::new(views::EmbeddedViews { db: Arc::clone(&db) }),
            log: Arc::new(log::EmbeddedLog { db: Arc::clone(&db) }),
            anchor: Arc::new(anchor),
            signer: Arc::new(signer),
            access: Arc::new(access),
            uploads: Arc::new(uploads::EmbeddedUploads::new(Arc::clone(&db), Arc::clone(&shelves))),
            files: Arc::new(files::EmbeddedFiles { db, shelves }),
        };
        Ok((store, Embedded { data: options.data.clone(), origin, access_chain }))
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The origin of the force's log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The chain of sealed access batches.
    #[must_use]
    pub fn access_chain(&self) -> &ChainId {
        &self.access_chain
    }
}

/// Runs file work where it does not hold up the runtime.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(StoreError::unavailable)?
}
