//! Contemporaneous notes: made at the time, never altered, corrected by another note.

use super::examination::Examination;
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::ids::{ExaminationId, NoteId};
use crate::people::PersonRef;
use crate::refusal::Refusal;
use crate::text::{Check, NOTE_CHARS_MAX};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `note.recorded`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteRecorded {
    /// The note.
    pub note_id: NoteId,
    /// The examination it was made in.
    pub examination_id: ExaminationId,
    /// When what it says was seen or done, as its author says.
    pub occurred_at: Timestamp,
    /// What it says.
    #[serde(default)]
    pub text: Option<String>,
    /// The note it corrects, which stays as it is.
    #[serde(default)]
    pub corrects: Option<NoteId>,
}

/// A note as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// `<examination>.<note>`: an examination's notes in order.
    pub id: String,
    /// Who made it.
    pub author: PersonRef,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its place in the case's log.
    pub seq: u64,
    /// What was recorded.
    pub note: NoteRecorded,
}

impl Note {
    /// The name of a note's document.
    #[must_use]
    pub fn document_id(examination: &ExaminationId, note: &NoteId) -> String {
        format!("{examination}.{note}")
    }

    /// The note that an event makes.
    #[must_use]
    pub fn made(event: &NoteRecorded, recorded: &Recorded) -> Note {
        Note {
            id: Note::document_id(&event.examination_id, &event.note_id),
            author: recorded.actor.person(),
            recorded_at: recorded.time,
            seq: recorded.seq,
            note: event.clone(),
        }
    }
}

/// Decides a note. `corrected` is the note it says it corrects, if that was found.
pub fn record(
    examination: &Examination,
    text: &str,
    occurred_at: Timestamp,
    corrects: Option<(&NoteId, Option<&Note>)>,
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    check.paragraphs("/text", text, NOTE_CHARS_MAX);
    check.require(
        !occurred_at.is_after_clock(context.now),
        "/occurredAt",
        "inTheFuture",
        "This time lies in the future.",
    );
    if let Some((_, found)) = corrects {
        check.require(
            found.is_some_and(|note| note.note.examination_id == examination.id),
            "/corrects",
            "unknownNote",
            "This examination has no such note.",
        );
        check.require(
            found.is_none_or(|note| note.author.id == context.caller.id),
            "/corrects",
            "notYourNote",
            "Only its author corrects a note.",
        );
    }
    check.finish()?;
    examination.refuse_unless_at_work(context.caller)?;
    Ok(vec![Event::NoteRecorded(NoteRecorded {
        note_id: context.ids.ordered(context.now),
        examination_id: examination.id.clone(),
        occurred_at,
        text: Some(text.to_owned()),
        corrects: corrects.map(|(id, _)| id.clone()),
    })])
}
