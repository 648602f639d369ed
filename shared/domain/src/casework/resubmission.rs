//! Resubmission: an officer puts a returned or refused request right and asks again.

use super::submission::{Decided, Overtaken, State, Submission};
use crate::event::Event;
use crate::ids::SubmissionId;
use crate::refusal::Refusal;
use crate::text::{Check, LINE_CHARS_MAX, PARAGRAPH_CHARS_MAX};
use serde::{Deserialize, Serialize};

/// The most resubmissions of one request: each is kept in its document, which has to stay small.
pub const RESUBMISSIONS_MAX: usize = 10;

/// The command.
#[derive(Clone, Debug)]
pub struct Resubmit {
    /// What happened, in place of what was said; `None` leaves it.
    pub circumstances: Option<String>,
    /// How to reach the submitter, in place of what was said; `None` leaves it.
    pub contact: Option<String>,
    /// The answer to whoever returned or refused it.
    pub note: String,
}

/// `submission.resubmitted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resubmitted {
    /// The submission.
    pub submission_id: SubmissionId,
    /// What happened, in place of what was said.
    #[serde(default)]
    pub circumstances: Option<String>,
    /// How to reach the submitter, in place of what was said.
    #[serde(default)]
    pub contact: Option<String>,
    /// The answer to whoever returned or refused it; `None` once erased.
    #[serde(default)]
    pub note: Option<String>,
}

/// Decides: the request was returned, or authority for it was refused. It then waits for authority
/// anew, because what was authorised is no longer what is asked.
pub fn decide(submission: &Submission, command: &Resubmit) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    let circumstances = command.circumstances.as_deref();
    check.optional_paragraphs("/circumstances", circumstances, PARAGRAPH_CHARS_MAX);
    check.optional_line("/contact", command.contact.as_deref(), LINE_CHARS_MAX);
    check.paragraphs("/note", &command.note, PARAGRAPH_CHARS_MAX);
    check.finish()?;
    match submission.state() {
        State::Returned | State::AuthorityRefused => {}
        State::AwaitingAuthority
        | State::AwaitingTriage
        | State::Refused
        | State::Accepted
        | State::PartlyReceived
        | State::InProgress
        | State::ResultsReleased
        | State::Withdrawn => {
            return Err(Refusal::wrong_state(
                "notReturned",
                "This request was neither returned to you nor refused authority.",
            ));
        }
    }
    if submission.resubmitted.len() >= RESUBMISSIONS_MAX {
        return Err(Refusal::wrong_state(
            "tooManyResubmissions",
            format!("A request may be put right {RESUBMISSIONS_MAX} times. Submit a new one."),
        ));
    }
    Ok(vec![Event::SubmissionResubmitted(Resubmitted {
        submission_id: submission.id.clone(),
        circumstances: command.circumstances.clone(),
        contact: command.contact.clone(),
        note: Some(command.note.clone()),
    })])
}

impl Submission {
    /// Carries a resubmission out: what was decided before no longer counts.
    pub fn resubmit(&mut self, asked: Decided<Resubmitted>) {
        if let Some(circumstances) = &asked.decision.circumstances {
            self.circumstances = Some(circumstances.clone());
        }
        if let Some(contact) = &asked.decision.contact {
            self.contact = Some(contact.clone());
        }
        self.overtaken = Overtaken { authority: self.authority.len(), triage: self.triage.len() };
        self.resubmitted.push(asked);
    }
}

#[cfg(test)]
#[path = "resubmission_tests.rs"]
mod tests;
