//! Who may record which act, on what state of the exhibit.

use crate::context::Context;
use crate::exhibits::exhibit::{Custodian, Exhibit, SEALS_MAX};
use crate::exhibits::movement::{MovementKind, Offer};
use crate::people::Role;
use crate::refusal::Refusal;

/// Refuses what the exhibit's custody, offer or seal does not allow.
pub(super) fn guard(
    exhibit: &Exhibit,
    kind: MovementKind,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    match &exhibit.offer {
        Some(offer) => guard_offered(offer, kind, context),
        None => {
            guard_not_offered(kind)?;
            guard_custody(exhibit, kind, context)?;
            guard_seal(exhibit, kind)
        }
    }
}

/// On offer, only the two sides may act, and only on the offer (invariant 3).
fn guard_offered(offer: &Offer, kind: MovementKind, context: &Context<'_>) -> Result<(), Refusal> {
    match kind {
        MovementKind::Accepted | MovementKind::Refused if offer.to != context.caller.id => Err(
            Refusal::not_allowed("notOfferedToYou", "This exhibit is offered to somebody else."),
        ),
        MovementKind::OfferWithdrawn if offer.by.id != context.caller.id => {
            Err(Refusal::not_allowed("notTheOfferer", "Only who offered it may take it back."))
        }
        MovementKind::Accepted | MovementKind::Refused | MovementKind::OfferWithdrawn => Ok(()),
        _ => Err(Refusal::wrong_state(
            "inTransit",
            "This exhibit is on offer; the other side has to answer first.",
        )),
    }
}

fn guard_not_offered(kind: MovementKind) -> Result<(), Refusal> {
    match kind {
        MovementKind::Accepted | MovementKind::Refused | MovementKind::OfferWithdrawn => {
            Err(Refusal::wrong_state("notOffered", "This exhibit is not on offer."))
        }
        _ => Ok(()),
    }
}

/// Only who answers for the exhibit now may record what happens to it (invariants 2 and 3).
fn guard_custody(
    exhibit: &Exhibit,
    kind: MovementKind,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let keeps_store = context.caller.is(Role::StoreOfficer);
    match &exhibit.custodian {
        Custodian::Outside { .. } => {
            Err(Refusal::wrong_state("leftTheService", "This exhibit has left the service."))
        }
        Custodian::Store { .. } => guard_in_store(kind, keeps_store),
        Custodian::Person { .. }
            if matches!(kind, MovementKind::BookedOut | MovementKind::Moved) =>
        {
            Err(Refusal::wrong_state("notInStore", "This exhibit is not in the store."))
        }
        Custodian::Person { .. } if !exhibit.is_with(&context.caller.id) => {
            Err(Refusal::not_allowed(
                "notTheCustodian",
                "Only who holds the exhibit may record this. Have it handed over to you first.",
            ))
        }
        Custodian::Person { laboratory, .. } => {
            guard_in_hand(exhibit, kind, keeps_store, *laboratory)
        }
    }
}

fn guard_in_store(kind: MovementKind, keeps_store: bool) -> Result<(), Refusal> {
    match kind {
        MovementKind::BookedOut | MovementKind::Moved | MovementKind::InventoryChecked
            if keeps_store =>
        {
            Ok(())
        }
        _ => Err(Refusal::wrong_state(
            "inStore",
            "This exhibit is in the store; a store officer has to book it out first.",
        )),
    }
}

fn guard_in_hand(
    exhibit: &Exhibit,
    kind: MovementKind,
    keeps_store: bool,
    laboratory: bool,
) -> Result<(), Refusal> {
    match kind {
        MovementKind::BookedIn if !keeps_store => Err(Refusal::not_allowed(
            "storeOfficerNeeded",
            "Only a store officer books into the store.",
        )),
        MovementKind::Seized if exhibit.movements > 0 || exhibit.parent.is_some() => {
            Err(Refusal::wrong_state(
                "alreadySeized",
                "Seizure is an exhibit's first act; this one has others, or came from another.",
            ))
        }
        MovementKind::Divided | MovementKind::Acquired if !laboratory => Err(Refusal::wrong_state(
            "notHeldByTheUnit",
            "The laboratory has to take the exhibit before it is divided or acquired.",
        )),
        _ => Ok(()),
    }
}

/// A seal closes one exhibit once, and nothing is taken out of a closed bag (invariant 6).
fn guard_seal(exhibit: &Exhibit, kind: MovementKind) -> Result<(), Refusal> {
    let is_sealed = exhibit.seal.is_some();
    let (code, detail) = match kind {
        MovementKind::Sealed | MovementKind::Resealed if is_sealed => {
            ("sealed", "Record the breaking of the live seal first.")
        }
        MovementKind::Sealed if exhibit.was_ever_sealed() => {
            ("sealedBefore", "This exhibit was sealed before: record that it is resealed.")
        }
        MovementKind::Resealed if !exhibit.was_ever_sealed() => {
            ("neverSealed", "This exhibit was never sealed: record that it is sealed.")
        }
        MovementKind::Resealed if exhibit.broken_seals.len() >= SEALS_MAX => {
            ("tooManySeals", "This exhibit has had as many seals as its record can hold.")
        }
        MovementKind::Unsealed if !is_sealed => ("notSealed", "This exhibit carries no live seal."),
        MovementKind::Divided | MovementKind::Acquired if is_sealed => {
            ("sealed", "This exhibit is sealed: record the breaking of the seal first.")
        }
        _ => return Ok(()),
    };
    Err(Refusal::wrong_state(code, detail))
}
