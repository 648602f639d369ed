//! Authority: somebody other than the submitter says that the request may be made.

use super::submission::{State, Submission};
use crate::context::Context;
use crate::event::Event;
use crate::ids::SubmissionId;
use crate::refusal::Refusal;
use crate::text::{Check, PARAGRAPH_CHARS_MAX};
use crate::work::package::Library;
use serde::{Deserialize, Serialize};

/// The command.
#[derive(Clone, Debug)]
pub struct Decide {
    /// Yes or no.
    pub authorised: bool,
    /// Code from the list `authority_levels`.
    pub level: String,
    /// Why; required when refusing.
    pub reason: Option<String>,
}

/// `submission.authority_decided`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityDecided {
    /// The submission.
    pub submission_id: SubmissionId,
    /// Yes or no.
    pub authorised: bool,
    /// At which level.
    pub level: String,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Decides: the submission waits for it, and the caller is not its submitter (MG21 needs a
/// supervisor's authority).
pub fn decide(
    submission: &Submission,
    command: &Decide,
    library: &Library,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    check.require(
        library.has_code("authority_levels", &command.level),
        "/level",
        "unknownCode",
        "Choose a code from the list authority_levels.",
    );
    check.optional_paragraphs("/reason", command.reason.as_deref(), PARAGRAPH_CHARS_MAX);
    check.require(
        command.authorised || command.reason.is_some(),
        "/reason",
        "required",
        "Say why authority is refused: the officer reads it.",
    );
    check.finish()?;
    if submission.state() != State::AwaitingAuthority {
        return Err(Refusal::wrong_state(
            "notAwaitingAuthority",
            "This request does not wait for authority.",
        ));
    }
    if submission.is_asked_by(&context.caller.id) {
        return Err(Refusal::SecondPersonNeeded {
            detail: "You submitted this request; somebody else has to authorise it.".to_owned(),
        });
    }
    Ok(vec![Event::AuthorityDecided(AuthorityDecided {
        submission_id: submission.id.clone(),
        authorised: command.authorised,
        level: command.level.clone(),
        reason: command.reason.clone(),
    })])
}
