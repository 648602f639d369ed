//! The values that pass through the ports.

use domain::time::Timestamp;
use ledger::event::SealedEvent;
use ledger::hash::Hash;
use ledger::header::{ChainId, CommandId};
use serde::{Deserialize, Serialize};

/// A stream: one chain of events with its documents. Its name is its chain's.
pub type StreamId = ChainId;

/// The name of a document inside its stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocKey {
    /// What it is, such as `exhibit`: 1 to 32 characters of `[a-z_]`.
    pub kind: String,
    /// Which one: 1 to 96 characters of `[0-9a-z._-]`.
    pub id: String,
}

/// A document as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDoc {
    /// Its name.
    pub key: DocKey,
    /// The sequence number of the last event that changed it, plus one. Never 0.
    pub version: u64,
    /// JSON text, at most [`DOCUMENT_BYTES_MAX`].
    pub body: String,
}

/// The largest document: Cosmos DB's item limit is 2 MB, and a batch shares it.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;
/// The most operations one commit may hold: Cosmos DB's limit for a transactional batch.
pub const COMMIT_OPERATIONS_MAX: usize = 100;
/// The most bytes one commit may hold, under Cosmos DB's 2 MB for a batch.
pub const COMMIT_BYTES_MAX: usize = 1_900_000;

/// The longest part of a row's name, in bytes.
pub const ROW_PART_BYTES_MAX: usize = 200;
/// The most items one page of a list may hold.
pub const PAGE_MAX: usize = 1_000;
/// The most access records one batch seals: it is read and hashed as a whole.
pub const ACCESS_BATCH_MAX: u64 = 100_000;
/// The longest access record as one line of JSON, in bytes.
pub const ACCESS_RECORD_BYTES_MAX: usize = 64 * 1024;
/// The largest file, in bytes: device images stay out.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// The largest block of an upload, in bytes.
pub const BLOCK_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// The most blocks of an upload: Azure Blob Storage's limit for one blob.
pub const BLOCKS_MAX: u64 = 50_000;
/// The largest object the anchor takes, in bytes: an entry bundle of 256 headers of 8 KiB fits.
pub const ANCHOR_OBJECT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Where a stream stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many events it has; also the sequence number of the next one.
    pub version: u64,
    /// The leaf hash of its last event.
    pub last: Hash,
    /// The time of its last event: the next one is never earlier.
    pub time: Timestamp,
}

/// A consistent look at part of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// `None` when the stream does not exist.
    pub head: Option<Head>,
    /// Those of the documents asked for that exist, in the order asked.
    pub docs: Vec<StoredDoc>,
}

/// A sealed event with its place in the log, once it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the stream.
    pub seq: u64,
    /// The exact header bytes.
    pub header: Vec<u8>,
    /// The encoded disclosures that have not been erased.
    pub disclosures: Vec<String>,
    /// Its index in the force's log; `None` until sequenced.
    pub log_index: Option<u64>,
}

/// The answer to a command, kept so that a retry gets the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The strong entity tag, when the answer is one resource.
    pub etag: Option<u64>,
    /// The `Location`, when something was created.
    pub location: Option<String>,
    /// The JSON body.
    pub body: String,
}

/// What a stream remembers of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandRecord {
    /// The command's identity, which is also in its events' headers.
    pub id: CommandId,
    /// SHA-256 over what was asked: the same key with another question is refused.
    pub fingerprint: Hash,
    /// What was answered.
    pub answer: Answer,
}

/// A row of a view: an answer prepared for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub key: RowKey,
    /// JSON text, at most [`DOCUMENT_BYTES_MAX`].
    pub body: String,
}

/// The name of a row. Rows of one (view, key) are ordered by `sort`, then by `id`, bytewise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The view's name.
    pub view: String,
    /// The question: for example a person's id. At most [`ROW_PART_BYTES_MAX`].
    pub key: String,
    /// The order. At most [`ROW_PART_BYTES_MAX`].
    pub sort: String,
    /// Which record the row stands for, so that equal orders do not collide. Never empty, at most
    /// [`ROW_PART_BYTES_MAX`].
    pub id: String,
}

/// All that one command changes, stored together or not at all.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The stream.
    pub stream: StreamId,
    /// The version this was decided on; 0 for a stream that must not exist yet.
    pub expected: u64,
    /// At least one event, sealed onto the head in order.
    pub events: Vec<SealedEvent>,
    /// The documents as they are after the events.
    pub documents: Vec<StoredDoc>,
    /// Rows that no longer hold.
    pub rows_removed: Vec<RowKey>,
    /// Rows that hold now. A row both removed and put is put.
    pub rows_put: Vec<Row>,
    /// The command that caused it.
    pub command: CommandRecord,
}

/// What became of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is durable.
    Done,
    /// This command was committed before: here is what was stored then. Nothing was written now.
    Before(CommandRecord),
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as asked for.
    pub items: Vec<T>,
    /// Pass to the next call; `None` on the last page. Opaque, and not secret-free: seal it
    /// before it leaves the service.
    pub next: Option<String>,
}

/// An event that waits for its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its chain.
    pub chain: ChainId,
    /// Its place in the chain.
    pub seq: u64,
    /// The exact header bytes.
    pub header: Vec<u8>,
}

/// The state of the force's log in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// How many leaves have a fixed place.
    pub sequenced: u64,
    /// The size of the newest checkpoint known to be anchored.
    pub published: u64,
}

/// One consultation: who looked at what, when and why (DPA 2018 s.62).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRecord {
    /// When.
    pub at: Timestamp,
    /// Who: the directory's object id.
    pub person: String,
    /// What was done: the endpoint's name.
    pub action: String,
    /// Which records were shown: streams, or `view:key` for a list.
    pub subjects: Vec<String>,
    /// Why, where the force asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The request's id.
    pub request: String,
}

/// A closed batch of access records: one leaf of the force's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessBatch {
    /// Its number, from 0.
    pub seq: u64,
    /// How many records it holds.
    pub count: u64,
    /// The Merkle root (RFC 6962) over the exact bytes of its records.
    pub root: Hash,
}

/// What `examine` found in a received file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Bytes.
    pub size: u64,
    /// Computed by us from the stored bytes.
    pub sha256: Hash,
    /// The media type sniffed from the first bytes, `application/octet-stream` when unknown.
    pub media_type: String,
}

/// An upload as announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadPlan {
    /// Bytes in all, at least 1.
    pub size: u64,
    /// Bytes in every block but the last.
    pub block_size: u64,
}

impl UploadPlan {
    /// How many blocks the upload has.
    #[must_use]
    pub fn blocks(&self) -> u32 {
        u32::try_from(self.size.div_ceil(self.block_size.max(1))).unwrap_or(u32::MAX)
    }

    /// How long block `index` is; `None` past the end.
    #[must_use]
    pub fn block_len(&self, index: u32) -> Option<u64> {
        let start = u64::from(index).checked_mul(self.block_size)?;
        (start < self.size).then(|| self.block_size.min(self.size - start))
    }
}

/// A block that is safely stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBlock {
    /// Its number, from 0.
    pub index: u32,
    /// Bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: Hash,
}

/// Where a settled file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Verified evidence: never overwritten, never deleted but by lawful disposal.
    Evidence,
    /// Not what was declared: kept apart, never served.
    Quarantine,
}
