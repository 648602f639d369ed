//! The checks, in order: layout, tag files, key, seal, checkpoints, consistency, exhibits sent
//! apart, events, the remaining files, and the total of bytes and files.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::layout::{Layout, TAG_FILES, consistency_path, event_paths};
use super::source::{ReadError, Source};
use super::tally::Tally;
use super::{
    Code, Failure, MAX_FAILURES, MAX_MANIFEST_BYTES, MAX_METADATA_BYTES, Place, Report, Verdict,
};
use crate::bundle::{
    self, BAGIT, EXHIBITS_PATH, KEY_PATH, PROFILE_IDENTIFIER, SEAL_PATH, TAGMANIFEST_PATH,
};
use crate::chain::{ChainReason, ChainVerifier};
use crate::checkpoint::Checkpoint;
use crate::event::{self, Opened};
use crate::hash::{Hash, leaf_hash, sha256};
use crate::header::{DISCLOSURE_EXPORTED, Header};
use crate::merkle::verify_consistency;
use crate::note::{Note, VerifyingKey};
use crate::proof::{Consistency, Proof};

/// The end of the origin line of a seal.
const SEAL_SUFFIX: &str = "/bundle-seal";

pub(super) fn verify(source: &dyn Source, fingerprint: &Hash) -> Verdict {
    let mut checker = Checker::new(source);
    match checker.run(fingerprint) {
        Some(report) if checker.failures.is_empty() => Verdict::Verified(report),
        _ => Verdict::Refused(checker.failures),
    }
}

/// A check whose failure makes the following ones pointless returns `None`, after reporting.
struct Checker<'a> {
    source: &'a dyn Source,
    failures: Vec<Failure>,
    manifest: BTreeMap<String, Hash>,
    unread: BTreeSet<String>,
    payload_bytes: u64,
}

/// What was learnt about the log before the events are read.
struct Log {
    origin: String,
    /// Every checkpoint by its exact note, so that each signature is verified once.
    checkpoints: HashMap<String, Checkpoint>,
}

impl<'a> Checker<'a> {
    fn new(source: &'a dyn Source) -> Self {
        Self {
            source,
            failures: Vec::new(),
            manifest: BTreeMap::new(),
            unread: BTreeSet::new(),
            payload_bytes: 0,
        }
    }

    fn run(&mut self, fingerprint: &Hash) -> Option<Report> {
        let layout = self.source.paths().and_then(|paths| Layout::read(&paths));
        let layout = match layout {
            Ok(layout) => layout,
            Err(failure) => {
                self.failures.push(failure);
                return None;
            }
        };
        let oxum = self.tags(&layout)?;
        let key = self.key(fingerprint)?;
        let origin = self.seal(&key)?;
        let log = self.checkpoints(&layout, &key, origin);
        let mut tally = self.exhibits(&layout);
        let header = self.events(layout.events, &log, &mut tally);
        self.rest();
        if oxum != format!("{}.{}", self.payload_bytes, layout.payload.len()) {
            let what = "Payload-Oxum does not count the payload's bytes and files";
            self.fail(file("bag-info.txt"), Code::Bagit, what);
        }
        Some(tally.report(layout, log.origin, header?))
    }

    fn fail(&mut self, place: Place, code: Code, reason: impl ToString) {
        if self.failures.len() < MAX_FAILURES {
            self.failures.push(Failure { place, code, reason: reason.to_string() });
        }
    }

    /// Reports an error with its place and code and goes on without the value.
    fn hold<T, E: ToString>(
        &mut self,
        place: &Place,
        code: Code,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|error| self.fail(place.clone(), code, error)).ok()
    }

    fn unreadable(&mut self, place: &Place, path: &str, error: &ReadError) {
        match error {
            ReadError::TooLong => {
                self.fail(place.clone(), Code::Size, format!("{path} is too long"))
            }
            ReadError::Io(error) => {
                self.fail(place.clone(), Code::Layout, format!("{path} cannot be read: {error}"));
            }
        }
    }

    fn read(&mut self, path: &str, max: u64) -> Option<Vec<u8>> {
        match self.source.read(path, max) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.unreadable(&file(path), path, &error);
                None
            }
        }
    }

    fn read_text(&mut self, path: &str, max: u64, code: Code) -> Option<String> {
        let bytes = self.read(path, max)?;
        self.hold(&file(path), code, String::from_utf8(bytes).map_err(|_| "is not UTF-8"))
    }

    /// Reads a payload file once and compares it with the manifest. A file that differs is still
    /// returned, so that the checks that follow can say what the change means.
    fn payload(&mut self, place: &Place, path: &str, max: u64) -> Option<Vec<u8>> {
        self.unread.remove(path);
        match self.source.read(path, max) {
            Ok(bytes) => {
                self.compare(place, path, sha256(&bytes), bytes.len() as u64);
                Some(bytes)
            }
            Err(error) => {
                self.unreadable(place, path, &error);
                None
            }
        }
    }

    fn payload_text(&mut self, place: &Place, path: &str, max: u64, code: Code) -> Option<String> {
        let bytes = self.payload(place, path, max)?;
        self.hold(place, code, String::from_utf8(bytes).map_err(|_| "is not UTF-8"))
    }

    fn compare(&mut self, place: &Place, path: &str, found: Hash, length: u64) {
        self.payload_bytes = self.payload_bytes.saturating_add(length);
        if self.manifest.get(path) != Some(&found) {
            self.fail(
                place.clone(),
                Code::Manifest,
                format!("{path} is not as the manifest has it"),
            );
        }
    }

    /// Checks the tag files and returns what Payload-Oxum claims.
    fn tags(&mut self, layout: &Layout) -> Option<String> {
        let tagged = self.read_text(TAGMANIFEST_PATH, MAX_MANIFEST_BYTES, Code::Manifest)?;
        let tagged = parse_manifest(&tagged);
        let tagged = self.hold(&file(TAGMANIFEST_PATH), Code::Manifest, tagged)?;
        if !tagged.keys().eq(TAG_FILES) {
            self.fail(file(TAGMANIFEST_PATH), Code::Manifest, "does not list the three tag files");
            return None;
        }
        let mut texts = Vec::new();
        for path in TAG_FILES {
            let text = self.read_text(path, MAX_MANIFEST_BYTES, Code::Manifest)?;
            if tagged.get(path) != Some(&sha256(text.as_bytes())) {
                self.fail(file(path), Code::Manifest, "is not as the tag manifest has it");
            }
            texts.push(text);
        }
        let manifest = parse_manifest(&texts[2]);
        self.manifest = self.hold(&file(TAG_FILES[2]), Code::Manifest, manifest)?;
        if !self.manifest.keys().eq(&layout.payload) {
            self.fail(file(TAG_FILES[2]), Code::Manifest, "does not list exactly the payload");
        }
        self.unread.clone_from(&layout.payload);
        if texts[1] != BAGIT {
            self.fail(file(TAG_FILES[1]), Code::Bagit, "is not that of BagIt 1.0 in UTF-8");
        }
        let info = parse_bag_info(&texts[0]);
        self.hold(&file(TAG_FILES[0]), Code::Bagit, info.ok_or("does not have its four lines"))
    }

    fn key(&mut self, fingerprint: &Hash) -> Option<VerifyingKey> {
        let place = file(KEY_PATH);
        let pem = self.payload_text(&place, KEY_PATH, MAX_METADATA_BYTES, Code::Key)?;
        let key = self.hold(&place, Code::Key, VerifyingKey::from_pem(&pem))?;
        if key.to_pem() != pem {
            self.fail(place, Code::Key, "is not written in the one accepted way");
        } else if key.fingerprint() != *fingerprint {
            self.fail(place, Code::Key, "does not have the fingerprint that was asked for");
        } else {
            return Some(key);
        }
        None
    }

    /// Checks the seal and returns the origin it names.
    fn seal(&mut self, key: &VerifyingKey) -> Option<String> {
        let place = file(SEAL_PATH);
        let text = self.read_text(SEAL_PATH, MAX_METADATA_BYTES, Code::Seal)?;
        let note = self.hold(&place, Code::Seal, Note::parse(&text))?;
        let origin =
            note.text.split_once('\n').and_then(|(line, _)| line.strip_suffix(SEAL_SUFFIX));
        let origin = origin.filter(|origin| crate::header::is_origin(origin));
        let origin = self.hold(&place, Code::Seal, origin.ok_or("does not name an origin"))?;
        if note.signatures.len() != 1 {
            self.fail(place.clone(), Code::Seal, "does not have exactly one signature");
        }
        self.hold(&place, Code::Seal, key.verify(&note, origin));
        let tagmanifest = self.read(TAGMANIFEST_PATH, MAX_MANIFEST_BYTES)?;
        if note.text != bundle::seal_text(&tagmanifest, origin) {
            self.fail(place, Code::Seal, "is not the seal of this tag manifest");
        }
        Some(origin.to_owned())
    }

    fn checkpoints(&mut self, layout: &Layout, key: &VerifyingKey, origin: String) -> Log {
        let mut opened: Vec<Option<(String, Checkpoint)>> = Vec::new();
        for size in &layout.checkpoints {
            let path = format!("data/checkpoints/{size}.note");
            opened.push(self.checkpoint(&path, *size, key, &origin));
        }
        for (position, pair) in opened.windows(2).enumerate() {
            let sizes = (layout.checkpoints[position], layout.checkpoints[position + 1]);
            self.consistency(&consistency_path(sizes.0, sizes.1), pair);
        }
        Log { origin, checkpoints: opened.into_iter().flatten().collect() }
    }

    fn checkpoint(
        &mut self,
        path: &str,
        size: u64,
        key: &VerifyingKey,
        origin: &str,
    ) -> Option<(String, Checkpoint)> {
        let place = file(path);
        let note = self.payload_text(&place, path, MAX_METADATA_BYTES, Code::Checkpoint)?;
        let opened = Checkpoint::open(&note, key, origin);
        let checkpoint = self.hold(&place, Code::Checkpoint, opened)?;
        if checkpoint.size != size {
            self.fail(place, Code::Checkpoint, "is named after another size");
            return None;
        }
        Some((note, checkpoint))
    }

    fn consistency(&mut self, path: &str, pair: &[Option<(String, Checkpoint)>]) -> Option<()> {
        let place = file(path);
        let text = self.payload_text(&place, path, MAX_METADATA_BYTES, Code::Consistency)?;
        let proof = self.hold(&place, Code::Consistency, Consistency::parse(&text))?;
        let [Some((_, old)), Some((note, new))] = pair else {
            return None;
        };
        if proof.old != old.size || proof.checkpoint != *note {
            self.fail(place, Code::Consistency, "is not between the checkpoints it is named after");
            return None;
        }
        let held = verify_consistency(old.size, &old.root, new.size, &new.root, &proof.hashes);
        self.hold(&place, Code::Consistency, held)
    }

    /// Reads the list of exhibits sent apart and notes every exhibit's hash.
    fn exhibits(&mut self, layout: &Layout) -> Tally {
        let mut tally = Tally::default();
        for name in &layout.exhibits {
            if let Some(hash) = self.manifest.get(&format!("data/exhibits/{name}")) {
                tally.unrecorded.insert(*hash, name.clone());
            }
        }
        if layout.apart {
            let place = file(EXHIBITS_PATH);
            let text = self.payload_text(&place, EXHIBITS_PATH, MAX_MANIFEST_BYTES, Code::Exhibits);
            let list = text.map_or(Ok(BTreeMap::new()), |text| parse_manifest(&text));
            let list = self.hold(&place, Code::Exhibits, list).unwrap_or_default();
            let safe =
                |name: &String| bundle::is_file_name(name) && !layout.exhibits.contains(name);
            if !list.keys().all(safe) {
                self.fail(place, Code::Exhibits, "has an unsafe name, or one that is carried too");
            }
            tally.unrecorded.extend(list.into_iter().map(|(name, hash)| (hash, name)));
        }
        tally
    }

    /// Checks the events and returns the last header, with whether it shows everything.
    fn events(&mut self, count: u64, log: &Log, tally: &mut Tally) -> Option<Opened> {
        let mut chain = ChainVerifier::new();
        let mut last = None;
        for seq in 0..count {
            if self.failures.len() == MAX_FAILURES {
                return None;
            }
            last = self.event(seq, &mut chain, log, tally);
        }
        let kind = last.as_ref().map(|opened| opened.header.kind.as_str());
        if kind.is_some_and(|kind| kind != DISCLOSURE_EXPORTED) {
            let place = Place::Event { seq: count - 1, kind: kind.map(str::to_owned) };
            self.fail(place, Code::Export, format!("the last event is not {DISCLOSURE_EXPORTED}"));
        }
        last
    }

    fn event(
        &mut self,
        seq: u64,
        chain: &mut ChainVerifier,
        log: &Log,
        tally: &mut Tally,
    ) -> Option<Opened> {
        let [header_path, shown_path, proof_path] = event_paths(seq);
        self.unread.remove(&header_path);
        let bytes = match self.source.read(&header_path, MAX_METADATA_BYTES) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.unreadable(&Place::Event { seq, kind: None }, &header_path, &error);
                return None;
            }
        };
        let pushed = chain.push(&bytes);
        // An event that breaks the chain still has a type to be named by.
        let kind = match &pushed {
            Ok(header) => Some(header.kind.to_string()),
            Err(_) => Header::parse(&bytes).ok().map(|header| header.kind.to_string()),
        };
        let place = Place::Event { seq, kind };
        self.compare(&place, &header_path, sha256(&bytes), bytes.len() as u64);
        let code = match pushed {
            Err(ChainReason::Header(_)) => Code::Header,
            _ => Code::Chain,
        };
        let header = self.hold(&place, code, pushed);
        if header.as_ref().is_some_and(|header| header.log != log.origin) {
            self.fail(place.clone(), Code::Chain, "belongs to another log than the seal");
        }
        let shown = self.payload_text(&place, &shown_path, MAX_METADATA_BYTES, Code::Disclosure);
        let opened = header.and_then(|header| self.disclosures(&place, header, &shown?, tally));
        let text = self.payload_text(&place, &proof_path, MAX_METADATA_BYTES, Code::Proof);
        if let Some(text) = text {
            self.proof(&place, &text, &leaf_hash(&bytes), log, tally);
        }
        opened
    }

    fn disclosures(
        &mut self,
        place: &Place,
        header: Header,
        shown: &str,
        tally: &mut Tally,
    ) -> Option<Opened> {
        let lines: Vec<&str> = shown.split_terminator('\n').collect();
        if !(shown.is_empty() || shown.ends_with('\n')) {
            self.fail(place.clone(), Code::Disclosure, "the last line has no end");
        }
        let opened = event::open_header(header, &lines);
        let opened = self.hold(place, Code::Disclosure, opened)?;
        tally.count(&opened, &lines);
        Some(opened)
    }

    fn proof(
        &mut self,
        place: &Place,
        text: &str,
        leaf: &Hash,
        log: &Log,
        tally: &mut Tally,
    ) -> Option<()> {
        let proof = self.hold(place, Code::Proof, Proof::parse(text))?;
        let checkpoint = log.checkpoints.get(&proof.checkpoint);
        let checkpoint = checkpoint.ok_or("the proof's checkpoint is not one of the bundle's");
        let checkpoint = self.hold(place, Code::Proof, checkpoint)?;
        self.hold(place, Code::Proof, proof.verify_in(leaf, checkpoint))?;
        if proof.index < tally.next_index {
            self.fail(place.clone(), Code::Order, "is earlier in the log than the event before it");
        }
        tally.next_index = proof.index + 1;
        Some(())
    }

    /// Compares the files that are not parsed with the manifest.
    fn rest(&mut self) {
        for path in std::mem::take(&mut self.unread) {
            match self.source.summary(&path) {
                Ok((hash, length)) => self.compare(&file(&path), &path, hash, length),
                Err(error) => self.unreadable(&file(&path), &path, &error),
            }
        }
    }
}

fn file(path: &str) -> Place {
    Place::File(path.to_owned())
}

/// Reads `<hash>  <path>` lines, which must be sorted and ended by newlines. Whether the paths are
/// the right ones is the caller's question; none of them is opened.
fn parse_manifest(text: &str) -> Result<BTreeMap<String, Hash>, &'static str> {
    const LINES: &str = "is not lines of a hash, two spaces and a path";
    let mut listed: BTreeMap<String, Hash> = BTreeMap::new();
    for line in text.strip_suffix('\n').ok_or(LINES)?.split('\n') {
        let (hash, path) = line.split_once("  ").ok_or(LINES)?;
        let hash = hash.parse().map_err(|_| LINES)?;
        if listed.last_key_value().is_some_and(|(last, _)| last.as_str() >= path) {
            return Err("is not sorted by path");
        }
        listed.insert(path.to_owned(), hash);
    }
    Ok(listed)
}

/// Reads `bag-info.txt` and returns Payload-Oxum, whose value is compared at the end.
fn parse_bag_info(text: &str) -> Option<String> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let mut value = |label: &str| lines.next()?.strip_prefix(label)?.strip_prefix(": ");
    let profile = value("BagIt-Profile-Identifier")?;
    let date = value("Bagging-Date")?;
    let identifier = value("External-Identifier")?;
    let oxum = value("Payload-Oxum")?;
    let formed = profile == PROFILE_IDENTIFIER
        && bundle::is_date(date)
        && bundle::is_identifier(identifier)
        && lines.next().is_none();
    formed.then(|| oxum.to_owned())
}
