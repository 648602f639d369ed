//! The files of the access log: one an hour, one JSON line a record, appended by one thread that
//! makes everything waiting durable with one `fdatasync`.

use super::durable;
use super::layout::OpenError;
use crate::error::StoreError;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// The most bytes written before a `fdatasync`: bounds what one group holds in memory.
const GROUP_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Records in one group from which on the next group is waited for: so many readers come at once
/// that they gain more from fewer `fdatasync` than they lose by waiting.
const COMPANY: usize = 4;
/// How long such a group is waited for.
const GATHERING: Duration = Duration::from_micros(250);
/// Records that may wait; more are refused, and so is the read that they stand for.
const QUEUE_MAX: usize = 16_384;
/// What a file's name ends with.
const SUFFIX: &str = ".log";
/// Characters of an RFC 3339 time up to the hour.
const HOUR_CHARS: usize = 13;
/// How far back the end of the last whole line is looked for, at a time.
const TAIL_STEP: u64 = 64 * 1024;

/// Some bytes of one file: whole lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    /// The file's name without its ending: the hour.
    pub(crate) file: String,
    /// The first byte.
    pub(crate) from: u64,
    /// The byte after the last one.
    pub(crate) to: u64,
}

/// A place in the log: everything before it in this file, and all files with lesser names.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// The hour; empty before the first record.
    pub(crate) file: String,
    /// Bytes.
    pub(crate) offset: u64,
}

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

enum Message {
    /// The line goes back with its answer: freed on the thread that made it, it does not make two
    /// threads wait for each other in the allocator.
    Record {
        line: Vec<u8>,
        at: Timestamp,
        to: Answer<Vec<u8>>,
    },
    Where {
        to: Answer<Position>,
    },
}

/// The handle of the appending thread. Dropping it waits for what is queued.
pub(crate) struct AccessFiles {
    queue: Option<mpsc::SyncSender<Message>>,
    thread: Option<JoinHandle<()>>,
}

impl AccessFiles {
    /// Opens the folder, cuts off a last line that a crash left torn (its record was never
    /// acknowledged), and starts the thread.
    pub(crate) fn open(folder: &Path) -> Result<AccessFiles, OpenError> {
        let appender = Appender::open(folder).map_err(OpenError::io(folder))?;
        let (queue, messages) = mpsc::sync_channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("store-access".to_owned())
            .spawn(move || serve(appender, &messages))
            .map_err(OpenError::io(folder))?;
        Ok(AccessFiles { queue: Some(queue), thread: Some(thread) })
    }

    /// Appends a line (without its end) and answers once it is durable.
    pub(crate) async fn append(&self, line: Vec<u8>, at: Timestamp) -> Result<(), StoreError> {
        let (to, answer) = oneshot::channel();
        self.send(Message::Record { line, at, to })?;
        answer.await.map_err(|_| stopped())?.map(drop)
    }

    /// Where the log stands: everything acknowledged so far lies before it.
    pub(crate) async fn position(&self) -> Result<Position, StoreError> {
        let (to, answer) = oneshot::channel();
        self.send(Message::Where { to })?;
        answer.await.map_err(|_| stopped())?
    }

    fn send(&self, message: Message) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.try_send(message).map_err(|_| stopped())
    }
}

impl Drop for AccessFiles {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::unavailable("the access log's writer has stopped or its queue is full")
}

fn serve(mut appender: Appender, messages: &mpsc::Receiver<Message>) {
    while let Ok(first) = messages.recv() {
        let mut next = Some(first);
        let (mut bytes, mut waiting, mut asked) = (Vec::new(), Vec::new(), Vec::new());
        let mut began = None;
        while let Some(message) = next {
            match message {
                Message::Record { line, at, to } => {
                    bytes.extend_from_slice(&line);
                    bytes.push(b'\n');
                    began.get_or_insert(at);
                    waiting.push((to, line));
                }
                Message::Where { to } => asked.push(to),
            }
            next = if bytes.len() < GROUP_BYTES_MAX { messages.try_recv().ok() } else { None };
        }
        let result = began.map_or(Ok(()), |at| appender.append(&hour(at), &bytes));
        let company = waiting.len() >= COMPANY;
        for (to, line) in waiting {
            let answer = match &result {
                Ok(()) => Ok(line),
                Err(error) => Err(io::Error::from(error.kind()).into()),
            };
            let _ = to.send(answer);
        }
        for to in asked {
            let _ = to.send(Ok(appender.position.clone()));
        }
        if company {
            std::thread::sleep(GATHERING);
        }
    }
}

/// The file being appended to.
struct Appender {
    folder: PathBuf,
    position: Position,
    file: Option<File>,
    /// A write failed: bytes beyond the position may be there and must go before anything else.
    dirty: bool,
}

impl Appender {
    fn open(folder: &Path) -> io::Result<Appender> {
        let mut appender = Appender {
            folder: folder.to_owned(),
            position: Position::default(),
            file: None,
            dirty: false,
        };
        if let Some(hour) = hours(folder)?.pop() {
            let file = OpenOptions::new().read(true).write(true).open(path(folder, &hour))?;
            let offset = whole_lines(&file)?;
            if offset != file.metadata()?.len() {
                file.set_len(offset)?;
            }
            // Whole lines whose writer died before syncing them may be sealed later: make them sure.
            file.sync_all()?;
            appender.position = Position { file: hour, offset };
            appender.file = Some(file);
        }
        durable::sync_dir(folder)?;
        Ok(appender)
    }

    fn append(&mut self, hour: &str, bytes: &[u8]) -> io::Result<()> {
        self.clean()?;
        // A clock that stepped back must not reopen an earlier file: batches follow the names.
        if self.file.is_none() || *hour > *self.position.file {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let file = options.open(path(&self.folder, hour))?;
            durable::sync_dir(&self.folder)?;
            self.position = Position { file: hour.to_owned(), offset: file.metadata()?.len() };
            self.file = Some(file);
        }
        let Some(file) = &self.file else { return Ok(()) };
        self.dirty = true;
        file.write_all_at(bytes, self.position.offset)?;
        file.sync_data()?;
        self.dirty = false;
        self.position.offset += bytes.len() as u64;
        Ok(())
    }

    fn clean(&mut self) -> io::Result<()> {
        if let (true, Some(file)) = (self.dirty, &self.file) {
            file.set_len(self.position.offset)?;
            self.dirty = false;
        }
        Ok(())
    }
}

/// The name of the file for an instant.
fn hour(at: Timestamp) -> String {
    at.to_string().chars().take(HOUR_CHARS).collect()
}

fn path(folder: &Path, hour: &str) -> PathBuf {
    folder.join(format!("{hour}{SUFFIX}"))
}

/// The hours that have files, in order.
pub(crate) fn hours(folder: &Path) -> io::Result<Vec<String>> {
    let mut hours = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let hour = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
        hours.extend(hour.filter(|hour| hour.len() == HOUR_CHARS).map(str::to_owned));
    }
    hours.sort_unstable();
    Ok(hours)
}

/// Where the last line that has its end stops.
fn whole_lines(file: &File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    while end > 0 {
        let start = end.saturating_sub(TAIL_STEP);
        let mut piece = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
        file.read_exact_at(&mut piece, start)?;
        if let Some(at) = piece.iter().rposition(|b| *b == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Reads the lines of some ranges in order, handing each on without its end, until `line` answers
/// that it wants no more. One line is in memory at a time.
pub(crate) fn read_lines(
    folder: &Path,
    ranges: &[Range],
    mut line: impl FnMut(&Range, &[u8]) -> bool,
) -> Result<(), StoreError> {
    for range in ranges {
        let torn = || StoreError::corrupt(format!("access file {}: lines are missing", range.file));
        let mut file = File::open(path(folder, &range.file)).map_err(|_| torn())?;
        file.seek(SeekFrom::Start(range.from))?;
        let mut left = range.to.checked_sub(range.from).ok_or_else(torn)?;
        let mut bytes = BufReader::new(file.take(left));
        let mut text = Vec::new();
        while left > 0 {
            text.clear();
            left -= bytes.read_until(b'\n', &mut text)? as u64;
            let Some(whole) = text.strip_suffix(b"\n") else { return Err(torn()) };
            if !line(range, whole) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The ranges from one position up to another, over all the files between.
pub(crate) fn ranges_between(
    folder: &Path,
    from: &Position,
    to: &Position,
) -> Result<Vec<Range>, StoreError> {
    let mut ranges = Vec::new();
    for file in hours(folder)? {
        if file < from.file || file > to.file {
            continue;
        }
        let start = if file == from.file { from.offset } else { 0 };
        let end =
            if file == to.file { to.offset } else { fs::metadata(path(folder, &file))?.len() };
        if start < end {
            ranges.push(Range { file, from: start, to: end });
        }
    }
    Ok(ranges)
}
