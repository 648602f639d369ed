//! `GET /api/v1/cases/{caseId}/results/{resultId}`: a result. Officers see it once it is released, and
//! then without what led to it.
//!
//! 200 with its ETag, 304 when the client has it, 404 if there is none the caller may know of.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request, StatusCode};
use crate::record::{consult_as, name};
use crate::view::{self, results::Audience};
use contract::results::ResultView;
use domain::document::Kind;
use domain::ids::ResultId;
use domain::people::Act;
use domain::work::result::ResultRecord;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_result",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/results/{resultId}",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read a result", "Outside the unit only what has been released.")
            .answers::<ResultView>(200, "The result")
            .answers_plain(304, "The client has this version");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: ResultId = request.param("resultId")?;
    let names = [name(Kind::Result, &id)];
    let acts = [Act::ReadExaminations, Act::ReadStatus];
    let (found, act) = consult_as(request, &case, &acts, &names).await?;
    let inside = act == Act::ReadExaminations;
    let result: &ResultRecord = found
        .documents
        .find(id.as_str())
        .filter(|result: &&ResultRecord| inside || result.released.is_some())
        .ok_or_else(Problem::not_found)?;
    let version = found.documents.version::<ResultRecord>(id.as_str()).unwrap_or_default();
    if request.has_version(version) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).with_etag(version));
    }
    let audience = if inside { Audience::Unit } else { Audience::Officers };
    Ok(Reply::ok(&view::results::result(result, audience))?.with_etag(version))
}
