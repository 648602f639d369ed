//! A small world for the store's own tests: chains of sealed events, and what they mean.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(dead_code, reason = "each test binary uses a part")]

use domain::time::Timestamp;
use ledger::event::{SealRequest, seal};
use ledger::hash::{Hash, leaf_hash, sha256};
use ledger::header::ChainId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use store::fsck::{Projected, Replay, Report, fsck_with};
use store::model::{
    AccessRecord, Answer, CommandRecord, Commit, Committed, DocKey, Row, RowKey, StoredDoc,
};
use store::ports::Store;
use store::{Embedded, EmbeddedOptions};

/// The log of these tests.
pub const ORIGIN: &str = "test.example/log";

/// The options of a store under `home`.
pub fn options(home: &Path) -> EmbeddedOptions {
    EmbeddedOptions {
        data: home.join("data"),
        anchor: home.join("anchor"),
        keys: home.join("keys"),
        origin: ORIGIN.to_owned(),
    }
}

/// Opens the store under `home`.
pub fn open(home: &Path) -> Store {
    Embedded::open(&options(home)).unwrap().0
}

/// Checks the store under `home` with the meaning of these tests' events.
pub fn check(home: &Path) -> Report {
    fsck_with(&options(home), true, &mut || Box::new(Toy::default())).unwrap()
}

/// Small numbers from a seed, the same every time.
pub struct Dice(u64);

impl Dice {
    /// Dice for a seed from 1; the same seed rolls the same numbers.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }
}

/// Where a chain stands.
#[derive(Clone)]
pub struct Author {
    pub chain: ChainId,
    pub version: u64,
    pub last: Hash,
}

/// What an event's fields mean: the row and the document it puts.
fn meaning(fields: &BTreeMap<String, Value>, version: u64) -> (StoredDoc, Row) {
    let text = |name: &str| fields[name].as_str().unwrap().to_owned();
    let (id, body) = (text("id"), json!({ "text": text("text") }).to_string());
    let doc = StoredDoc {
        key: DocKey { kind: "exhibit".to_owned(), id: id.clone() },
        version,
        body: body.clone(),
    };
    let key = RowKey { view: "exhibits".to_owned(), key: text("list"), sort: text("id"), id };
    (doc, Row { key, body })
}

impl Author {
    pub fn new(number: u8) -> Author {
        Author { chain: ChainId::from_random([number; 16]), version: 0, last: Hash::ZERO }
    }

    /// The author as the store knows the chain.
    pub async fn resume(store: &Store, number: u8) -> Author {
        let mut author = Author::new(number);
        if let Some(head) = store.streams.load(&author.chain, &[]).await.unwrap().head {
            (author.version, author.last) = (head.version, head.last);
        }
        author
    }

    /// The next commit: one event that writes `text` on one of three exhibits.
    pub fn commit(&mut self, text: &str) -> Commit {
        let seq = self.version;
        let id = format!("00000000-0000-4000-8000-{seq:012x}").parse().unwrap();
        let fields: BTreeMap<String, Value> = BTreeMap::from([
            ("id".to_owned(), json!(format!("e{}", seq % 3))),
            ("text".to_owned(), json!(text)),
            ("list".to_owned(), json!(self.chain.to_string())),
        ]);
        let mut salt = 0;
        let event = seal(SealRequest {
            log: ORIGIN.to_owned(),
            case: self.chain.clone(),
            seq,
            prev: self.last,
            kind: "exhibit.received".parse().unwrap(),
            time: Timestamp::from_millis(1_700_000_000_000 + i64::try_from(seq).unwrap())
                .to_string(),
            cmd: id,
            fields: fields.clone().into_iter().collect(),
            salts: &mut || {
                salt += 1;
                [salt; 16]
            },
        })
        .unwrap();
        self.version += 1;
        self.last = leaf_hash(&event.bytes);
        let (doc, row) = meaning(&fields, self.version);
        let command = CommandRecord {
            id: event.header.cmd.clone(),
            fingerprint: sha256(text.as_bytes()),
            answer: Answer { status: 201, etag: None, location: None, body: "{}".to_owned() },
        };
        Commit {
            stream: self.chain.clone(),
            expected: seq,
            events: vec![event],
            documents: vec![doc],
            rows_removed: Vec::new(),
            rows_put: vec![row],
            command,
        }
    }

    pub async fn fill(&mut self, store: &Store, count: u64) {
        for _ in 0..count {
            let commit = self.commit("some text");
            assert_eq!(store.streams.commit(commit).await.unwrap(), Committed::Done);
        }
    }
}

/// What these tests' events mean.
#[derive(Default)]
struct Toy {
    docs: BTreeMap<String, (StoredDoc, Row)>,
}

impl Replay for Toy {
    fn apply(
        &mut self,
        _: &str,
        seq: u64,
        _: Timestamp,
        fields: BTreeMap<String, Value>,
    ) -> Result<(), String> {
        if !["id", "text", "list"].iter().all(|name| fields.contains_key(*name)) {
            return Err("a field is missing".to_owned());
        }
        let (doc, row) = meaning(&fields, seq + 1);
        self.docs.insert(doc.key.id.clone(), (doc, row));
        Ok(())
    }

    fn documents(&self) -> Vec<Projected> {
        let docs = self.docs.values().map(|(doc, _)| doc.clone());
        docs.map(|doc| (doc.key.kind, doc.key.id, doc.version, doc.body)).collect()
    }

    fn rows(&self) -> Vec<Row> {
        self.docs.values().map(|(_, row)| row.clone()).collect()
    }
}

/// A consultation.
pub fn consultation(number: i64) -> AccessRecord {
    AccessRecord {
        at: Timestamp::from_millis(1_700_000_000_000 + number),
        person: "p".to_owned(),
        action: "get_case".to_owned(),
        subjects: vec![number.to_string()],
        reason: None,
        request: "r".to_owned(),
    }
}

/// Begins a replay with the meaning of these tests' events.
pub fn replay() -> Box<dyn Replay> {
    Box::new(Toy::default())
}
