//! `GET /api/v1/cases/{caseId}/files/{fileId}/blocks`: which blocks of an upload are safely stored, so
//! that it can go on where it stopped.
//!
//! 200; 403 without the role; 404 if there is no file the caller may know of.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use crate::record::{consult, name};
use crate::view;
use contract::files::BlocksView;
use domain::document::Kind;
use domain::files::{File, FileState};
use domain::ids::FileId;
use domain::people::Act;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_blocks",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/files/{fileId}/blocks",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("See how far an upload has got", "")
            .answers::<BlocksView>(200, "What is stored and what is missing");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: FileId = request.param("fileId")?;
    let found = consult(request, &case, Act::Upload, &[name(Kind::File, &id)]).await?;
    let file: &File = found.documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
    let uploads = &request.app.store.uploads;
    if file.state == FileState::Uploading {
        // The announcement may have been recorded without the store having been told.
        uploads.begin(id.as_str(), view::files::plan(file)).await?;
    }
    let (plan, stored) = uploads.blocks(id.as_str()).await?;
    Reply::ok(&view::files::blocks(file, &plan, &stored))
}
