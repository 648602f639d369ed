//! `GET /api/v1/cases/{caseId}/examinations/{examinationId}/notes`: an examination's notes, in the
//! order they were recorded.
//!
//! 200 with one page; 403 for those who may know of the case but not of its notes; 404 if there is no
//! examination the caller may know of.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Problem, Reply, Request,
};
use crate::record::page_of_examination;
use crate::view;
use contract::examinations::NoteView;
use domain::work::note::Note;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_notes",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}/notes",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &PAGE_PARAMETERS,
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation.says("List notes", "").answers_list::<NoteView>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    page_of_examination::<Note, _>(request, &case, view::examinations::note).await
}
