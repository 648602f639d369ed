//! `GET /api/v1/cases/{caseId}/exhibits`: the exhibits of a case, oldest first.
//!
//! 200 with a page; 400 without a reason for looking; 403 without the role; 404 for a case the caller
//! may not know of.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Problem, Reply, Request,
};
use crate::record::{consult, load_page};
use crate::view;
use contract::List;
use contract::exhibits::ExhibitSummary;
use domain::exhibits::exhibit::Exhibit;
use domain::people::Act;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_exhibits",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/exhibits",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[PAGE_PARAMETERS[0], PAGE_PARAMETERS[1]],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("List a case's exhibits", "Sub-exhibits name the exhibit they came from.")
            .answers_list::<ExhibitSummary>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let page = request.page()?;
    consult(request, &case, Act::ReadExhibits, &[]).await?;
    let (exhibits, next) = load_page::<Exhibit>(&request.app, &case, "", &page).await?;
    let value = exhibits.iter().map(|(e, version)| view::exhibits::summary(e, *version)).collect();
    Reply::ok(&List { value, next_link: next.map(|next| request.next_link(&next)) })
}
