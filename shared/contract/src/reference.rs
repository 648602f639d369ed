//! Code lists and process maps.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A code list in the list of them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeListSummary {
    /// Its key.
    pub key: String,
    /// Its name.
    pub title: String,
    /// How many codes it has.
    pub codes: usize,
}

/// A code list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeListView {
    /// Its key.
    pub key: String,
    /// Its name.
    pub title: String,
    /// The list whose codes group these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouped_by: Option<String>,
    /// Its codes, in the order to show them.
    pub codes: Vec<CodeView>,
}

/// A code.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeView {
    /// What is stored.
    pub key: String,
    /// Its name.
    pub title: String,
    /// Help shown with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether new records may no longer use it.
    pub withdrawn: bool,
    /// The code it falls under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// For a service: the discipline that does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discipline: Option<String>,
    /// For a service: the process map, by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
}

/// A version of a process map in the list of them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcessMapSummary {
    /// Its key.
    pub key: String,
    /// Its version: `major.minor.patch`.
    pub version: String,
    /// Its name.
    pub title: String,
    /// Its discipline.
    pub discipline: String,
    /// Whether new work begins on it.
    pub is_latest: bool,
    /// SHA-256 over its canonical JSON, in hexadecimal.
    pub content_hash: String,
}

/// A version of a process map with its forms.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcessMapView {
    /// SHA-256 over the map's canonical JSON, in hexadecimal.
    pub content_hash: String,
    /// The map as published (`shared/modules/schema/map.schema.json`).
    pub map: Value,
    /// The forms that its steps name, as published.
    pub forms: Vec<Value>,
}
