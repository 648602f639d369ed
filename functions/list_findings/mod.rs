//! `GET /api/v1/cases/{caseId}/examinations/{examinationId}/findings`: an examination's findings, in the
//! order they were recorded.
//!
//! 200 with one page; 403 for those who may know of the case but not of its findings; 404 if there is no
//! examination the caller may know of.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Problem, Reply, Request,
};
use crate::record::{consult, load_page, name};
use crate::view;
use contract::List;
use contract::examinations::FindingView;
use domain::document::Kind;
use domain::ids::ExaminationId;
use domain::people::Act;
use domain::work::examination::Examination;
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
    let id: ExaminationId = request.param("examinationId")?;
    let page = request.page()?;
    let names = [name(Kind::Examination, &id)];
    let found = consult(request, &case, Act::ReadExaminations, &names).await?;
    found.documents.find::<Examination>(id.as_str()).ok_or_else(Problem::not_found)?;
    let prefix = format!("{id}.");
    let (found, next) = load_page::<Finding>(&request.app, &case, &prefix, &page).await?;
    let value = found.iter().map(|(finding, _)| view::examinations::finding(finding)).collect();
    let next_link = next.map(|next| request.next_link(&next));
    Reply::ok(&List { value, next_link })
}
