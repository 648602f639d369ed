//! `GET /api/v1/cases/{caseId}/exhibits/{exhibitId}/continuity`: every act on an exhibit, in order.
//!
//! 200 with a page, each act with the place of its event in the case's log; 400 without a reason for
//! looking; 403 without the role; 404 if there is no such exhibit the caller may know of.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Problem, Reply, Request,
};
use crate::record::{consult, load_page, name};
use crate::view;
use contract::List;
use contract::exhibits::ContinuityLine;
use domain::document::Kind;
use domain::exhibits::exhibit::Exhibit;
use domain::exhibits::movement::Movement;
use domain::ids::ExhibitId;
use domain::people::Act;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_continuity",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/exhibits/{exhibitId}/continuity",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[PAGE_PARAMETERS[0], PAGE_PARAMETERS[1]],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("List an exhibit's continuity", "The unbroken account of who had it, where.")
            .answers_list::<ContinuityLine>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: ExhibitId = request.param("exhibitId")?;
    let page = request.page()?;
    let found = consult(request, &case, Act::ReadExhibits, &[name(Kind::Exhibit, &id)]).await?;
    if found.documents.find::<Exhibit>(id.as_str()).is_none() {
        return Err(Problem::not_found());
    }
    let acts = format!("{id}.");
    let (lines, next) = load_page::<Movement>(&request.app, &case, &acts, &page).await?;
    let value = lines.iter().map(|(line, _)| view::exhibits::line(line)).collect();
    Reply::ok(&List { value, next_link: next.map(|next| request.next_link(&next)) })
}
