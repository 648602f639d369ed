//! Withdrawal: an officer takes a request back.

use super::submission::{State, Submission};
use crate::event::Event;
use crate::ids::SubmissionId;
use crate::refusal::Refusal;
use crate::text::{Check, PARAGRAPH_CHARS_MAX};
use crate::work::examination::{self, Examination};
use crate::work::package::Library;
use serde::{Deserialize, Serialize};

/// The reason under which a withdrawn request's examinations are cancelled. The officer's own words
/// stay in one place, so that they can be erased in one place.
const CANCELLED_BECAUSE: &str = "The request was withdrawn.";

/// `submission.withdrawn`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    /// The submission.
    pub submission_id: SubmissionId,
    /// Why; `None` once erased.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Decides a withdrawal: anybody who may withdraw, at any time before it is over. Examinations that
/// are not over are cancelled with it; `examinations` are all of the submission's.
pub fn decide(
    submission: &Submission,
    reason: &str,
    examinations: &[&Examination],
    library: &Library,
) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    check.paragraphs("/reason", reason, PARAGRAPH_CHARS_MAX);
    check.finish()?;
    match submission.state() {
        State::Withdrawn | State::Refused | State::ResultsReleased => {
            return Err(Refusal::wrong_state(
                "submissionOver",
                "This request is over: it was withdrawn, refused or answered.",
            ));
        }
        State::AwaitingAuthority
        | State::AuthorityRefused
        | State::AwaitingTriage
        | State::Returned
        | State::Accepted
        | State::PartlyReceived
        | State::InProgress => {}
    }
    let mut events = vec![Event::SubmissionWithdrawn(Withdrawn {
        submission_id: submission.id.clone(),
        reason: Some(reason.to_owned()),
    })];
    for examination in examinations {
        events.extend(examination::cancel(examination, CANCELLED_BECAUSE, library)?);
    }
    Ok(events)
}
