//! Things to store: chains of sealed events and the commits that hold them.

use bytes::Bytes;
use domain::time::Timestamp;
use futures::StreamExt as _;
use ledger::event::{SealRequest, SealedEvent, seal};
use ledger::hash::{Hash, leaf_hash, sha256};
use ledger::header::{ChainId, CommandId};
use serde_json::json;
use store::error::StoreError;
use store::model::{
    AccessRecord, Answer, CommandRecord, Commit, Committed, DocKey, Row, RowKey, StoredDoc,
};
use store::ports::{ByteStream, Store};

/// The log that every sample is sealed for.
pub const ORIGIN: &str = "test.example/log";
/// When the samples' time begins.
const START_MS: i64 = 1_700_000_000_000;

/// The instant so many milliseconds after the samples' time begins.
#[must_use]
pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START_MS + millis)
}

/// A chain by number.
#[must_use]
pub fn chain(number: u8) -> ChainId {
    ChainId::from_random([number; 16])
}

/// A command by number.
#[must_use]
pub fn command(number: u64) -> CommandId {
    format!("00000000-0000-4000-8000-{number:012x}").parse().unwrap()
}

/// A document's name.
#[must_use]
pub fn key(kind: &str, id: &str) -> DocKey {
    DocKey { kind: kind.to_owned(), id: id.to_owned() }
}

/// A row.
#[must_use]
pub fn row(view: &str, key: &str, sort: &str, id: &str, body: &str) -> Row {
    let [view, key, sort, id] = [view, key, sort, id].map(str::to_owned);
    Row { key: RowKey { view, key, sort, id }, body: body.to_owned() }
}

/// Knows where a chain stands and seals what comes next.
#[derive(Clone, Debug)]
pub struct Author {
    /// The chain.
    pub chain: ChainId,
    /// How many events it has.
    pub version: u64,
    /// The leaf hash of the last one.
    pub last: Hash,
}

impl Author {
    /// Begins a chain.
    #[must_use]
    pub fn new(number: u8) -> Author {
        Author { chain: chain(number), version: 0, last: Hash::ZERO }
    }

    /// Seals the next event for a command.
    pub fn event(&mut self, cmd: &CommandId) -> SealedEvent {
        let mut salt = 0_u8;
        let sealed = seal(SealRequest {
            log: ORIGIN.to_owned(),
            case: self.chain.clone(),
            seq: self.version,
            prev: self.last,
            kind: "exhibit.received".parse().unwrap(),
            time: at(i64::try_from(self.version).unwrap()).to_string(),
            cmd: cmd.clone(),
            fields: vec![
                ("actor".to_owned(), json!("FSO Lee")),
                ("place".to_owned(), json!(format!("shelf {}", self.version))),
            ],
            salts: &mut || {
                salt += 1;
                [salt; 16]
            },
        })
        .unwrap();
        self.version += 1;
        self.last = leaf_hash(&sealed.bytes);
        sealed
    }

    /// A commit of one event, one document `exhibit/e` and one row, under a command's number.
    pub fn commit(&mut self, number: u64) -> Commit {
        let mut commit = self.empty(number);
        commit.events.push(self.event(&commit.command.id));
        commit.documents.push(self.doc("exhibit", "e"));
        commit.rows_put.push(row(
            "worklist",
            self.chain.as_str(),
            "a",
            "e",
            &format!("{{\"v\":{}}}", self.version),
        ));
        commit
    }

    /// A commit that holds nothing yet.
    #[must_use]
    pub fn empty(&self, number: u64) -> Commit {
        Commit {
            stream: self.chain.clone(),
            expected: self.version,
            events: Vec::new(),
            documents: Vec::new(),
            rows_removed: Vec::new(),
            rows_put: Vec::new(),
            command: CommandRecord {
                id: command(number),
                fingerprint: sha256(&number.to_be_bytes()),
                answer: Answer {
                    status: 201,
                    etag: Some(self.version),
                    location: Some(format!("/things/{number}")),
                    body: format!("{{\"number\":{number}}}"),
                },
            },
        }
    }

    /// A document as it is after the last event.
    #[must_use]
    pub fn doc(&self, kind: &str, id: &str) -> StoredDoc {
        let body = format!("{{\"after\":{}}}", self.version);
        StoredDoc { key: key(kind, id), version: self.version, body }
    }

    /// Commits `count` events, one a commit, with commands from `first` on.
    pub async fn fill(&mut self, store: &Store, first: u64, count: u64) {
        for number in first..first + count {
            let commit = self.commit(number);
            assert_eq!(store.streams.commit(commit).await.unwrap(), Committed::Done);
        }
    }
}

/// A consultation.
#[must_use]
pub fn consultation(number: u64) -> AccessRecord {
    AccessRecord {
        at: at(i64::try_from(number).unwrap()),
        person: format!("person-{number}"),
        action: "get_case".to_owned(),
        subjects: vec![chain(1).to_string()],
        reason: Some("review".to_owned()),
        request: format!("request-{number}"),
    }
}

/// Bytes as a stream of pieces of `piece` bytes.
#[must_use]
pub fn stream(bytes: &[u8], piece: usize) -> ByteStream {
    let pieces: Vec<Result<Bytes, StoreError>> =
        bytes.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    futures::stream::iter(pieces).boxed()
}

/// Reads a stream to its end.
pub async fn drain(mut stream: ByteStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes
}

/// Bytes that do not repeat.
#[must_use]
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}
