//! Findings: observations that bear on a question.

use super::examination::Examination;
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::ids::{ExaminationId, ExhibitId, FindingId, QuestionId};
use crate::people::PersonRef;
use crate::refusal::Refusal;
use crate::text::{Check, LINE_CHARS_MAX, PARAGRAPH_CHARS_MAX};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The most limitations of one finding.
pub const LIMITATIONS_MAX: usize = 20;

/// `finding.recorded`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRecorded {
    /// The finding.
    pub finding_id: FindingId,
    /// The examination it was made in.
    pub examination_id: ExaminationId,
    /// The exhibit it was made on.
    #[serde(default)]
    pub exhibit_id: Option<ExhibitId>,
    /// The question it bears on.
    pub question_id: QuestionId,
    /// What was found.
    #[serde(default)]
    pub statement: Option<String>,
    /// Whether it is an opinion, which a report has to mark as one.
    pub opinion: bool,
    /// What limits it.
    pub limitations: Vec<String>,
}

/// A finding as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `<examination>.<finding>`: an examination's findings in order.
    pub id: String,
    /// Who made it.
    pub made_by: PersonRef,
    /// When.
    pub recorded_at: Timestamp,
    /// What was recorded.
    pub finding: FindingRecorded,
}

impl Finding {
    /// The name of a finding's document.
    #[must_use]
    pub fn document_id(examination: &ExaminationId, finding: &FindingId) -> String {
        format!("{examination}.{finding}")
    }

    /// The finding that an event makes.
    #[must_use]
    pub fn made(event: &FindingRecorded, recorded: &Recorded) -> Finding {
        Finding {
            id: Finding::document_id(&event.examination_id, &event.finding_id),
            made_by: recorded.actor.person(),
            recorded_at: recorded.time,
            finding: event.clone(),
        }
    }
}

/// The command.
#[derive(Clone, Debug)]
pub struct Record {
    /// The question it bears on.
    pub question_id: QuestionId,
    /// The exhibit it was made on.
    pub exhibit_id: Option<ExhibitId>,
    /// What was found.
    pub statement: String,
    /// Whether it is an opinion.
    pub opinion: bool,
    /// What limits it.
    pub limitations: Vec<String>,
}

/// Decides a finding.
pub fn record(
    examination: &Examination,
    command: &Record,
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    check.paragraphs("/statement", &command.statement, PARAGRAPH_CHARS_MAX);
    check.require(
        command.limitations.len() <= LIMITATIONS_MAX,
        "/limitations",
        "tooMany",
        "At most 20 limitations.",
    );
    for (n, limitation) in command.limitations.iter().enumerate() {
        check.line(&format!("/limitations/{n}"), limitation, LINE_CHARS_MAX);
    }
    check.require(
        examination.questions.contains(&command.question_id),
        "/questionId",
        "unknownQuestion",
        "This examination does not answer that question.",
    );
    check.require(
        command.exhibit_id.as_ref().is_none_or(|id| examination.exhibits.contains(id)),
        "/exhibitId",
        "unknownExhibit",
        "This examination does not work on that exhibit.",
    );
    check.finish()?;
    examination.refuse_unless_at_work(context.caller)?;
    Ok(vec![Event::FindingRecorded(FindingRecorded {
        finding_id: context.ids.ordered(context.now),
        examination_id: examination.id.clone(),
        exhibit_id: command.exhibit_id.clone(),
        question_id: command.question_id.clone(),
        statement: Some(command.statement.clone()),
        opinion: command.opinion,
        limitations: command.limitations.clone(),
    })])
}
