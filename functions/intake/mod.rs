//! Intake: what becomes of a file whose bytes are all here. The upload worker and the sweep both come
//! through this room.
//!
//! What is done comes in an order in which every crash is mended by doing it again: the upload is
//! closed, the bytes are read, the finding is recorded, the file goes to its shelf.

use crate::app::App;
use crate::http::Problem;
use crate::record::{CommandIdentity, change_by_service, load, name};
use crate::triggers::{Message, Payload};
use domain::document::Kind;
use domain::files::{File, FileState, judge};
use domain::ids::{CaseId, FileId};
use domain::time::Timestamp;
use domain::views::{self, FileRow, key};
use ledger::header::ChainId;
use serde_json::json;
use store::error::StoreError;
use store::model::{Row, Shelf};

/// The function that does this work: what its command and the record call whoever judges files.
pub const WORKER: &str = "process_upload";

/// The container whose finished blobs are uploads.
pub const CONTAINER: &str = "uploads";

/// The message that says a file's bytes are all here, as the storage account would word it. Its length
/// is left at 0: whoever asks for a file to be looked at again does not know it, and nobody reads it.
#[must_use]
pub fn message_for(case: &CaseId, file: &FileId) -> Payload {
    let event = json!({
        "id": file,
        "eventType": "Microsoft.Storage.BlobCreated",
        "subject": format!("/blobServices/default/containers/{CONTAINER}/blobs/{case}/{file}"),
        "data": {"url": format!("/{CONTAINER}/{case}/{file}"), "contentLength": 0},
    });
    Payload::Message(Message::new(event.to_string()))
}

/// The files that the store says wait to be looked at, at most `limit`: what a pump sends messages for
/// where no storage account tells us.
///
/// # Errors
/// When the store cannot be read.
pub async fn waiting(app: &App, limit: usize) -> Result<Vec<FileRow>, Problem> {
    let mut files = Vec::new();
    for id in app.store.uploads.waiting(limit).await? {
        match app.store.views.first(views::FILES, &key::file(&id)).await? {
            Some(row) => files.push(of_row(&row)?),
            None => tracing::warn!(file = id, "a file waits that no case knows"),
        }
    }
    Ok(files)
}

/// A row of the view of files.
pub fn of_row(row: &Row) -> Result<FileRow, Problem> {
    Ok(serde_json::from_str(&row.body)
        .map_err(|error| StoreError::corrupt(format!("row of view files: {error}")))?)
}

/// Takes one file as far as it can go now. Doing it again, or twice at once, changes nothing more.
pub async fn process(
    app: &App,
    case: &ChainId,
    id: &FileId,
    now: Timestamp,
) -> Result<(), Problem> {
    let Some(file) = find(app, case, id).await? else {
        tracing::warn!(file = id.as_str(), "a message names a file that no case knows");
        return Ok(());
    };
    if file.state == FileState::Received {
        // Recording that it was received and closing the upload are two steps; the second may be owed.
        app.store.uploads.complete(id.as_str()).await?;
    }
    let shelf = match shelf(file.state) {
        Some(shelf) => Some(shelf),
        None => examine(app, case, &file, now).await?,
    };
    match shelf {
        Some(shelf) => Ok(app.store.files.settle(id.as_str(), shelf).await?),
        None => Ok(()),
    }
}

/// Reads the bytes through and records what they are. `None` while they are not all here.
async fn examine(
    app: &App,
    case: &ChainId,
    file: &File,
    now: Timestamp,
) -> Result<Option<Shelf>, Problem> {
    let id = &file.id;
    let examined = match app.store.files.examine(id.as_str()).await {
        Ok(examined) => examined,
        Err(StoreError::NotFound) => {
            tracing::info!(file = id.as_str(), "not all of its bytes are here yet");
            return Ok(None);
        }
        Err(other) => return Err(other.into()),
    };
    let identity = CommandIdentity::of_service(app, &[WORKER, case.as_str(), id.as_str()]);
    let names = [name(Kind::File, id), name(Kind::Examination, &file.examination_id)];
    change_by_service(app, WORKER, now, case, &identity, &names, &|documents| {
        let file: &File = documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
        Ok(judge(file, examined.size, examined.sha256, &examined.media_type))
    })
    .await?;
    let judged = find(app, case, id).await?.and_then(|file| shelf(file.state));
    judged.map(Some).ok_or_else(|| Problem::internal("a judged file is not judged"))
}

/// Where a judged file goes.
fn shelf(state: FileState) -> Option<Shelf> {
    match state {
        FileState::Uploading | FileState::Received => None,
        FileState::Verified => Some(Shelf::Evidence),
        FileState::Quarantined => Some(Shelf::Quarantine),
    }
}

async fn find(app: &App, case: &ChainId, id: &FileId) -> Result<Option<File>, Problem> {
    let found = load(app, case, &[name(Kind::File, id)]).await?;
    Ok(found.documents.find::<File>(id.as_str()).cloned())
}
