//! `GET /api/v1/cases/{caseId}/files/{fileId}`: a file's record. Officers see those that a released
//! result carries.
//!
//! 200 with its ETag, 304 when the client has it, 404 if there is none the caller may know of.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request, StatusCode};
use crate::view::{self, disclosed};
use contract::files::FileView;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_file",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/files/{fileId}",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read a file's record", "Its bytes are at `/content`.")
            .answers::<FileView>(200, "The file")
            .answers_plain(304, "The client has this version");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (file, version) = disclosed::file(request).await?;
    if request.has_version(version) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).with_etag(version));
    }
    Ok(Reply::ok(&view::files::file(&file, version))?.with_etag(version))
}
