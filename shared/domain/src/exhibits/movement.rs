//! What an act in an exhibit's continuity is, and what the record of it holds.

use super::exhibit::{Declared, Derivation};
use crate::event::Recorded;
use crate::ids::{ExhibitId, MovementId, PersonId};
use crate::people::PersonRef;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The kinds of act in an exhibit's continuity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum MovementKind {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl MovementKind {
            /// Every kind.
            pub const ALL: &'static [MovementKind] = &[$(MovementKind::$name,)*];

            /// The word used in the API, such as `booked_in`.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(MovementKind::$name => $code,)* }
            }

            /// The type of the event in the log, such as `exhibit.booked_in`.
            #[must_use]
            pub fn event_type(self) -> &'static str {
                match self { $(MovementKind::$name => concat!("exhibit.", $code),)* }
            }

            /// The kind that a word names.
            #[must_use]
            pub fn from_code(code: &str) -> Option<MovementKind> {
                match code { $($code => Some(MovementKind::$name),)* _ => None }
            }
        }
    };
}

acts! {
    /// Taken into police possession.
    Seized = "seized",
    /// Closed with a numbered seal for the first time.
    Sealed = "sealed",
    /// Opened: the live seal is broken.
    Unsealed = "unsealed",
    /// Closed again with a new seal.
    Resealed = "resealed",
    /// The custodian offers it to somebody. It stays theirs until the other accepts.
    Offered = "offered",
    /// The person it was offered to takes it.
    Accepted = "accepted",
    /// The person it was offered to does not take it.
    Refused = "refused",
    /// The custodian takes the offer back.
    OfferWithdrawn = "offer_withdrawn",
    /// Put into the store.
    BookedIn = "booked_in",
    /// Taken out of the store.
    BookedOut = "booked_out",
    /// Put in another place of the store.
    Moved = "moved",
    /// Sub-exhibits are made from it.
    Divided = "divided",
    /// Data are taken from it: the master copy and its products become sub-exhibits.
    Acquired = "acquired",
    /// Looked at without opening.
    Viewed = "viewed",
    /// Photographed.
    Photographed = "photographed",
    /// Its state is written down.
    ConditionNoted = "condition_noted",
    /// Checked to be where the record says.
    InventoryChecked = "inventory_checked",
    /// Given back, out of the service.
    Returned = "returned",
}

/// A hand-over that waits for the other side (invariant 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The act that made it.
    pub movement_id: MovementId,
    /// To whom.
    pub to: PersonId,
    /// Their name, as the offerer gave it.
    pub to_name: Option<String>,
    /// By whom.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// The payload of every `exhibit.*` act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// Which kind: it is the event's type in the log, so it is not disclosed twice.
    #[serde(skip, default = "unset")]
    pub kind: Option<MovementKind>,
    /// The act.
    pub movement_id: MovementId,
    /// The exhibit.
    pub exhibit_id: ExhibitId,
    /// When it happened, as the recorder says.
    pub occurred_at: Timestamp,
    /// To whom, when offered.
    #[serde(default)]
    pub to: Option<PersonId>,
    /// Their name, as the offerer gave it, or the recipient outside the service.
    #[serde(default)]
    pub to_name: Option<String>,
    /// The place, when booked in or moved.
    #[serde(default)]
    pub location: Option<String>,
    /// The seal before.
    #[serde(default)]
    pub seal_before: Option<String>,
    /// The seal after.
    #[serde(default)]
    pub seal_after: Option<String>,
    /// Its condition, in words.
    #[serde(default)]
    pub condition: Option<String>,
    /// Who saw it done.
    #[serde(default)]
    pub witness: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whether the person who accepts takes it for the laboratory.
    #[serde(default)]
    pub for_laboratory: bool,
    /// The sub-exhibits made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Child>,
}

fn unset() -> Option<MovementKind> {
    None
}

/// A sub-exhibit made by an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// How it came from the exhibit.
    pub derivation: Derivation,
    /// What it is.
    pub exhibit: Declared,
}

/// One act, as a document: a line of the continuity record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// `<exhibit>.<number, 6 digits>`: the exhibit's acts in order.
    pub id: String,
    /// Which kind.
    pub kind: MovementKind,
    /// Its place in the case's log.
    pub seq: u64,
    /// Who recorded it.
    pub by: PersonRef,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What was recorded.
    pub act: Moved,
}

impl Movement {
    /// The line that an act adds as the exhibit's `number`th, from 1.
    #[must_use]
    pub fn line(act: &Moved, kind: MovementKind, number: u32, recorded: &Recorded) -> Movement {
        Movement {
            id: format!("{}.{number:06}", act.exhibit_id),
            kind,
            seq: recorded.seq,
            by: recorded.actor.person(),
            recorded_at: recorded.time,
            act: act.clone(),
        }
    }
}
