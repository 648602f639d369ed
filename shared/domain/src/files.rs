//! Files: announced with what they should be, and evidence only once the stored bytes say so.

use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::ids::{CaseId, ExaminationId, FileId};
use crate::people::{Caller, PersonRef};
use crate::refusal::Refusal;
use crate::text::{Check, LINE_CHARS_MAX};
use crate::time::Timestamp;
use crate::work::examination::Examination;
use crate::work::package::Library;
use ledger::hash::Hash;
use serde::{Deserialize, Serialize};

/// The largest file, in bytes: 64 GiB, what every store takes. Device images stay out.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// Bytes in every block of an upload but the last: 8 MiB, so that a broken connection costs little
/// and the largest file has 8,192 blocks.
pub const BLOCK_BYTES: u64 = 8 * 1024 * 1024;

/// The command to announce a file.
#[derive(Clone, Debug)]
pub struct Announce {
    /// Its name: data, never a path.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Its SHA-256 as the sender computed it: 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Code from the list `file_roles`.
    pub role: String,
}

/// `file.announced`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileAnnounced {
    /// The file.
    pub file_id: FileId,
    /// The examination it belongs to.
    pub examination_id: ExaminationId,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Bytes, as declared.
    pub declared_size: u64,
    /// SHA-256, as declared.
    pub declared_sha256: Hash,
    /// Bytes in each block.
    pub block_size: u64,
    /// What it is for.
    pub role: String,
}

/// `file.received`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileReceived {
    /// The file.
    pub file_id: FileId,
}

/// `file.verified`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileVerified {
    /// The file.
    pub file_id: FileId,
    /// Its examination.
    pub examination_id: ExaminationId,
    /// Bytes, counted by us.
    pub size: u64,
    /// SHA-256, computed by us.
    pub sha256: Hash,
    /// Media type, sniffed by us.
    pub media_type: String,
    /// What it is for.
    pub role: String,
}

/// `file.quarantined`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileQuarantined {
    /// The file.
    pub file_id: FileId,
    /// Bytes, counted by us.
    pub size: u64,
    /// SHA-256, computed by us.
    pub sha256: Hash,
    /// Media type, sniffed by us.
    pub media_type: String,
}

/// What a file's record entails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Blocks are awaited.
    Uploading,
    /// All blocks are here; the upload worker has not looked yet.
    Received,
    /// It is what was declared.
    Verified,
    /// It is not what was declared, and is kept apart.
    Quarantined,
}

/// What the upload worker found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Hash,
    /// Media type.
    pub media_type: String,
    /// When.
    pub at: Timestamp,
}

/// A file as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The file.
    pub id: FileId,
    /// Its case.
    pub case_id: CaseId,
    /// The examination it belongs to.
    pub examination_id: ExaminationId,
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub role: String,
    /// Bytes, as declared.
    pub declared_size: u64,
    /// SHA-256, as declared.
    pub declared_sha256: Hash,
    /// Bytes in each block.
    pub block_size: u64,
    /// Who announced it.
    pub uploaded_by: PersonRef,
    /// When.
    pub announced_at: Timestamp,
    /// What the record entails.
    pub state: FileState,
    /// What the upload worker found.
    pub found: Option<Found>,
    /// Whether a released result carries it, so that officers may open it.
    pub released: bool,
}

/// Decides an announcement.
pub fn announce(
    examination: &Examination,
    command: &Announce,
    library: &Library,
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    check.line("/name", &command.name, LINE_CHARS_MAX);
    check.require(command.size >= 1, "/sizeBytes", "tooSmall", "A file has at least 1 byte.");
    check.require(
        command.size <= FILE_BYTES_MAX,
        "/sizeBytes",
        "tooLarge",
        "At most 64 GiB. Device images stay on their own media: record their hashes.",
    );
    let sha256 = command.sha256.parse::<Hash>();
    check.require(
        sha256.is_ok(),
        "/sha256",
        "notASha256",
        "SHA-256 as 64 lower-case hexadecimal digits.",
    );
    check.require(
        library.has_code("file_roles", &command.role),
        "/role",
        "unknownCode",
        "Choose a code from the list file_roles.",
    );
    check.finish()?;
    let declared_sha256 = sha256.expect("the check above refuses everything else");
    examination.refuse_when_over()?;
    Ok(vec![Event::FileAnnounced(FileAnnounced {
        file_id: context.ids.ordered(context.now),
        examination_id: examination.id.clone(),
        name: Some(command.name.clone()),
        declared_size: command.size,
        declared_sha256,
        block_size: BLOCK_BYTES,
        role: command.role.clone(),
    })])
}

/// Refuses who did not announce the file: nobody else sends its bytes or says that they are all here.
pub fn refuse_unless_yours(file: &File, caller: &Caller) -> Result<(), Refusal> {
    if file.uploaded_by.id == caller.id {
        return Ok(());
    }
    Err(Refusal::not_allowed("notYourUpload", "Only who began the upload may go on with it."))
}

/// Refuses when all of the file's bytes are here.
pub fn refuse_unless_uploading(file: &File) -> Result<(), Refusal> {
    if file.state == FileState::Uploading {
        return Ok(());
    }
    Err(Refusal::wrong_state("uploadComplete", "This upload is complete already."))
}

/// Decides that all blocks are here: only who announced the file says so.
pub fn receive(file: &File, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    refuse_unless_yours(file, context.caller)?;
    refuse_unless_uploading(file)?;
    Ok(vec![Event::FileReceived(FileReceived { file_id: file.id.clone() })])
}

/// Decides what the stored bytes mean. Nothing happens twice: a file that has been judged gives no
/// event. Bytes that are all here before anybody said so are received first.
#[must_use]
pub fn judge(file: &File, size: u64, sha256: Hash, media_type: &str) -> Vec<Event> {
    let mut events = match file.state {
        FileState::Uploading => {
            vec![Event::FileReceived(FileReceived { file_id: file.id.clone() })]
        }
        FileState::Received => Vec::new(),
        FileState::Verified | FileState::Quarantined => return Vec::new(),
    };
    let media_type = media_type.to_owned();
    let file_id = file.id.clone();
    events.push(if size == file.declared_size && sha256 == file.declared_sha256 {
        Event::FileVerified(FileVerified {
            file_id,
            examination_id: file.examination_id.clone(),
            size,
            sha256,
            media_type,
            role: file.role.clone(),
        })
    } else {
        Event::FileQuarantined(FileQuarantined { file_id, size, sha256, media_type })
    });
    events
}

impl File {
    /// The file that `file.announced` makes.
    #[must_use]
    pub fn announced(event: &FileAnnounced, case_id: CaseId, recorded: &Recorded) -> File {
        File {
            id: event.file_id.clone(),
            case_id,
            examination_id: event.examination_id.clone(),
            name: event.name.clone(),
            role: event.role.clone(),
            declared_size: event.declared_size,
            declared_sha256: event.declared_sha256,
            block_size: event.block_size,
            uploaded_by: recorded.actor.person(),
            announced_at: recorded.time,
            state: FileState::Uploading,
            found: None,
            released: false,
        }
    }

    /// Takes the upload worker's finding.
    pub fn settle(&mut self, state: FileState, found: Found) {
        self.state = state;
        self.found = Some(found);
    }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
