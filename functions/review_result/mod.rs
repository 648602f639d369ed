//! `POST /api/v1/cases/{caseId}/results/{resultId}/reviews`: somebody who had no hand in the work checks
//! it: technically first, then administratively.
//!
//! 200 with the result as it now is; 403 without the role, or for a technical review outside one's
//! disciplines; 404 if there is no result the caller may know of; 409 if it does not wait for that
//! review, or the caller had a hand in the work; 412 if it has changed since the caller read it; 422
//! when it is sent back without a word.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name};
use crate::view::{self, results::Audience};
use contract::results::{ResultView, ReviewResult};
use domain::document::Kind;
use domain::ids::ResultId;
use domain::people::Act;
use domain::work::examination::Examination;
use domain::work::result::{ResultRecord, review};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "review_result",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/results/{resultId}/reviews",
    access: Access::SignedIn,
    mutates: Mutates::Change,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Review a result", "By somebody who had no hand in the work.")
            .reads::<ReviewResult>()
            .answers::<ResultView>(200, "The result as it now is")
            .refuses(&[ProblemKind::WrongState, ProblemKind::SecondPerson]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: ReviewResult = body.json().await?;
    let (_, case) = view::case_of(request)?;
    let id: ResultId = request.param("resultId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let version = request.if_match()?;
    let task = Change {
        case,
        act: Some(Act::Review),
        load: vec![name(Kind::Result, &id)],
        more: &|documents| {
            let result = documents.find::<ResultRecord>(id.as_str());
            result
                .map(|result| name(Kind::Examination, &result.examination_id))
                .into_iter()
                .collect()
        },
        decide: &|documents, context| {
            let result = view::current::<ResultRecord>(documents, id.as_str(), version)?;
            let examination: &Examination = documents
                .find(result.examination_id.as_str())
                .ok_or_else(|| Problem::internal("a result's examination is not there"))?;
            let kind = view::results::kind(asked.kind);
            let comments = asked.comments.as_deref();
            Ok(review(result, examination, kind, asked.passed, comments, context)?)
        },
        answer: &|outcome: &Outcome| {
            let result: &ResultRecord = outcome.get(id.as_str())?;
            let version = outcome.version::<ResultRecord>(id.as_str());
            Answered::ok(version, &view::results::result(result, Audience::Unit))
        },
    };
    change(request, &identity, task).await
}
