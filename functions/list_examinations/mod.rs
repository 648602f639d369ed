//! `GET /api/v1/cases/{caseId}/examinations`: a case's examinations, in the order they were planned.
//!
//! 200 with one page; 403 for those who may know of the case but not of its examinations; 404 if
//! there is no case the caller may know of.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Problem, Reply, Request,
};
use crate::record::{consult_as, load_page};
use crate::view;
use contract::List;
use contract::examinations::ExaminationSummary;
use domain::people::Act;
use domain::work::examination::Examination;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_examinations",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/examinations",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &PAGE_PARAMETERS,
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("List examinations", "Each with its `etag`.")
            .answers_list::<ExaminationSummary>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let page = request.page()?;
    consult_as(request, &case, &[Act::ReadExaminations, Act::ReadSteps], &[]).await?;
    let (found, next) = load_page::<Examination>(&request.app, &case, "", &page).await?;
    let value = found.iter().map(|(found, version)| view::examinations::summary(found, *version));
    let next_link = next.map(|next| request.next_link(&next));
    Reply::ok(&List { value: value.collect(), next_link })
}
