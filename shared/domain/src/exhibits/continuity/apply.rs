//! What an act does to an exhibit.

use crate::event::Recorded;
use crate::exhibits::exhibit::{Custodian, Exhibit, Origin};
use crate::exhibits::movement::{Child, Moved, MovementKind, Offer};
use crate::time::Timestamp;

impl Exhibit {
    /// Carries an act out. Total: what was recorded is what happened.
    pub fn apply(&mut self, act: &Moved, kind: MovementKind, recorded: &Recorded) {
        self.movements += 1;
        self.last_occurred_at = Some(act.occurred_at);
        if kind == MovementKind::Unsealed {
            self.broken_seals.extend(self.seal.clone());
        }
        self.seal.clone_from(&act.seal_after);
        let laboratory = act.for_laboratory;
        let by = recorded.actor.person();
        match kind {
            MovementKind::Offered => {
                self.offer = act.to.clone().map(|to| Offer {
                    movement_id: act.movement_id.clone(),
                    to,
                    to_name: act.to_name.clone(),
                    by,
                    at: recorded.time,
                });
            }
            MovementKind::Accepted => {
                self.offer = None;
                self.custodian = Custodian::Person { person: by, laboratory };
                if laboratory {
                    self.received_at.get_or_insert(recorded.time);
                }
            }
            MovementKind::Refused | MovementKind::OfferWithdrawn => self.offer = None,
            MovementKind::BookedIn | MovementKind::Moved => {
                let location = act.location.clone().unwrap_or_default();
                self.custodian = Custodian::Store { location };
                self.received_at.get_or_insert(recorded.time);
            }
            MovementKind::BookedOut => {
                self.custodian = Custodian::Person { person: by, laboratory };
            }
            MovementKind::Divided | MovementKind::Acquired => {
                self.children += u32::try_from(act.children.len()).unwrap_or(u32::MAX);
            }
            MovementKind::Returned => {
                let recipient = act.to_name.clone().unwrap_or_default();
                self.custodian = Custodian::Outside { recipient };
            }
            MovementKind::Seized
            | MovementKind::Sealed
            | MovementKind::Unsealed
            | MovementKind::Resealed
            | MovementKind::Viewed
            | MovementKind::Photographed
            | MovementKind::ConditionNoted
            | MovementKind::InventoryChecked => {}
        }
    }

    /// The sub-exhibit that an act makes at `occurred_at`, held by whoever holds this one.
    #[must_use]
    pub fn child(&self, child: &Child, occurred_at: Timestamp, recorded_at: Timestamp) -> Exhibit {
        let origin = Origin {
            case_id: self.case_id.clone(),
            lab_reference: self.lab_reference.clone(),
            submission_id: self.submission_id.clone(),
            parent: Some(self.id.clone()),
            derivation: Some(child.derivation),
            custodian: self.custodian.clone(),
            received_at: self.received_at,
            occurred_at: Some(occurred_at),
        };
        Exhibit::declared(&child.exhibit, origin, recorded_at)
    }
}
