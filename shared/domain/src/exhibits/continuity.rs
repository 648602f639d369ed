//! The rules of continuity: who may record which act, on what state of the exhibit.

use super::exhibit::{Custodian, Declared, Derivation, Exhibit, ExhibitDetails, Origin};
use super::movement::{Child, Moved, MovementKind, Offer};
use super::reference::{References, Taken};
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::ids::PersonId;
use crate::people::Role;
use crate::refusal::Refusal;
use crate::text::{Check, LINE_CHARS_MAX, PARAGRAPH_CHARS_MAX, REFERENCE_CHARS_MAX};
use crate::time::Timestamp;
use crate::work::package::Library;

/// The most sub-exhibits one act may make: with their claims they must fit one commit.
pub const CHILDREN_MAX: usize = 40;

/// The command.
#[derive(Clone, Debug)]
pub struct Act {
    /// Which kind.
    pub kind: MovementKind,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// To whom it is offered.
    pub to: Option<PersonId>,
    /// Their name, or the recipient outside the service.
    pub to_name: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// The new seal.
    pub seal: Option<String>,
    /// Its condition, in words.
    pub condition: Option<String>,
    /// Who saw it done.
    pub witness: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The sub-exhibits.
    pub children: Vec<(Derivation, ExhibitDetails)>,
}

/// What else the decision depends on.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Whether another exhibit carries the new seal (invariant 6).
    pub seal_is_taken: bool,
    /// Which references the case knows.
    pub taken: Taken<'a>,
}

/// Decides an act.
pub fn decide(
    exhibit: &Exhibit,
    act: &Act,
    surroundings: Surroundings<'_>,
    library: &Library,
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    check(exhibit, act, surroundings, library, context.now)?;
    guard(exhibit, act.kind, context)?;
    let children = act
        .children
        .iter()
        .map(|(derivation, details)| Child {
            derivation: *derivation,
            exhibit: Declared::draw(details.clone(), context),
        })
        .collect();
    Ok(vec![Event::Moved(Box::new(Moved {
        kind: Some(act.kind),
        movement_id: context.ids.ordered(context.now),
        exhibit_id: exhibit.id.clone(),
        occurred_at: act.occurred_at,
        to: act.to.clone(),
        to_name: act.to_name.clone(),
        location: act.location.clone(),
        seal_before: exhibit.seal.clone(),
        seal_after: match act.kind {
            MovementKind::Unsealed => None,
            _ => act.seal.clone().or_else(|| exhibit.seal.clone()),
        },
        condition: act.condition.clone(),
        witness: act.witness.clone(),
        reason: act.reason.clone(),
        for_laboratory: context.caller.is_of_the_laboratory(),
        children,
    }))])
}

/// The members an act of each kind needs, besides when it happened.
fn needs(kind: MovementKind) -> &'static [&'static str] {
    match kind {
        MovementKind::Sealed | MovementKind::Resealed => &["seal"],
        MovementKind::Offered => &["to"],
        MovementKind::Returned => &["toName", "reason"],
        MovementKind::Refused
        | MovementKind::OfferWithdrawn
        | MovementKind::Unsealed
        | MovementKind::Viewed => &["reason"],
        MovementKind::BookedIn | MovementKind::Moved => &["location"],
        MovementKind::Divided | MovementKind::Acquired => &["children"],
        MovementKind::ConditionNoted => &["condition"],
        MovementKind::Seized
        | MovementKind::Accepted
        | MovementKind::BookedOut
        | MovementKind::Photographed
        | MovementKind::InventoryChecked => &[],
    }
}

fn check(
    exhibit: &Exhibit,
    act: &Act,
    surroundings: Surroundings<'_>,
    library: &Library,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut check = Check::new();
    let given = [
        ("to", act.to.is_some()),
        ("toName", act.to_name.is_some()),
        ("location", act.location.is_some()),
        ("seal", act.seal.is_some()),
        ("condition", act.condition.is_some()),
        ("reason", act.reason.is_some()),
        ("children", !act.children.is_empty()),
    ];
    let needed = needs(act.kind);
    for (member, is_given) in given {
        let pointer = format!("/{member}");
        let wants = needed.contains(&member);
        check.require(!wants || is_given, &pointer, "required", "This act needs it.");
        let only_where_needed = matches!(member, "to" | "location" | "seal" | "children");
        check.require(
            wants || !is_given || !only_where_needed,
            &pointer,
            "notExpected",
            "This kind of act does not take it.",
        );
    }
    check.optional_line("/toName", act.to_name.as_deref(), LINE_CHARS_MAX);
    check.optional_line("/location", act.location.as_deref(), LINE_CHARS_MAX);
    check.optional_line("/seal", act.seal.as_deref(), REFERENCE_CHARS_MAX);
    check.optional_paragraphs("/condition", act.condition.as_deref(), PARAGRAPH_CHARS_MAX);
    check.optional_line("/witness", act.witness.as_deref(), LINE_CHARS_MAX);
    check.optional_paragraphs("/reason", act.reason.as_deref(), PARAGRAPH_CHARS_MAX);
    check_time(&mut check, exhibit, act.occurred_at, now);
    check.require(
        !surroundings.seal_is_taken && (act.seal.is_none() || act.seal != exhibit.seal),
        "/seal",
        "sealInUse",
        "A live seal has this number. A seal is used once.",
    );
    check_children(&mut check, act, surroundings.taken, library, now);
    check.finish()
}

fn check_time(check: &mut Check, exhibit: &Exhibit, occurred_at: Timestamp, now: Timestamp) {
    check.require(
        !occurred_at.is_after_clock(now),
        "/occurredAt",
        "inTheFuture",
        "This time lies in the future.",
    );
    check.require(
        exhibit.last_occurred_at.is_none_or(|last| occurred_at >= last),
        "/occurredAt",
        "beforeTheLastAct",
        "The exhibit's seizure or last recorded act is later than this.",
    );
}

fn check_children(
    check: &mut Check,
    act: &Act,
    taken: Taken<'_>,
    library: &Library,
    now: Timestamp,
) {
    let fits = act.children.len() <= CHILDREN_MAX;
    check.require(fits, "/children", "tooMany", "At most 40 sub-exhibits in one act.");
    let mut references = References::new(taken);
    for (n, (_, details)) in act.children.iter().enumerate() {
        let at = format!("/children/{n}/exhibit");
        details.check(check, &at, library, now);
        references.check(check, &at, details);
    }
}

fn guard(exhibit: &Exhibit, kind: MovementKind, context: &Context<'_>) -> Result<(), Refusal> {
    match (&exhibit.offer, kind) {
        (Some(offer), MovementKind::Accepted | MovementKind::Refused) => {
            return guard_answer(offer, context);
        }
        (Some(offer), MovementKind::OfferWithdrawn) => {
            return if offer.by.id == context.caller.id {
                Ok(())
            } else {
                Err(Refusal::not_allowed("notTheOfferer", "Only who offered it may take it back."))
            };
        }
        (None, MovementKind::Accepted | MovementKind::Refused | MovementKind::OfferWithdrawn) => {
            return Err(Refusal::wrong_state("notOffered", "This exhibit is not on offer."));
        }
        (Some(_), _) => {
            return Err(Refusal::wrong_state(
                "inTransit",
                "This exhibit is on offer; the other side has to answer first.",
            ));
        }
        (None, _) => {}
    }
    guard_custody(exhibit, kind, context)?;
    guard_seal(exhibit, kind)
}

fn guard_answer(offer: &Offer, context: &Context<'_>) -> Result<(), Refusal> {
    if offer.to == context.caller.id {
        Ok(())
    } else {
        Err(Refusal::not_allowed("notOfferedToYou", "This exhibit is offered to somebody else."))
    }
}

fn guard_custody(
    exhibit: &Exhibit,
    kind: MovementKind,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let keeps_store = context.caller.is(Role::StoreOfficer);
    match (&exhibit.custodian, kind) {
        (Custodian::Outside { .. }, _) => Err(Refusal::wrong_state(
            "leftTheService",
            "This exhibit has left the service.",
        )),
        (
            Custodian::Store { .. },
            MovementKind::BookedOut | MovementKind::Moved | MovementKind::InventoryChecked,
        ) if keeps_store => Ok(()),
        (Custodian::Store { .. }, _) => Err(Refusal::wrong_state(
            "inStore",
            "This exhibit is in the store; a store officer has to book it out first.",
        )),
        (Custodian::Person { .. }, MovementKind::BookedOut | MovementKind::Moved) => {
            Err(Refusal::wrong_state("notInStore", "This exhibit is not in the store."))
        }
        (Custodian::Person { .. }, _) if !exhibit.is_with(&context.caller.id) => {
            Err(Refusal::not_allowed(
                "notTheCustodian",
                "Only who holds the exhibit may record this. Have it handed over to you first.",
            ))
        }
        (Custodian::Person { .. }, MovementKind::BookedIn) if !keeps_store => Err(
            Refusal::not_allowed("storeOfficerNeeded", "Only a store officer books into the store."),
        ),
        (Custodian::Person { .. }, MovementKind::Seized) if exhibit.movements > 0 => Err(
            Refusal::wrong_state("alreadySeized", "Seizure is the first act; others are recorded."),
        ),
        (Custodian::Person { laboratory: false, .. }, MovementKind::Divided | MovementKind::Acquired) => {
            Err(Refusal::wrong_state(
                "notHeldByTheUnit",
                "The laboratory has to take the exhibit before it is divided or acquired.",
            ))
        }
        (Custodian::Person { .. }, _) => Ok(()),
    }
}

fn guard_seal(exhibit: &Exhibit, kind: MovementKind) -> Result<(), Refusal> {
    let is_sealed = exhibit.seal.is_some();
    match kind {
        MovementKind::Sealed | MovementKind::Resealed if is_sealed => {
            Err(Refusal::wrong_state("sealed", "Record the breaking of the live seal first."))
        }
        MovementKind::Unsealed if !is_sealed => {
            Err(Refusal::wrong_state("notSealed", "This exhibit carries no live seal."))
        }
        MovementKind::Divided | MovementKind::Acquired if is_sealed => Err(Refusal::wrong_state(
            "sealed",
            "This exhibit is sealed: record the breaking of the seal first.",
        )),
        _ => Ok(()),
    }
}

impl Exhibit {
    /// Carries an act out. Total: what was recorded is what happened.
    pub fn apply(&mut self, act: &Moved, kind: MovementKind, recorded: &Recorded) {
        self.movements += 1;
        self.last_occurred_at = Some(act.occurred_at);
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

    /// The sub-exhibit that an act makes, held by whoever holds this one.
    #[must_use]
    pub fn child(&self, child: &Child, recorded_at: Timestamp) -> Exhibit {
        let origin = Origin {
            case_id: self.case_id.clone(),
            lab_reference: self.lab_reference.clone(),
            submission_id: self.submission_id.clone(),
            parent: Some(self.id.clone()),
            derivation: Some(child.derivation),
            custodian: self.custodian.clone(),
            received_at: self.received_at,
        };
        Exhibit::declared(&child.exhibit, origin, recorded_at)
    }
}
