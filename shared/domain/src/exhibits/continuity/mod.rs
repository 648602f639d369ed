//! The rules of continuity: who may record which act, on what state of the exhibit.

mod apply;
#[cfg(test)]
mod bench;
mod guard;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use super::exhibit::{Declared, Derivation, Exhibit, ExhibitDetails};
use super::movement::{Child, Moved, MovementKind};
use super::reference::{References, Taken};
use crate::context::Context;
use crate::event::Event;
use crate::ids::PersonId;
use crate::refusal::Refusal;
use crate::text::{Check, LINE_CHARS_MAX, PARAGRAPH_CHARS_MAX, REFERENCE_CHARS_MAX, fold};
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
    /// Whether any exhibit carries a live seal of this number (invariant 6).
    pub seal_is_taken: Taken<'a>,
    /// Which references the case knows.
    pub reference_is_taken: Taken<'a>,
    /// Whether an examination of this exhibit is not over (invariant 10).
    pub is_under_examination: bool,
}

/// Decides an act.
pub fn decide(
    exhibit: &Exhibit,
    act: &Act,
    surroundings: Surroundings<'_>,
    library: &Library,
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    check(exhibit, act, surroundings, library, context)?;
    guard::guard(exhibit, act.kind, context)?;
    if act.kind == MovementKind::Returned && surroundings.is_under_examination {
        return Err(Refusal::wrong_state(
            "underExamination",
            "An examination of this exhibit is not over: it cannot leave the service.",
        ));
    }
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

/// Whether an act of this kind takes a member that it does not need. Condition, witness and reason
/// go with every act; the others mean something only where they are needed.
fn takes(kind: MovementKind, member: &str) -> bool {
    match member {
        "to" | "location" | "seal" | "children" => false,
        "toName" => kind == MovementKind::Offered,
        _ => true,
    }
}

fn check(
    exhibit: &Exhibit,
    act: &Act,
    surroundings: Surroundings<'_>,
    library: &Library,
    context: &Context<'_>,
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
    for (member, is_given) in given {
        let pointer = format!("/{member}");
        let wants = needs(act.kind).contains(&member);
        check.require(!wants || is_given, &pointer, "required", "This act needs it.");
        check.require(
            wants || !is_given || takes(act.kind, member),
            &pointer,
            "notExpected",
            "This kind of act does not take it.",
        );
    }
    check.require(
        act.to.as_ref() != Some(&context.caller.id),
        "/to",
        "toYourself",
        "You hold it already: offer it to somebody else.",
    );
    check.optional_line("/toName", act.to_name.as_deref(), LINE_CHARS_MAX);
    check.optional_line("/location", act.location.as_deref(), LINE_CHARS_MAX);
    check.optional_line("/seal", act.seal.as_deref(), REFERENCE_CHARS_MAX);
    check.optional_paragraphs("/condition", act.condition.as_deref(), PARAGRAPH_CHARS_MAX);
    check.optional_line("/witness", act.witness.as_deref(), LINE_CHARS_MAX);
    check.optional_paragraphs("/reason", act.reason.as_deref(), PARAGRAPH_CHARS_MAX);
    check_time(&mut check, exhibit, act.occurred_at, context.now);
    if let Some(seal) = &act.seal {
        check_seal(&mut check, "/seal", seal, exhibit, surroundings.seal_is_taken);
    }
    check_children(&mut check, exhibit, act, surroundings, library, context.now);
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

/// A seal is used once: no exhibit carries it, and this one never did (invariant 6).
fn check_seal(
    check: &mut Check,
    pointer: &str,
    seal: &str,
    exhibit: &Exhibit,
    seal_is_taken: Taken<'_>,
) {
    let mut had = exhibit.seal.iter().chain(&exhibit.broken_seals);
    check.require(
        !seal_is_taken(seal) && !had.any(|known| fold(known) == fold(seal)),
        pointer,
        "sealInUse",
        "This seal was used before. A seal is used once.",
    );
}

fn check_children(
    check: &mut Check,
    exhibit: &Exhibit,
    act: &Act,
    surroundings: Surroundings<'_>,
    library: &Library,
    now: Timestamp,
) {
    let fits = act.children.len() <= CHILDREN_MAX;
    check.require(fits, "/children", "tooMany", "At most 40 sub-exhibits in one act.");
    let mut references = References::new(surroundings.reference_is_taken);
    for (n, (_, details)) in act.children.iter().enumerate() {
        let at = format!("/children/{n}/exhibit");
        details.check(check, &at, library, now);
        references.check(check, &at, details);
        if let Some(seal) = &details.seal {
            let pointer = format!("{at}/seal");
            check_seal(check, &pointer, seal, exhibit, surroundings.seal_is_taken);
        }
        check.require(
            details.seized_at.is_none_or(|seized| seized <= act.occurred_at),
            &format!("{at}/seizedAt"),
            "afterTheAct",
            "It cannot have been seized after it was made.",
        );
    }
}
