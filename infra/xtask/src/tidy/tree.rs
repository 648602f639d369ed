//! The repository as a list of texts.

use super::source::Source;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// Folders at the root that hold nothing of ours.
const SKIPPED_AT_ROOT: &[&str] = &["target", "data", "out"];
/// Folders that hold nothing of ours wherever they are.
const SKIPPED: &[&str] = &[".git", "node_modules", "__pycache__"];
/// The largest file that is read as text, in bytes; larger ones are data.
const TEXT_BYTES_MAX: u64 = 1_000_000;

/// One file.
pub struct File {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its parts, if it is Rust.
    pub rust: Option<Source>,
}

/// All files that can be read as text, in order of path, and the names of all others.
#[derive(Default)]
pub struct Tree {
    /// The texts.
    pub files: Vec<File>,
    names: BTreeSet<String>,
}

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file's path from the root.
    pub path: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// The rule in a word or two.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub detail: String,
}

impl Finding {
    /// A finding.
    pub fn new(path: &str, line: usize, rule: &'static str, detail: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, rule, detail: detail.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.detail)
    }
}

impl Tree {
    /// Reads the repository at `root`.
    ///
    /// # Errors
    /// A folder or file cannot be read.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let mut tree = Tree::default();
        tree.walk(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            let skipped = SKIPPED.contains(&name.as_str())
                || (prefix.is_empty() && SKIPPED_AT_ROOT.contains(&name.as_str()));
            if kind.is_dir() && !skipped {
                self.names.insert(path.clone());
                self.walk(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() {
                let small = entry.metadata()?.len() <= TEXT_BYTES_MAX;
                match if small { String::from_utf8(fs::read(entry.path())?).ok() } else { None } {
                    Some(text) => self.add(path, text),
                    None => {
                        self.names.insert(path);
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, text: String) {
        let rust = path.ends_with(".rs").then(|| Source::split(&text));
        self.names.insert(path.clone());
        self.files.push(File { path, text, rust });
    }

    /// Whether there is a file or folder of this path.
    pub fn has(&self, path: &str) -> bool {
        path.is_empty() || self.names.contains(path)
    }

    /// A text by its path.
    pub fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files under a folder.
    pub fn rust<'t>(&'t self, under: &'t str) -> impl Iterator<Item = (&'t File, &'t Source)> {
        let files = self.files.iter().filter(move |file| file.path.starts_with(under));
        files.filter_map(|file| file.rust.as_ref().map(|rust| (file, rust)))
    }

    /// A tree made up for a test.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.add((*path).to_owned(), (*text).to_owned());
            let folders = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
            tree.names.extend(folders);
        }
        tree
    }
}

/// Whether a whole file is for tests only.
pub fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("tests/")
        || path.contains("/tests/")
        || name.ends_with("_tests.rs")
        || matches!(name, "tests.rs" | "testing.rs" | "bench.rs")
}
