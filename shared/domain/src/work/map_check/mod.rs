//! Whether a process map is sound: every step can be reached, every path can end, every gate can
//! be passed, and everything the map names exists.
//!
//! A map that fails here cannot be published (domain invariant 21). Every fault is reported at
//! once, in words a process designer can act on, except that paths are followed only when all
//! arrows lead somewhere: following arrows that are misspelt would report faults that are not
//! there.

use std::collections::BTreeSet;

use serde::Serialize;

use super::form::{CodeLists, Form, text_fault};
use super::map::{Action, END, Gate, ProcessMap, REVIEW_KINDS, STEP_ROLES, Step, parse_version};

mod branches;
mod forms;
mod paths;

pub use forms::{check_code_list, check_form};

#[cfg(test)]
mod tests;

/// Most steps in one map.
pub const STEPS_MAX: usize = 200;
/// Most stages in one map.
pub const STAGES_MAX: usize = 20;
/// Most ways on from one step.
pub const NEXT_MAX: usize = 20;
/// Longest key, in characters.
pub const KEY_CHARS_MAX: usize = 64;
/// Longest title or label, in characters.
pub const TITLE_CHARS_MAX: u32 = 200;
/// Longest sentence shown as wording or hint, in characters.
pub const WORDING_CHARS_MAX: u32 = 500;

/// Faults that leave it unclear where arrows lead, so that paths are not followed.
const ARROW_FAULTS: [&str; 9] = [
    "badTargets",
    "conditionField",
    "conditionKind",
    "conditionValue",
    "defaultNotLast",
    "duplicateKey",
    "noStart",
    "tooMany",
    "unknownStep",
];

/// One fault of a map, or of a form or code list it uses.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct MapFault {
    /// Stable camel-case code.
    pub code: &'static str,
    /// Key of the step at fault; absent when the fault is of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What is wrong, in plain English.
    pub detail: String,
}

/// Collects faults; a type of its own so that every check reads as a list of rules.
#[derive(Debug, Default)]
struct Faults(Vec<MapFault>);

impl Faults {
    fn add(&mut self, code: &'static str, step: Option<&str>, detail: impl Into<String>) {
        self.0.push(MapFault { code, step: step.map(str::to_owned), detail: detail.into() });
    }

    fn key(&mut self, step: Option<&str>, what: &str, key: &str) {
        if !is_key(key) {
            let detail = format!(
                "The key of {what} must have 1 to {KEY_CHARS_MAX} lower-case letters, digits, - or _, and begin with a letter."
            );
            self.add("badKey", step, detail);
        }
    }

    fn text(&mut self, step: Option<&str>, what: &str, text: &str, chars_max: u32) {
        if text.trim().is_empty() || text_fault(text, chars_max, false).is_some() {
            let detail = format!("{what} must have 1 to {chars_max} ordinary characters.");
            self.add("badText", step, detail);
        }
    }

    fn version(&mut self, what: &str, version: &str) {
        if parse_version(version).is_none() {
            self.add("badVersion", None, format!("The version of {what} must look like 1.0.0."));
        }
    }

    fn unique<'a>(&mut self, what: &str, keys: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for key in keys {
            if !seen.insert(key) {
                self.add("duplicateKey", None, format!("Two {what} have the key {key}."));
            }
        }
    }
}

fn is_key(key: &str) -> bool {
    key.len() <= KEY_CHARS_MAX
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

/// Checks a map with the forms and code lists it may use. Forms that no step names are not looked
/// at. The lists `file_roles`, `pause_reasons` and `disciplines` give the words that gates, pause
/// reasons and the map's discipline may use.
pub fn check(map: &ProcessMap, forms: &[Form], lists: &CodeLists) -> Result<(), Vec<MapFault>> {
    let mut faults = Faults::default();
    check_whole(&mut faults, map, lists);
    check_stages(&mut faults, map);
    for step in &map.steps {
        check_step(&mut faults, map, step, lists);
        check_arrows(&mut faults, map, step);
        let form = find_form(&mut faults, step, forms);
        branches::check(&mut faults, step, form, lists);
    }
    for form in forms.iter().filter(|form| is_used(map, form)) {
        faults.0.extend(check_form(form, lists));
    }
    let arrows_broken = faults.0.iter().any(|fault| ARROW_FAULTS.contains(&fault.code));
    if !arrows_broken {
        paths::check(&mut faults, map, forms, lists);
    }
    if faults.0.is_empty() { Ok(()) } else { Err(faults.0) }
}

fn is_used(map: &ProcessMap, form: &Form) -> bool {
    let reference = form.reference();
    map.steps.iter().any(|step| step.form.as_ref() == Some(&reference))
}

fn check_whole(faults: &mut Faults, map: &ProcessMap, lists: &CodeLists) {
    faults.key(None, "the map", &map.key);
    faults.version("the map", &map.version);
    faults.text(None, "The map's title", &map.title, TITLE_CHARS_MAX);
    if map.steps.len() > STEPS_MAX || map.stages.len() > STAGES_MAX {
        let detail = format!("A map has at most {STEPS_MAX} steps and {STAGES_MAX} stages.");
        faults.add("tooMany", None, detail);
    }
    faults.unique("steps", map.steps.iter().map(|step| step.key.as_str()));
    faults.unique("stages", map.stages.iter().map(|stage| stage.key.as_str()));
    faults.unique("pause reasons", map.pause_reasons.iter().map(|reason| reason.key.as_str()));
    faults.unique("starting places", map.start.iter().map(String::as_str));
    if map.start.is_empty() {
        faults.add("noStart", None, "Name at least one step in \"start\".");
    }
    for start in map.start.iter().filter(|start| map.step(start).is_none()) {
        faults.add("unknownStep", None, format!("Work starts at {start}, which is not a step."));
    }
    if !in_use(lists, "disciplines", &map.discipline) {
        let detail = format!("The code list disciplines has no {} in use.", map.discipline);
        faults.add("unknownDiscipline", None, detail);
    }
    for reason in &map.pause_reasons {
        faults.text(None, "A pause reason's title", &reason.title, TITLE_CHARS_MAX);
        if !in_use(lists, "pause_reasons", &reason.key) {
            let detail = format!("The code list pause_reasons has no {} in use.", reason.key);
            faults.add("unknownPauseReason", None, detail);
        }
    }
}

fn in_use(lists: &CodeLists, list: &str, key: &str) -> bool {
    lists.get(list).is_some_and(|found| found.offers(key))
}

fn check_stages(faults: &mut Faults, map: &ProcessMap) {
    for stage in &map.stages {
        faults.key(None, "a stage", &stage.key);
        faults.text(None, "A stage's title", &stage.title, TITLE_CHARS_MAX);
        faults.text(None, "A stage's wording", &stage.officer_wording, WORDING_CHARS_MAX);
        if !map.steps.iter().any(|step| step.stage == stage.key) {
            let detail = format!("No step belongs to the stage {}.", stage.key);
            faults.add("stageUnused", None, detail);
        }
    }
}

fn check_step(faults: &mut Faults, map: &ProcessMap, step: &Step, lists: &CodeLists) {
    let at = Some(step.key.as_str());
    faults.key(at, "a step", &step.key);
    faults.text(at, "The step's title", &step.title, TITLE_CHARS_MAX);
    if step.key == END {
        faults.add("reservedKey", at, "A step may not be called \"end\".");
    }
    if map.stage(&step.stage).is_none() {
        faults.add("unknownStage", at, format!("The map has no stage {}.", step.stage));
    }
    if step.roles.is_empty() || step.skip.as_ref().is_some_and(|skip| skip.roles.is_empty()) {
        faults.add("noRole", at, "Name at least one role, or nobody could ever do this.");
    }
    let skip_roles = step.skip.iter().flat_map(|skip| &skip.roles);
    for role in step.roles.iter().chain(skip_roles) {
        if !STEP_ROLES.contains(&role.as_str()) {
            let detail = format!("{role} is not a role that works on cases.");
            faults.add("unknownRole", at, detail);
        }
    }
    if let Some(competence) = &step.competence {
        faults.key(at, "a competence", competence);
    }
    if step.target_working_hours == Some(0) {
        faults.add("zeroTarget", at, "A target of no hours would always be missed.");
    }
    for action in &step.actions {
        if let Action::AddFile { role } = action {
            check_file_role(faults, step, role, lists);
        }
    }
    check_gates(faults, step, lists);
}

fn check_gates(faults: &mut Faults, step: &Step, lists: &CodeLists) {
    let at = Some(step.key.as_str());
    for (position, gate) in step.gates.iter().enumerate() {
        let implied = step.requires_notes && matches!(gate, Gate::NoteRecorded {});
        if implied || step.gates[..position].contains(gate) {
            faults.add("gateRepeated", at, "The same gate is asked for twice.");
        }
        match gate {
            Gate::FileVerified { role } => {
                check_file_role(faults, step, role, lists);
                offered(faults, step, &Action::AddFile { role: role.clone() });
            }
            Gate::ReviewPassed { kind } if !REVIEW_KINDS.contains(&kind.as_str()) => {
                faults.add("unknownReview", at, format!("There is no kind of review {kind}."));
            }
            Gate::NoteRecorded {} => offered(faults, step, &Action::RecordNote {}),
            Gate::FindingRecorded {} => offered(faults, step, &Action::RecordFinding {}),
            // Whether these can be passed depends on the way to the step: see `paths`.
            Gate::ReviewPassed { .. } | Gate::SecondPerson { .. } => {}
            // Facts about the world, which a map cannot make impossible.
            Gate::ExhibitsHeld {} | Gate::EquipmentInService {} | Gate::MethodInForce {} => {}
        }
    }
    if step.requires_notes {
        offered(faults, step, &Action::RecordNote {});
    }
}

/// A step that demands an act must offer it, or the person doing the step could not go on.
fn offered(faults: &mut Faults, step: &Step, action: &Action) {
    if !step.actions.contains(action) {
        let act = match action {
            Action::RecordContinuity {} => "record continuity".to_owned(),
            Action::RecordNote {} => "record a note".to_owned(),
            Action::RecordFinding {} => "record a finding".to_owned(),
            Action::AddFile { role } => format!("add a file with the role {role}"),
            Action::PrepareResult {} => "prepare a result".to_owned(),
        };
        let detail = format!("The step demands, but does not offer, to {act}: add the action.");
        faults.add("gateCannotPass", Some(&step.key), detail);
    }
}

fn check_file_role(faults: &mut Faults, step: &Step, role: &str, lists: &CodeLists) {
    if !in_use(lists, "file_roles", role) {
        let detail = format!("The code list file_roles has no {role} in use.");
        faults.add("unknownFileRole", Some(&step.key), detail);
    }
}

fn check_arrows(faults: &mut Faults, map: &ProcessMap, step: &Step) {
    let at = Some(step.key.as_str());
    if step.next.len() > NEXT_MAX {
        faults.add("tooMany", at, format!("A step has at most {NEXT_MAX} ways on."));
    }
    for (position, next) in step.next.iter().enumerate() {
        let is_last = position + 1 == step.next.len();
        if is_last != next.when.is_none() {
            let detail = "The last way on, and only the last, must have no condition.";
            faults.add("defaultNotLast", at, detail);
        }
        let distinct: BTreeSet<&String> = next.to.iter().collect();
        if next.to.is_empty() || distinct.len() != next.to.len() {
            faults.add("badTargets", at, "A way on names each step it leads to once.");
        }
        if next.to.len() > 1 && next.to.iter().any(|target| target == END) {
            faults.add("endNotAlone", at, "A way on leads to steps or to the end, not to both.");
        }
        for target in next.to.iter().filter(|target| *target != END) {
            if map.step(target).is_none() {
                faults.add(
                    "unknownStep",
                    at,
                    format!("It leads to {target}, which is not a step."),
                );
            }
        }
    }
}

fn find_form<'a>(faults: &mut Faults, step: &Step, forms: &'a [Form]) -> Option<&'a Form> {
    let wanted = step.form.as_ref()?;
    let found = forms.iter().find(|form| form.reference() == *wanted);
    if found.is_none() {
        let detail = format!("There is no form {wanted}; name it as key@version.");
        faults.add("unknownForm", Some(&step.key), detail);
    }
    found
}
