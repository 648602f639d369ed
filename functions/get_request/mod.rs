//! `GET /api/v1/cases/{caseId}/requests/{requestId}`: a request as recorded.
//!
//! 200 with its ETag, 304 when the client has it, 404 if there is none the caller may know of.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request, StatusCode};
use crate::record::{consult, name};
use crate::view;
use contract::requests::RequestView;
use domain::casework::submission::Submission;
use domain::document::Kind;
use domain::ids::SubmissionId;
use domain::people::Act;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_request",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/requests/{requestId}",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read a request", "Its state is computed from recorded events.")
            .answers::<RequestView>(200, "The request")
            .answers_plain(304, "The client has this version");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: SubmissionId = request.param("requestId")?;
    let names = [name(Kind::Submission, &id)];
    let found = consult(request, &case, Act::ReadStatus, &names).await?;
    let submission: &Submission =
        found.documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
    let version = found.documents.version::<Submission>(id.as_str()).unwrap_or_default();
    if request.has_version(version) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).with_etag(version));
    }
    Ok(Reply::ok(&view::requests::request(submission))?.with_etag(version))
}
