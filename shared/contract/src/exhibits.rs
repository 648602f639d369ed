//! Exhibits and their continuity.

use crate::requests::DescribeExhibit;
use crate::{Person, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An exhibit as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExhibitView {
    /// The exhibit.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// The case's reference.
    pub lab_reference: String,
    /// The request that brought it, or its parent.
    pub request_id: String,
    /// The exhibit it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// How it came from it, such as `image_of`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derivation: Option<String>,
    /// Exactly as labelled.
    pub reference: String,
    /// The reference made fit for file names.
    pub file_name: String,
    /// Its system-unique label.
    pub barcode: String,
    /// Tells exhibits of one reference apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disambiguator: Option<String>,
    /// What it is; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
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
    /// Codes from the list `hazards`.
    pub hazards: Vec<String>,
    /// Whether it belongs to a victim or witness.
    pub victim_or_witness_property: bool,
    /// When it was recorded.
    pub recorded_at: Time,
    /// `declared`, `in_transit`, `in_store`, `held`, `handed_back` or `released_from_service`.
    pub state: String,
    /// Who answers for it now: always exactly one.
    pub custodian: CustodianView,
    /// The hand-over that waits for the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferView>,
    /// The number of its live seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// When the laboratory took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Time>,
    /// When the last act in its continuity happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_occurred_at: Option<Time>,
    /// How many acts its continuity has.
    pub acts: u32,
    /// How many exhibits came from it.
    pub children: u32,
}

/// Who or what answers for an exhibit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustodianView {
    /// `person`, `store` or `outside`.
    pub kind: String,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// Whether they hold it for the laboratory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laboratory: Option<bool>,
    /// Where in the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// To whom it has left the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
}

/// A hand-over that waits for the other side.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    /// To whom: the directory's identifier.
    pub to: String,
    /// Their name, as the offerer gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
    /// By whom.
    pub by: Person,
    /// When.
    pub at: Time,
}

/// An exhibit in a list of its case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExhibitSummary {
    /// The exhibit.
    pub id: String,
    /// The request that brought it, or its parent.
    pub request_id: String,
    /// The exhibit it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Exactly as labelled.
    pub reference: String,
    /// Its system-unique label.
    pub barcode: String,
    /// What it is; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Code from the list `exhibit_kinds`.
    pub kind: String,
    /// What its recorded acts entail.
    pub state: String,
    /// The number of its live seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// Its entity tag.
    pub etag: String,
}

/// What may be told of an exhibit, without saying who holds it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExhibitStatusView {
    /// The exhibit.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// The request that brought it, or its parent.
    pub request_id: String,
    /// The case's reference.
    pub lab_reference: String,
    /// Exactly as labelled.
    pub reference: String,
    /// Its system-unique label.
    pub barcode: String,
    /// What its recorded acts entail.
    pub state: String,
    /// When the laboratory took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Time>,
    /// When the last act in its continuity happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_occurred_at: Option<Time>,
}

/// An act to record in an exhibit's continuity.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordContinuity {
    /// Which kind, such as `offered`, `accepted`, `booked_in` or `resealed`.
    pub kind: String,
    /// When it happened.
    pub occurred_at: Time,
    /// To whom it is offered: the directory's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Their name, or the recipient outside the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
    /// The place in the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The number of the new seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// Its condition, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Who saw it done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The sub-exhibits made: at most 40.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<RecordChild>,
}

/// A sub-exhibit made by an act.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordChild {
    /// `part_of`, `sample_from`, `image_of`, `extract_of`, `photo_of` or `lift_of`.
    pub derivation: String,
    /// What it is.
    pub exhibit: DescribeExhibit,
}

/// One act in an exhibit's continuity, as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContinuityLine {
    /// The act.
    pub id: String,
    /// Its place in the case's log.
    pub seq: u64,
    /// Which kind.
    pub kind: String,
    /// Who recorded it.
    pub by: Person,
    /// When it was recorded.
    pub recorded_at: Time,
    /// When it happened, as the recorder says.
    pub occurred_at: Time,
    /// To whom it was offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Their name, or the recipient outside the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
    /// The place in the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The live seal before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_before: Option<String>,
    /// The live seal after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_after: Option<String>,
    /// Its condition, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Who saw it done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The sub-exhibits made.
    pub children: Vec<MadeChild>,
}

/// A sub-exhibit as made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeChild {
    /// The exhibit.
    pub exhibit_id: String,
    /// Exactly as labelled.
    pub reference: String,
    /// Its system-unique label.
    pub barcode: String,
    /// How it came from its parent.
    pub derivation: String,
}

/// What recording an act led to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContinuityRecorded {
    /// The exhibit as it now is; the ETag is its.
    pub exhibit: ExhibitView,
    /// The act as recorded.
    pub act: ContinuityLine,
}
