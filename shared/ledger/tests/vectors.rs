//! Golden vectors: bytes that must never change, committed in `vectors/`. Run once with
//! `LEDGER_BLESS=1` to write new ones; existing ones are append-only, because bundles that were
//! handed out verify against them for ever.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod support;

use std::collections::BTreeMap;

use ledger::checkpoint::Checkpoint;
use ledger::disclosure::digest;
use ledger::event;
use ledger::hash::{Hash, leaf_hash};
use ledger::header::{Header, MAX_FIELDS};
use ledger::merkle::{
    Tree, consistency_proof, inclusion_proof, nodes_of, root, verify_consistency,
};
use ledger::note::{Note, NoteError, VerifyingKey, sign_with};
use ledger::proof::{Consistency, Proof};
use ledger::verify::{Verdict, verify_bag};
use serde_json::{Value, json};
use support::{ChainBuilder, ORIGIN, fingerprint, golden_input, python, sealed, test_key, vectors};

/// Compares with the committed file, or writes it when asked to.
fn golden(name: &str, made: &Value) -> Value {
    let path = vectors().join(name);
    if std::env::var_os("LEDGER_BLESS").is_some() {
        let text = serde_json::to_string_pretty(made).unwrap() + "\n";
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let committed: Value = serde_json::from_slice(&committed).unwrap();
    assert_eq!(*made, committed, "{name} is not what the code makes");
    committed
}

#[test]
fn keys_have_their_fingerprints() {
    let keys = (1..=3).map(|number| {
        let key = test_key(number);
        let public = VerifyingKey::from(&key);
        json!({
            "name": format!("test key {number}"),
            "secret": hex::encode(key.to_bytes()),
            "pem": public.to_pem(),
            "fingerprint": public.fingerprint(),
            "keyId": hex::encode(public.key_id()),
        })
    });
    let made = json!({
        "warning": "Fixed keys for tests. They are public: never use them for anything else.",
        "keys": keys.collect::<Vec<_>>(),
    });
    golden("keys.json", &made);
}

fn awkward() -> ChainBuilder {
    let mut chain = ChainBuilder::new(0xc3);
    let kinds_and_values: [(&str, Value); 9] = [
        ("case.opened", json!("plain")),
        ("exhibit.seized", json!("O\u{2019}Neill \u{201c}quoted\u{201d} \"and\" \\ back/slash")),
        ("exhibit.sealed", json!("\u{0}\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}\u{80}\u{9f}")),
        ("exhibit.moved", json!("\u{1f4f1}\u{fb33}\u{20ac}\u{10ffff}")),
        ("note.added_late", json!({"\u{fb33}": 1, "\u{1f600}": 2, "\r": 3, "1": 4, "": 5, "é": 6})),
        ("x.y", json!(["e\u{301}", "\u{e9}", "\u{2028}\u{2029}", "\u{202e}gnp.exe"])),
        ("number.limits", json!([9_007_199_254_740_991_i64, -9_007_199_254_740_991_i64, 0, true])),
        ("value.none", json!([null, [], {}, "", [[[[]]]]])),
        ("html.like", json!("</script><img src=x onerror=alert(1)>&amp;'`${x}")),
    ];
    for (kind, value) in kinds_and_values {
        chain.push(kind, &[("value", value), ("A.b-c_9", json!(1))]);
    }
    chain.push("fields.none", &[]);
    let names: Vec<String> = (0..MAX_FIELDS).map(|number| format!("n{number}")).collect();
    let full: Vec<(&str, Value)> = names.iter().map(|name| (name.as_str(), json!(name))).collect();
    chain.push("fields.full", &full);
    let last = chain.events.last().unwrap();
    let (seq, prev) = (last.header.seq + 1, last.leaf());
    let longest = format!("{}.{}", "z".repeat(31), "_".repeat(32));
    chain.push_at(seq, prev, "9999-12-31T23:59:59.999Z", &longest, &[("value", json!("end"))]);
    chain
}

#[test]
fn twelve_awkward_events_keep_their_bytes_and_hashes() {
    let chain = awkward();
    let events: Vec<Value> = chain
        .events
        .iter()
        .map(|event| {
            let shown = event.disclosures.iter();
            json!({
                "header": String::from_utf8(event.bytes.clone()).unwrap(),
                "leaf": event.leaf(),
                "disclosures": shown
                    .map(|line| json!({"encoded": line, "digest": digest(line)}))
                    .collect::<Vec<_>>(),
            })
        })
        .collect();
    assert_eq!(events.len(), 12);
    let committed = golden("events.json", &json!({ "events": events }));
    for (item, event) in committed["events"].as_array().unwrap().iter().zip(&chain.events) {
        let bytes = item["header"].as_str().unwrap().as_bytes();
        let lines: Vec<&str> = item["disclosures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d["encoded"].as_str().unwrap())
            .collect();
        assert_eq!(Header::parse(bytes).as_ref(), Ok(&event.header));
        assert_eq!(event::open(bytes, &lines), event.open());
        assert_eq!(leaf_hash(bytes).to_string(), item["leaf"].as_str().unwrap());
    }
    ledger::chain::verify_chain(chain.events.iter().map(|event| &event.bytes)).unwrap();
}

fn entry(number: usize) -> String {
    format!("entry {number}")
}

#[test]
fn trees_have_their_roots() {
    let sizes = (0..=17).chain(255..=257).chain(65_535..=65_537);
    let mut roots = BTreeMap::new();
    let mut tree = Tree::new();
    for size in sizes {
        while tree.size() < size {
            tree.push_entry(entry(tree.size() as usize).as_bytes());
        }
        roots.insert(format!("{size:05}"), tree.root());
    }
    let made = json!({"entries": "the UTF-8 bytes of \"entry 0\", \"entry 1\", …", "roots": roots});
    golden("trees.json", &made);
}

#[test]
fn notes_have_their_signatures() {
    let texts = [
        "one line\n",
        "two\nlines\n",
        "\n",
        "a\n\nparagraph after a blank line\n",
        "not ASCII: \u{2014} é \u{1f4dc}\n",
        "\u{2014} looks like a signature AAAAAAAA\n",
    ];
    let good = texts.iter().enumerate().map(|(position, text)| {
        let number = position as u8 % 3 + 1;
        let note = sign_with(&test_key(number), ORIGIN, text).unwrap();
        let public = VerifyingKey::from(&test_key(number));
        assert_eq!(public.verify(&Note::parse(&note).unwrap(), ORIGIN), Ok(()));
        json!({"key": number, "name": ORIGIN, "note": note, "verified": true})
    });
    let note = sign_with(&test_key(1), ORIGIN, "one line\n").unwrap();
    let bad = [
        note.replace("one line", "one lime"),
        note.replace(ORIGIN, "log.other.example"),
        note.replace("\n\n", "\n"),
        note.trim_end().to_owned(),
        sign_with(&test_key(2), ORIGIN, "one line\n").unwrap(),
    ];
    let bad = bad.iter().map(|note| {
        let verified = |note: Note| VerifyingKey::from(&test_key(1)).verify(&note, ORIGIN);
        let verdict: Result<(), NoteError> = Note::parse(note).and_then(verified);
        assert!(verdict.is_err(), "{note}");
        json!({"key": 1, "name": ORIGIN, "note": note, "verified": false})
    });
    golden("notes.json", &json!({ "notes": good.chain(bad).collect::<Vec<_>>() }));
}

#[test]
fn proofs_have_their_text() {
    let leaves: Vec<Hash> = (0..300).map(|n| leaf_hash(entry(n).as_bytes())).collect();
    let key = test_key(1);
    let note = |size: usize| {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: size as u64,
            root: root(&leaves[..size]),
        };
        sign_with(&key, ORIGIN, &checkpoint.body()).unwrap()
    };
    let mut inclusion = Vec::new();
    for (index, size) in
        [(0, 1), (0, 2), (1, 2), (2, 3), (6, 7), (255, 256), (256, 257), (100, 300)]
    {
        let hashes = inclusion_proof(nodes_of(&leaves), index, size as u64).unwrap();
        let proof = Proof { index, hashes, checkpoint: note(size) };
        let leaf = &leaves[index as usize];
        assert!(proof.verify(leaf, &VerifyingKey::from(&key), ORIGIN).is_ok());
        inclusion.push(json!({"entry": entry(index as usize), "proof": proof.to_text()}));
    }
    let mut consistency = Vec::new();
    for (old, new) in
        [(0, 1), (1, 2), (2, 3), (3, 7), (4, 7), (6, 8), (128, 300), (255, 256), (257, 300)]
    {
        let hashes = consistency_proof(nodes_of(&leaves), old, new).unwrap();
        let (before, after) = (root(&leaves[..old as usize]), root(&leaves[..new as usize]));
        assert_eq!(verify_consistency(old, &before, new, &after, &hashes), Ok(()));
        let file = Consistency { old, hashes, checkpoint: note(new as usize) };
        consistency.push(json!({"oldRoot": before.to_base64(), "file": file.to_text()}));
    }
    golden("proofs.json", &json!({"inclusion": inclusion, "consistency": consistency}));
}

/// The folder of the first released form of the bundle.
const GOLDEN_BUNDLE: &str = "golden-v1";

#[test]
fn the_golden_bundle_verifies_and_its_record_is_what_the_code_makes() {
    let folder = vectors().join(GOLDEN_BUNDLE);
    let made = sealed(&golden_input());
    if std::env::var_os("LEDGER_BLESS").is_some() && !folder.exists() {
        support::write(&made, &folder);
    }
    let committed = support::read(&folder);
    // The texts for people may improve; what is hashed into the log and proved may not change.
    for (path, bytes) in &made {
        if path.starts_with("data/") && !path.ends_with(".py") && !path.ends_with("CHECK.txt") {
            assert_eq!(committed.get(path), Some(bytes), "{path}");
        }
    }
    let Verdict::Verified(report) = verify_bag(&folder, &fingerprint()) else {
        panic!("{:?}", verify_bag(&folder, &fingerprint()));
    };
    assert_eq!((report.events, report.shown, report.withheld, report.erased), (7, 13, 2, 1));
    assert_eq!((report.size, report.checkpoints), (23, vec![7, 13, 23]));
    assert_eq!((report.origin.as_str(), report.chain), (ORIGIN, golden_input().chain));
    let apart = "exhibits are sent apart: check them with data/exhibits.sha256";
    assert_eq!(report.warnings, [apart]);
    if let Some(output) = python(&folder, &fingerprint()) {
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.starts_with("VERIFIED: "), "{said}");
        assert!(said.contains("7 events, 13 values shown, 2 withheld, log size 23"), "{said}");
    }
}

#[test]
fn the_bundles_own_copy_of_the_verifier_gives_the_same_verdict() {
    let folder = vectors().join(GOLDEN_BUNDLE);
    let script = folder.join("data/verify.py");
    let run = std::process::Command::new("python3")
        .args(["-I", "-B"])
        .arg(script)
        .arg(&folder)
        .arg(fingerprint().to_string())
        .output();
    match run {
        Ok(output) => assert!(output.stdout.starts_with(b"VERIFIED: "), "{output:?}"),
        Err(error) => eprintln!("WARNING: THE BUNDLE'S OWN VERIFIER WAS NOT RUN: {error}"),
    }
}
