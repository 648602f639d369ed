//! `PUT /api/v1/cases/{caseId}/files/{fileId}/blocks/{index}`: one block of a file's bytes, as they are.
//!
//! 200 with its receipt once it is durable; the same bytes again are the same success. 403 for anybody
//! but who announced the file; 404 if there is no file the caller may know of; 409 `uploadComplete`
//! when all bytes are here, `blockExists` when other bytes are stored as this block; 413 far beyond the
//! length of a block; 422 `blockLength` unless it is exactly as long as it has to be, `blockIndex` if
//! the file has no such block. The body may be of announced length or chunked.

use crate::http::{
    Access, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply, Request,
};
use crate::record::{load, name};
use crate::view;
use contract::files::BlockReceipt;
use domain::casework::case::Case;
use domain::document::Kind;
use domain::files::{BLOCK_BYTES, File, refuse_unless_uploading, refuse_unless_yours};
use domain::ids::FileId;
use domain::people::{Act, may};
use store::error::StoreError;

/// How much more than a block is read before the body counts as too large instead of as a block of
/// the wrong length, in bytes.
const SLACK_BYTES: u64 = 64 * 1024;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "upload_block",
    method: Method::PUT,
    route: "api/v1/cases/{caseId}/files/{fileId}/blocks/{index}",
    access: Access::SignedIn,
    mutates: Mutates::Bytes,
    query: &[],
    body_limit: (BLOCK_BYTES + SLACK_BYTES) as usize,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Send a block", "The body is the block's bytes and nothing else.")
            .answers::<BlockReceipt>(200, "The block is stored")
            .refuses(&[
                ProblemKind::WrongState,
                ProblemKind::Timeout,
                ProblemKind::TooLarge,
                ProblemKind::Invalid,
                ProblemKind::Full,
            ]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: FileId = request.param("fileId")?;
    let index: u32 = request.param("index")?;
    let caller = request.caller()?;
    let names = [name(Kind::Case, &case), name(Kind::File, &id)];
    let found = load(&request.app, &case, &names).await?.documents;
    let within = found.find::<Case>(case.as_str()).ok_or_else(Problem::not_found)?;
    may(caller, Act::Upload, &within.scope)?;
    let file: &File = found.find(id.as_str()).ok_or_else(Problem::not_found)?;
    refuse_unless_yours(file, caller)?;
    refuse_unless_uploading(file)?;
    let plan = view::files::plan(file);
    let expected = plan.block_len(index).ok_or_else(|| {
        let detail = format!("This file has the blocks 0 to {}.", plan.blocks() - 1);
        Problem::new(ProblemKind::Invalid, "blockIndex", detail)
    })?;
    let limit = plan.block_size + SLACK_BYTES;
    let announced = body.announced();
    let bytes = body.stream(limit)?;
    if let Some(actual) = announced.filter(|length| *length != expected) {
        let detail = format!("Expected {expected} bytes, {actual} were announced.");
        return Err(Problem::new(ProblemKind::Invalid, "blockLength", detail));
    }
    let stored = request.app.store.uploads.put_block(id.as_str(), index, bytes).await;
    match stored {
        Ok(block) => Reply::ok(&view::files::receipt(&block)),
        Err(StoreError::Exists { .. }) => Err(Problem::new(
            ProblemKind::WrongState,
            "blockExists",
            "Other bytes are stored as this block. A block is never replaced.",
        )),
        Err(other) => Err(other.into()),
    }
}
