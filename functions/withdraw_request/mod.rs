//! `POST /api/v1/cases/{caseId}/requests/{requestId}/withdrawal`: an officer takes a request back.
//!
//! 200 with the request as it now is, its unfinished examinations cancelled; 403 without the role; 404
//! if there is no such request the caller may know of; 409 if it is over; 412 if it has changed since
//! the caller read it; 422 without a reason.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name};
use crate::view;
use contract::requests::{RequestView, WithdrawRequest};
use domain::casework::submission::Submission;
use domain::casework::withdrawal;
use domain::document::Kind;
use domain::ids::SubmissionId;
use domain::people::Act;
use domain::work::examination::Examination;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "withdraw_request",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/requests/{requestId}/withdrawal",
    access: Access::SignedIn,
    mutates: Mutates::Change,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Withdraw a request", "Examinations that are not over are cancelled.")
            .reads::<WithdrawRequest>()
            .answers::<RequestView>(200, "The request as it now is")
            .refuses(&[ProblemKind::WrongState]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: WithdrawRequest = body.json().await?;
    let (_, case) = view::case_of(request)?;
    let id: SubmissionId = request.param("requestId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let version = request.if_match()?;
    let task = Change {
        case,
        act: Some(Act::Withdraw),
        load: vec![name(Kind::Submission, &id)],
        more: &|documents| {
            let submission = documents.find::<Submission>(id.as_str());
            let examinations = submission.map(|s| s.examinations.as_slice()).unwrap_or_default();
            examinations.iter().map(|e| name(Kind::Examination, &e.examination_id)).collect()
        },
        decide: &|documents, _| {
            let submission = view::current::<Submission>(documents, id.as_str(), version)?;
            let examinations: Vec<&Examination> = documents.all().collect();
            let library = request.app.library;
            Ok(withdrawal::decide(submission, &asked.reason, &examinations, library)?)
        },
        answer: &|outcome: &Outcome| {
            let submission: &Submission = outcome.get(id.as_str())?;
            let version = outcome.version::<Submission>(id.as_str());
            Answered::ok(version, &view::requests::request(submission))
        },
    };
    change(request, &identity, task).await
}
