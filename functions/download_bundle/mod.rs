//! `GET /api/v1/cases/{caseId}/exports/{exportId}/bundle`: the case as a sealed bundle.
//!
//! 200 with a tar file (`application/x-tar`) holding a BagIt bag that a stranger can check offline;
//! 404 if there is no such export the caller may know of; 503 with `Retry-After` while its last event
//! waits for its place in the force's log. Files of the case larger than [`CARRIED_BYTES_MAX`] are
//! listed with their hashes and travel apart.

mod gather;
mod html;

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request, StatusCode};
use crate::record::{consult, name};
use crate::view;
use domain::casework::case::Case;
use domain::document::Kind;
use domain::ids::ExportId;
use domain::people::Act;
use domain::records::export::Export;
use http::{HeaderValue, header};
use std::time::Duration;

/// The largest file that a bundle carries itself, in bytes.
pub const CARRIED_BYTES_MAX: u64 = 1024 * 1024;
/// The most bytes of files that a bundle carries in all.
pub const CARRIED_TOTAL_MAX: u64 = 16 * 1024 * 1024;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "download_bundle",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/exports/{exportId}/bundle",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Fetch a case's bundle", "A tar file; unpack it and read data/HOW-TO-CHECK.txt.")
            .answers_plain(200, "The bundle");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: ExportId = request.param("exportId")?;
    let found = consult(request, &case, Act::Export, &[name(Kind::Export, &id)]).await?;
    let export: &Export = found.documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
    let lab_reference = found
        .documents
        .find::<Case>(case.as_str())
        .map(|case| case.lab_reference.clone())
        .ok_or_else(Problem::not_found)?;
    let size = wait_for_anchor(request, &case, export.seq).await?;
    let files = gather::bundle(&request.app, &case, export, &lab_reference, size).await?;
    let packed = pack(&format!("{lab_reference}-{}", export.seq), &files)?;
    let disposition = format!("attachment; filename=\"{lab_reference}-{}.tar\"", export.seq);
    let disposition = HeaderValue::from_str(&disposition)
        .map_err(|_| Problem::internal("the laboratory reference is no file name"))?;
    let reply = Reply::bytes(StatusCode::OK, "application/x-tar", packed);
    Ok(reply.with_header(header::CONTENT_DISPOSITION, disposition))
}

/// The size of an anchored log that holds the event.
async fn wait_for_anchor(
    request: &Request,
    case: &ledger::header::ChainId,
    seq: u64,
) -> Result<u64, Problem> {
    let app = &request.app;
    let look = async {
        loop {
            let anchored = app.anchored.notified();
            let events = app.store.streams.events(case, seq, 1).await?;
            let index = events.first().and_then(|event| event.log_index);
            let published = app.store.log.head().await?.published;
            if index.is_some_and(|index| index < published) {
                return Ok::<u64, Problem>(published);
            }
            app.log_bell.notify_one();
            // The bell may have rung in another process: look again soon in any case.
            let _ = tokio::time::timeout(Duration::from_millis(500), anchored).await;
        }
    };
    match tokio::time::timeout(app.edge.config.limits.anchor, look).await {
        Ok(found) => found,
        Err(_) => Err(Problem::unavailable("the export's event is not anchored yet")),
    }
}

/// One tar file, everything below one folder, the same bytes for the same files.
fn pack(folder: &str, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Problem> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut head = tar::Header::new_ustar();
        head.set_size(bytes.len() as u64);
        head.set_mode(0o644);
        head.set_mtime(0);
        tar.append_data(&mut head, format!("{folder}/{path}"), bytes.as_slice())
            .map_err(|error| Problem::internal(format!("the bundle cannot be packed: {error}")))?;
    }
    tar.into_inner()
        .map_err(|error| Problem::internal(format!("the bundle cannot be packed: {error}")))
}
