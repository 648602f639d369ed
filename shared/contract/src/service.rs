//! The service itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What this API is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiView {
    /// Its name.
    pub name: String,
    /// The version of the software.
    pub version: String,
    /// The name of the force's log.
    pub origin: String,
    /// Where to go from here.
    pub links: ApiLinks,
}

/// Addresses of the API.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiLinks {
    /// Its OpenAPI description.
    pub description: String,
    /// The latest signed checkpoint of the log.
    pub checkpoint: String,
    /// The log's public key.
    pub log_key: String,
    /// The status of a request or an exhibit.
    pub status: String,
    /// The sign-in page, where this service issues its own tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<String>,
}

/// How the service is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthView {
    /// `live` or `ready`.
    pub status: String,
    /// The version of the software.
    pub version: String,
}
