//! `POST /api/v1/cases/{caseId}/requests/{requestId}/authority`: a supervisor says yes or no.
//!
//! 200 with the request as it now is; 403 without the role; 409 if it does not wait for authority or
//! is the caller's own; 412 if it has changed since the caller read it.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name};
use crate::view;
use contract::requests::{DecideAuthority, RequestView};
use domain::casework::authority::{self, Decide};
use domain::casework::submission::Submission;
use domain::document::Kind;
use domain::ids::SubmissionId;
use domain::people::Act;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "decide_authority",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/requests/{requestId}/authority",
    access: Access::SignedIn,
    mutates: Mutates::Change,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Authorise or refuse a request", "Not by whoever submitted it.")
            .reads::<DecideAuthority>()
            .answers::<RequestView>(200, "The request as it now is")
            .refuses(&[ProblemKind::WrongState]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: DecideAuthority = body.json().await?;
    let (_, case) = view::case_of(request)?;
    let id: SubmissionId = request.param("requestId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let version = request.if_match()?;
    let command = Decide { authorised: asked.authorised, level: asked.level, reason: asked.reason };
    let task = Change {
        case,
        act: Some(Act::DecideAuthority),
        load: vec![name(Kind::Submission, &id)],
        more: &|_| Vec::new(),
        decide: &|documents, context| {
            let submission = view::current::<Submission>(documents, id.as_str(), version)?;
            Ok(authority::decide(submission, &command, request.app.library, context)?)
        },
        answer: &|outcome: &Outcome| {
            let submission: &Submission = outcome.get(id.as_str())?;
            let version = outcome.version::<Submission>(id.as_str());
            Answered::ok(version, &view::requests::request(submission))
        },
    };
    change(request, &identity, task).await
}
