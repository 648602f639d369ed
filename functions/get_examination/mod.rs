//! `GET /api/v1/cases/{caseId}/examinations/{examinationId}`: an examination, its open steps with what
//! each still needs of the caller, and its history.
//!
//! 200 with the ETag that a change has to name. Those who only handle exhibits see the steps and not
//! what was recorded. Never 304: what a step needs depends on the exhibits and on who asks, not on
//! the examination's version alone. 403 for those who may know of the case but not of its
//! examinations; 404 if there is none the caller may know of.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use crate::record::{consult_as, load, name};
use crate::view::{self, examinations::Depth};
use contract::examinations::ExaminationView;
use domain::document::Kind;
use domain::exhibits::exhibit::Exhibit;
use domain::ids::ExaminationId;
use domain::people::Act;
use domain::work::examination::Examination;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_examination",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read an examination", "With what each open step still needs of you.")
            .answers::<ExaminationView>(200, "The examination");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let id: ExaminationId = request.param("examinationId")?;
    let names = [name(Kind::Examination, &id)];
    let acts = [Act::ReadExaminations, Act::ReadSteps];
    let (found, act) = consult_as(request, &case, &acts, &names).await?;
    let examination: &Examination =
        found.documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
    let version = found.documents.version::<Examination>(id.as_str()).unwrap_or_default();
    let exhibits: Vec<_> =
        examination.exhibits.iter().map(|exhibit| name(Kind::Exhibit, exhibit)).collect();
    let exhibits = load(&request.app, &case, &exhibits).await?;
    let exhibits: Vec<&Exhibit> = exhibits.documents.all::<Exhibit>().collect();
    let depth = if act == Act::ReadExaminations { Depth::Whole } else { Depth::Steps };
    let (library, caller) = (request.app.library, request.caller()?);
    let shown =
        view::examinations::examination(examination, version, &exhibits, library, caller, depth);
    Ok(Reply::ok(&shown)?.with_etag(version))
}
