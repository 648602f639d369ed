//! What a store promises. Each sentence of these comments is a test in the conformance suite, which
//! every backend passes. A page size outside 1 to [`crate::model::PAGE_MAX`] is
//! [`StoreError::Mismatch`] everywhere.

use crate::error::StoreError;
use crate::model::{
    AccessBatch, AccessRecord, CommandRecord, Commit, Committed, DocKey, Examined, Loaded, LogHead,
    Page, Pending, Row, Shelf, StoredBlock, StoredDoc, StoredEvent, StreamId, UploadPlan,
};
use async_trait::async_trait;
use bytes::Bytes;
use domain::time::Timestamp;
use futures::stream::BoxStream;
use ledger::header::CommandId;
use std::sync::Arc;

/// Bytes as they come, each piece small.
pub type ByteStream = BoxStream<'static, Result<Bytes, StoreError>>;

/// The streams: events, documents and commands, and the only way to write any of them.
#[async_trait]
pub trait Streams: Send + Sync {
    /// The head and those of the documents that exist, as of one instant. An unknown stream is not
    /// an error: it has no head.
    async fn load(&self, stream: &StreamId, keys: &[DocKey]) -> Result<Loaded, StoreError>;

    /// The stream's documents of one kind whose id starts with `prefix`, in order of id, after the
    /// place `after`, at most `limit` (1 to 1,000).
    async fn list(
        &self,
        stream: &StreamId,
        kind: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<StoredDoc>, StoreError>;

    /// The stream's events from `from_seq` on, in order, without gaps, at most `limit` (1 to 1,000).
    async fn events(
        &self,
        stream: &StreamId,
        from_seq: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError>;

    /// What was answered to a command, if it was ever committed to this stream.
    async fn command(
        &self,
        stream: &StreamId,
        id: &CommandId,
    ) -> Result<Option<CommandRecord>, StoreError>;

    /// Stores all of it or nothing, durably before it answers.
    ///
    /// A command already committed to the stream changes nothing and is answered with what was
    /// stored ([`Committed::Before`]), whatever else the commit says. Otherwise `expected` must be
    /// the stream's version, or [`StoreError::Stale`]; the events must continue the chain (sequence
    /// numbers, `prev`, time, stream, log, command), with no disclosure their headers do not commit
    /// to, or [`StoreError::Corrupt`]; limits are [`crate::model::COMMIT_OPERATIONS_MAX`] (events,
    /// documents, the head and the command record; rows go elsewhere) and
    /// [`crate::model::COMMIT_BYTES_MAX`], and names and document versions keep to their grammar, or
    /// [`StoreError::Mismatch`]. What was committed is read by every later call.
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// The names of all streams, in order, at most `limit` (1 to 1,000): for fsck and rebuilding.
    async fn streams(
        &self,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError>;
}

/// Answers that cross streams.
#[async_trait]
pub trait Views: Send + Sync {
    /// The first row of (view, key), by one point read.
    async fn first(&self, view: &str, key: &str) -> Result<Option<Row>, StoreError>;

    /// The rows of (view, key) in order, after the place `after`, at most `limit` (1 to 1,000). The
    /// cost depends on the page, not on the view.
    async fn query(
        &self,
        view: &str,
        key: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Row>, StoreError>;

    /// The next number of a series, from 1. No number is given twice, ever; numbers may be skipped.
    async fn next_number(&self, series: &str) -> Result<u64, StoreError>;
}

/// The order of the force's log. Every step may be repeated or finished by another process.
#[async_trait]
pub trait Log: Send + Sync {
    /// How far the log has got.
    async fn head(&self) -> Result<LogHead, StoreError>;

    /// Events that have no place in the log yet, at most `limit`, each chain's in order: never
    /// (chain, s) before (chain, s − 1) has a place or stands earlier in the answer.
    async fn pending(&self, limit: usize) -> Result<Vec<Pending>, StoreError>;

    /// Fixes the order of the given events from index `from` on, if the log has exactly `from`
    /// leaves, else [`StoreError::Stale`]. An event has one place for ever: one that has a place, is
    /// not stored with these bytes, or whose predecessor has none is [`StoreError::Mismatch`].
    async fn sequence(&self, from: u64, entries: &[Pending]) -> Result<(), StoreError>;

    /// The headers at the indexes `from..to`, in order; fewer if the log is shorter.
    async fn entries(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Records that a checkpoint of `size` is anchored. Never goes back, and never beyond the log:
    /// [`StoreError::Mismatch`].
    async fn publish(&self, size: u64) -> Result<(), StoreError>;
}

/// Small objects that are written once and never change: checkpoints, tiles, header bundles.
#[async_trait]
pub trait Anchor: Send + Sync {
    /// Creates an object, durably before it answers. The same bytes again are the same success;
    /// other bytes are [`StoreError::Exists`] and change nothing. Paths are `[a-z0-9._/-]`, and no
    /// part of one is empty or begins with a dot; objects are at most
    /// [`crate::model::ANCHOR_OBJECT_BYTES_MAX`]; else [`StoreError::Mismatch`].
    async fn create(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// An object's bytes.
    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// The path of the greatest object, bytewise, whose path starts with `prefix`.
    async fn last(&self, prefix: &str) -> Result<Option<String>, StoreError>;
}

/// The holder of the log's key.
#[async_trait]
pub trait Signer: Send + Sync {
    /// An ES256 signature over the bytes, in DER.
    async fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// The public key, as PEM.
    fn public_key_pem(&self) -> &str;
}

/// The log of consultations. No log, no read.
#[async_trait]
pub trait AccessLog: Send + Sync {
    /// Records a consultation, durably before it answers. At most
    /// [`crate::model::ACCESS_RECORD_BYTES_MAX`] as JSON, else [`StoreError::Mismatch`].
    async fn record(&self, record: AccessRecord) -> Result<(), StoreError>;

    /// Closes the records written since the last batch into one (the oldest
    /// [`crate::model::ACCESS_BATCH_MAX`] of them: ask until `None`), whose leaf then waits for its
    /// place in the force's log. `None` when there is nothing to close. Records are in exactly one
    /// batch.
    async fn seal(&self, now: Timestamp) -> Result<Option<AccessBatch>, StoreError>;

    /// The exact bytes of a sealed batch's records, in order.
    async fn batch(&self, seq: u64) -> Result<Vec<Vec<u8>>, StoreError>;
}

/// Uploads on their way in, in blocks, resumable. `id` is the file's id: 32 lower-case hex digits.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// Opens an upload. The same plan again is the same success; another plan is
    /// [`StoreError::Exists`]; one beyond [`crate::model::FILE_BYTES_MAX`],
    /// [`crate::model::BLOCK_BYTES_MAX`] or [`crate::model::BLOCKS_MAX`] is [`StoreError::Mismatch`].
    async fn begin(&self, id: &str, plan: UploadPlan) -> Result<(), StoreError>;

    /// Stores block `index`, durably before it answers. It must be exactly as long as the plan
    /// says, else [`StoreError::Mismatch`] and nothing is kept. The same bytes again are the same
    /// success; other bytes are [`StoreError::Exists`] and change nothing. Memory does not grow
    /// with the block.
    async fn put_block(
        &self,
        id: &str,
        index: u32,
        bytes: ByteStream,
    ) -> Result<StoredBlock, StoreError>;

    /// The blocks stored so far, in order, with the plan.
    async fn blocks(&self, id: &str) -> Result<(UploadPlan, Vec<StoredBlock>), StoreError>;

    /// Closes the upload: every block must be there, else [`StoreError::Mismatch`] naming the
    /// missing ones. The file is then waiting to be examined. Again is the same success.
    async fn complete(&self, id: &str) -> Result<(), StoreError>;

    /// The files that wait to be examined, at most `limit`. In Azure an event says so; here the
    /// pump asks.
    async fn waiting(&self, limit: usize) -> Result<Vec<String>, StoreError>;
}

/// Files that have been received.
#[async_trait]
pub trait Files: Send + Sync {
    /// Reads a waiting or settled file through once and says what it is, in bounded memory. One
    /// that is not complete is not found.
    async fn examine(&self, id: &str) -> Result<Examined, StoreError>;

    /// Moves a waiting file to its shelf, where no other file can take its name. Again is the same
    /// success; the other shelf is [`StoreError::Exists`].
    async fn settle(&self, id: &str, shelf: Shelf) -> Result<(), StoreError>;

    /// The bytes of an evidence file from `start`, at most `len`. A file in quarantine is not found;
    /// a start beyond the end is [`StoreError::Mismatch`].
    async fn read(&self, id: &str, start: u64, len: u64) -> Result<ByteStream, StoreError>;
}

/// A whole backend: every port, ready for use by any number of requests at once.
#[derive(Clone)]
pub struct Store {
    /// Events and documents.
    pub streams: Arc<dyn Streams>,
    /// Prepared answers.
    pub views: Arc<dyn Views>,
    /// The order of the log.
    pub log: Arc<dyn Log>,
    /// Write-once objects.
    pub anchor: Arc<dyn Anchor>,
    /// The log's key.
    pub signer: Arc<dyn Signer>,
    /// Consultations.
    pub access: Arc<dyn AccessLog>,
    /// Files on their way in.
    pub uploads: Arc<dyn Uploads>,
    /// Files received.
    pub files: Arc<dyn Files>,
}
