//! Requests for examinations.

use crate::{Person, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request for examinations (MG21).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmitRequest {
    /// The case to add to (MG21A); absent to open one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<String>,
    /// The force's crime number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crime_reference: Option<String>,
    /// The operation's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    /// Home Office class and subclass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offence_code: Option<String>,
    /// What happened, as far as the examiner needs it: at most 4,000 characters.
    pub circumstances: String,
    /// What to find out: 1 to 20.
    pub questions: Vec<AskQuestion>,
    /// Code from the list `legal_bases`.
    pub legal_basis: String,
    /// How to reach you.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// When an answer is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<Time>,
    /// What you submit: 1 to 40.
    pub exhibits: Vec<SubmitExhibit>,
}

/// A question for the examiner.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskQuestion {
    /// In your words: at most 1,000 characters.
    pub text: String,
    /// The service to answer it: code from the list `services`.
    pub service: String,
}

/// An exhibit as it is first described.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeExhibit {
    /// The reference exactly as labelled, such as `AP/1`: at most 40 characters.
    pub reference: String,
    /// Tells exhibits of one reference apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disambiguator: Option<String>,
    /// What it is: at most 4,000 characters.
    pub description: String,
    /// Code from the list `exhibit_kinds`.
    pub kind: String,
    /// Code from the list `exhibit_categories`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Who produces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produced_by: Option<String>,
    /// When it was seized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seized_at: Option<Time>,
    /// Where it was seized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seized_place: Option<String>,
    /// The number on its sealed bag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// Codes from the list `hazards`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hazards: Vec<String>,
    /// Whether it belongs to a victim or witness.
    #[serde(default)]
    pub victim_or_witness_property: bool,
}

/// One exhibit of a request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmitExhibit {
    /// What it is.
    pub exhibit: DescribeExhibit,
    /// What is asked of it: 1 to 8 codes from the list `services`.
    pub services: Vec<String>,
    /// How it is packed and in what state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// A request as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestView {
    /// The request.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// Its reference, such as `SMP-2026-0000042-S1`.
    pub reference: String,
    /// The case's reference.
    pub lab_reference: String,
    /// The force's crime number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crime_reference: Option<String>,
    /// What its recorded events entail; never typed by anybody.
    pub state: String,
    /// Who submitted.
    pub submitted_by: Person,
    /// When.
    pub submitted_at: Time,
    /// Their unit.
    pub unit: String,
    /// What happened; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circumstances: Option<String>,
    /// What to find out.
    pub questions: Vec<QuestionView>,
    /// Code from the list `legal_bases`.
    pub legal_basis: String,
    /// How to reach the submitter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// When an answer is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<Time>,
    /// What was submitted.
    pub exhibits: Vec<RequestedExhibit>,
    /// The decisions on it, oldest first.
    pub decisions: Vec<DecisionView>,
    /// The examinations it led to.
    pub examinations: Vec<ExaminationProgress>,
}

/// A question as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuestionView {
    /// The question.
    pub id: String,
    /// In the officer's words; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The service asked.
    pub service: String,
}

/// One exhibit of a request, with what became of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestedExhibit {
    /// The exhibit.
    pub exhibit_id: String,
    /// As labelled.
    pub reference: String,
    /// What was asked of it.
    pub services: Vec<String>,
    /// Its condition as declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What triage decided; absent before it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    /// Its coded reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// When the laboratory took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Time>,
}

/// A decision on a request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    /// `authority`, `triage`, `resubmission` or `withdrawal`.
    pub kind: String,
    /// What was decided, such as `authorised` or `part_accept`.
    pub outcome: String,
    /// Who decided.
    pub by: Person,
    /// When.
    pub at: Time,
    /// The coded reason, or the level of authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How far an examination has got, in words an officer may read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExaminationProgress {
    /// The examination.
    pub examination_id: String,
    /// The service asked for.
    pub service: String,
    /// `waiting`, `in_progress`, `concluded` or `cancelled`.
    pub progress: String,
    /// The stage that recorded work has reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The results that have been released.
    pub released: Vec<String>,
}

/// A request in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestSummary {
    /// The request.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// Its reference.
    pub reference: String,
    /// What its recorded events entail.
    pub state: String,
    /// When it was submitted.
    pub submitted_at: Time,
    /// The last time anything happened to it.
    pub changed_at: Time,
    /// When an answer is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<Time>,
    /// How many exhibits it has.
    pub exhibits: usize,
}

/// A supervisor's decision.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecideAuthority {
    /// Yes or no.
    pub authorised: bool,
    /// Code from the list `authority_levels`.
    pub level: String,
    /// Why; required when refusing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the submissions unit decides.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TriageRequest {
    /// `accept`, `part_accept`, `defer`, `return` or `refuse`.
    pub outcome: String,
    /// Code from the list `refusal_reasons`, or `return_reasons` when returning or deferring;
    /// required unless all is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// In words: at most 4,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// About each exhibit: all of them when accepting, none otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exhibits: Vec<TriageExhibit>,
}

/// What the submissions unit decides about one exhibit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TriageExhibit {
    /// The exhibit.
    pub exhibit_id: String,
    /// Yes or no.
    pub accepted: bool,
    /// Code from the list `refusal_reasons`; required when refusing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
}

/// An officer takes a request back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawRequest {
    /// Why: at most 4,000 characters.
    pub reason: String,
}

/// An officer puts a returned or refused request right.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResubmitRequest {
    /// What happened, in place of what was said; absent to leave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circumstances: Option<String>,
    /// How to reach you, in place of what was said; absent to leave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// What you answer whoever returned or refused it: at most 4,000 characters.
    pub note: String,
}

/// What may be told of a request: what its recorded events entail.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestStatus {
    /// The request.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// Its reference.
    pub reference: String,
    /// The case's reference.
    pub lab_reference: String,
    /// What its recorded events entail.
    pub state: String,
    /// When it was submitted.
    pub submitted_at: Time,
    /// The last time anything happened to it.
    pub changed_at: Time,
    /// When an answer is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<Time>,
    /// Its exhibits.
    pub exhibits: Vec<RequestedExhibitStatus>,
    /// Its examinations.
    pub examinations: Vec<ExaminationProgress>,
}

/// One exhibit in a request's status.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestedExhibitStatus {
    /// The exhibit.
    pub exhibit_id: String,
    /// As labelled.
    pub reference: String,
    /// What triage decided; absent before it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    /// Its coded reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// When the laboratory took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Time>,
}

/// What a reference leads to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// The requests of this reference, by number.
    pub requests: Vec<RequestStatus>,
    /// The exhibits of this barcode or reference.
    pub exhibits: Vec<crate::exhibits::ExhibitStatusView>,
    /// Whether there are more than are shown.
    pub truncated: bool,
}
