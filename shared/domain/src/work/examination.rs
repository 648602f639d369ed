//! The examination: one discipline's work on exhibits, run along a pinned process map.

use super::engine::{self, Actor, Blocker, Completion, Moment, WorkChange, WorkInstance, WorkItem};
use super::map::{Facts, ProcessMap, Step};
use super::package::Library;
use super::result::ReviewKind;
use crate::casework::submission::{Stage, Submission};
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::exhibits::exhibit::Exhibit;
use crate::ids::{CaseId, ExaminationId, ExhibitId, PersonId, QuestionId, ResultId, SubmissionId};
use crate::people::Caller;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// `examination.planned`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExaminationPlanned {
    /// The examination.
    pub examination_id: ExaminationId,
    /// The submission it answers.
    pub submission_id: SubmissionId,
    /// The service asked for.
    pub service: String,
    /// Its title, for people.
    pub title: String,
    /// The discipline.
    pub discipline: String,
    /// What it works on.
    pub exhibits: Vec<ExhibitId>,
    /// What it must answer.
    pub questions: Vec<QuestionId>,
    /// When an answer is needed.
    #[serde(default)]
    pub target_date: Option<Timestamp>,
    /// The map it is pinned to, with the steps that open at once.
    pub work: WorkInstance,
}

impl ExaminationPlanned {
    /// Plans an examination on the newest version of its service's map.
    pub fn draw(
        submission: &Submission,
        service: &str,
        exhibits: Vec<ExhibitId>,
        questions: Vec<QuestionId>,
        library: &Library,
        context: &mut Context<'_>,
    ) -> Result<ExaminationPlanned, Refusal> {
        let offered = library.service(service).ok_or_else(|| {
            Refusal::wrong_state("serviceWithdrawn", format!("{service} is no longer offered."))
        })?;
        let map = library.latest(offered.map).ok_or_else(|| {
            Refusal::wrong_state("mapNotPublished", "No process map is published for this service.")
        })?;
        Ok(ExaminationPlanned {
            examination_id: context.ids.ordered(context.now),
            submission_id: submission.id.clone(),
            service: service.to_owned(),
            title: offered.title.to_owned(),
            discipline: offered.discipline.to_owned(),
            exhibits,
            questions,
            target_date: submission.target_date,
            work: engine::begin(map, context.now),
        })
    }
}

/// `examination.worked`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkChanged {
    /// The examination.
    pub examination_id: ExaminationId,
    /// Its submission.
    pub submission_id: SubmissionId,
    /// What changed.
    pub change: WorkChange,
    /// The stage this change shows to have been reached, if it shows one.
    #[serde(default)]
    pub stage: Option<Stage>,
}

/// An examination as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// The examination.
    pub id: ExaminationId,
    /// Its case.
    pub case_id: CaseId,
    /// The case's reference.
    pub lab_reference: String,
    /// The submission it answers.
    pub submission_id: SubmissionId,
    /// The service asked for.
    pub service: String,
    /// Its title, for people.
    pub title: String,
    /// The discipline.
    pub discipline: String,
    /// What it works on.
    pub exhibits: Vec<ExhibitId>,
    /// What it must answer.
    pub questions: Vec<QuestionId>,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// When an answer is needed.
    pub target_date: Option<Timestamp>,
    /// The work along its map.
    pub work: WorkInstance,
    /// How many notes it has.
    pub notes: u32,
    /// How many findings it has.
    pub findings: u32,
    /// How many verified files of each role it has.
    pub verified_files: BTreeMap<String, u32>,
    /// Its results that no reviewer has sent back, with the reviews each has passed.
    pub results: BTreeMap<ResultId, BTreeSet<ReviewKind>>,
    /// How many of its results have been released.
    pub released: u32,
    /// Everybody who did any of its work: none of them may review or release it.
    pub contributors: BTreeSet<PersonId>,
}

/// What an examination's record entails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExaminationState {
    /// Nobody has started.
    Planned,
    /// Work has begun and is not over.
    InProgress,
    /// Every open step is paused.
    Paused,
    /// Its map has run its course.
    Concluded,
    /// It was stopped.
    Cancelled,
}

/// What a person asks to do with a step.
#[derive(Clone, Debug)]
pub enum StepCommand {
    /// Take it.
    Claim,
    /// Give it back.
    HandBack,
    /// Begin it.
    Start,
    /// Stop for a coded reason.
    Pause(String),
    /// Go on.
    Resume,
    /// Finish it, with the form's answers and who witnessed it.
    Complete {
        /// The answers.
        values: Map<String, Value>,
        /// Who witnessed it.
        witness: Option<PersonId>,
    },
    /// Pass over it, with a reason.
    Skip(String),
}

/// Decides what happens to a step. `exhibits` are the examination's, as they stand now.
pub fn advance(
    examination: &Examination,
    step: &str,
    command: &StepCommand,
    exhibits: &[&Exhibit],
    library: &Library,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let work = &examination.work;
    let map = library.map(&work.map_key, &work.map_version).ok_or_else(|| {
        Refusal::wrong_state("mapNotInstalled", "This work's process map is not installed here.")
    })?;
    let roles = role_codes(context.caller);
    let actor = Actor { person: context.caller.id.as_str(), roles: &roles };
    let facts = facts(examination, exhibits, context.caller);
    let change = match command {
        StepCommand::Claim => engine::claim(work, map, step, actor),
        StepCommand::HandBack => engine::hand_back(work, map, step, actor),
        StepCommand::Start => engine::start(work, map, step, actor, &facts),
        StepCommand::Pause(reason) => engine::pause(work, map, step, actor, reason),
        StepCommand::Resume => engine::resume(work, map, step, actor, &facts),
        StepCommand::Complete { values, witness } => {
            let form = map.step(step).and_then(|s| s.form.as_deref()).and_then(|f| library.form(f));
            let completion = Completion {
                form,
                code_lists: library.code_lists(),
                values,
                values_pointer: "/form",
                witness: witness.as_ref().map(PersonId::as_str),
            };
            engine::complete(work, map, step, actor, &facts, completion)
        }
        StepCommand::Skip(reason) => engine::skip(work, map, step, actor, reason),
    }?;
    Ok(vec![worked(examination, change, map, step)])
}

/// An open step as one person sees it.
#[derive(Clone, Debug)]
pub struct OpenStep<'a> {
    /// Where it stands.
    pub item: &'a WorkItem,
    /// What it is on the map.
    pub step: &'a Step,
    /// What keeps this person from taking it further now: beginning it, or, once it is in progress,
    /// completing it.
    pub needs: Vec<Blocker>,
}

/// The open steps of an examination as `caller` sees them, with the map; nothing when the map is not
/// installed here. `exhibits` are the examination's, as they stand now.
#[must_use]
pub fn open_steps<'a>(
    examination: &'a Examination,
    exhibits: &[&Exhibit],
    library: &'a Library,
    caller: &Caller,
) -> Option<(&'a ProcessMap, Vec<OpenStep<'a>>)> {
    let work = &examination.work;
    let map = library.map(&work.map_key, &work.map_version)?;
    let roles = role_codes(caller);
    let actor = Actor { person: caller.id.as_str(), roles: &roles };
    let facts = facts(examination, exhibits, caller);
    let seen = |item: &'a WorkItem| {
        let step = map.step(&item.step)?;
        let moment = match item.state {
            engine::ItemState::InProgress => Moment::Complete,
            _ => Moment::Start,
        };
        let needs = engine::blocked(work, step, moment, actor, &facts);
        Some(OpenStep { item, step, needs })
    };
    Some((map, work.open_items().filter_map(seen).collect()))
}

fn role_codes(caller: &Caller) -> BTreeSet<String> {
    caller.roles.iter().map(|role| role.code().to_owned()).collect()
}

/// Stops an examination that is not over, because its request was withdrawn.
pub fn cancel(
    examination: &Examination,
    reason: &str,
    library: &Library,
) -> Result<Vec<Event>, Refusal> {
    let work = &examination.work;
    if work.is_ended() {
        return Ok(Vec::new());
    }
    let map = library.map(&work.map_key, &work.map_version).ok_or_else(|| {
        Refusal::wrong_state("mapNotInstalled", "This work's process map is not installed here.")
    })?;
    let change = engine::cancel(work, map, reason)?;
    Ok(vec![worked(examination, change, map, "")])
}

fn worked(examination: &Examination, change: WorkChange, map: &ProcessMap, step: &str) -> Event {
    let shows_stage = matches!(change, WorkChange::Started { .. } | WorkChange::Completed { .. });
    let stage = map
        .stage_of(step)
        .filter(|_| shows_stage)
        .map(|stage| Stage { key: stage.key.clone(), wording: stage.officer_wording.clone() });
    Event::WorkChanged(Box::new(WorkChanged {
        examination_id: examination.id.clone(),
        submission_id: examination.submission_id.clone(),
        change,
        stage,
    }))
}

/// What the map's gates may ask about. Competence is what the directory vouches for in the token
/// until the service keeps its own register; equipment and methods are unknown until theirs exist,
/// so a map that asks about them cannot be worked yet.
fn facts(examination: &Examination, exhibits: &[&Exhibit], caller: &Caller) -> Facts {
    Facts {
        exhibits_held: exhibits.len() == examination.exhibits.len()
            && exhibits.iter().all(|exhibit| exhibit.is_held_by_the_unit()),
        notes: examination.notes,
        findings: examination.findings,
        verified_files_by_role: examination.verified_files.clone(),
        reviews_passed: examination.reviews_passed(),
        competences: caller.competences.clone(),
        equipment_ok: None,
        method_ok: None,
    }
}

impl Examination {
    /// The examination that `examination.planned` makes.
    #[must_use]
    pub fn planned(
        event: &ExaminationPlanned,
        submission: &Submission,
        recorded: &Recorded,
    ) -> Examination {
        Examination {
            id: event.examination_id.clone(),
            case_id: submission.case_id.clone(),
            lab_reference: submission.lab_reference.clone(),
            submission_id: event.submission_id.clone(),
            service: event.service.clone(),
            title: event.title.clone(),
            discipline: event.discipline.clone(),
            exhibits: event.exhibits.clone(),
            questions: event.questions.clone(),
            planned_at: recorded.time,
            target_date: event.target_date,
            work: event.work.clone(),
            notes: 0,
            findings: 0,
            verified_files: BTreeMap::new(),
            results: BTreeMap::new(),
            released: 0,
            contributors: BTreeSet::new(),
        }
    }

    /// What the recorded events entail.
    #[must_use]
    pub fn state(&self) -> ExaminationState {
        use engine::{EndingKind, ItemState};
        if let Some(ended) = &self.work.ended {
            return match ended.kind {
                EndingKind::Completed => ExaminationState::Concluded,
                EndingKind::Cancelled => ExaminationState::Cancelled,
            };
        }
        let has_begun = self.work.work_items.iter().any(|item| item.started_at.is_some());
        let mut open = self.work.open_items();
        if !has_begun {
            ExaminationState::Planned
        } else if open.all(|item| item.state == ItemState::Paused) {
            ExaminationState::Paused
        } else {
            ExaminationState::InProgress
        }
    }

    /// Refuses when the examination is over: nothing is added to finished work.
    pub fn refuse_when_over(&self) -> Result<(), Refusal> {
        match self.state() {
            ExaminationState::Concluded | ExaminationState::Cancelled => {
                Err(Refusal::wrong_state("examinationOver", "This examination is over."))
            }
            ExaminationState::Planned | ExaminationState::InProgress | ExaminationState::Paused => {
                Ok(())
            }
        }
    }

    /// Refuses when work has not begun or is over: what is recorded belongs to work being done.
    pub fn refuse_unless_begun(&self) -> Result<(), Refusal> {
        self.refuse_when_over()?;
        if self.state() == ExaminationState::Planned {
            return Err(Refusal::wrong_state(
                "examinationNotStarted",
                "Start a step of this examination first.",
            ));
        }
        Ok(())
    }

    /// Refuses who has begun no step of this examination: notes, findings and results come from those
    /// who do the work.
    pub fn refuse_unless_at_work(&self, caller: &Caller) -> Result<(), Refusal> {
        self.refuse_unless_begun()?;
        let me = caller.id.as_str();
        if self.work.work_items.iter().any(|item| item.performed_by.contains(me)) {
            return Ok(());
        }
        Err(Refusal::not_allowed(
            "notAtWork",
            "Only who has begun a step of this examination records in it. Claim and start one first.",
        ))
    }

    /// Refuses when the examination was stopped: what it found does not leave the unit.
    pub fn refuse_when_cancelled(&self) -> Result<(), Refusal> {
        if self.state() == ExaminationState::Cancelled {
            return Err(Refusal::wrong_state(
                "examinationCancelled",
                "This examination was stopped, so its results go no further.",
            ));
        }
        Ok(())
    }

    /// The kinds of review, as process maps name them, that every result not sent back has passed;
    /// none while there is no result.
    #[must_use]
    pub fn reviews_passed(&self) -> BTreeSet<String> {
        let passed = |kind: &ReviewKind| self.results.values().all(|passed| passed.contains(kind));
        let kinds = [ReviewKind::Technical, ReviewKind::Administrative];
        kinds
            .into_iter()
            .filter(|kind| !self.results.is_empty() && passed(kind))
            .map(|kind| kind.code().to_owned())
            .collect()
    }

    /// Carries a change of work out.
    pub fn apply(&mut self, event: &WorkChanged, recorded: &Recorded) {
        engine::apply(&mut self.work, &event.change, recorded.actor.id.as_str(), recorded.time);
        match &event.change {
            WorkChange::Started { .. }
            | WorkChange::Resumed { .. }
            | WorkChange::Completed { .. }
            | WorkChange::Skipped { .. } => {
                self.contributors.insert(recorded.actor.id.clone());
            }
            WorkChange::Claimed { .. }
            | WorkChange::HandedBack { .. }
            | WorkChange::Paused { .. }
            | WorkChange::Cancelled { .. } => {}
        }
    }
}

#[cfg(test)]
#[path = "examination_tests.rs"]
mod tests;
