//! Cases and their log.

use crate::exhibits::ExhibitStatusView;
use crate::requests::RequestStatus;
use crate::{Person, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A case with what is in it: at most 200 of each, as far as the caller may see.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseView {
    /// The case.
    pub id: String,
    /// Its reference.
    pub lab_reference: String,
    /// The force's crime number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crime_reference: Option<String>,
    /// The operation's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    /// Home Office class and subclass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offence_code: Option<String>,
    /// The investigating unit.
    pub unit: String,
    /// Who investigates.
    pub officer_in_case: Person,
    /// `official` or `official_sensitive`.
    pub marking: String,
    /// When it was opened.
    pub opened_at: Time,
    /// Its requests, oldest first.
    pub requests: Vec<RequestStatus>,
    /// Its exhibits, oldest first.
    pub exhibits: Vec<ExhibitStatusView>,
    /// Its examinations; absent for who may see their progress only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examinations: Option<Vec<CaseExamination>>,
    /// Its results; absent for who may see released ones only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<Vec<CaseResult>>,
    /// Which of the lists above hold only the first 200.
    pub truncated: Vec<String>,
    /// Where to read on.
    pub links: CaseLinks,
}

/// Addresses below a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseLinks {
    /// All exhibits.
    pub exhibits: String,
    /// All examinations; absent for who may not see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examinations: Option<String>,
    /// The log; absent for who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// An examination in its case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseExamination {
    /// The examination.
    pub id: String,
    /// The request it answers.
    pub request_id: String,
    /// The service asked for.
    pub service: String,
    /// Its title.
    pub title: String,
    /// The discipline.
    pub discipline: String,
    /// `planned`, `in_progress`, `paused`, `concluded` or `cancelled`.
    pub state: String,
    /// The process map it runs on: `key@version`.
    pub map: String,
    /// What it works on.
    pub exhibits: Vec<String>,
    /// Its entity tag.
    pub etag: String,
}

/// A result in its case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseResult {
    /// The result.
    pub id: String,
    /// Its examination.
    pub examination_id: String,
    /// The question it answers.
    pub question_id: String,
    /// What its recorded reviews entail.
    pub state: String,
    /// When it was put forward.
    pub prepared_at: Time,
    /// Its entity tag.
    pub etag: String,
}

/// One event of a case, as it can be checked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Its place in the case, from 0.
    pub seq: u64,
    /// What happened, such as `exhibit.accepted`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was recorded.
    pub time: Time,
    /// Its leaf hash: SHA-256 of a zero byte and the header (RFC 6962), in hexadecimal.
    pub leaf: String,
    /// The exact header: canonical JSON without personal data.
    pub header: String,
    /// The values that are shown, by name.
    pub disclosures: BTreeMap<String, Value>,
    /// How many values the header commits to that are not shown.
    pub withheld: usize,
    /// Its place in the force's log; absent until it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_index: Option<u64>,
    /// Whether a signed checkpoint that is anchored covers it.
    pub anchored: bool,
}
