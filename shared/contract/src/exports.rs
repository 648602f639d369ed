//! Exports of a case.

use crate::{Person, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is said when a case is exported: it is recorded as the last event of the bundle.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportCase {
    /// To whom it goes: at most 200 characters.
    pub recipient: String,
    /// What for: at most 4,000 characters.
    pub purpose: String,
}

/// An export as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    /// The export.
    pub id: String,
    /// To whom; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// What for; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who exported.
    pub by: Person,
    /// When.
    pub at: Time,
    /// The place of its event in the case's log: the bundle holds the events up to and with it.
    pub seq: u64,
    /// Where the bundle is.
    pub bundle: String,
}
