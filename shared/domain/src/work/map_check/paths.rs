//! What can be said by following a map's arrows: what is reached, what can end, and what has
//! surely happened before a step opens.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Faults, branches};
use crate::work::form::{CodeLists, Form};
use crate::work::map::{Action, END, Gate, Join, ProcessMap, Step};

/// Arrows that some answers lead along, by step key; [`END`] is a target like any other.
type Arrows<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Checks everything that depends on paths. Every target named in the map must exist.
pub(super) fn check(faults: &mut Faults, map: &ProcessMap, forms: &[Form], lists: &CodeLists) {
    let arrows = arrows(map, forms, lists);
    let ways_in = shortest_ways(map, &arrows);
    for step in map.steps.iter().filter(|step| !ways_in.contains_key(step.key.as_str())) {
        let detail = "No path from the start leads to this step.";
        faults.add("unreachable", Some(&step.key), detail);
    }
    check_ends(faults, map, &arrows, &ways_in);
    check_joins(faults, map, &arrows);
    let marks = sure_marks(map, &arrows, &ways_in);
    for step in &map.steps {
        if let Some(before) = marks.get(step.key.as_str()) {
            check_path_gates(faults, map, step, before);
        }
    }
}

fn arrows<'a>(map: &'a ProcessMap, forms: &[Form], lists: &CodeLists) -> Arrows<'a> {
    let from_step = |step: &'a Step| {
        let form = forms.iter().find(|form| step.form.as_ref() == Some(&form.reference()));
        let open = branches::open_ways(step, form, lists);
        let ways = step.next.iter().enumerate().filter(|(position, _)| open.contains(position));
        let targets = ways.flat_map(|(_, next)| next.to.iter().map(String::as_str)).collect();
        (step.key.as_str(), targets)
    };
    map.steps.iter().map(from_step).collect()
}

/// A shortest way from the start to every step that can be reached, both ends included.
fn shortest_ways<'a>(map: &'a ProcessMap, arrows: &Arrows<'a>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut ways: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut pending: VecDeque<&str> = VecDeque::new();
    for start in &map.start {
        ways.insert(start, vec![start]);
        pending.push_back(start);
    }
    while let Some(key) = pending.pop_front() {
        let way = ways.get(key).cloned().unwrap_or_default();
        for target in arrows.get(key).into_iter().flatten().filter(|target| **target != END) {
            if !ways.contains_key(target) {
                let longer = way.iter().copied().chain([*target]).collect();
                ways.insert(target, longer);
                pending.push_back(target);
            }
        }
    }
    ways
}

/// Everything that can follow a step, the step itself only if it is on a loop.
fn followers<'a>(arrows: &Arrows<'a>, from: &'a str) -> BTreeSet<&'a str> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut pending = vec![from];
    while let Some(key) = pending.pop() {
        for target in arrows.get(key).into_iter().flatten() {
            if seen.insert(target) {
                pending.push(target);
            }
        }
    }
    seen
}

/// Reports each place where work can get stuck once, with a path that leads into it.
fn check_ends<'a>(
    faults: &mut Faults,
    map: &'a ProcessMap,
    arrows: &Arrows<'a>,
    ways_in: &BTreeMap<&'a str, Vec<&'a str>>,
) {
    let after: BTreeMap<&str, BTreeSet<&str>> = map
        .steps
        .iter()
        .map(|step| (step.key.as_str(), followers(arrows, &step.key)))
        .filter(|(_, after)| !after.contains(END))
        .collect();
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for (key, reach) in &after {
        let Some(way) = ways_in.get(key) else { continue };
        // Only the innermost trap is named: everything reached from it leads back to it.
        let is_innermost =
            reach.iter().all(|other| after.get(other).is_some_and(|back| back.contains(key)));
        if !is_innermost || reported.contains(key) {
            continue;
        }
        reported.extend(reach);
        let path = way.join(" → ");
        if reach.is_empty() {
            let detail = format!("Work that takes this path can never end: {path}.");
            faults.add("deadEnd", Some(key), detail);
        } else {
            let members = reach.iter().copied().collect::<Vec<&str>>().join(", ");
            let detail = format!("Work goes round {members} for ever after this path: {path}.");
            faults.add("loopWithoutExit", Some(key), detail);
        }
    }
}

fn check_joins(faults: &mut Faults, map: &ProcessMap, arrows: &Arrows<'_>) {
    for step in map.steps.iter().filter(|step| step.join == Join::All) {
        let key = step.key.as_str();
        let leading = arrows.values().filter(|targets| targets.contains(key)).count();
        if leading < 2 {
            let detail =
                "A step with \"join\": \"all\" waits for branches; fewer than two lead here.";
            faults.add("joinNeedsBranches", Some(key), detail);
        }
    }
}

/// Something that has surely happened: a step was done, or an act was offered by one that was.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Mark<'a> {
    Done(&'a str),
    Offered(&'a Action),
}

fn marks_of(step: &Step) -> BTreeSet<Mark<'_>> {
    if step.skip.is_some() {
        return BTreeSet::new();
    }
    let offers = step.actions.iter().map(Mark::Offered);
    offers.chain([Mark::Done(&step.key)]).collect()
}

/// For every reachable step, what has surely happened before it opens: what every arrow into it
/// agrees on. A join of parallel branches counts only what they share, which errs towards refusing.
fn sure_marks<'a>(
    map: &'a ProcessMap,
    arrows: &Arrows<'a>,
    ways_in: &BTreeMap<&'a str, Vec<&'a str>>,
) -> BTreeMap<&'a str, BTreeSet<Mark<'a>>> {
    let mut sure: BTreeMap<&str, BTreeSet<Mark<'a>>> = BTreeMap::new();
    for start in &map.start {
        sure.insert(start, BTreeSet::new());
    }
    // A step's set only ever shrinks once it is there, so this ends.
    let mut pending: VecDeque<&str> = map.start.iter().map(String::as_str).collect();
    while let Some(key) = pending.pop_front() {
        let Some(step) = map.step(key) else { continue };
        let mut passed_on = sure.get(key).cloned().unwrap_or_default();
        passed_on.extend(marks_of(step));
        let targets = arrows.get(key).into_iter().flatten();
        for target in targets.filter(|target| ways_in.contains_key(*target)) {
            let agreed = match sure.get(target) {
                Some(known) => known.intersection(&passed_on).cloned().collect(),
                None => passed_on.clone(),
            };
            if sure.get(target) != Some(&agreed) {
                sure.insert(target, agreed);
                pending.push_back(target);
            }
        }
    }
    sure
}

fn check_path_gates(
    faults: &mut Faults,
    map: &ProcessMap,
    step: &Step,
    before: &BTreeSet<Mark<'_>>,
) {
    let at = Some(step.key.as_str());
    for gate in &step.gates {
        match gate {
            Gate::SecondPerson { step: first } if map.step(first).is_none() => {
                let detail = format!("second_person names {first}, which is not a step.");
                faults.add("unknownGateStep", at, detail);
            }
            Gate::SecondPerson { step: first } if !before.contains(&Mark::Done(first)) => {
                let detail = format!(
                    "second_person compares with {first}, which is not always done before this step."
                );
                faults.add("gateStepNotBefore", at, detail);
            }
            Gate::ReviewPassed { .. }
                if !before.contains(&Mark::Offered(&Action::PrepareResult {})) =>
            {
                let detail =
                    "It waits for a review, but no earlier step always prepares the result.";
                faults.add("gateCannotPass", at, detail);
            }
            Gate::SecondPerson { .. }
            | Gate::ReviewPassed { .. }
            | Gate::ExhibitsHeld {}
            | Gate::EquipmentInService {}
            | Gate::MethodInForce {}
            | Gate::NoteRecorded {}
            | Gate::FindingRecorded {}
            | Gate::FileVerified { .. } => {}
        }
    }
}
