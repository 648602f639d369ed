//! Examinations, their steps, and lists of work.

use crate::{Person, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What to do with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepTransition {
    /// Take it.
    Claimed,
    /// Give it back, so that somebody else can take it.
    HandedBack,
    /// Begin it.
    Started,
    /// Stop for a while.
    Paused,
    /// Go on.
    Resumed,
    /// Finish it.
    Completed,
    /// Pass over it, where the process map allows that.
    Skipped,
}

/// A step is taken further.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdvanceStep {
    /// What to do with it.
    pub to: StepTransition,
    /// When pausing, the key of one of the map's pause reasons; when skipping, why, in at most 1,000
    /// characters. Only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When completing, the answers to the step's form, by field. Only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub form: Option<Map<String, Value>>,
    /// When completing, the id of whoever witnessed it. Only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
}

/// An examination.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExaminationView {
    /// What a list of examinations says of it too.
    #[serde(flatten)]
    pub summary: ExaminationSummary,
    /// The key of its process map.
    pub map: String,
    /// The map's version, which never changes while the work runs.
    pub map_version: String,
    /// The exhibits it works on.
    pub exhibits: Vec<String>,
    /// The questions it must answer, as its request numbers them.
    pub questions: Vec<String>,
    /// The steps that are open, in the order they opened.
    pub open_steps: Vec<OpenStepView>,
    /// The steps that are done, skipped or cancelled, in the order they opened.
    pub history: Vec<DoneStepView>,
    /// Why work on this map may be paused: key and title.
    pub pause_reasons: Vec<PauseReasonView>,
    /// What was recorded; absent for those who may only see the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<ExaminationRecord>,
}

/// A reason for which a step may be paused.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PauseReasonView {
    /// The key.
    pub key: String,
    /// Its title.
    pub title: String,
}

/// How much an examination's record holds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExaminationRecord {
    /// How many notes.
    pub notes: u32,
    /// How many findings.
    pub findings: u32,
    /// How many verified files, by role.
    pub verified_files: BTreeMap<String, u32>,
    /// The results that no reviewer has sent back.
    pub results: Vec<String>,
    /// The reviews that all of those have passed.
    pub reviews_passed: Vec<String>,
    /// How many results have been released.
    pub released: u32,
}

/// An examination in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExaminationSummary {
    /// The examination.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// The case's reference.
    pub lab_reference: String,
    /// The request it answers.
    pub request_id: String,
    /// The service asked for.
    pub service: String,
    /// Its title.
    pub title: String,
    /// The discipline that does it.
    pub discipline: String,
    /// `planned`, `in_progress`, `paused`, `concluded` or `cancelled`: what its events entail.
    pub state: String,
    /// When it was planned.
    pub planned_at: Time,
    /// When an answer is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<Time>,
    /// The version of the examination, for `If-Match`.
    pub etag: String,
}

/// A step that something can still happen to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenStepView {
    /// Its key on the map.
    pub step: String,
    /// Which time round, from 1.
    pub occurrence: u32,
    /// What is to be done.
    pub title: String,
    /// The title of its stage.
    pub stage: String,
    /// `ready`, `claimed`, `in_progress` or `paused`.
    pub state: String,
    /// The roles of which one is needed.
    pub roles: Vec<String>,
    /// When it opened.
    pub ready_at: Time,
    /// When it was first started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// The id of who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// The key of the reason for which it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_reason: Option<String>,
    /// The form that completes it, as `key@version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Whether a witness has to be named to complete it.
    pub witness: bool,
    /// What it offers to whoever does it, such as `record_note`.
    pub offers: Vec<String>,
    /// What keeps the caller from beginning it or, once it is in progress, from completing it. Empty
    /// when nothing does.
    pub needs: Vec<NeedView>,
}

/// Something that is missing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NeedView {
    /// The code that an attempt would be refused with, such as `exhibitsNotHeld`.
    pub code: String,
    /// What would be needed, in plain words.
    pub detail: String,
}

/// A step that is over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoneStepView {
    /// Its key on the map.
    pub step: String,
    /// Which time round, from 1.
    pub occurrence: u32,
    /// What was to be done.
    pub title: String,
    /// `done`, `skipped` or `cancelled`.
    pub state: String,
    /// When it was first started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// The ids of everybody who started or resumed it.
    pub performed_by: Vec<String>,
    /// The id of who witnessed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed_by: Option<String>,
    /// Why it was skipped; absent for those who may only see the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The form that completed it, as `key@version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// The answers; absent for those who may only see the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub answers: Option<BTreeMap<String, Value>>,
}

/// An open step in a list of work.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkItemView {
    /// The case.
    pub case_id: String,
    /// The case's reference.
    pub lab_reference: String,
    /// The examination.
    pub examination_id: String,
    /// The examination's title.
    pub title: String,
    /// The discipline.
    pub discipline: String,
    /// The step's key on the map.
    pub step: String,
    /// What is to be done; absent when the map is not installed any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_title: Option<String>,
    /// Which time round, from 1.
    pub occurrence: u32,
    /// `ready`, `claimed`, `in_progress` or `paused`.
    pub state: String,
    /// The id of who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// When it opened.
    pub ready_at: Time,
    /// When an answer is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<Time>,
}

/// A contemporaneous note is made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordNote {
    /// What it says: at most 20,000 characters.
    pub text: String,
    /// When what it says was seen or done; now unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Time>,
    /// The note of yours that it corrects. That one stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
}

/// A note as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteView {
    /// The note.
    pub id: String,
    /// Its examination.
    pub examination_id: String,
    /// Who made it.
    pub author: Person,
    /// When what it says was seen or done, as its author says.
    pub occurred_at: Time,
    /// When it was recorded.
    pub recorded_at: Time,
    /// Its place in the case's log.
    pub seq: u64,
    /// What it says; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The note it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
}

/// A finding is recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordFinding {
    /// The question it bears on.
    pub question_id: String,
    /// The exhibit it was made on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhibit_id: Option<String>,
    /// What was found: at most 4,000 characters.
    pub statement: String,
    /// Whether it is an opinion, which a report has to mark as one.
    #[serde(default)]
    pub opinion: bool,
    /// What limits it: at most 20 lines of 200 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limitations: Vec<String>,
}

/// A finding as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// The finding.
    pub id: String,
    /// Its examination.
    pub examination_id: String,
    /// The question it bears on.
    pub question_id: String,
    /// The exhibit it was made on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhibit_id: Option<String>,
    /// What was found; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Whether it is an opinion.
    pub opinion: bool,
    /// What limits it.
    pub limitations: Vec<String>,
    /// Who made it.
    pub made_by: Person,
    /// When it was recorded.
    pub recorded_at: Time,
}
