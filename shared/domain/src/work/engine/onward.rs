//! Where work goes when a step has finished: which steps open and which joins wait.

use std::collections::BTreeSet;

use super::instance::{Opening, WorkInstance, WorkItem};
use crate::refusal::Refusal;
use crate::work::map::{END, Join, Next, ProcessMap};

/// Most times one step may occur in one instance; a loop that goes on longer is a mistake.
pub const OCCURRENCES_MAX: u32 = 100;

/// Where the work stands after a step has finished.
pub(super) struct Onward {
    pub(super) opens: Vec<Opening>,
    pub(super) awaits: Vec<String>,
    pub(super) closes: bool,
}

/// Works out what opens, what waits and whether the work has run its course when `finished`, an
/// open item of `instance`, goes on this way.
pub(super) fn onward(
    instance: &WorkInstance,
    map: &ProcessMap,
    finished: &WorkItem,
    way: Option<&Next>,
) -> Result<Onward, Refusal> {
    let Some(way) = way else {
        let detail = "The process map has no way on from this step for these answers.";
        return Err(Refusal::wrong_state("noWayOn", detail));
    };
    let mut active: BTreeSet<&str> = instance
        .open_items()
        .map(|item| item.step.as_str())
        .filter(|step| *step != finished.step)
        .collect();
    let mut waiting: BTreeSet<&str> = instance.awaits.iter().map(String::as_str).collect();
    let mut opened: Vec<&str> = Vec::new();
    for target in way.to.iter().filter(|target| *target != END) {
        let Some(step) = map.step(target) else { return Err(unknown_target(target)) };
        match step.join {
            Join::All => {
                waiting.insert(&step.key);
            }
            Join::Any => {
                if active.insert(&step.key) {
                    opened.push(&step.key);
                }
            }
        }
    }
    while let Some(join) = next_join(map, &active, &waiting) {
        waiting.remove(join);
        if active.insert(join) {
            opened.push(join);
        }
    }
    let opens = opened
        .iter()
        .map(|step| opening(instance, step))
        .collect::<Result<Vec<Opening>, Refusal>>()?;
    let closes = active.is_empty();
    Ok(Onward { opens, awaits: waiting.into_iter().map(str::to_owned).collect(), closes })
}

fn unknown_target(target: &str) -> Refusal {
    let detail = format!("The process map leads to {target}, which it does not have.");
    Refusal::wrong_state("noWayOn", detail)
}

fn opening(instance: &WorkInstance, step: &str) -> Result<Opening, Refusal> {
    let occurrence = instance.occurrences(step) + 1;
    if occurrence > OCCURRENCES_MAX {
        let detail = format!("The step {step} has already occurred {OCCURRENCES_MAX} times.");
        return Err(Refusal::wrong_state("tooManyOccurrences", detail));
    }
    Ok(Opening { step: step.to_owned(), occurrence })
}

/// The waiting join to open next: the first in map order that no active step and no other waiting
/// join could still lead to. If nothing is active and the joins wait only for each other, the
/// first of them opens, so that work can never stand still.
fn next_join<'a>(
    map: &'a ProcessMap,
    active: &BTreeSet<&'a str>,
    waiting: &BTreeSet<&'a str>,
) -> Option<&'a str> {
    let in_map_order = || map.steps.iter().map(|step| step.key.as_str());
    let candidates = || in_map_order().filter(|key| waiting.contains(key));
    let is_free = |join: &&str| {
        let others = active.iter().chain(waiting).filter(|other| *other != join);
        !others.into_iter().any(|other| map.leads_to(other, join))
    };
    let stuck = if active.is_empty() { candidates().next() } else { None };
    candidates().find(is_free).or(stuck)
}
