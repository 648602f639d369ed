//! `POST /api/v1/cases/{caseId}/examinations/{examinationId}/steps/{step}/transitions`: a step of an
//! examination is claimed, handed back, started, paused, resumed, completed or skipped.
//!
//! 200 with the examination as it now is. 403 without one of the step's roles, its competence, or
//! when somebody else has claimed it; 404 if there is no such step or examination the caller may know
//! of; 409 if the step is not in a state that allows it, a gate of the process map is closed, or a
//! second person is needed; 412 if the examination has changed since the caller read it; 422 for a
//! missing or unknown reason, for answers that the form does not take, all at once, and for members
//! that belong to another transition.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Name, Outcome, change, name};
use crate::view::{self, examinations::Depth};
use contract::examinations::{AdvanceStep, ExaminationView, StepTransition};
use domain::document::{Documents, Kind};
use domain::exhibits::exhibit::Exhibit;
use domain::ids::{ExaminationId, PersonId};
use domain::people::Act;
use domain::text::Check;
use domain::work::examination::{Examination, StepCommand, advance};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "advance_step",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}/steps/{step}/transitions",
    access: Access::SignedIn,
    mutates: Mutates::Change,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Take a step further", "What a step needs, the examination's `openSteps` say.")
            .reads::<AdvanceStep>()
            .answers::<ExaminationView>(200, "The examination as it now is")
            .refuses(&[ProblemKind::WrongState, ProblemKind::SecondPerson]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: AdvanceStep = body.json().await?;
    let (_, case) = view::case_of(request)?;
    let id: ExaminationId = request.param("examinationId")?;
    let step: String = request.param("step")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let version = request.if_match()?;
    let command = command(asked)?;
    let (library, caller) = (request.app.library, request.caller()?);
    let task = Change {
        case,
        act: Some(Act::DoWork),
        load: vec![name(Kind::Examination, &id)],
        more: &|documents| touched(documents, &id),
        decide: &|documents, context| {
            let examination = view::current::<Examination>(documents, id.as_str(), version)?;
            let exhibits: Vec<&Exhibit> = documents.all::<Exhibit>().collect();
            Ok(advance(examination, &step, &command, &exhibits, library, context)?)
        },
        answer: &|outcome: &Outcome| {
            let examination: &Examination = outcome.get(id.as_str())?;
            let version = outcome.version::<Examination>(id.as_str());
            let exhibits: Vec<&Exhibit> = outcome.documents.all::<Exhibit>().collect();
            // What was recorded is read under its own right, so nobody is shown it for working here.
            let depth = Depth::Steps;
            let shown = view::examinations::examination(
                examination,
                version,
                &exhibits,
                library,
                caller,
                depth,
            );
            Answered::ok(version, &shown)
        },
    };
    change(request, &identity, task).await
}

fn touched(documents: &Documents, id: &ExaminationId) -> Vec<Name> {
    let Some(examination) = documents.find::<Examination>(id.as_str()) else { return Vec::new() };
    let exhibits = examination.exhibits.iter().map(|exhibit| name(Kind::Exhibit, exhibit));
    std::iter::once(name(Kind::Submission, &examination.submission_id)).chain(exhibits).collect()
}

/// The transition as the domain takes it, without members that belong to another one.
fn command(asked: AdvanceStep) -> Result<StepCommand, Problem> {
    let AdvanceStep { to, reason, form, witness } = asked;
    let (takes_reason, completes) = (
        matches!(to, StepTransition::Paused | StepTransition::Skipped),
        to == StepTransition::Completed,
    );
    let mut check = Check::new();
    let mut only = |holds, pointer, detail| check.require(holds, pointer, "notTaken", detail);
    only(takes_reason || reason.is_none(), "/reason", "Only pausing and skipping take a reason.");
    only(completes || form.is_none(), "/form", "Only completing takes a form.");
    only(completes || witness.is_none(), "/witness", "Only completing takes a witness.");
    check.require(!takes_reason || reason.is_some(), "/reason", "required", "Give a reason.");
    let named: Option<PersonId> = witness.as_deref().and_then(|witness| witness.parse().ok());
    check.require(
        named.is_some() == witness.is_some(),
        "/witness",
        "unknownIdentifier",
        "This cannot be a person's identifier.",
    );
    check.finish()?;
    let reason = reason.unwrap_or_default();
    Ok(match to {
        StepTransition::Claimed => StepCommand::Claim,
        StepTransition::HandedBack => StepCommand::HandBack,
        StepTransition::Started => StepCommand::Start,
        StepTransition::Paused => StepCommand::Pause(reason),
        StepTransition::Resumed => StepCommand::Resume,
        StepTransition::Completed => {
            StepCommand::Complete { values: form.unwrap_or_default(), witness: named }
        }
        StepTransition::Skipped => StepCommand::Skip(reason),
    })
}
