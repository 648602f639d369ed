//! The decisions: what may happen to running work, and what it leads to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::guards::{Actor, Moment, blocked, refuse_if_blocked};
use super::instance::{Ending, EndingKind, ItemState, Opening, WorkChange, WorkInstance, WorkItem};
use super::onward::onward;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::work::form::{CodeLists, Form, text_fault, validate};
use crate::work::map::{Facts, ProcessMap, Step};

/// Most pauses of one work item.
pub const PAUSES_MAX: usize = 100;
/// Longest reason for skipping or cancelling, in characters.
pub const REASON_CHARS_MAX: u32 = 1_000;

/// What completes a step.
#[derive(Clone, Copy, Debug)]
pub struct Completion<'a> {
    /// The form the step names, already loaded; none if it names none.
    pub form: Option<&'a Form>,
    /// Code lists as they stand now.
    pub code_lists: &'a CodeLists,
    /// The answers; empty for a step without a form.
    pub values: &'a Map<String, Value>,
    /// RFC 6901 pointer to the answers in the request, for refusals.
    pub values_pointer: &'a str,
    /// Id of the person who witnessed the step.
    pub witness: Option<&'a str>,
}

/// Begins work on a map: its start steps are ready. The caller has checked that the map is
/// published. The returned instance holds everything a replay needs, so it can be recorded whole.
pub fn begin(map: &ProcessMap, at: Timestamp) -> WorkInstance {
    let opens: BTreeSet<&str> = map.start.iter().map(String::as_str).collect();
    let openings = opens.iter().map(|step| Opening { step: (*step).to_owned(), occurrence: 1 });
    let work_items: Vec<WorkItem> = openings.map(|opening| WorkItem::ready(&opening, at)).collect();
    let ended =
        work_items.is_empty().then_some(Ending { kind: EndingKind::Completed, at, reason: None });
    WorkInstance {
        map_key: map.key.clone(),
        map_version: map.version.clone(),
        work_items,
        awaits: Vec::new(),
        ended,
    }
}

/// Takes a ready step on. Refuses who has no role on it or did the step it checks.
pub fn claim(
    instance: &WorkInstance,
    map: &ProcessMap,
    step: &str,
    actor: Actor<'_>,
) -> Result<WorkChange, Refusal> {
    let (item, found) = item_in(instance, map, step, &[ItemState::Ready])?;
    refuse_if_blocked(blocked(instance, found, Moment::Claim, actor, &Facts::default()))?;
    Ok(WorkChange::Claimed { step: item.step.clone(), occurrence: item.occurrence })
}

/// Gives a claimed or paused step back, so that somebody else can claim it. Its assignee may, and
/// a forensic manager, because people fall ill.
pub fn hand_back(
    instance: &WorkInstance,
    map: &ProcessMap,
    step: &str,
    actor: Actor<'_>,
) -> Result<WorkChange, Refusal> {
    let (item, _) = item_in(instance, map, step, &[ItemState::Claimed, ItemState::Paused])?;
    if !actor.roles.contains("forensic_manager") {
        assigned_to(item, actor)?;
    }
    Ok(WorkChange::HandedBack { step: item.step.clone(), occurrence: item.occurrence })
}

/// Starts a claimed step. Facts must be those of this instant.
pub fn start(
    instance: &WorkInstance,
    map: &ProcessMap,
    step: &str,
    actor: Actor<'_>,
    facts: &Facts,
) -> Result<WorkChange, Refusal> {
    let (item, found) = item_in(instance, map, step, &[ItemState::Claimed])?;
    assigned_to(item, actor)?;
    refuse_if_blocked(blocked(instance, found, Moment::Start, actor, facts))?;
    Ok(WorkChange::Started { step: item.step.clone(), occurrence: item.occurrence })
}

/// Stops a step in progress for one of the map's reasons.
pub fn pause(
    instance: &WorkInstance,
    map: &ProcessMap,
    step: &str,
    actor: Actor<'_>,
    reason: &str,
) -> Result<WorkChange, Refusal> {
    let (item, _) = item_in(instance, map, step, &[ItemState::InProgress])?;
    assigned_to(item, actor)?;
    if !map.pause_reasons.iter().any(|known| known.key == reason) {
        let detail = "Choose one of the process map's reasons for pausing.";
        return Err(Refusal::invalid("/reason", "unknownPauseReason", detail));
    }
    if item.pauses.len() >= PAUSES_MAX {
        let detail = format!("This step has already been paused {PAUSES_MAX} times.");
        return Err(Refusal::wrong_state("tooManyPauses", detail));
    }
    let (step, occurrence) = (item.step.clone(), item.occurrence);
    Ok(WorkChange::Paused { step, occurrence, reason: reason.to_owned() })
}

/// Goes on with a paused step. The guards of the start are asked again, because competence,
/// equipment and custody may have lapsed meanwhile.
pub fn resume(
    instance: &WorkInstance,
    map: &ProcessMap,
    step: &str,
    actor: Actor<'_>,
    facts: &Facts,
) -> Result<WorkChange, Refusal> {
    let (item, found) = item_in(instance, map, step, &[ItemState::Paused])?;
    assigned_to(item, actor)?;
    refuse_if_blocked(blocked(instance, found, Moment::Start, actor, facts))?;
    Ok(WorkChange::Resumed { step: item.step.clone(), occurrence: item.occurrence })
}

/// Completes a step in progress: checks the answers, then the guards of completion, and works out
/// which steps open.
pub fn complete(
    instance: &WorkInstance,
    map: &ProcessMap,
    step: &str,
    actor: Actor<'_>,
    facts: &Facts,
    completion: Completion<'_>,
) -> Result<WorkChange, Refusal> {
    let (item, found) = item_in(instance, map, step, &[ItemState::InProgress])?;
    assigned_to(item, actor)?;
    let values = answers(found, completion)?;
    let witness = witness(found, item, completion.witness)?;
    refuse_if_blocked(blocked(instance, found, Moment::Complete, actor, facts))?;
    let onward = onward(instance, map, item, found.way_on(&values))?;
    Ok(WorkChange::Completed {
        step: item.step.clone(),
        occurrence: item.occurrence,
        values,
        witness,
        opens: onward.opens,
        awaits: onward.awaits,
        closes: onward.closes,
    })
}

/// Passes over a step nobody has started, where the map allows the actor's role to.
pub fn skip(
    instance: &WorkInstance,
    map: &ProcessMap,
    step: &str,
    actor: Actor<'_>,
    reason: &str,
) -> Result<WorkChange, Refusal> {
    let (item, found) = item_in(instance, map, step, &[ItemState::Ready, ItemState::Claimed])?;
    let allowed = found
        .skip
        .as_ref()
        .is_some_and(|skip| skip.roles.iter().any(|role| actor.roles.contains(role)));
    if !allowed {
        let detail = format!("The process map does not let you skip \"{}\".", found.title);
        return Err(Refusal::NotAllowed { code: "mayNotSkip", detail });
    }
    let reason = checked_reason(reason)?;
    let onward = onward(instance, map, item, found.default_way_on())?;
    Ok(WorkChange::Skipped {
        step: item.step.clone(),
        occurrence: item.occurrence,
        reason,
        opens: onward.opens,
        awaits: onward.awaits,
        closes: onward.closes,
    })
}

/// Stops the whole work, whatever state its steps are in. Whether the actor may is for the caller:
/// it is a right over the examination, not over a step.
pub fn cancel(
    instance: &WorkInstance,
    map: &ProcessMap,
    reason: &str,
) -> Result<WorkChange, Refusal> {
    running_on(instance, map)?;
    Ok(WorkChange::Cancelled { reason: checked_reason(reason)? })
}

fn running_on(instance: &WorkInstance, map: &ProcessMap) -> Result<(), Refusal> {
    if instance.map_key != map.key || instance.map_version != map.version {
        let detail = format!(
            "This work runs on {}@{}, not on {}.",
            instance.map_key,
            instance.map_version,
            map.reference()
        );
        return Err(Refusal::wrong_state("mapVersionMismatch", detail));
    }
    if instance.is_ended() {
        return Err(Refusal::wrong_state("workEnded", "This work has ended."));
    }
    Ok(())
}

/// The open item of a step, if the work runs on this map and the item is in one of these states.
fn item_in<'a>(
    instance: &'a WorkInstance,
    map: &'a ProcessMap,
    step: &str,
    states: &[ItemState],
) -> Result<(&'a WorkItem, &'a Step), Refusal> {
    running_on(instance, map)?;
    let found = map.step(step).ok_or(Refusal::NotFound)?;
    let Some(item) = instance.open_item(step) else {
        let detail = format!("\"{}\" is not open.", found.title);
        return Err(Refusal::wrong_state("stepNotOpen", detail));
    };
    if states.contains(&item.state) {
        return Ok((item, found));
    }
    let (code, is) = match item.state {
        ItemState::Ready => ("stepNotClaimed", "waiting for somebody to claim it"),
        ItemState::Claimed => ("stepNotStarted", "claimed and not started"),
        ItemState::InProgress => ("stepInProgress", "in progress"),
        ItemState::Paused => ("stepPaused", "paused"),
        ItemState::Done | ItemState::Skipped | ItemState::Cancelled => ("stepNotOpen", "not open"),
    };
    Err(Refusal::wrong_state(code, format!("\"{}\" is {is}.", found.title)))
}

fn assigned_to(item: &WorkItem, actor: Actor<'_>) -> Result<(), Refusal> {
    if item.assignee.as_deref() == Some(actor.person) {
        return Ok(());
    }
    let detail = "Somebody else has claimed this step.".to_owned();
    Err(Refusal::NotAllowed { code: "notAssignee", detail })
}

fn answers(step: &Step, completion: Completion<'_>) -> Result<BTreeMap<String, Value>, Refusal> {
    match (&step.form, completion.form) {
        (None, _) if completion.values.is_empty() => Ok(BTreeMap::new()),
        (None, _) => {
            let detail = "This step has no form, so it takes no answers.";
            Err(Refusal::invalid(completion.values_pointer, "noForm", detail))
        }
        (Some(wanted), Some(form)) if form.reference() == *wanted => {
            validate(form, completion.code_lists, completion.values, completion.values_pointer)
        }
        (Some(wanted), _) => {
            let detail = format!("The form {wanted} that this step asks for is not installed.");
            Err(Refusal::wrong_state("formMismatch", detail))
        }
    }
}

fn witness(step: &Step, item: &WorkItem, named: Option<&str>) -> Result<Option<String>, Refusal> {
    match named {
        None if step.witness => {
            let detail = "Name the person who witnessed this step.";
            Err(Refusal::invalid("/witness", "required", detail))
        }
        Some(person) if item.performed_by.contains(person) => {
            let detail = "The witness must be somebody who did not perform the step.".to_owned();
            Err(Refusal::SecondPersonNeeded { detail })
        }
        Some(_) | None => Ok(named.map(str::to_owned)),
    }
}

fn checked_reason(reason: &str) -> Result<String, Refusal> {
    let error = |code, detail: String| Err(Refusal::invalid("/reason", code, detail));
    let reason = reason.trim();
    if reason.is_empty() {
        return error("required", "Give a reason.".to_owned());
    }
    if text_fault(reason, REASON_CHARS_MAX, true).is_some() {
        let detail =
            format!("Use at most {REASON_CHARS_MAX} characters and no control characters.");
        return error("badText", detail);
    }
    Ok(reason.to_owned())
}
