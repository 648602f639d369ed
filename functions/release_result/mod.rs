//! `POST /api/v1/cases/{caseId}/results/{resultId}/release`: a reviewed result becomes available to
//! those who asked, with its files. The request has no body.
//!
//! 200 with the result as it now is; 403 without the role; 404 if there is no result the caller may
//! know of; 409 if its reviews have not passed, it is released already, its examination was stopped,
//! or the caller did the work or checked it technically; 412 if it has changed since the caller read
//! it.

use crate::http::body::EMPTY_BODY_BYTES_MAX;
use crate::http::{
    Access, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply, Request,
};
use crate::record::{Answered, Change, CommandIdentity, Name, Outcome, change, name};
use crate::view::{self, results::Audience};
use contract::results::ResultView;
use domain::document::{Documents, Kind};
use domain::ids::ResultId;
use domain::people::Act;
use domain::work::examination::Examination;
use domain::work::result::{ResultRecord, release};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "release_result",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/results/{resultId}/release",
    access: Access::SignedIn,
    mutates: Mutates::Change,
    query: &[],
    body_limit: EMPTY_BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says(
                "Release a result",
                "By somebody who neither did nor technically checked the work.",
            )
            .answers::<ResultView>(200, "The result as it now is")
            .refuses(&[ProblemKind::WrongState, ProblemKind::SecondPerson, ProblemKind::Timeout]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    body.nothing().await?;
    let (_, case) = view::case_of(request)?;
    let id: ResultId = request.param("resultId")?;
    let identity = CommandIdentity::of(request, &())?;
    let version = request.if_match()?;
    let task = Change {
        case,
        act: Some(Act::Release),
        load: vec![name(Kind::Result, &id)],
        more: &|documents| touched(documents, &id),
        decide: &|documents, context| {
            let result = view::current::<ResultRecord>(documents, id.as_str(), version)?;
            let examination: &Examination = documents
                .find(result.examination_id.as_str())
                .ok_or_else(|| Problem::internal("a result's examination is not there"))?;
            Ok(release(result, examination, context)?)
        },
        answer: &|outcome: &Outcome| {
            let result: &ResultRecord = outcome.get(id.as_str())?;
            let version = outcome.version::<ResultRecord>(id.as_str());
            Answered::ok(version, &view::results::result(result, Audience::Unit))
        },
    };
    change(request, &identity, task).await
}

fn touched(documents: &Documents, id: &ResultId) -> Vec<Name> {
    let Some(result) = documents.find::<ResultRecord>(id.as_str()) else { return Vec::new() };
    let mut names = vec![
        name(Kind::Examination, &result.examination_id),
        name(Kind::Submission, &result.submission_id),
    ];
    names.extend(result.files.iter().map(|file| name(Kind::File, file)));
    names
}
