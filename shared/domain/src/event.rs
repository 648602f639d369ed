//! The closed list of what can happen. An event is a typed value; its members become the
//! disclosures of a log entry, and the log entry's disclosures become it again.

use crate::casework::{authority, case, resubmission, submission, triage, withdrawal};
use crate::exhibits::movement::{Moved, MovementKind};
use crate::people::Actor;
use crate::records::export::CaseExported;
use crate::time::Timestamp;
use crate::work::{examination, finding, note, result};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The name of the disclosure that says who did it.
pub const ACTOR: &str = "actor";

/// The record cannot be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum NotAnEvent {
    /// The type is on no list of ours.
    #[error("unknown event type {0}")]
    UnknownType(String),
    /// The members are not those of the type.
    #[error("the members of {kind} are wrong: {source}")]
    Members {
        /// The type.
        kind: String,
        /// Which member.
        source: serde_json::Error,
    },
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident($payload:ty) = $kind:literal,)*) => {
        /// Everything that can happen to a case.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $name($payload),)*
            /// `exhibit.*`: an act in an exhibit's continuity; the kind of act is the type.
            Moved(Box<Moved>),
        }

        impl Event {
            /// Every type but those of continuity, which [`MovementKind`] lists.
            pub const KINDS: &'static [&'static str] = &[$($kind,)*];

            /// The type's name in the log.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Event::$name(_) => $kind,)*
                    Event::Moved(act) => act.kind.unwrap_or(MovementKind::Viewed).event_type(),
                }
            }

            /// The members, in the order of their names.
            #[must_use]
            pub fn fields(&self) -> Map<String, Value> {
                let value = match self {
                    $(Event::$name(payload) => serde_json::to_value(payload),)*
                    Event::Moved(act) => serde_json::to_value(act),
                };
                match value {
                    Ok(Value::Object(map)) => map.into_iter().filter(|(_, v)| !v.is_null()).collect(),
                    _ => unreachable!("a payload is a struct of plain values"),
                }
            }

            /// Reads an event back. Members that were erased are absent.
            pub fn from_fields(kind: &str, fields: Map<String, Value>) -> Result<Event, NotAnEvent> {
                match kind {
                    $($kind => Ok(Event::$name(read(kind, fields)?)),)*
                    other => {
                        let code = other.strip_prefix("exhibit.").unwrap_or_default();
                        let Some(act) = MovementKind::from_code(code) else {
                            return Err(NotAnEvent::UnknownType(other.to_owned()));
                        };
                        let mut moved: Moved = read(kind, fields)?;
                        moved.kind = Some(act);
                        Ok(Event::Moved(Box::new(moved)))
                    }
                }
            }
        }
    };
}

events! {
    /// A case begins.
    CaseOpened(case::CaseOpened) = "case.opened",
    /// An officer asks for examinations.
    SubmissionMade(submission::SubmissionMade) = "submission.made",
    /// A supervisor says yes or no.
    AuthorityDecided(authority::AuthorityDecided) = "submission.authority_decided",
    /// The submissions unit decides.
    SubmissionTriaged(triage::Triaged) = "submission.triaged",
    /// The officer has put a returned or refused request right.
    SubmissionResubmitted(resubmission::Resubmitted) = "submission.resubmitted",
    /// The officer takes the request back.
    SubmissionWithdrawn(withdrawal::Withdrawn) = "submission.withdrawn",
    /// An examination is to be done.
    ExaminationPlanned(Box<examination::ExaminationPlanned>) = "examination.planned",
    /// Work on an examination's process map.
    WorkChanged(Box<examination::WorkChanged>) = "examination.worked",
    /// A contemporaneous note.
    NoteRecorded(note::NoteRecorded) = "note.recorded",
    /// An observation.
    FindingRecorded(finding::FindingRecorded) = "finding.recorded",
    /// A file is announced.
    FileAnnounced(crate::files::FileAnnounced) = "file.announced",
    /// All of a file's blocks are here.
    FileReceived(crate::files::FileReceived) = "file.received",
    /// The file is what was declared.
    FileVerified(crate::files::FileVerified) = "file.verified",
    /// The file is not what was declared.
    FileQuarantined(crate::files::FileQuarantined) = "file.quarantined",
    /// A result is put forward for review.
    ResultPrepared(result::ResultPrepared) = "result.prepared",
    /// Somebody else has reviewed it.
    ResultReviewed(result::ResultReviewed) = "result.reviewed",
    /// It is available outside the unit.
    ResultReleased(result::ResultReleased) = "result.released",
    /// The case was exported as a bundle.
    CaseExported(CaseExported) = "disclosure.exported",
}

fn read<T: DeserializeOwned>(kind: &str, fields: Map<String, Value>) -> Result<T, NotAnEvent> {
    serde_json::from_value(Value::Object(fields))
        .map_err(|source| NotAnEvent::Members { kind: kind.to_owned(), source })
}

/// An event in its place: what the fold is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the stream.
    pub seq: u64,
    /// When it was recorded.
    pub time: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What.
    pub event: Event,
}

impl Recorded {
    /// Everything a log entry discloses: the event's members and who did it.
    #[must_use]
    pub fn disclosures(&self) -> Vec<(String, Value)> {
        let mut fields: Vec<(String, Value)> = self.event.fields().into_iter().collect();
        let actor = serde_json::to_value(&self.actor).expect("an actor is plain text");
        fields.push((ACTOR.to_owned(), actor));
        fields
    }

    /// Reads a log entry back.
    pub fn from_disclosures(
        kind: &str,
        seq: u64,
        time: Timestamp,
        mut fields: Map<String, Value>,
    ) -> Result<Recorded, NotAnEvent> {
        let actor = match fields.remove(ACTOR) {
            None => Actor::erased(),
            Some(value) => serde_json::from_value(value)
                .map_err(|source| NotAnEvent::Members { kind: kind.to_owned(), source })?,
        };
        Ok(Recorded { seq, time, actor, event: Event::from_fields(kind, fields)? })
    }
}
