//! `POST /api/v1/cases/{caseId}/exhibits/{exhibitId}/continuity`: somebody records what happened to an
//! exhibit.
//!
//! 200 with the exhibit as it now is and the act as recorded; 403 if the caller may not record this
//! act (not the custodian, not offered to them, no role); 404 if there is no such exhibit the caller may
//! know of; 409 if its custody, offer or seal does not allow the act; 412 if it has changed since the
//! caller read it; 422 if anything in the act breaks a rule, all of it at once.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name, seals_in_use};
use crate::view;
use contract::exhibits::{ContinuityRecorded, RecordContinuity};
use domain::casework::submission::Submission;
use domain::document::{Documents, Kind};
use domain::exhibits::continuity::{self, Surroundings};
use domain::exhibits::exhibit::{Claim, Derivation, Exhibit};
use domain::exhibits::movement::{Movement, MovementKind};
use domain::ids::{ExhibitId, PersonId};
use domain::people::Act;
use domain::refusal::Refusal;
use domain::text::{Check, fold};
use domain::work::examination::{Examination, ExaminationState};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "record_continuity",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/exhibits/{exhibitId}/continuity",
    access: Access::SignedIn,
    mutates: Mutates::Change,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Record an act on an exhibit", "A hand-over counts once the other side accepts.")
            .reads::<RecordContinuity>()
            .answers::<ContinuityRecorded>(200, "The exhibit as it now is, and the act")
            .refuses(&[ProblemKind::WrongState]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: RecordContinuity = body.json().await?;
    let (_, case) = view::case_of(request)?;
    let id: ExhibitId = request.param("exhibitId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let version = request.if_match()?;
    let act = act(asked)?;
    let children = act.children.iter().take(continuity::CHILDREN_MAX);
    let new = act.seal.iter().chain(children.filter_map(|(_, details)| details.seal.as_ref()));
    let seals = seals_in_use(&request.app, new).await?;
    let mut load = vec![name(Kind::Exhibit, &id)];
    load.extend(act.children.iter().map(|(_, details)| name(Kind::Claim, details.claim_id())));
    let task = Change {
        case,
        act: Some(Act::RecordContinuity),
        load,
        more: &|documents| more(documents, &id),
        decide: &|documents, context| {
            let exhibit = view::current::<Exhibit>(documents, id.as_str(), version)?;
            let surroundings = Surroundings {
                seal_is_taken: &|seal| seals.contains(&fold(seal)),
                reference_is_taken: &|claim| documents.find::<Claim>(claim).is_some(),
                is_under_examination: is_under_examination(documents, &id),
            };
            Ok(continuity::decide(exhibit, &act, surroundings, request.app.library, context)?)
        },
        answer: &|outcome: &Outcome| {
            let exhibit: &Exhibit = outcome.get(id.as_str())?;
            let (movement, _) = outcome.made::<Movement>()?;
            let recorded = ContinuityRecorded {
                exhibit: view::exhibits::exhibit(exhibit),
                act: view::exhibits::line(movement),
            };
            Answered::ok(outcome.version::<Exhibit>(id.as_str()), &recorded)
        },
    };
    change(request, &identity, task).await
}

/// The exhibit's request, which hears when it is received, and that request's examinations, during
/// which it may not leave.
fn more(documents: &Documents, id: &ExhibitId) -> Vec<crate::record::Name> {
    let Some(exhibit) = documents.find::<Exhibit>(id.as_str()) else { return Vec::new() };
    let mut names = vec![name(Kind::Submission, &exhibit.submission_id)];
    let submission = documents.find::<Submission>(exhibit.submission_id.as_str());
    let examinations = submission.map(|s| s.examinations.as_slice()).unwrap_or_default();
    names.extend(examinations.iter().map(|e| name(Kind::Examination, &e.examination_id)));
    names
}

fn is_under_examination(documents: &Documents, id: &ExhibitId) -> bool {
    let is_over = |examination: &Examination| {
        let state = examination.state();
        matches!(state, ExaminationState::Concluded | ExaminationState::Cancelled)
    };
    let mut examinations = documents.all::<Examination>();
    examinations.any(|examination| examination.exhibits.contains(id) && !is_over(examination))
}

/// The act as the domain takes it. Words that it does not know are refused here, all at once.
fn act(asked: RecordContinuity) -> Result<continuity::Act, Refusal> {
    let mut check = Check::new();
    let kind = MovementKind::from_code(&asked.kind);
    check.require(kind.is_some(), "/kind", "unknownCode", "There is no such kind of act.");
    let to: Option<Option<PersonId>> = asked.to.map(|to| to.parse().ok());
    let is_person = to.as_ref().is_none_or(Option::is_some);
    check.require(is_person, "/to", "unknownIdentifier", "This is not a person's identifier.");
    let mut children = Vec::with_capacity(asked.children.len());
    for (n, child) in asked.children.into_iter().enumerate() {
        match derivation(&child.derivation) {
            Some(derivation) => {
                children.push((derivation, view::requests::details(child.exhibit)));
            }
            None => check.require(
                false,
                &format!("/children/{n}/derivation"),
                "unknownCode",
                "Say part_of, sample_from, image_of, extract_of, photo_of or lift_of.",
            ),
        }
    }
    check.finish()?;
    let kind = kind.ok_or_else(|| Refusal::invalid("/kind", "unknownCode", "Unknown."))?;
    Ok(continuity::Act {
        kind,
        occurred_at: view::instant(asked.occurred_at),
        to: to.flatten(),
        to_name: asked.to_name,
        location: asked.location,
        seal: asked.seal,
        condition: asked.condition,
        witness: asked.witness,
        reason: asked.reason,
        children,
    })
}

fn derivation(word: &str) -> Option<Derivation> {
    match word {
        "part_of" => Some(Derivation::PartOf),
        "sample_from" => Some(Derivation::SampleFrom),
        "image_of" => Some(Derivation::ImageOf),
        "extract_of" => Some(Derivation::ExtractOf),
        "photo_of" => Some(Derivation::PhotoOf),
        "lift_of" => Some(Derivation::LiftOf),
        _ => None,
    }
}
