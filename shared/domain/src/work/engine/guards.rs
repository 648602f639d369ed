//! The guards: why a person cannot take a step further now, and what would change that.

use std::collections::BTreeSet;

use super::instance::WorkInstance;
use crate::refusal::Refusal;
use crate::work::map::{Facts, Gate, Step};

/// Who acts.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// Id of the person.
    pub person: &'a str,
    /// Roles the person holds for this work, in scope and in date.
    pub roles: &'a BTreeSet<String>,
}

/// Which guards are asked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Moment {
    /// Taking the step on: role and second person.
    Claim,
    /// Starting or resuming: those, competence and the gates that guard the start.
    Start,
    /// Completing: role, second person, notes and the gates that guard completion.
    Complete,
}

/// One reason why a person cannot take a step further now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Blocker {
    /// Which guard.
    pub code: BlockerCode,
    /// What is missing, in plain English.
    pub detail: String,
}

/// Every guard that can block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BlockerCode {
    /// The person has none of the step's roles.
    RoleNeeded,
    /// The person performed the step that this one checks.
    SecondPersonNeeded,
    /// The person does not hold the step's competence now.
    CompetenceMissing,
    /// Not every exhibit is held.
    ExhibitsNotHeld,
    /// Nobody recorded which equipment is used.
    EquipmentUnknown,
    /// Equipment is out of service.
    EquipmentOutOfService,
    /// Nobody recorded which method version is used.
    MethodUnknown,
    /// The method version is not in force.
    MethodNotInForce,
    /// A review has not passed.
    ReviewNotPassed,
    /// No note is recorded.
    NoteMissing,
    /// No finding is recorded.
    FindingMissing,
    /// No verified file with the role.
    FileNotVerified,
}

impl BlockerCode {
    /// The stable camel-case code shown to callers.
    pub fn as_str(self) -> &'static str {
        match self {
            BlockerCode::RoleNeeded => "roleNeeded",
            BlockerCode::SecondPersonNeeded => "secondPersonNeeded",
            BlockerCode::CompetenceMissing => "competenceMissing",
            BlockerCode::ExhibitsNotHeld => "exhibitsNotHeld",
            BlockerCode::EquipmentUnknown => "equipmentUnknown",
            BlockerCode::EquipmentOutOfService => "equipmentOutOfService",
            BlockerCode::MethodUnknown => "methodUnknown",
            BlockerCode::MethodNotInForce => "methodNotInForce",
            BlockerCode::ReviewNotPassed => "reviewNotPassed",
            BlockerCode::NoteMissing => "noteMissing",
            BlockerCode::FindingMissing => "findingMissing",
            BlockerCode::FileNotVerified => "fileNotVerified",
        }
    }
}

/// Every guard that now stops this person from taking the step further; empty when none does.
/// Pages ask this to say what is missing before anybody tries.
pub fn blocked(
    instance: &WorkInstance,
    step: &Step,
    moment: Moment,
    actor: Actor<'_>,
    facts: &Facts,
) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    if !step.roles.iter().any(|role| actor.roles.contains(role)) {
        let detail = format!("One of these roles is needed: {}.", step.roles.join(", "));
        blockers.push(Blocker { code: BlockerCode::RoleNeeded, detail });
    }
    if let (Moment::Start, Some(competence)) = (moment, &step.competence)
        && !facts.competences.contains(competence)
    {
        let detail = format!("A valid competence record for {competence} is needed.");
        blockers.push(Blocker { code: BlockerCode::CompetenceMissing, detail });
    }
    if moment == Moment::Complete && step.requires_notes {
        blockers.extend(unmet(&Gate::NoteRecorded {}, instance, actor, facts));
    }
    let asked = step.gates.iter().filter(|gate| match moment {
        Moment::Claim => matches!(gate, Gate::SecondPerson { .. }),
        Moment::Start => gate.guards_start(),
        Moment::Complete => !gate.guards_start() || matches!(gate, Gate::SecondPerson { .. }),
    });
    blockers.extend(asked.filter_map(|gate| unmet(gate, instance, actor, facts)));
    blockers
}

fn unmet(gate: &Gate, instance: &WorkInstance, actor: Actor<'_>, facts: &Facts) -> Option<Blocker> {
    let (is_met, code, detail) = match gate {
        Gate::ExhibitsHeld {} => (
            facts.exhibits_held,
            BlockerCode::ExhibitsNotHeld,
            "Every exhibit of the examination must be held by the unit.".to_owned(),
        ),
        Gate::EquipmentInService {} => match facts.equipment_ok {
            None => (
                false,
                BlockerCode::EquipmentUnknown,
                "Record which equipment will be used.".to_owned(),
            ),
            Some(is_met) => (
                is_met,
                BlockerCode::EquipmentOutOfService,
                "The equipment is not in service.".to_owned(),
            ),
        },
        Gate::MethodInForce {} => match facts.method_ok {
            None => (
                false,
                BlockerCode::MethodUnknown,
                "Record which method version will be followed.".to_owned(),
            ),
            Some(is_met) => (
                is_met,
                BlockerCode::MethodNotInForce,
                "The method version is not in force.".to_owned(),
            ),
        },
        Gate::SecondPerson { step } => (
            !instance.performed(step, actor.person),
            BlockerCode::SecondPersonNeeded,
            format!("Someone who did not perform the step {step} must do this."),
        ),
        Gate::ReviewPassed { kind } => (
            facts.reviews_passed.contains(kind),
            BlockerCode::ReviewNotPassed,
            format!("The {kind} review has not passed."),
        ),
        Gate::NoteRecorded {} => (
            facts.notes > 0,
            BlockerCode::NoteMissing,
            "Record at least one contemporaneous note.".to_owned(),
        ),
        Gate::FindingRecorded {} => (
            facts.findings > 0,
            BlockerCode::FindingMissing,
            "Record at least one finding.".to_owned(),
        ),
        Gate::FileVerified { role } => (
            facts.verified_files_by_role.get(role).is_some_and(|count| *count > 0),
            BlockerCode::FileNotVerified,
            format!("Add a file with the role {role} and wait until its hash is verified."),
        ),
    };
    if is_met { None } else { Some(Blocker { code, detail }) }
}

/// Turns blockers into one refusal: the first decides its kind, the sentence names them all.
pub(super) fn refuse_if_blocked(blockers: Vec<Blocker>) -> Result<(), Refusal> {
    let Some(first) = blockers.first().map(|blocker| blocker.code) else { return Ok(()) };
    let sentences: Vec<&str> = blockers.iter().map(|blocker| blocker.detail.as_str()).collect();
    let detail = sentences.join(" ");
    Err(match first {
        BlockerCode::RoleNeeded | BlockerCode::CompetenceMissing => {
            Refusal::NotAllowed { code: first.as_str(), detail }
        }
        BlockerCode::SecondPersonNeeded => Refusal::SecondPersonNeeded { detail },
        BlockerCode::ExhibitsNotHeld
        | BlockerCode::EquipmentUnknown
        | BlockerCode::EquipmentOutOfService
        | BlockerCode::MethodUnknown
        | BlockerCode::MethodNotInForce
        | BlockerCode::ReviewNotPassed
        | BlockerCode::NoteMissing
        | BlockerCode::FindingMissing
        | BlockerCode::FileNotVerified => Refusal::wrong_state(first.as_str(), detail),
    })
}
