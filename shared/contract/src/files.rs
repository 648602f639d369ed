//! Files: announced, sent in blocks, judged, read.

use crate::{Person, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file is announced.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BeginUpload {
    /// Its name: at most 200 characters.
    pub name: String,
    /// Its length in bytes: 1 to 68,719,476,736.
    pub size_bytes: u64,
    /// Its SHA-256 as you computed it: 64 lower-case hexadecimal digits. The file becomes evidence
    /// only if what is stored has this hash.
    pub sha256: String,
    /// Code from the list `file_roles`.
    pub role: String,
}

/// An upload that has begun, with where its blocks go.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadView {
    /// The file.
    pub file: FileView,
    /// Bytes in every block but the last.
    pub block_size_bytes: u64,
    /// How many blocks there are.
    pub blocks: u32,
    /// Where a block goes with `PUT`, with `{index}` for its number, from 0.
    pub block_address: String,
}

/// A file as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    /// The file.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// Its examination.
    pub examination_id: String,
    /// Its name: data, never a path; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Code from the list `file_roles`.
    pub role: String,
    /// `uploading`, `received`, `verified` or `quarantined`: what its events entail.
    pub state: String,
    /// Its length as announced.
    pub size_bytes: u64,
    /// Its SHA-256 as announced.
    pub sha256: String,
    /// Who announced it.
    pub uploaded_by: Person,
    /// When.
    pub announced_at: Time,
    /// What the stored bytes are; absent until they have been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<FoundView>,
    /// Whether a released result carries it.
    pub released: bool,
    /// The version of its record.
    pub etag: String,
}

/// What the service found when it read the stored bytes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundView {
    /// Bytes, counted by the service.
    pub size_bytes: u64,
    /// SHA-256, computed by the service.
    pub sha256: String,
    /// Media type, recognised by the service from the bytes.
    pub media_type: String,
    /// When.
    pub at: Time,
}

/// A block that is safely stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockReceipt {
    /// Its number, from 0.
    pub index: u32,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Its SHA-256, computed by the service.
    pub sha256: String,
}

/// How far an upload has got.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlocksView {
    /// The file.
    pub file_id: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Bytes in every block but the last.
    pub block_size_bytes: u64,
    /// How many blocks there are.
    pub blocks: u32,
    /// How many of them are safely stored.
    pub stored: u32,
    /// The runs of blocks that are not.
    pub missing: Vec<BlockRange>,
}

/// A run of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockRange {
    /// The first, counted from 0.
    pub from: u32,
    /// The last.
    pub to: u32,
}
