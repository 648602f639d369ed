//! `continuity export`: a case leaves as a sealed bundle, and its log says to whom and why.

use crate::client::{self, Answer, Client, PATIENCE, Service};
use crate::outcome::{Exit, Failure, Outcome, printable};
use crate::tarball::{self, TAR_BYTES_MAX};
use contract::exports::ExportCase;
use functions::http::trace::random_uuid;
use ledger::checkpoint::Checkpoint;
use ledger::note::Note;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The longest that is waited for the bundle, in seconds.
const WAIT_SECONDS_MAX: u64 = 3600;
/// The pause before the bundle is asked for again when the service names none.
const ASK_AGAIN: Duration = Duration::from_secs(2);
/// The longest pause, whatever the service names.
const ASK_AGAIN_MAX: Duration = Duration::from_secs(30);
/// Where a bundle keeps its checkpoints.
const CHECKPOINTS: &str = "data/checkpoints/";

/// The arguments of `continuity export`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The case, by its id.
    #[arg(long, value_name = "ID")]
    case: String,
    /// To whom it goes: recorded in the case's log and in the bundle.
    #[arg(long, value_name = "TEXT")]
    recipient: String,
    /// What for: recorded too.
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// The tar file to write; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also unpack it into this folder, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    extract: Option<PathBuf>,
    /// How long to wait for the bundle, 0 to 3600 seconds: its last event has to be anchored.
    #[arg(long, value_name = "SECONDS", default_value_t = 120,
          value_parser = clap::value_parser!(u64).range(0..=WAIT_SECONDS_MAX))]
    wait: u64,
    /// Why you look into the case: recorded with your name.
    #[arg(long, value_name = "TEXT", default_value = "Exporting the case")]
    reason: String,
    #[command(flatten)]
    service: Service,
}

/// Records the export, fetches the bundle, and prints the file's path, the size of the log's tree it
/// is proved against and, if asked to, the folder it was unpacked to.
///
/// # Errors
/// Unusable: the file exists, or the service does not answer. Refused: the service says no, or what
/// it sent is no bundle.
pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write, err: &mut dyn Write) -> Outcome {
    if !client::is_segment(&arguments.case) {
        return Err(Failure::unusable("--case takes a case's id"));
    }
    let reason = client::reason(&arguments.reason)?;
    let client = Client::new(&arguments.service, PATIENCE)?;
    // Before anything is recorded: an export that cannot be kept should not be in the log.
    let draft = Draft::create(&arguments.out)?;
    let asked =
        ExportCase { recipient: arguments.recipient.clone(), purpose: arguments.purpose.clone() };
    let path = format!("/api/v1/cases/{}/exports", arguments.case);
    let key = random_uuid().to_string();
    let recorded = client.post(&path, &key, &asked)?;
    let location = recorded
        .header("location")
        .ok_or_else(|| Failure::unusable("the service did not say where the export is"))?;
    let location = client.own_path(location)?;
    writeln!(err, "recorded as {location}")?;
    let bundle = fetch(&client, &format!("{location}/bundle"), reason, arguments.wait)?;
    let size = draft.fill(bundle)?;
    draft.keep()?;
    writeln!(out, "{}", printable(&arguments.out.display().to_string()))?;
    writeln!(out, "tree size: {size}")?;
    if let Some(into) = &arguments.extract {
        let bag = tarball::extract(&arguments.out, into)?;
        writeln!(out, "unpacked: {}", printable(&bag.display().to_string()))?;
    }
    Ok(Exit::Done)
}

/// Asks for the bundle until it is there or the time is over.
fn fetch(client: &Client, path: &str, reason: &str, seconds: u64) -> Outcome<Answer> {
    let (begin, time) = (Instant::now(), Duration::from_secs(seconds));
    loop {
        // 503 while the export's event is not anchored, after which the client has tried already.
        let (pause, failure) = match client.get(path, reason) {
            Ok(answer) if answer.status == 200 => return Ok(answer),
            Ok(answer) => {
                let pause = answer.retry_after().unwrap_or(ASK_AGAIN);
                (pause, Failure::unusable(not_yet(path)))
            }
            Err(failure) if failure.exit == Exit::Unusable => (ASK_AGAIN, failure),
            Err(failure) => return Err(failure),
        };
        let left = time.saturating_sub(begin.elapsed());
        if left.is_zero() {
            return Err(failure);
        }
        std::thread::sleep(pause.min(ASK_AGAIN_MAX).min(left));
    }
}

fn not_yet(path: &str) -> String {
    format!("the bundle is not ready yet; it will be at {path}")
}

/// A file beside the one to be written, which appears whole or not at all. Goes when dropped.
#[derive(Debug)]
struct Draft {
    path: PathBuf,
    target: PathBuf,
    file: File,
}

impl Draft {
    fn create(target: &Path) -> Outcome<Draft> {
        let name = target.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
            Failure::unusable(format_args!("{}: is no name for a file", target.display()))
        })?;
        if fs::symlink_metadata(target).is_ok() {
            let exists = format_args!("{}: exists already", target.display()).to_string();
            return Err(Failure::unusable(exists));
        }
        let path = target.with_file_name(format!(".{name}.{}", random_uuid().simple()));
        // A bundle holds personal data: nobody else on this machine reads it unless told to.
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(Failure::at(target))?;
        Ok(Draft { path, target: target.to_owned(), file })
    }

    /// Takes in the bundle, reads it as a stranger would, and answers with its tree size.
    fn fill(&self, mut bundle: Answer) -> Outcome<u64> {
        let mut file = &self.file;
        std::io::copy(&mut bundle.reader(TAR_BYTES_MAX), &mut file)
            .and_then(|_| self.file.sync_all())
            .map_err(Failure::at(&self.target))?;
        let files = tarball::read(&self.path)?;
        files
            .iter()
            .filter(|(path, _)| path.starts_with(CHECKPOINTS) && path.ends_with(".note"))
            .filter_map(|(_, note)| tree_size(note))
            .max()
            .ok_or_else(|| Failure::refused("what the service sent holds no checkpoint"))
    }

    /// Gives the file its name; a file of that name that came meanwhile is not replaced.
    fn keep(&self) -> Outcome<()> {
        let linked = match fs::hard_link(&self.path, &self.target) {
            // Media such as memory sticks know no links: there, looking first has to do.
            Err(error) if error.kind() != ErrorKind::AlreadyExists && !self.target.exists() => {
                fs::rename(&self.path, &self.target)
            }
            other => other,
        };
        linked.map_err(Failure::at(&self.target))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What stays behind when this fails is hidden, harmless and named like its target.
        let _ = fs::remove_file(&self.path);
    }
}

/// The tree size of a checkpoint. Its signature is checked by `continuity verify`.
fn tree_size(note: &[u8]) -> Option<u64> {
    let note = Note::parse(std::str::from_utf8(note).ok()?).ok()?;
    Checkpoint::parse(&note.text).ok().map(|checkpoint| checkpoint.size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_leaves_nothing_behind_and_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("case.tar");
        drop(Draft::create(&target).unwrap());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
        let draft = Draft::create(&target).unwrap();
        fs::write(&target, "somebody else's").unwrap();
        assert!(draft.keep().is_err());
        drop(draft);
        assert_eq!(fs::read_to_string(&target).unwrap(), "somebody else's");
        assert!(Draft::create(&target).is_err());
    }

    #[test]
    fn the_tree_size_is_read_off_a_checkpoint() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../ledger/vectors/golden-v1/data/checkpoints/23.note"
        );
        assert_eq!(tree_size(&fs::read(path).unwrap()), Some(23));
        assert_eq!(tree_size(b"23"), None);
    }
}
