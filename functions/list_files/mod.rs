//! `GET /api/v1/cases/{caseId}/examinations/{examinationId}/files`: an examination's files, in the order
//! they were announced.
//!
//! 200 with one page; 403 for those who may know of the case but not of its examinations; 404 if there
//! is no examination the caller may know of.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Problem, Reply, Request,
};
use crate::record::{consult, load, name};
use crate::view;
use contract::List;
use contract::files::FileView;
use domain::document::Kind;
use domain::files::File;
use domain::ids::ExaminationId;
use domain::people::Act;
use domain::views::{self, key};
use domain::work::examination::Examination;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_files",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}/files",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &PAGE_PARAMETERS,
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation.says("List files", "").answers_list::<FileView>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: ExaminationId = request.param("examinationId")?;
    let page = request.page()?;
    let names = [name(Kind::Examination, &id)];
    let found = consult(request, &case, Act::ReadExaminations, &names).await?;
    found.documents.find::<Examination>(id.as_str()).ok_or_else(Problem::not_found)?;
    let app = &request.app;
    let (after, size) = (page.after.as_deref(), usize::from(page.size));
    let key = key::examination(id.as_str());
    let rows = app.store.views.query(views::FILES, &key, after, size).await?;
    let names: Vec<_> = rows.items.iter().map(|row| name(Kind::File, &row.key.id)).collect();
    let files = load(app, &case, &names).await?.documents;
    let shown = |(_, id): &(Kind, String)| {
        let version = files.version::<File>(id)?;
        files.find::<File>(id).map(|file| view::files::file(file, version))
    };
    let value = names.iter().filter_map(shown).collect();
    let next_link = rows.next.map(|next| request.next_link(&next));
    Reply::ok(&List { value, next_link })
}
