//! The directory of an embedded store: what lies where, whose it is, and who has it open.

use super::durable;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The version of the directory's layout. Another one is refused, never guessed at.
const FORMAT: &str = "continuity-store 1";
/// The state of a directory whose creation has not finished.
const CREATING: &str = "creating";
/// The state of a directory in use.
const READY: &str = "ready";

/// Why an embedded store did not open. Nothing was changed, unless creating it was interrupted, in
/// which case opening it again goes on.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{path}: another process has this store open; stop it first")]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// The directory holds something that is not a store.
    #[error(
        "{path}: this directory is not empty and not a store; name an empty one, or the one that \
         holds the file `format`"
    )]
    NotOurs {
        /// The data directory.
        path: PathBuf,
    },
    /// It is a store of another version or another log, or its format file is damaged.
    #[error("{path}: {reason}")]
    Format {
        /// The format file.
        path: PathBuf,
        /// What was found and what to do.
        reason: String,
    },
    /// Something that must be there is missing or fails its checks.
    #[error("{path}: {reason}; restore it from a backup, and run `continuity fsck` before use")]
    Damaged {
        /// Which part.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The setting cannot be used.
    #[error("{0}")]
    Setting(String),
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
}

impl OpenError {
    /// Wraps the operating system's refusal, with the path it is about.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> OpenError + '_ {
        move |source| OpenError::Io { path: path.to_owned(), source }
    }

    /// Something is not as it must be.
    pub(crate) fn damaged(path: &Path, reason: impl ToString) -> OpenError {
        OpenError::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }
}

/// Paths inside a data directory. The only place that knows them.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    data: PathBuf,
}

impl Layout {
    pub(crate) fn new(data: &Path) -> Layout {
        Layout { data: data.to_owned() }
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data.join("continuity.db")
    }

    pub(crate) fn format(&self) -> PathBuf {
        self.data.join("format")
    }

    fn format_scratch(&self) -> PathBuf {
        self.data.join("format.new")
    }

    fn lock(&self) -> PathBuf {
        self.data.join("lock")
    }

    pub(crate) fn access(&self) -> PathBuf {
        self.data.join("access")
    }

    pub(crate) fn uploads(&self) -> PathBuf {
        self.data.join("uploads")
    }

    pub(crate) fn received(&self) -> PathBuf {
        self.data.join("received")
    }

    pub(crate) fn evidence(&self) -> PathBuf {
        self.data.join("evidence")
    }

    pub(crate) fn quarantine(&self) -> PathBuf {
        self.data.join("quarantine")
    }

    fn folders(&self) -> [PathBuf; 5] {
        [self.access(), self.uploads(), self.received(), self.evidence(), self.quarantine()]
    }
}

/// An exclusive claim on a data directory, held until dropped or until the process ends.
#[derive(Debug)]
pub(crate) struct Claim {
    _lock: File,
}

/// Whether a claimed directory is being made or was in use before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Nothing in it counts yet.
    New,
    /// Everything must be there.
    Used,
}

/// Claims a data directory for this process and checks whose it is, creating it where nothing is.
pub(crate) fn claim(layout: &Layout, origin: &str) -> Result<(Claim, Age), OpenError> {
    let data = layout.data();
    durable::ensure_dir(data).map_err(OpenError::io(data))?;
    if !layout.format().exists() && !is_empty(layout).map_err(OpenError::io(data))? {
        return Err(OpenError::NotOurs { path: data.to_owned() });
    }
    let claim = lock(layout)?;
    let age = match fs::read_to_string(layout.format()) {
        Ok(text) => read_format(layout, &text, origin)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            write_format(layout, CREATING, origin)?;
            Age::New
        }
        Err(source) if source.kind() == io::ErrorKind::InvalidData => {
            return Err(format_error(layout, "the format file is damaged: it is not text"));
        }
        Err(source) => return Err(OpenError::Io { path: layout.format(), source }),
    };
    for folder in layout.folders() {
        match (age, folder.is_dir()) {
            (Age::Used, false) => return Err(OpenError::damaged(&folder, "the folder is missing")),
            (_, true) => {}
            (Age::New, false) => {
                durable::ensure_dir(&folder).map_err(OpenError::io(&folder))?;
            }
        }
    }
    Ok((claim, age))
}

/// Claims a store that must exist already, changing nothing: for reading it offline.
pub(crate) fn claim_existing(layout: &Layout, origin: &str) -> Result<Claim, OpenError> {
    if !layout.format().exists() {
        return Err(OpenError::NotOurs { path: layout.data().to_owned() });
    }
    let claim = lock(layout)?;
    let text = fs::read(layout.format()).map_err(OpenError::io(&layout.format()))?;
    read_format(layout, &String::from_utf8_lossy(&text), origin)?;
    Ok(claim)
}

/// How often the lock is tried for, and the pause between: a predecessor that is just ending still
/// holds it, and so for a moment does a process that it was starting.
const CLAIM_TURNS: u32 = 20;
const CLAIM_PAUSE: Duration = Duration::from_millis(25);

/// Takes the lock without creating or checking anything else: for reading a directory offline.
fn lock(layout: &Layout) -> Result<Claim, OpenError> {
    let path = layout.lock();
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(OpenError::io(&path))?;
    for turn in 1..=CLAIM_TURNS {
        match file.try_lock() {
            Ok(()) => return Ok(Claim { _lock: file }),
            Err(TryLockError::WouldBlock) if turn < CLAIM_TURNS => thread::sleep(CLAIM_PAUSE),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(source)) => return Err(OpenError::Io { path, source }),
        }
    }
    Err(OpenError::InUse { path: layout.data().to_owned() })
}

/// Records that everything a new store needs has been made.
pub(crate) fn finish_once(layout: &Layout, origin: &str, age: Age) -> Result<(), OpenError> {
    match age {
        Age::New => write_format(layout, READY, origin),
        Age::Used => Ok(()),
    }
}

fn is_empty(layout: &Layout) -> io::Result<bool> {
    for entry in fs::read_dir(layout.data())? {
        let path = entry?.path();
        if path != layout.lock() && path != layout.format_scratch() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn write_format(layout: &Layout, state: &str, origin: &str) -> Result<(), OpenError> {
    let text = format!("{FORMAT}\norigin {origin}\nstate {state}\n");
    let path = layout.format();
    durable::replace(&path, &layout.format_scratch(), text.as_bytes(), 0o644)
        .map_err(OpenError::io(&path))
}

/// Reads the format file: three lines, exactly.
fn read_format(layout: &Layout, text: &str, origin: &str) -> Result<Age, OpenError> {
    let Some(rest) = text.strip_prefix(&format!("{FORMAT}\n")) else {
        let first = text.lines().next().unwrap_or_default();
        return Err(if first.starts_with("continuity-store ") {
            let hint = "use the release that wrote it, or export and import";
            format_error(layout, &format!("this is `{first}`, we read `{FORMAT}`; {hint}"))
        } else {
            format_error(layout, "the format file is damaged; restore it from a backup")
        });
    };
    let damaged = || format_error(layout, "the format file is damaged; restore it from a backup");
    let rest = rest.strip_prefix("origin ").ok_or_else(damaged)?;
    let (found, rest) = rest.split_once('\n').ok_or_else(damaged)?;
    if found != origin {
        return Err(format_error(
            layout,
            &format!("this store belongs to the log `{found}`, not `{origin}`; name its own"),
        ));
    }
    match rest.strip_prefix("state ").and_then(|rest| rest.strip_suffix('\n')) {
        Some(CREATING) => Ok(Age::New),
        Some(READY) => Ok(Age::Used),
        _ => Err(damaged()),
    }
}

fn format_error(layout: &Layout, reason: &str) -> OpenError {
    OpenError::Format { path: layout.format(), reason: reason.to_owned() }
}
