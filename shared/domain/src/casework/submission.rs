//! The submission (MG21): an officer's request for examinations of exhibits, with questions.

use super::authority::AuthorityDecided;
use super::case::{Case, CaseOpened, Marking};
use super::resubmission::Resubmitted;
use super::submission_check;
use super::triage::{ItemDecision, Outcome, Triaged};
use super::withdrawal::Withdrawn;
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::exhibits::exhibit::{Declared, ExhibitDetails};
use crate::exhibits::reference::Taken;
use crate::ids::{CaseId, ExaminationId, ExhibitId, PersonId, QuestionId, ResultId, SubmissionId};
use crate::people::{CaseScope, PersonRef};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::work::package::Library;
use serde::{Deserialize, Serialize};

/// The most exhibits in one submission: with its documents it must fit one commit of 100 operations.
pub const EXHIBITS_MAX: usize = 40;
/// The most questions in one submission.
pub const QUESTIONS_MAX: usize = 20;
/// A question, in characters: all of them must fit one document.
pub const QUESTION_CHARS_MAX: usize = 1_000;
/// The most services asked of one exhibit.
pub const SERVICES_MAX: usize = 8;

/// What an examination must answer (a point to prove).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The question.
    pub id: QuestionId,
    /// In the officer's words; `None` once erased.
    #[serde(default)]
    pub text: Option<String>,
    /// The service asked to answer it.
    pub service: String,
}

/// The command to submit.
#[derive(Clone, Debug)]
pub struct Submit {
    /// The force's crime number, if there is one yet.
    pub crime_reference: Option<String>,
    /// The operation's name.
    pub operation_name: Option<String>,
    /// Home Office class and subclass.
    pub offence_code: Option<String>,
    /// What happened, as far as the examiner needs it.
    pub circumstances: String,
    /// What to find out: text and service.
    pub questions: Vec<(String, String)>,
    /// Code from the list `legal_bases`.
    pub legal_basis: String,
    /// How to reach the submitter.
    pub contact: Option<String>,
    /// When an answer is needed.
    pub target_date: Option<Timestamp>,
    /// What is submitted, with the services asked of each.
    pub items: Vec<SubmitItem>,
}

/// One exhibit of the command.
#[derive(Clone, Debug)]
pub struct SubmitItem {
    /// What it is.
    pub details: ExhibitDetails,
    /// Keys from the list `services`, at least one.
    pub services: Vec<String>,
    /// How it is packed and in what state, in the submitter's words.
    pub condition: Option<String>,
}

/// `submission.made`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmissionMade {
    /// The submission.
    pub submission_id: SubmissionId,
    /// Its case.
    pub case_id: CaseId,
    /// Its number in the case, from 1.
    pub number: u32,
    /// The submitter's unit.
    pub unit: String,
    /// What happened.
    #[serde(default)]
    pub circumstances: Option<String>,
    /// What to find out.
    pub questions: Vec<Question>,
    /// Code from the list `legal_bases`.
    pub legal_basis: String,
    /// How to reach the submitter.
    #[serde(default)]
    pub contact: Option<String>,
    /// When an answer is needed.
    #[serde(default)]
    pub target_date: Option<Timestamp>,
    /// What was submitted.
    pub items: Vec<MadeItem>,
}

/// One exhibit in `submission.made`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeItem {
    /// The exhibit as declared.
    pub exhibit: Declared,
    /// The services asked of it.
    pub services: Vec<String>,
    /// Its condition as declared.
    #[serde(default)]
    pub condition: Option<String>,
}

/// A submission as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The submission.
    pub id: SubmissionId,
    /// Its case.
    pub case_id: CaseId,
    /// `<laboratory reference>-S<number>`, such as `SMP-2026-0000042-S1`.
    pub reference: String,
    /// The case's reference.
    pub lab_reference: String,
    /// The case's crime number.
    pub crime_reference: Option<String>,
    /// Its number in the case.
    pub number: u32,
    /// Who submitted.
    pub submitted_by: PersonRef,
    /// When.
    pub submitted_at: Timestamp,
    /// The submitter's unit.
    pub unit: String,
    /// Who may reach it: its case's scope when it was made, and the disciplines it brought.
    pub scope: CaseScope,
    /// What happened.
    pub circumstances: Option<String>,
    /// What to find out.
    pub questions: Vec<Question>,
    /// Code from the list `legal_bases`.
    pub legal_basis: String,
    /// How to reach the submitter.
    pub contact: Option<String>,
    /// When an answer is needed.
    pub target_date: Option<Timestamp>,
    /// What was submitted.
    pub items: Vec<Item>,
    /// The decisions on authority, oldest first.
    pub authority: Vec<Decided<AuthorityDecided>>,
    /// The decisions at triage, oldest first.
    pub triage: Vec<Decided<Triaged>>,
    /// How often it was put right and asked again, oldest first.
    pub resubmitted: Vec<Decided<Resubmitted>>,
    /// How many of the decisions above no longer count, because it was asked again after them.
    pub overtaken: Overtaken,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<Decided<Withdrawn>>,
    /// The examinations it led to, with how far each has got.
    pub examinations: Vec<Progress>,
    /// The last time anything happened to it.
    pub changed_at: Timestamp,
}

/// How many of a submission's decisions were overtaken by asking again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overtaken {
    /// On authority.
    pub authority: usize,
    /// At triage.
    pub triage: usize,
}

/// A decision with who took it and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided<T> {
    /// Its place in the case's log.
    pub seq: u64,
    /// Who decided.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
    /// What.
    pub decision: T,
}

impl<T> Decided<T> {
    /// The decision an event records.
    pub fn from_event(decision: T, recorded: &Recorded) -> Decided<T> {
        Decided { seq: recorded.seq, by: recorded.actor.person(), at: recorded.time, decision }
    }
}

/// One exhibit of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The exhibit.
    pub exhibit_id: ExhibitId,
    /// As labelled.
    pub reference: String,
    /// The services asked of it.
    pub services: Vec<String>,
    /// Its condition as declared.
    pub condition: Option<String>,
    /// What triage decided.
    pub decision: Option<ItemDecision>,
    /// Whether the laboratory has taken it.
    pub received_at: Option<Timestamp>,
}

/// How far one examination has got, in words an officer may read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The examination.
    pub examination_id: ExaminationId,
    /// The service that asked for it.
    pub service: String,
    /// Its discipline.
    pub discipline: String,
    /// The stage of its process map that recorded work has reached; `None` before any work.
    pub stage: Option<Stage>,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// When its map's last step ended, or it was cancelled.
    pub ended_at: Option<Timestamp>,
    /// Why it was cancelled, if it was.
    pub cancelled: bool,
    /// Its results that have been released.
    pub released: Vec<ReleasedResult>,
}

/// A stage of a process map, as recorded with the work that reached it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The stage's key in its map.
    pub key: String,
    /// What an officer reads.
    pub wording: String,
}

/// A released result, as far as a status shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedResult {
    /// The result.
    pub result_id: ResultId,
    /// When it was released.
    pub released_at: Timestamp,
}

/// What a submission is, computed from its events and never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A supervisor has to decide.
    AwaitingAuthority,
    /// A supervisor has said no.
    AuthorityRefused,
    /// The submissions unit has to decide.
    AwaitingTriage,
    /// The submissions unit wants something changed.
    Returned,
    /// The submissions unit has said no to all of it.
    Refused,
    /// Accepted; nothing has arrived yet.
    Accepted,
    /// Some of what was accepted has arrived.
    PartlyReceived,
    /// Everything accepted has arrived, and work is to be done or going on.
    InProgress,
    /// Every examination has ended and its results are out.
    ResultsReleased,
    /// The officer took it back.
    Withdrawn,
}

impl Submission {
    /// What the recorded events entail (invariant 16).
    #[must_use]
    pub fn state(&self) -> State {
        if self.withdrawn.is_some() {
            return State::Withdrawn;
        }
        let authority = self.authority.iter().skip(self.overtaken.authority).last();
        match authority.map(|decided| decided.decision.authorised) {
            None => return State::AwaitingAuthority,
            Some(false) => return State::AuthorityRefused,
            Some(true) => {}
        }
        let triage = self.triage.iter().skip(self.overtaken.triage).last();
        match triage.map(|decided| decided.decision.outcome) {
            None | Some(Outcome::Defer) => State::AwaitingTriage,
            Some(Outcome::Return) => State::Returned,
            Some(Outcome::Refuse) => State::Refused,
            Some(Outcome::Accept | Outcome::PartAccept) => self.state_of_work(),
        }
    }

    fn state_of_work(&self) -> State {
        let all_out = |progress: &Progress| {
            progress.ended_at.is_some() && (progress.cancelled || !progress.released.is_empty())
        };
        if !self.examinations.is_empty() && self.examinations.iter().all(all_out) {
            return State::ResultsReleased;
        }
        let accepted = self.accepted().count();
        let received = self.accepted().filter(|item| item.received_at.is_some()).count();
        match received {
            0 => State::Accepted,
            some if some < accepted => State::PartlyReceived,
            _ => State::InProgress,
        }
    }

    /// Whether this person asked, at first or again: then somebody else has to decide.
    #[must_use]
    pub fn is_asked_by(&self, person: &PersonId) -> bool {
        let mut again = self.resubmitted.iter();
        self.submitted_by.id == *person || again.any(|asked| asked.by.id == *person)
    }

    /// The items that triage accepted.
    pub fn accepted(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.decision.as_ref().is_some_and(|d| d.accepted))
    }

    /// The progress of one examination.
    pub fn progress_mut(&mut self, id: &ExaminationId) -> Option<&mut Progress> {
        self.examinations.iter_mut().find(|progress| progress.examination_id == *id)
    }

    /// The submission that `submission.made` makes in `case`.
    #[must_use]
    pub fn made(event: &SubmissionMade, case: &Case, recorded: &Recorded) -> Submission {
        let item = |made: &MadeItem| Item {
            exhibit_id: made.exhibit.exhibit_id.clone(),
            reference: made.exhibit.details.reference.clone(),
            services: made.services.clone(),
            condition: made.condition.clone(),
            decision: None,
            received_at: None,
        };
        Submission {
            id: event.submission_id.clone(),
            case_id: event.case_id.clone(),
            reference: format!("{}-S{}", case.lab_reference, event.number),
            lab_reference: case.lab_reference.clone(),
            crime_reference: case.crime_reference.clone(),
            number: event.number,
            submitted_by: recorded.actor.person(),
            submitted_at: recorded.time,
            unit: event.unit.clone(),
            scope: case.scope.clone(),
            circumstances: event.circumstances.clone(),
            questions: event.questions.clone(),
            legal_basis: event.legal_basis.clone(),
            contact: event.contact.clone(),
            target_date: event.target_date,
            items: event.items.iter().map(item).collect(),
            authority: Vec::new(),
            triage: Vec::new(),
            resubmitted: Vec::new(),
            overtaken: Overtaken::default(),
            withdrawn: None,
            examinations: Vec::new(),
            changed_at: recorded.time,
        }
    }
}

/// Where the submission goes.
#[derive(Clone, Debug)]
pub enum Into<'a> {
    /// A new case, with the identity and reference drawn for it.
    NewCase {
        /// The chain's random identity.
        case_id: CaseId,
        /// The force-unique reference.
        lab_reference: String,
    },
    /// A case that exists (MG21A).
    Case(&'a Case),
}

/// What is taken already: neither may be used again.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Whether the case knows an exhibit under a claim's name (invariant 8).
    pub reference_is_taken: Taken<'a>,
    /// Whether any exhibit carries a live seal of this number (invariant 6).
    pub seal_is_taken: Taken<'a>,
}

/// Decides a submission. Refuses with every bad field at once.
pub fn submit(
    command: &Submit,
    into: &Into<'_>,
    known: Known<'_>,
    library: &Library,
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    submission_check::check(command, known, library, context.now)?;
    let mut events = Vec::new();
    let (case_id, number) = match into {
        Into::NewCase { case_id, lab_reference } => {
            events.push(Event::CaseOpened(CaseOpened {
                case_id: case_id.clone(),
                lab_reference: lab_reference.clone(),
                crime_reference: command.crime_reference.clone(),
                operation_name: command.operation_name.clone(),
                offence_code: command.offence_code.clone(),
                unit: context.caller.unit.clone(),
                officer_in_case: context.caller.person(),
                marking: Marking::default(),
            }));
            (case_id.clone(), 1)
        }
        Into::Case(case) => (case.id.clone(), case.submissions + 1),
    };
    let submission_id: SubmissionId = context.ids.ordered(context.now);
    let items = command
        .items
        .iter()
        .map(|item| MadeItem {
            exhibit: Declared::draw(item.details.clone(), context),
            services: item.services.clone(),
            condition: item.condition.clone(),
        })
        .collect();
    let questions = command
        .questions
        .iter()
        .map(|(text, service)| Question {
            id: context.ids.ordered(context.now),
            text: Some(text.clone()),
            service: service.clone(),
        })
        .collect();
    events.push(Event::SubmissionMade(SubmissionMade {
        submission_id,
        case_id,
        number,
        unit: context.caller.unit.clone(),
        circumstances: Some(command.circumstances.clone()),
        questions,
        legal_basis: command.legal_basis.clone(),
        contact: command.contact.clone(),
        target_date: command.target_date,
        items,
    }));
    Ok(events)
}
