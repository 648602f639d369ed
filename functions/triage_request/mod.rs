//! `POST /api/v1/cases/{caseId}/requests/{requestId}/triage`: the submissions unit decides.
//!
//! 200 with the request as it now is, its examinations planned; 403 without the role; 404 if there is
//! no such request the caller may know of; 409 if it does not wait for triage or is the caller's own;
//! 412 if it has changed since the caller read it; 422 if the decision does not fit the request.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name};
use crate::view;
use contract::requests::{RequestView, TriageRequest};
use domain::casework::submission::Submission;
use domain::casework::triage::{self, Decide, DecideItem, Outcome as Verdict};
use domain::document::Kind;
use domain::ids::SubmissionId;
use domain::people::Act;
use domain::refusal::Refusal;
use domain::text::Check;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "triage_request",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/requests/{requestId}/triage",
    access: Access::SignedIn,
    mutates: Mutates::Change,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Accept, defer, return or refuse a request", "What is accepted is planned.")
            .reads::<TriageRequest>()
            .answers::<RequestView>(200, "The request as it now is")
            .refuses(&[ProblemKind::WrongState, ProblemKind::SecondPerson]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: TriageRequest = body.json().await?;
    let (_, case) = view::case_of(request)?;
    let id: SubmissionId = request.param("requestId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let version = request.if_match()?;
    let command = command(&asked)?;
    let task = Change {
        case,
        act: Some(Act::Triage),
        load: vec![name(Kind::Submission, &id)],
        more: &|_| Vec::new(),
        decide: &|documents, context| {
            let submission = view::current::<Submission>(documents, id.as_str(), version)?;
            Ok(triage::decide(submission, &command, request.app.library, context)?)
        },
        answer: &|outcome: &Outcome| {
            let submission: &Submission = outcome.get(id.as_str())?;
            let version = outcome.version::<Submission>(id.as_str());
            Answered::ok(version, &view::requests::request(submission))
        },
    };
    change(request, &identity, task).await
}

fn command(asked: &TriageRequest) -> Result<Decide, Refusal> {
    let outcome = match asked.outcome.as_str() {
        "accept" => Some(Verdict::Accept),
        "part_accept" => Some(Verdict::PartAccept),
        "defer" => Some(Verdict::Defer),
        "return" => Some(Verdict::Return),
        "refuse" => Some(Verdict::Refuse),
        _ => None,
    };
    let mut check = Check::new();
    let known = "Decide accept, part_accept, defer, return or refuse.";
    check.require(outcome.is_some(), "/outcome", "unknownCode", known);
    let mut items = Vec::with_capacity(asked.exhibits.len());
    for (n, item) in asked.exhibits.iter().enumerate() {
        match item.exhibit_id.parse() {
            Ok(exhibit_id) => items.push(DecideItem {
                exhibit_id,
                accepted: item.accepted,
                reason_code: item.reason_code.clone(),
            }),
            Err(_) => check.require(
                false,
                &format!("/exhibits/{n}/exhibitId"),
                "unknownExhibit",
                "This exhibit is not part of the request.",
            ),
        }
    }
    match (outcome, check.finish()) {
        (Some(outcome), Ok(())) => Ok(Decide {
            outcome,
            reason_code: asked.reason_code.clone(),
            note: asked.note.clone(),
            items,
        }),
        (_, Err(refusal)) => Err(refusal),
        (None, Ok(())) => Err(Refusal::invalid("/outcome", "unknownCode", known)),
    }
}
