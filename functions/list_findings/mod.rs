//! `GET /api/v1/cases/{caseId}/examinations/{examinationId}/findings`: an examination's findings, in the
//! order they were recorded.
//!
//! 200 with one page; 403 for those who may know of the case but not of its findings; 404 if there is no
//! examination the caller may know of.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Problem, Reply, Request,
};
use crate::record::page_of_examination;
use crate::view;
use contract::examinations::FindingView;
use domain::work::finding::Finding;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_findings",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}/findings",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &PAGE_PARAMETERS,
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation.says("List findings", "").answers_list::<FindingView>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    page_of_examination::<Finding, _>(request, &case, view::examinations::finding).await
}
