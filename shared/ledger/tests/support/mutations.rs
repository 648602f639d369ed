//! The table of tampered bundles: what is done to the golden bundle, how far the tamperer can
//! repair it, and the check that must refuse it.

use ledger::header::Header;
use ledger::note::{Note, sign_with};
use ledger::verify::Code;

use crate::support::{Files, ORIGIN, test_key};

/// How far the tamperer can cover the traces.
#[derive(Clone, Copy)]
pub enum Repair {
    /// Not at all.
    Nothing,
    /// Manifests and counts, as anyone can.
    Manifests,
    /// Manifests, counts and the seal: a thief of the key.
    Sealed,
    /// The tag manifest and the seal, leaving manifest and bag-info as the change made them.
    SealOnly,
}

/// One way to tamper.
pub struct Mutation {
    pub what: &'static str,
    pub repair: Repair,
    pub change: fn(&mut Files),
    pub code: Code,
    /// Part of the line that names the place.
    pub place: &'static str,
}

const fn mutation(
    what: &'static str,
    repair: Repair,
    code: Code,
    place: &'static str,
    change: fn(&mut Files),
) -> Mutation {
    Mutation { what, repair, change, code, place }
}

use Repair::{Manifests, Nothing, SealOnly, Sealed};

const EVENT: &str = "data/events/000003.json";
const SHOWN: &str = "data/events/000003.disclosures";
const PROOF: &str = "data/proofs/000003.tlog-proof";
const NOTE: &str = "data/checkpoints/13.note";
const LINK: &str = "data/consistency/7-13.txt";
const HTML: &str = "data/continuity.html";
const KEY: &str = "data/keys/log.pub.pem";
const APART: &str = "data/exhibits.sha256";

fn edit(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "{path} does not contain {from}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
}

fn append(files: &mut Files, path: &str, more: &str) {
    files.get_mut(path).unwrap().extend_from_slice(more.as_bytes());
}

fn swap(files: &mut Files, one: &str, other: &str) {
    let (a, b) = (files[one].clone(), files[other].clone());
    files.insert(one.to_owned(), b);
    files.insert(other.to_owned(), a);
}

/// Changes a header and makes every later header of the chain follow it again.
fn rebuild(files: &mut Files, from: u64, change: impl Fn(&mut Header)) {
    let mut prev = None;
    for seq in from..7 {
        let path = format!("data/events/{seq:06}.json");
        let mut header = Header::parse(&files[&path]).unwrap();
        if seq == from {
            change(&mut header);
        }
        header.prev = prev.unwrap_or(header.prev);
        prev = Some(header.leaf());
        files.insert(path, header.to_bytes());
    }
}

fn drop_event(files: &mut Files, seq: u64) {
    for seq in seq..6 {
        for (folder, ending) in
            [("events", "json"), ("events", "disclosures"), ("proofs", "tlog-proof")]
        {
            let next = files[&format!("data/{folder}/{:06}.{ending}", seq + 1)].clone();
            files.insert(format!("data/{folder}/{seq:06}.{ending}"), next);
        }
    }
    for path in ["events/000006.json", "events/000006.disclosures", "proofs/000006.tlog-proof"] {
        files.remove(&format!("data/{path}"));
    }
}

fn drop_file(files: &mut Files, path: &str) {
    files.remove(path);
}

fn resign(files: &mut Files, path: &str, key: u8, name: &str) {
    let note = Note::parse(std::str::from_utf8(&files[path]).unwrap()).unwrap();
    let signed = sign_with(&test_key(key), name, &note.text).unwrap();
    files.insert(path.to_owned(), signed.into_bytes());
}

/// The table.
pub const MUTATIONS: &[Mutation] = &[
    mutation("an event is edited", Nothing, Code::Manifest, "event 000003 exhibit.moved", |f| {
        edit(f, EVENT, "exhibit.transferred", "exhibit.moved");
    }),
    mutation("an event is edited, manifests repaired", Manifests, Code::Seal, "seal.note", |f| {
        edit(f, EVENT, "exhibit.transferred", "exhibit.moved");
    }),
    mutation("an event is edited, sealed again", Sealed, Code::Proof, "event 000003", |f| {
        edit(f, EVENT, "exhibit.transferred", "exhibit.moved");
    }),
    mutation(
        "an event is edited and the chain rebuilt",
        Sealed,
        Code::Proof,
        "event 000003",
        |f| {
            rebuild(f, 3, |header| header.kind = "exhibit.moved".parse().unwrap());
        },
    ),
    mutation("a time is moved before the last", Sealed, Code::Chain, "event 000003", |f| {
        rebuild(f, 3, |header| header.time = "2026-03-01T08:00:00.000Z".to_owned());
    }),
    mutation("an event is moved to another case", Sealed, Code::Chain, "event 000003", |f| {
        rebuild(f, 3, |header| header.case = "77".repeat(16).parse().unwrap());
    }),
    mutation("an event is of another log", Sealed, Code::Chain, "event 000003", |f| {
        rebuild(f, 3, |header| header.log = "log.other.example".to_owned());
    }),
    mutation("all events are of another log", Sealed, Code::Chain, "event 000000", |f| {
        for seq in 0..7 {
            rebuild(f, seq, |header| header.log = "log.other.example".to_owned());
        }
    }),
    mutation("prev is zeros in the middle", Sealed, Code::Header, "event 000003", |f| {
        let header = Header::parse(&f[EVENT]).unwrap();
        edit(f, EVENT, &header.prev.to_string(), &"0".repeat(64));
    }),
    mutation("prev is another hash", Sealed, Code::Chain, "event 000003", |f| {
        let header = Header::parse(&f[EVENT]).unwrap();
        edit(f, EVENT, &header.prev.to_string(), &"1".repeat(64));
    }),
    mutation("a middle event is dropped", Sealed, Code::Chain, "event 000003", |f| {
        drop_event(f, 3);
    }),
    mutation("the export is dropped", Sealed, Code::Export, "event 000005", |f| drop_event(f, 6)),
    mutation("two events change places", Sealed, Code::Chain, "event 000003", |f| {
        swap(f, EVENT, "data/events/000004.json");
    }),
    mutation("a header has white space", Sealed, Code::Header, "event 000003", |f| {
        append(f, EVENT, "\n");
    }),
    mutation("a header has a tenth member", Sealed, Code::Header, "event 000003", |f| {
        edit(f, EVENT, "\"v\":", "\"u\":1,\"v\":");
    }),
    mutation("a header has a member twice", Sealed, Code::Header, "event 000003", |f| {
        edit(f, EVENT, "\"seq\":3", "\"seq\":3,\"seq\":3");
    }),
    mutation("a header has a float", Sealed, Code::Header, "event 000003", |f| {
        edit(f, EVENT, "\"seq\":3", "\"seq\":3.0");
    }),
    mutation("a header has another version", Sealed, Code::Header, "event 000003", |f| {
        edit(f, EVENT, "continuity/1", "continuity/2");
    }),
    mutation("a header has a day that does not exist", Sealed, Code::Header, "event 000003", |f| {
        edit(f, EVENT, "2026-03-01", "2026-02-30");
    }),
    mutation("a header is not UTF-8", Sealed, Code::Header, "event 000003", |f| {
        f.get_mut(EVENT).unwrap()[0] = 0xff;
    }),
    mutation("a header is nested without end", Sealed, Code::Header, "event 000003", |f| {
        f.insert(EVENT.to_owned(), vec![b'['; 8000]);
    }),
    mutation("a header is empty", Sealed, Code::Header, "event 000003", |f| {
        f.insert(EVENT.to_owned(), Vec::new());
    }),
    mutation("a disclosure is forged", Sealed, Code::Disclosure, "event 000003", |f| {
        edit(f, SHOWN, "W", "X");
    }),
    mutation("a disclosure is shown twice", Sealed, Code::Disclosure, "event 000003", |f| {
        let again = String::from_utf8(f[SHOWN].clone()).unwrap();
        append(f, SHOWN, &again);
    }),
    mutation("disclosures change events", Sealed, Code::Disclosure, "event 000003", |f| {
        swap(f, SHOWN, "data/events/000004.disclosures");
    }),
    mutation("a disclosure line has no end", Sealed, Code::Disclosure, "event 000003", |f| {
        f.get_mut(SHOWN).unwrap().pop();
    }),
    mutation("an empty line is disclosed", Sealed, Code::Disclosure, "event 000003", |f| {
        append(f, SHOWN, "\n");
    }),
    mutation("a disclosure is withheld silently", Manifests, Code::Seal, "seal.note", |f| {
        f.insert(SHOWN.to_owned(), Vec::new());
    }),
    mutation("disclosures are huge", Sealed, Code::Size, "event 000003", |f| {
        f.insert(SHOWN.to_owned(), vec![b'A'; 1024 * 1024 + 1]);
    }),
    mutation("a proof names another index", Sealed, Code::Proof, "event 000003", |f| {
        edit(f, PROOF, "index 12", "index 11");
    }),
    mutation("a proof names an index outside", Sealed, Code::Proof, "event 000003", |f| {
        edit(f, PROOF, "index 12", "index 9007199254740991");
    }),
    mutation("a proof has extra data", Sealed, Code::Proof, "event 000003", |f| {
        edit(f, PROOF, "index 12", "extra AAAA\nindex 12");
    }),
    mutation("a proof has one hash more", Sealed, Code::Proof, "event 000003", |f| {
        let zero = "A".repeat(43);
        edit(f, PROOF, "index 12\n", &format!("index 12\n{zero}=\n"));
    }),
    mutation("proofs change events", Sealed, Code::Proof, "event 000003", |f| {
        swap(f, PROOF, "data/proofs/000004.tlog-proof");
    }),
    mutation("a proof's checkpoint is not carried", Sealed, Code::Proof, "event 000003", |f| {
        edit(f, PROOF, "\u{2014} ", "\u{2014} x AAAAAAA=\n\u{2014} ");
    }),
    mutation("a checkpoint's root is edited", Sealed, Code::Checkpoint, "13.note", |f| {
        let other = f["data/checkpoints/7.note"].clone();
        let other = String::from_utf8(other).unwrap();
        let text = String::from_utf8(f[NOTE].clone()).unwrap();
        let (old, new) = (text.lines().nth(2).unwrap(), other.lines().nth(2).unwrap());
        edit(f, NOTE, old, new);
    }),
    mutation("a checkpoint is signed by a stranger", Sealed, Code::Checkpoint, "13.note", |f| {
        resign(f, NOTE, 2, ORIGIN);
    }),
    mutation("a checkpoint is signed by another name", Sealed, Code::Checkpoint, "13.note", |f| {
        resign(f, NOTE, 1, "log.other.example");
    }),
    mutation("a checkpoint has an extension line", Sealed, Code::Checkpoint, "13.note", |f| {
        edit(f, NOTE, "=\n\n", "=\nextension\n\n");
        resign(f, NOTE, 1, ORIGIN);
    }),
    mutation("a checkpoint is of a fork", Sealed, Code::Consistency, "7-13.txt", |f| {
        let note = String::from_utf8(f[NOTE].clone()).unwrap();
        let root = note.lines().nth(2).unwrap();
        edit(f, NOTE, root, &format!("{}=", "A".repeat(43)));
        resign(f, NOTE, 1, ORIGIN);
        let note = String::from_utf8(f[NOTE].clone()).unwrap();
        let link = String::from_utf8(f[LINK].clone()).unwrap();
        let (head, _) = link.split_once("\n\n").unwrap();
        f.insert(LINK.to_owned(), format!("{head}\n\n{note}").into_bytes());
    }),
    mutation("checkpoints change names", Sealed, Code::Checkpoint, "7.note", |f| {
        swap(f, NOTE, "data/checkpoints/7.note");
    }),
    mutation("a checkpoint is removed", Sealed, Code::Layout, "data/con", |f| drop_file(f, NOTE)),
    mutation("a consistency proof is edited", Sealed, Code::Consistency, "7-13.txt", |f| {
        edit(f, LINK, "old 7", "old 6");
    }),
    mutation("a consistency proof is shortened", Sealed, Code::Consistency, "7-13.txt", |f| {
        let text = String::from_utf8(f[LINK].clone()).unwrap();
        let line = format!("{}\n", text.lines().nth(1).unwrap());
        edit(f, LINK, &line, "");
    }),
    mutation("a consistency proof is missing", Sealed, Code::Layout, "7-13.txt", |f| {
        drop_file(f, LINK);
    }),
    mutation("the page is rewritten", Nothing, Code::Manifest, HTML, |f| {
        append(f, HTML, "<p>No\n")
    }),
    mutation("the page is rewritten, repaired", Manifests, Code::Seal, "seal.note", |f| {
        append(f, HTML, "<p>No\n");
    }),
    mutation("an exhibit is altered", Nothing, Code::Manifest, "triage.txt", |f| {
        append(f, "data/exhibits/triage.txt", "more\n");
    }),
    mutation("an exhibit has an unsafe name", Sealed, Code::Layout, "data/exhibits/-rf", |f| {
        f.insert("data/exhibits/-rf".to_owned(), b"x".to_vec());
    }),
    mutation("the list of exhibits has a path", Sealed, Code::Exhibits, APART, |f| {
        edit(f, APART, "disk.E01", "../disk.E01");
    }),
    mutation("the list of exhibits is not one", Sealed, Code::Exhibits, APART, |f| {
        append(f, APART, "0123  x\n");
    }),
    mutation("the list names an exhibit carried", Sealed, Code::Exhibits, APART, |f| {
        edit(f, APART, "disk.E01", "triage.txt");
    }),
    mutation("the key is a stranger's", Sealed, Code::Key, KEY, |f| {
        let pem = ledger::note::VerifyingKey::from(&test_key(2)).to_pem();
        f.insert(KEY.to_owned(), pem.into_bytes());
    }),
    mutation("the key is written differently", Sealed, Code::Key, KEY, |f| append(f, KEY, "\n")),
    mutation("the key is not a key", Sealed, Code::Key, KEY, |f| {
        f.insert(KEY.to_owned(), b"x".to_vec());
    }),
    mutation("the seal is missing", Nothing, Code::Layout, "seal.note", |f| {
        drop_file(f, "seal.note")
    }),
    mutation("the seal is a stranger's", Nothing, Code::Seal, "seal.note", |f| {
        resign(f, "seal.note", 2, ORIGIN);
    }),
    mutation("the seal is a checkpoint", Nothing, Code::Seal, "seal.note", |f| {
        f.insert("seal.note".to_owned(), f[NOTE].clone());
    }),
    mutation("the seal has a second signature", Nothing, Code::Seal, "seal.note", |f| {
        append(f, "seal.note", "\u{2014} witness AAAAAAA=\n");
    }),
    mutation("the seal is of another bundle", Nothing, Code::Seal, "seal.note", |f| {
        let text = ledger::bundle::seal_text(b"another tag manifest", ORIGIN);
        let note = sign_with(&test_key(1), ORIGIN, &text).unwrap();
        f.insert("seal.note".to_owned(), note.into_bytes());
    }),
    mutation("a file is added", Sealed, Code::Layout, "data/more.txt", |f| {
        f.insert("data/more.txt".to_owned(), b"x".to_vec());
    }),
    mutation("a tag file is added", Nothing, Code::Layout, "fetch.txt", |f| {
        f.insert("fetch.txt".to_owned(), b"http://x 1 data/y\n".to_vec());
    }),
    mutation("a file is removed", Sealed, Code::Layout, "data/verify.py", |f| {
        drop_file(f, "data/verify.py");
    }),
    mutation("the proof of an event is removed", Sealed, Code::Layout, PROOF, |f| {
        drop_file(f, PROOF)
    }),
    mutation("an event is numbered differently", Sealed, Code::Layout, "data/events", |f| {
        let event = f.remove(EVENT).unwrap();
        f.insert("data/events/00003.json".to_owned(), event);
    }),
    mutation(
        "the manifest lists a path outside",
        SealOnly,
        Code::Manifest,
        "manifest-sha256",
        |f| {
            edit(f, "manifest-sha256.txt", "data/verify.py", "data/../../etc/passwd");
        },
    ),
    mutation("the manifest lists a file twice", SealOnly, Code::Manifest, "manifest-sha256", |f| {
        let text = String::from_utf8(f["manifest-sha256.txt"].clone()).unwrap();
        append(f, "manifest-sha256.txt", &format!("{}\n", text.lines().last().unwrap()));
    }),
    mutation("the manifest is not sorted", SealOnly, Code::Manifest, "manifest-sha256", |f| {
        let text = String::from_utf8(f["manifest-sha256.txt"].clone()).unwrap();
        let lines: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
        f.insert("manifest-sha256.txt".to_owned(), lines.into_bytes());
    }),
    mutation("the manifest is empty", SealOnly, Code::Manifest, "manifest-sha256.txt", |f| {
        f.insert("manifest-sha256.txt".to_owned(), Vec::new());
    }),
    mutation("the tag manifest is shortened", Nothing, Code::Manifest, "tagmanifest", |f| {
        let text = String::from_utf8(f["tagmanifest-sha256.txt"].clone()).unwrap();
        let line = format!("{}\n", text.lines().next().unwrap());
        edit(f, "tagmanifest-sha256.txt", &line, "");
    }),
    mutation("bag-info is edited", Nothing, Code::Manifest, "bag-info.txt", |f| {
        edit(f, "bag-info.txt", "000123", "000124");
    }),
    mutation("bag-info counts wrongly", SealOnly, Code::Bagit, "bag-info.txt", |f| {
        edit(f, "bag-info.txt", "Oxum: ", "Oxum: 1");
    }),
    mutation("bag-info has another line", SealOnly, Code::Bagit, "bag-info.txt", |f| {
        append(f, "bag-info.txt", "More: x\n");
    }),
    mutation("bagit.txt is of another version", SealOnly, Code::Bagit, "bagit.txt", |f| {
        edit(f, "bagit.txt", "1.0", "0.97");
    }),
];
