//! Process maps: the routes by which work is done, written as data by a process designer.
//!
//! A map is a graph of steps. Each step says who may do it, what must be true before it starts
//! and before it finishes, which form it fills in and where the work goes next. The model here
//! only reads and writes maps; [`super::map_check`] says whether one is sound and
//! [`super::engine`] runs it. JSON members are `snake_case` and unknown members are refused, so a
//! misspelt member is an error instead of a rule that silently does not apply. The published
//! schema is `shared/modules/schema/map.schema.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The word that stands for "this path ends here" in [`Next::to`]; no step may have it as its key.
pub const END: &str = "end";

/// Roles that may be named on a step. Roles that never touch casework (process designer,
/// analyst, auditor, system administrator, integration) are deliberately absent.
pub const STEP_ROLES: [&str; 12] = [
    "officer",
    "supervisor",
    "submissions_officer",
    "scene_examiner",
    "store_officer",
    "practitioner",
    "reviewer",
    "reporting_scientist",
    "forensic_manager",
    "quality_manager",
    "disclosure_officer",
    "external_provider",
];

/// Kinds of review that [`Gate::ReviewPassed`] may wait for.
pub const REVIEW_KINDS: [&str; 3] = ["technical", "administrative", "quality"];

/// One version of a process map. Once published it never changes (domain invariant 20): work that
/// began on it stays on it, so `key` and `version` together name these exact bytes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessMap {
    /// Stable key of the map across its versions, such as `digital-device`.
    pub key: String,
    /// Version as `major.minor.patch`.
    pub version: String,
    /// Plain-English name.
    pub title: String,
    /// Key of the discipline the map belongs to.
    pub discipline: String,
    /// What one running instance of the map is about.
    pub subject: Subject,
    /// Stages in the order an officer should understand them.
    pub stages: Vec<Stage>,
    /// Every step, in the order a worklist should show them.
    pub steps: Vec<Step>,
    /// Keys of the steps that open when work begins; more than one starts work in parallel.
    pub start: Vec<String>,
    /// Why a step on this map may be paused. Targets stop counting during a pause.
    pub pause_reasons: Vec<PauseReason>,
}

/// What a running instance is about. A closed list: the engine's callers know how to load facts
/// for each.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One discipline's work on one or more exhibits.
    Examination,
}

/// A part of the route that means something to the officer who asked for the work.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Key within the map.
    pub key: String,
    /// Name used inside the forensic service.
    pub title: String,
    /// Sentence shown to the officer while work is in this stage. It says what is happening and
    /// never what was found.
    pub officer_wording: String,
}

/// A reason for which a step may be paused.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PauseReason {
    /// Key, also in the `pause_reasons` code list.
    pub key: String,
    /// Plain-English name.
    pub title: String,
}

/// One piece of work done by one person at a time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Key within the map.
    pub key: String,
    /// Plain-English name, an instruction such as "Acquire the data".
    pub title: String,
    /// Key of the stage this step belongs to.
    pub stage: String,
    /// Roles that may do it; any one of them is enough. From [`STEP_ROLES`].
    pub roles: Vec<String>,
    /// Competence that the person must hold when the step starts or resumes (invariant 13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competence: Option<String>,
    /// Form filled in to complete the step, as `key@version` so that a later form cannot change
    /// what a running instance asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Guards beyond role and competence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// Where the work goes next: the first entry whose condition holds. The last entry has none.
    pub next: Vec<Next>,
    /// When a step that several others lead to opens.
    #[serde(default, skip_serializing_if = "Join::is_any")]
    pub join: Join,
    /// Target for the step in working hours, pauses not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_working_hours: Option<u32>,
    /// Whether at least one contemporaneous note must be recorded before the step completes.
    #[serde(default, skip_serializing_if = "is_false")]
    pub requires_notes: bool,
    /// Whether somebody else must be named as having witnessed the step.
    #[serde(default, skip_serializing_if = "is_false")]
    pub witness: bool,
    /// Acts that the step offers to the person who does it. Gates make them compulsory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Who may skip the step, giving a reason. Absent: nobody may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<Skip>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Permission to skip a step. A skipped step continues along the last, unconditional entry of its
/// `next`, because no form values exist to choose by.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Roles that may skip the step. From [`STEP_ROLES`].
    pub roles: Vec<String>,
}

/// When a step that several others lead to opens.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// As soon as one of them leads here. Reached again while still open, it stays one piece of
    /// work; reached again after it was done, it opens as a new occurrence.
    #[default]
    Any,
    /// Once reached, as soon as no other open work could still lead here. Work that turned another
    /// way is not waited for, so a choice in one branch cannot leave the join waiting for ever.
    All,
}

impl Join {
    fn is_any(&self) -> bool {
        *self == Join::Any
    }
}

/// One way on from a step.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// Keys of the steps that open, or [`END`] alone. Several open in parallel.
    pub to: Vec<String>,
    /// Condition over the values of the step's own form. Absent on the last entry and only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A test of one value of the step's own form.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "test", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// The field has exactly this value.
    Is {
        /// Field key.
        field: String,
        /// Text for a choice, true or false for yes/no, a whole number for an integer.
        value: Value,
    },
    /// The field has one of these values.
    OneOf {
        /// Field key.
        field: String,
        /// As for `is`; at least one.
        values: Vec<Value>,
    },
    /// The field, which is optional, was answered at all.
    Answered {
        /// Field key.
        field: String,
    },
}

impl Condition {
    /// Key of the field the condition looks at.
    pub fn field(&self) -> &str {
        match self {
            Condition::Is { field, .. }
            | Condition::OneOf { field, .. }
            | Condition::Answered { field } => field,
        }
    }

    /// Whether the condition holds for these form values.
    pub fn holds(&self, values: &BTreeMap<String, Value>) -> bool {
        self.holds_for(values.get(self.field()))
    }

    /// Whether the condition holds when its field has this value, or none.
    pub fn holds_for(&self, answer: Option<&Value>) -> bool {
        match self {
            Condition::Is { value, .. } => answer == Some(value),
            Condition::OneOf { values, .. } => answer.is_some_and(|given| values.contains(given)),
            Condition::Answered { .. } => answer.is_some(),
        }
    }
}

/// A named guard over [`Facts`]. The variants are written with braces because serde would
/// otherwise accept stray members beside a unit variant's tag.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "gate", rename_all = "snake_case", deny_unknown_fields)]
pub enum Gate {
    /// Every exhibit of the examination is held by the unit (invariant 7). Before starting.
    ExhibitsHeld {},
    /// The equipment to be used is in service at this instant (invariant 14). Before starting.
    EquipmentInService {},
    /// The method version is in force at this instant (invariant 14). Before starting.
    MethodInForce {},
    /// Nobody who performed that step may do this one (invariant 12). Before claiming.
    SecondPerson {
        /// Key of a step that is always done before this one.
        step: String,
    },
    /// A review of this kind has passed on the result (invariant 15). Before starting.
    ReviewPassed {
        /// One of [`REVIEW_KINDS`].
        kind: String,
    },
    /// At least one contemporaneous note is recorded. Before completing.
    NoteRecorded {},
    /// At least one finding is recorded. Before completing.
    FindingRecorded {},
    /// At least one file with this role was stored and its hash verified. Before completing.
    FileVerified {
        /// Key in the `file_roles` code list.
        role: String,
    },
}

impl Gate {
    /// Whether the gate guards the start of a step; otherwise it guards completion.
    pub fn guards_start(&self) -> bool {
        match self {
            Gate::ExhibitsHeld {}
            | Gate::EquipmentInService {}
            | Gate::MethodInForce {}
            | Gate::SecondPerson { .. }
            | Gate::ReviewPassed { .. } => true,
            Gate::NoteRecorded {} | Gate::FindingRecorded {} | Gate::FileVerified { .. } => false,
        }
    }
}

/// An act that a step offers.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Record custody, place, seal or condition of an exhibit.
    RecordContinuity {},
    /// Record a contemporaneous note.
    RecordNote {},
    /// Record a finding.
    RecordFinding {},
    /// Add a file.
    AddFile {
        /// Key in the `file_roles` code list.
        role: String,
    },
    /// Prepare the result that answers the examination questions; reviews are done on it.
    PrepareResult {},
}

/// What is true at the instant of a decision. The caller loads it; the engine never guesses.
/// Counts concern the examination that the instance is about.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Whether every exhibit of the examination is held by the unit now.
    pub exhibits_held: bool,
    /// Number of contemporaneous notes.
    pub notes: u32,
    /// Number of findings.
    pub findings: u32,
    /// Number of files whose hash we verified, by file role.
    pub verified_files_by_role: BTreeMap<String, u32>,
    /// Kinds of review passed on the current result.
    pub reviews_passed: BTreeSet<String>,
    /// Competences valid now for the person who acts.
    pub competences: BTreeSet<String>,
    /// Whether all equipment to be used is in service; absent when nobody recorded which.
    pub equipment_ok: Option<bool>,
    /// Whether the method version is in force; absent when nobody recorded which.
    pub method_ok: Option<bool>,
}

impl ProcessMap {
    /// The step with this key.
    pub fn step(&self, key: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == key)
    }

    /// The stage with this key.
    pub fn stage(&self, key: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.key == key)
    }

    /// The stage that a step belongs to: what an officer is told while the step is open.
    pub fn stage_of(&self, step: &str) -> Option<&Stage> {
        self.step(step).and_then(|found| self.stage(&found.stage))
    }

    /// How running work names this exact map: `key@version`.
    pub fn reference(&self) -> String {
        format!("{}@{}", self.key, self.version)
    }

    /// Whether following the map's arrows from `from`, at least one of them, can lead to `to`.
    /// Conditions are not weighed: this is what might happen, not what will.
    pub fn leads_to(&self, from: &str, to: &str) -> bool {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut pending = vec![from];
        while let Some(key) = pending.pop() {
            let Some(step) = self.step(key) else { continue };
            for target in step.next.iter().flat_map(|next| &next.to) {
                if target == to {
                    return true;
                }
                if seen.insert(target) {
                    pending.push(target);
                }
            }
        }
        false
    }
}

impl Step {
    /// The way on for these form values: the first entry whose condition holds, or has none.
    pub fn way_on(&self, values: &BTreeMap<String, Value>) -> Option<&Next> {
        self.next.iter().find(|next| next.when.as_ref().is_none_or(|when| when.holds(values)))
    }

    /// The unconditional way on, taken when the step is skipped.
    pub fn default_way_on(&self) -> Option<&Next> {
        self.next.iter().find(|next| next.when.is_none())
    }
}

/// The three numbers of a `major.minor.patch` version, or nothing if the text is not one. Leading
/// zeros, signs and suffixes are refused, so that equal versions have equal texts.
pub fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| {
        let plain = part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'));
        if plain { part.parse::<u32>().ok() } else { None }
    });
    let version = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() { None } else { Some(version) }
}

/// Splits a `key@version` reference. Nothing if the version is not one.
pub fn split_reference(reference: &str) -> Option<(&str, &str)> {
    let (key, version) = reference.split_once('@')?;
    parse_version(version).map(|_| (key, version))
}
