//! `POST /api/v1/cases/{caseId}/requests/{requestId}/resubmission`: an officer puts a returned or
//! refused request right and asks again.
//!
//! 200 with the request, which waits for authority anew; 403 without the role; 404 if there is no such
//! request the caller may know of; 409 if it was neither returned nor refused authority; 412 if it has
//! changed since the caller read it; 422 without a note or with bad text.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name};
use crate::view;
use contract::requests::{RequestView, ResubmitRequest};
use domain::casework::resubmission::{self, Resubmit};
use domain::casework::submission::Submission;
use domain::document::Kind;
use domain::ids::SubmissionId;
use domain::people::Act;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "resubmit_request",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/requests/{requestId}/resubmission",
    access: Access::SignedIn,
    mutates: Mutates::Change,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Submit a request again", "What was decided before no longer counts.")
            .reads::<ResubmitRequest>()
            .answers::<RequestView>(200, "The request as it now is")
            .refuses(&[ProblemKind::WrongState]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: ResubmitRequest = body.json().await?;
    let (_, case) = view::case_of(request)?;
    let id: SubmissionId = request.param("requestId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let version = request.if_match()?;
    let command =
        Resubmit { circumstances: asked.circumstances, contact: asked.contact, note: asked.note };
    let task = Change {
        case,
        act: Some(Act::Submit),
        load: vec![name(Kind::Submission, &id)],
        more: &|_| Vec::new(),
        decide: &|documents, _| {
            let submission = view::current::<Submission>(documents, id.as_str(), version)?;
            Ok(resubmission::decide(submission, &command)?)
        },
        answer: &|outcome: &Outcome| {
            let submission: &Submission = outcome.get(id.as_str())?;
            let version = outcome.version::<Submission>(id.as_str());
            Answered::ok(version, &view::requests::request(submission))
        },
    };
    change(request, &identity, task).await
}
