//! File names that would like to be something else: data, never paths.

use crate::faults::Record;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use tests::support::lab::{announcement, planned, verified};
use tests::support::{TestApp, people};

/// Kept exactly as they are.
const KEPT: &[&str] = &[
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/shadow",
    "C:\\Windows\\System32\\cmd.exe",
    "\\\\server\\share\\x",
    "file:///etc/passwd",
    "..",
    ".",
    "...",
    "~root",
    ".htaccess",
    "CON",
    "nul.txt",
    "aux.",
    "photo.jpg::$DATA",
    "a%2f..%2fb",
    "%00.exe",
    "%0d%0aSet-Cookie: a=b",
    "\"; filename=\"evil.exe",
    "x\"; filename*=UTF-8''evil.exe",
    "'; DROP TABLE files; --",
    "<script>alert(1)</script>.html",
    "$(reboot).txt",
    "`id`.txt",
    "| rm -rf *",
    "-rf",
    "a;b,c=d",
    "{{7*7}}",
    "=cmd|' /C calc'!A0",
    "فارسی.pdf",
    "日本語.txt",
    "e\u{301}.txt",
    "👩\u{200d}🔬.png",
    "trailing space ",
    "trailing dot.",
    "data",
    "continuity.db",
    "format",
];

/// Hide or reorder what they say: refused.
const REFUSED: &[&str] = &[
    "a\0.txt",
    "a\r\nSet-Cookie: a=b",
    "a\nb",
    "a\tb",
    "photo\u{202e}gpj.exe",
    "a\u{200b}b",
    "a\u{2028}b",
    "a\u{feff}b",
    "a\u{1b}[2Jb",
    "",
    "   ",
];

/// Everything in a directory, by its path below it.
fn tree(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    found
}

/// The value of a header that offers a file for saving: one name in quotes, one encoded, both of
/// plain characters and neither with a part that leads elsewhere.
fn assert_safe(header: &str, name: &str) {
    let (plain, exact) = header
        .strip_prefix("attachment; filename=\"")
        .and_then(|rest| rest.split_once("\"; filename*=UTF-8''"))
        .unwrap_or_else(|| panic!("{name:?}: {header}"));
    let safe = |c: char| c.is_ascii_graphic() && !"\"\\/;,*:<>?".contains(c);
    for part in [plain.replace([' ', ',', '<', '>', '?'], "_"), exact.to_owned()] {
        assert!(part.chars().all(safe), "{name:?}: {header}");
        assert!(!["", ".", ".."].contains(&part.as_str()), "{name:?}: {header}");
    }
    let lower = exact.to_ascii_lowercase();
    for hidden in ["%2f", "%5c", "%0a", "%0d", "%00", "%3a"] {
        assert!(!lower.contains(hidden), "{name:?}: {header}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_name_is_kept_as_data_and_leads_nowhere() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let before = tree(app.path());
    let mut ids = BTreeSet::new();
    for name in KEPT {
        let file = verified(&app, &lab.examination, name, name.as_bytes()).await;
        let read = app.person(people::DIGITAL).get(&file).await.expect(200);
        assert_eq!(read.text("/name"), *name);
        assert_eq!(read.text("/state"), "verified", "{name:?}");
        let content = app.person(people::DIGITAL).get(&format!("{file}/content")).await.expect(200);
        assert_eq!(content.body, name.as_bytes());
        assert_eq!(content.header("content-type"), "application/octet-stream");
        assert_safe(content.header("content-disposition"), name);
        ids.insert(file.rsplit('/').next().unwrap().to_owned());
    }
    let list = format!("{}/files?maxpagesize=200", lab.examination);
    let list = app.person(people::DIGITAL).get(&list).await.expect(200).json();
    assert_eq!(list["value"].as_array().unwrap().len(), KEPT.len());
    for made in tree(app.path()).difference(&before) {
        assert!(made.starts_with("data/"), "{made} was made outside the data directory");
        let named = ids.iter().any(|id| made.contains(&id[..2]));
        assert!(named, "{made} is named after none of the files");
    }
}

#[tokio::test]
async fn a_name_that_hides_what_it_says_is_refused() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let was = (Record::of(&app.app.store).await, tree(app.path()));
    let files = format!("{}/files", lab.examination);
    let mut bodies: Vec<_> = REFUSED.iter().map(|name| announcement(name, b"abc")).collect();
    bodies.push(announcement(&"x".repeat(201), b"abc"));
    for body in &bodies {
        let answer = app.person(people::DIGITAL).post(&files, body).await;
        assert!([400, 422].contains(&answer.status), "{body}: {answer:?}");
        assert_eq!(answer.json()["errors"][0]["pointer"], json!("/name"), "{body}");
    }
    assert_eq!((Record::of(&app.app.store).await, tree(app.path())), was);
    let longest = announcement(&"€".repeat(200), b"abc");
    let _ = app.person(people::DIGITAL).post(&files, &longest).await.expect(201);
}
