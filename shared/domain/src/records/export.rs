//! Export: a case leaves as a bundle, and its last event says to whom and why.

use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::ids::{CaseId, ExportId};
use crate::people::PersonRef;
use crate::refusal::Refusal;
use crate::text::{Check, LINE_CHARS_MAX, PARAGRAPH_CHARS_MAX};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `disclosure.exported`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseExported {
    /// The export.
    pub export_id: ExportId,
    /// The case.
    pub case_id: CaseId,
    /// To whom.
    #[serde(default)]
    pub recipient: Option<String>,
    /// What for.
    #[serde(default)]
    pub purpose: Option<String>,
}

/// An export as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The export.
    pub id: ExportId,
    /// To whom.
    pub recipient: Option<String>,
    /// What for.
    pub purpose: Option<String>,
    /// Who exported.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
    /// The place of its event: the bundle holds the events up to and with it.
    pub seq: u64,
}

/// Decides an export.
pub fn export(
    case_id: &CaseId,
    recipient: &str,
    purpose: &str,
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    check.line("/recipient", recipient, LINE_CHARS_MAX);
    check.paragraphs("/purpose", purpose, PARAGRAPH_CHARS_MAX);
    check.finish()?;
    Ok(vec![Event::CaseExported(CaseExported {
        export_id: context.ids.ordered(context.now),
        case_id: case_id.clone(),
        recipient: Some(recipient.to_owned()),
        purpose: Some(purpose.to_owned()),
    })])
}

impl Export {
    /// The export that an event records.
    #[must_use]
    pub fn made(event: &CaseExported, recorded: &Recorded) -> Export {
        Export {
            id: event.export_id.clone(),
            recipient: event.recipient.clone(),
            purpose: event.purpose.clone(),
            by: recorded.actor.person(),
            at: recorded.time,
            seq: recorded.seq,
        }
    }
}
