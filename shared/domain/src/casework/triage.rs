//! Triage: the submissions unit accepts, part-accepts, defers, returns or refuses, with coded
//! reasons, and what it accepts becomes examinations.

use super::submission::{State, Submission};
use crate::context::Context;
use crate::event::Event;
use crate::ids::{ExhibitId, QuestionId, SubmissionId};
use crate::refusal::Refusal;
use crate::text::{Check, PARAGRAPH_CHARS_MAX};
use crate::work::examination::ExaminationPlanned;
use crate::work::package::Library;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the submissions unit decided about the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All of it.
    Accept,
    /// Some of it.
    PartAccept,
    /// Not now: it stays in the queue.
    Defer,
    /// Back to the officer, to be put right.
    Return,
    /// None of it.
    Refuse,
}

/// The command.
#[derive(Clone, Debug)]
pub struct Decide {
    /// About the whole.
    pub outcome: Outcome,
    /// Code from the list `refusal_reasons`, or `return_reasons` when returning or deferring; required unless all is accepted.
    pub reason_code: Option<String>,
    /// In words.
    pub note: Option<String>,
    /// About each item; empty unless accepting.
    pub items: Vec<DecideItem>,
}

/// About one item.
#[derive(Clone, Debug)]
pub struct DecideItem {
    /// Which exhibit.
    pub exhibit_id: ExhibitId,
    /// Yes or no.
    pub accepted: bool,
    /// Code from the list `refusal_reasons`, or `return_reasons` when returning or deferring; required when refusing.
    pub reason_code: Option<String>,
}

/// `submission.triaged`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triaged {
    /// The submission.
    pub submission_id: SubmissionId,
    /// About the whole.
    pub outcome: Outcome,
    /// Coded reason.
    #[serde(default)]
    pub reason_code: Option<String>,
    /// In words.
    #[serde(default)]
    pub note: Option<String>,
    /// About each item.
    pub items: Vec<ItemDecided>,
    /// The disciplines that now work on the case.
    pub disciplines: Vec<String>,
}

/// About one item, as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemDecided {
    /// Which exhibit.
    pub exhibit_id: ExhibitId,
    /// Yes or no, and why.
    pub decision: ItemDecision,
}

/// What triage decided about one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemDecision {
    /// Yes or no.
    pub accepted: bool,
    /// Coded reason.
    #[serde(default)]
    pub reason_code: Option<String>,
}

/// Decides: the submission waits for triage, and the decision covers every item once.
pub fn decide(
    submission: &Submission,
    command: &Decide,
    library: &Library,
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    check(submission, command, library)?;
    if submission.state() != State::AwaitingTriage {
        return Err(Refusal::wrong_state(
            "notAwaitingTriage",
            "This request does not wait for triage.",
        ));
    }
    if submission.is_asked_by(&context.caller.id) {
        return Err(Refusal::SecondPersonNeeded {
            detail: "You submitted this request; somebody else has to triage it.".to_owned(),
        });
    }
    let planned = plan(submission, command, library, context)?;
    let mut disciplines: Vec<String> = planned.iter().map(|p| p.discipline.clone()).collect();
    disciplines.sort();
    disciplines.dedup();
    let items = command.items.iter().map(|item| ItemDecided {
        exhibit_id: item.exhibit_id.clone(),
        decision: ItemDecision { accepted: item.accepted, reason_code: item.reason_code.clone() },
    });
    let mut events = vec![Event::SubmissionTriaged(Triaged {
        submission_id: submission.id.clone(),
        outcome: command.outcome,
        reason_code: command.reason_code.clone(),
        note: command.note.clone(),
        items: items.collect(),
        disciplines,
    })];
    events.extend(planned.into_iter().map(|planned| Event::ExaminationPlanned(Box::new(planned))));
    Ok(events)
}

fn check(submission: &Submission, command: &Decide, library: &Library) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.optional_paragraphs("/note", command.note.as_deref(), PARAGRAPH_CHARS_MAX);
    let reason = command.reason_code.as_deref();
    let list = match command.outcome {
        Outcome::Defer | Outcome::Return => "return_reasons",
        Outcome::Accept | Outcome::PartAccept | Outcome::Refuse => "refusal_reasons",
    };
    let needed = command.outcome != Outcome::Accept;
    check_reason(&mut check, "/reasonCode", reason, needed, (library, list));
    for (n, item) in command.items.iter().enumerate() {
        let pointer = format!("/exhibits/{n}/reasonCode");
        let reason = item.reason_code.as_deref();
        let list = (library, "refusal_reasons");
        check_reason(&mut check, &pointer, reason, !item.accepted, list);
        check.require(
            submission.items.iter().any(|known| known.exhibit_id == item.exhibit_id),
            &format!("/exhibits/{n}/exhibitId"),
            "unknownExhibit",
            "This exhibit is not part of the request.",
        );
        check.require(
            command.items[..n].iter().all(|other| other.exhibit_id != item.exhibit_id),
            &format!("/exhibits/{n}/exhibitId"),
            "duplicate",
            "Decide each exhibit once.",
        );
    }
    let accepted = command.items.iter().filter(|item| item.accepted).count();
    let covered = command.items.len() == submission.items.len();
    let (holds, detail) = match command.outcome {
        Outcome::Accept => (
            covered && accepted == submission.items.len(),
            "To accept the request, accept every exhibit in it.",
        ),
        Outcome::PartAccept => (
            covered && accepted >= 1 && accepted < submission.items.len(),
            "To accept part of it, decide every exhibit, some yes and some no.",
        ),
        Outcome::Defer | Outcome::Return | Outcome::Refuse => {
            (command.items.is_empty(), "Leave exhibits empty: the decision covers all of them.")
        }
    };
    check.require(holds, "/exhibits", "exhibitsDoNotFitOutcome", detail);
    check.finish()
}

fn check_reason(
    check: &mut Check,
    pointer: &str,
    code: Option<&str>,
    needed: bool,
    (library, list): (&Library, &str),
) {
    check.require(!needed || code.is_some(), pointer, "required", "Give a coded reason.");
    check.require(
        code.is_none_or(|code| library.has_code(list, code)),
        pointer,
        "unknownCode",
        &format!("Choose a code from the list {list}."),
    );
}

/// One examination for each service asked of accepted exhibits, on the newest version of its map.
fn plan(
    submission: &Submission,
    command: &Decide,
    library: &Library,
    context: &mut Context<'_>,
) -> Result<Vec<ExaminationPlanned>, Refusal> {
    let mut services: BTreeMap<&str, Vec<ExhibitId>> = BTreeMap::new();
    for item in &submission.items {
        let accepted = command.items.iter().any(|i| i.accepted && i.exhibit_id == item.exhibit_id);
        for service in item.services.iter().filter(|_| accepted) {
            services.entry(service).or_default().push(item.exhibit_id.clone());
        }
    }
    services
        .into_iter()
        .map(|(service, exhibits)| {
            let questions: Vec<QuestionId> = submission
                .questions
                .iter()
                .filter(|question| question.service == service)
                .map(|question| question.id.clone())
                .collect();
            ExaminationPlanned::draw(submission, service, exhibits, questions, library, context)
        })
        .collect()
}
