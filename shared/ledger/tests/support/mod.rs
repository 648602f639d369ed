//! What the integration tests share: fixed keys, a small log with several chains, and the golden
//! bundle made from it. Nothing here is secret and nothing here is random.

#![allow(dead_code, reason = "each test file uses its own part of the support")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::bundle::{self, BundleCheckpoint, BundleEvent, BundleInput, ExhibitFile};
use ledger::checkpoint::Checkpoint;
use ledger::event::{SealRequest, SealedEvent, seal};
use ledger::hash::{Hash, leaf_hash, node_hash, sha256};
use ledger::header::ChainId;
use ledger::merkle::{self, nodes_of};
use ledger::note::{VerifyingKey, sign_with};
use ledger::proof::{Consistency, Proof};
use p256::ecdsa::SigningKey;
use serde_json::{Value, json};

/// Origin of the log in every fixture.
pub const ORIGIN: &str = "log.force.example/continuity";

/// The files of a bundle by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One of the fixed test keys, numbered from 1. Never to be used for anything but tests.
pub fn test_key(number: u8) -> SigningKey {
    let secret = sha256(format!("continuity test key {number}").as_bytes());
    SigningKey::from_slice(secret.as_bytes()).unwrap()
}

/// A chain under construction.
pub struct ChainBuilder {
    pub case: ChainId,
    pub events: Vec<SealedEvent>,
    salts: u64,
}

impl ChainBuilder {
    pub fn new(number: u8) -> Self {
        Self { case: ChainId::from_random([number; 16]), events: Vec::new(), salts: 0 }
    }

    pub fn push(&mut self, kind: &str, fields: &[(&str, Value)]) -> &SealedEvent {
        let seq = self.events.len() as u64;
        let prev = self.events.last().map_or(Hash::ZERO, SealedEvent::leaf);
        let time = format!("2026-03-01T{:02}:{:02}:00.000Z", 8 + (seq / 60) % 16, seq % 60);
        self.push_at(seq, prev, &time, kind, fields)
    }

    pub fn push_at(
        &mut self,
        seq: u64,
        prev: Hash,
        time: &str,
        kind: &str,
        fields: &[(&str, Value)],
    ) -> &SealedEvent {
        let (case, salts) = (self.case.clone(), &mut self.salts);
        let event = seal(SealRequest {
            log: ORIGIN.to_owned(),
            case: self.case.clone(),
            seq,
            prev,
            kind: kind.parse().unwrap(),
            time: time.to_owned(),
            cmd: format!("018f3e2a-0000-7000-8000-{seq:012x}").parse().unwrap(),
            fields: fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            salts: &mut || {
                *salts += 1;
                let Hash(bytes) = sha256(format!("test salt {case} {salts}").as_bytes());
                bytes[..16].try_into().unwrap()
            },
        });
        self.events.push(event.unwrap());
        self.events.last().unwrap()
    }
}

/// The bytes of the exhibit that the golden bundle carries.
pub const EXHIBIT: &[u8] = b"triage report: nothing of note\n";

/// The custody chain of the golden bundle.
pub fn golden_chain() -> ChainBuilder {
    let mut chain = ChainBuilder::new(0x5a);
    chain.push(
        "exhibit.seized",
        &[
            ("actor", json!({"name": "DC \"Ann\" O\u{2019}Néill", "number": 4127})),
            ("exhibit", json!("AON/1")),
            ("place", json!("1 High Street\nFlat 2\t(rear)")),
        ],
    );
    chain.push("exhibit.received", &[("actor", json!("FSO Lee")), ("seal", json!("K0012345"))]);
    chain
        .push("blob.stored", &[("sha256", json!(sha256(EXHIBIT))), ("size", json!(EXHIBIT.len()))]);
    chain.push("exhibit.transferred", &[("from", json!("Store 4")), ("to", json!("Lab 2"))]);
    let erased = chain.events[0].header.fields[1];
    chain.push(
        "field.erased",
        &[("digests", json!([erased])), ("basis", json!("court order \u{1f4dc}"))],
    );
    chain.push("image.acquired", &[("sha256", json!(sha256(b"apart"))), ("tool", json!(null))]);
    chain.push(
        "disclosure.exported",
        &[("recipient", json!("Defence expert")), ("purpose", json!("Streamlined report"))],
    );
    chain
}

/// Everything the golden bundle is made of: a log of 23 entries with two other chains in it and
/// three checkpoints, one value erased and one withheld.
pub fn golden_input() -> BundleInput {
    let chain = golden_chain();
    let mut other = ChainBuilder::new(0x77);
    for number in 0..16 {
        other.push("exhibit.received", &[("number", json!(number))]);
    }
    // Three events of another chain stand between each two of ours.
    let mut entries: Vec<Vec<u8>> = Vec::new();
    let mut indexes = Vec::new();
    let mut others = other.events.iter();
    for event in &chain.events {
        indexes.push(entries.len() as u64);
        entries.push(event.bytes.clone());
        entries.extend(others.by_ref().take(3).map(|event| event.bytes.clone()));
    }
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let mut shown: Vec<Vec<String>> =
        chain.events.iter().map(|event| event.disclosures.clone()).collect();
    let erased = chain.events[0].header.fields[1];
    shown[0].retain(|line| ledger::disclosure::digest(line) != erased);
    shown[3].remove(0);
    let exhibits = vec![exhibit("triage.txt", EXHIBIT, true), exhibit("disk.E01", b"apart", false)];
    let events = chain.events.iter().zip(shown).map(|(e, s)| (e.bytes.clone(), s)).collect();
    assemble(chain.case.clone(), events, &indexes, &leaves, &[7, 13, leaves.len()], exhibits)
}

pub fn exhibit(name: &str, bytes: &[u8], carried: bool) -> ExhibitFile {
    ExhibitFile {
        name: name.to_owned(),
        sha256: sha256(bytes),
        size: bytes.len() as u64,
        bytes: carried.then(|| bytes.to_vec()),
    }
}

/// Makes the input of a bundle: each event is proved under the first checkpoint that covers it.
pub fn assemble(
    chain: ChainId,
    events: Vec<(Vec<u8>, Vec<String>)>,
    indexes: &[u64],
    leaves: &[Hash],
    sizes: &[usize],
    exhibits: Vec<ExhibitFile>,
) -> BundleInput {
    assemble_from(nodes_of(leaves), chain, events, indexes, leaves, sizes, exhibits)
}

/// As [`assemble`] with one checkpoint, for a log too big to hash again for every proof.
pub fn assemble_large(
    chain: ChainId,
    events: Vec<(Vec<u8>, Vec<String>)>,
    indexes: &[u64],
    leaves: &[Hash],
) -> BundleInput {
    let mut levels = vec![leaves.to_vec()];
    while let Some(last) = levels.last().filter(|last| last.len() > 1) {
        let pairs = last.as_chunks::<2>().0.iter();
        levels.push(pairs.map(|[left, right]| node_hash(left, right)).collect());
    }
    let nodes = |level: u8, index: u64| {
        levels.get(usize::from(level))?.get(usize::try_from(index).ok()?).copied()
    };
    assemble_from(nodes, chain, events, indexes, leaves, &[leaves.len()], vec![])
}

fn assemble_from(
    nodes: impl Fn(u8, u64) -> Option<Hash>,
    chain: ChainId,
    events: Vec<(Vec<u8>, Vec<String>)>,
    indexes: &[u64],
    leaves: &[Hash],
    sizes: &[usize],
    exhibits: Vec<ExhibitFile>,
) -> BundleInput {
    let key = test_key(1);
    let note = |size: usize| {
        let root = merkle::root(&leaves[..size]);
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: size as u64, root };
        sign_with(&key, ORIGIN, &checkpoint.body()).unwrap()
    };
    let notes: Vec<String> = sizes.iter().map(|size| note(*size)).collect();
    let consistency = |pair: usize| Consistency {
        old: sizes[pair] as u64,
        hashes: merkle::consistency_proof(&nodes, sizes[pair] as u64, sizes[pair + 1] as u64)
            .unwrap(),
        checkpoint: notes[pair + 1].clone(),
    };
    let event = |((bytes, disclosures), index): ((Vec<u8>, Vec<String>), &u64)| {
        let place = sizes.iter().position(|size| *index < *size as u64).unwrap();
        let hashes = merkle::inclusion_proof(&nodes, *index, sizes[place] as u64).unwrap();
        let proof = Proof { index: *index, hashes, checkpoint: notes[place].clone() };
        BundleEvent { bytes, disclosures, proof }
    };
    BundleInput {
        origin: ORIGIN.to_owned(),
        chain,
        events: events.into_iter().zip(indexes).map(event).collect(),
        checkpoints: notes
            .iter()
            .map(|note| BundleCheckpoint { note: note.clone(), timestamp: None })
            .collect(),
        consistency: (0..sizes.len() - 1).map(consistency).collect(),
        key: VerifyingKey::from(&key),
        exhibits,
        continuity_html: "<!doctype html><title>Continuity</title><p>AON/1\n".to_owned(),
        external_identifier: "REF/2026/000123".to_owned(),
        bagging_date: "2026-03-02".to_owned(),
    }
}

/// Builds and seals.
pub fn sealed(input: &BundleInput) -> Files {
    let files = bundle::build(input).unwrap();
    let tagmanifest = files.iter().find(|(path, _)| path == "tagmanifest-sha256.txt").unwrap();
    let text = bundle::seal_text(&tagmanifest.1, ORIGIN);
    let note = sign_with(&test_key(1), ORIGIN, &text).unwrap();
    bundle::finish(files, &note).unwrap().into_iter().collect()
}

/// The fingerprint that a recipient of the golden bundle has from elsewhere.
pub fn fingerprint() -> Hash {
    VerifyingKey::from(&test_key(1)).fingerprint()
}

/// Makes manifests and the Payload-Oxum agree with the files again, as anyone could.
pub fn repair(files: &mut Files) {
    let lines = |files: &Files, keep: &dyn Fn(&str) -> bool| -> Vec<u8> {
        let kept = files.iter().filter(|(path, _)| keep(path));
        let lines = kept.map(|(path, bytes)| format!("{}  {path}\n", sha256(bytes)));
        lines.collect::<String>().into_bytes()
    };
    let payload = files.iter().filter(|(path, _)| path.starts_with("data/"));
    let (bytes, count) = payload.fold((0, 0), |sum, (_, b)| (sum.0 + b.len(), sum.1 + 1));
    let info = String::from_utf8(files["bag-info.txt"].clone()).unwrap();
    let info = info.split_inclusive('\n').map(|line| match line.split_once("Oxum: ") {
        Some((label, _)) => format!("{label}Oxum: {bytes}.{count}\n"),
        None => line.to_owned(),
    });
    let info = info.collect::<String>().into_bytes();
    files.insert("bag-info.txt".to_owned(), info);
    let manifest = lines(files, &|path| path.starts_with("data/"));
    files.insert("manifest-sha256.txt".to_owned(), manifest);
    repair_tags(files);
}

/// Makes only the tag manifest agree again.
pub fn repair_tags(files: &mut Files) {
    let tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"];
    let line = |tag: &str| format!("{}  {tag}\n", sha256(&files[tag]));
    let lines: String = tags.map(line).concat();
    files.insert("tagmanifest-sha256.txt".to_owned(), lines.into_bytes());
}

/// Seals again with the log's own key, as a thief of the key could.
pub fn reseal(files: &mut Files) {
    let text = bundle::seal_text(&files["tagmanifest-sha256.txt"], ORIGIN);
    let note = sign_with(&test_key(1), ORIGIN, &text).unwrap();
    files.insert("seal.note".to_owned(), note.into_bytes());
}

/// Where the committed vectors are.
pub fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Writes a bundle into a folder.
pub fn write(files: &Files, folder: &Path) {
    for (path, bytes) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Reads a folder into memory.
pub fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(&inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Runs our Python verifier on a folder; `None`, said loudly, where there is no Python.
pub fn python(folder: &Path, fingerprint: &Hash) -> Option<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/verify.py");
    let mut command = Command::new("python3");
    let output = command.args(["-I", "-B"]).arg(script).arg(folder).arg(fingerprint.to_string());
    match output.output() {
        Ok(output) => Some(output),
        Err(error) => {
            // The harness keeps what a passing test prints; this has to be heard.
            let said = format!("NOT TESTED: THE PYTHON VERIFIER: python3: {error}\n");
            let _ = std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes());
            None
        }
    }
}

/// A small generator of pseudo-random numbers (xorshift), so that a failure can be repeated from
/// its seed.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
