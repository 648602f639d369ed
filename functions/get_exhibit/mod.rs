//! `GET /api/v1/cases/{caseId}/exhibits/{exhibitId}`: an exhibit as recorded, with who answers for it.
//!
//! 200 with its ETag, 304 when the client has it; 400 without a reason for looking; 403 without the
//! role; 404 if there is none the caller may know of.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request, StatusCode};
use crate::record::{consult, name};
use crate::view;
use contract::exhibits::ExhibitView;
use domain::document::Kind;
use domain::exhibits::exhibit::Exhibit;
use domain::ids::ExhibitId;
use domain::people::Act;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_exhibit",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/exhibits/{exhibitId}",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read an exhibit", "Its state is computed from its continuity.")
            .answers::<ExhibitView>(200, "The exhibit")
            .answers_plain(304, "The client has this version");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: ExhibitId = request.param("exhibitId")?;
    let found = consult(request, &case, Act::ReadExhibits, &[name(Kind::Exhibit, &id)]).await?;
    let exhibit: &Exhibit = found.documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
    let version = found.documents.version::<Exhibit>(id.as_str()).unwrap_or_default();
    if request.has_version(version) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).with_etag(version));
    }
    Ok(Reply::ok(&view::exhibits::exhibit(exhibit))?.with_etag(version))
}
