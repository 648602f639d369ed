//! Exhibits and their continuity on the wire.

use super::{person, time, word};
use crate::http::etag_text;
use contract::exhibits::{
    ContinuityLine, CustodianView, ExhibitStatusView, ExhibitSummary, ExhibitView, MadeChild,
    OfferView,
};
use domain::exhibits::exhibit::{Custodian, Exhibit};
use domain::exhibits::movement::{Child, Movement, Offer};
use domain::status::ExhibitStatus;

/// An exhibit as recorded.
#[must_use]
pub fn exhibit(exhibit: &Exhibit) -> ExhibitView {
    let details = &exhibit.details;
    ExhibitView {
        id: exhibit.id.to_string(),
        case_id: exhibit.case_id.to_string(),
        lab_reference: exhibit.lab_reference.clone(),
        request_id: exhibit.submission_id.to_string(),
        parent_id: exhibit.parent.as_ref().map(ToString::to_string),
        derivation: exhibit.derivation.as_ref().map(word),
        reference: exhibit.reference.as_labelled.clone(),
        file_name: exhibit.reference.file_safe.clone(),
        barcode: exhibit.barcode.clone(),
        disambiguator: details.disambiguator.clone(),
        description: details.description.clone(),
        kind: details.kind.clone(),
        category: details.category.clone(),
        produced_by: details.produced_by.clone(),
        seized_at: details.seized_at.map(time),
        seized_place: details.seized_place.clone(),
        hazards: details.hazards.clone(),
        victim_or_witness_property: details.victim_or_witness_property,
        recorded_at: time(exhibit.recorded_at),
        state: word(&exhibit.state()),
        custodian: custodian(&exhibit.custodian),
        offer: exhibit.offer.as_ref().map(offer),
        seal: exhibit.seal.clone(),
        received_at: exhibit.received_at.map(time),
        last_occurred_at: exhibit.last_occurred_at.map(time),
        acts: exhibit.movements,
        children: exhibit.children,
    }
}

/// An exhibit in a list of its case.
#[must_use]
pub fn summary(exhibit: &Exhibit, version: u64) -> ExhibitSummary {
    ExhibitSummary {
        id: exhibit.id.to_string(),
        request_id: exhibit.submission_id.to_string(),
        parent_id: exhibit.parent.as_ref().map(ToString::to_string),
        reference: exhibit.reference.as_labelled.clone(),
        barcode: exhibit.barcode.clone(),
        description: exhibit.details.description.clone(),
        kind: exhibit.details.kind.clone(),
        state: word(&exhibit.state()),
        seal: exhibit.seal.clone(),
        etag: etag_text(version),
    }
}

/// What may be told of an exhibit.
#[must_use]
pub fn status(status: &ExhibitStatus) -> ExhibitStatusView {
    ExhibitStatusView {
        id: status.exhibit_id.to_string(),
        case_id: status.case_id.to_string(),
        request_id: status.submission_id.to_string(),
        lab_reference: status.lab_reference.clone(),
        reference: status.reference.clone(),
        barcode: status.barcode.clone(),
        state: word(&status.state),
        received_at: status.received_at.map(time),
        last_occurred_at: status.last_occurred_at.map(time),
    }
}

/// An act as recorded.
#[must_use]
pub fn line(movement: &Movement) -> ContinuityLine {
    let act = &movement.act;
    ContinuityLine {
        id: act.movement_id.to_string(),
        seq: movement.seq,
        kind: movement.kind.code().to_owned(),
        by: person(&movement.by),
        recorded_at: time(movement.recorded_at),
        occurred_at: time(act.occurred_at),
        to: act.to.as_ref().map(ToString::to_string),
        to_name: act.to_name.clone(),
        location: act.location.clone(),
        seal_before: act.seal_before.clone(),
        seal_after: act.seal_after.clone(),
        condition: act.condition.clone(),
        witness: act.witness.clone(),
        reason: act.reason.clone(),
        children: act.children.iter().map(child).collect(),
    }
}

fn child(child: &Child) -> MadeChild {
    MadeChild {
        exhibit_id: child.exhibit.exhibit_id.to_string(),
        reference: child.exhibit.details.reference.clone(),
        barcode: child.exhibit.barcode.clone(),
        derivation: word(&child.derivation),
    }
}

fn custodian(custodian: &Custodian) -> CustodianView {
    let nobody = CustodianView {
        kind: String::new(),
        person: None,
        laboratory: None,
        location: None,
        recipient: None,
    };
    match custodian {
        Custodian::Person { person: holder, laboratory } => CustodianView {
            kind: "person".to_owned(),
            person: Some(person(holder)),
            laboratory: Some(*laboratory),
            ..nobody
        },
        Custodian::Store { location } => {
            CustodianView { kind: "store".to_owned(), location: Some(location.clone()), ..nobody }
        }
        Custodian::Outside { recipient } => CustodianView {
            kind: "outside".to_owned(),
            recipient: Some(recipient.clone()),
            ..nobody
        },
    }
}

fn offer(offer: &Offer) -> OfferView {
    OfferView {
        to: offer.to.to_string(),
        to_name: offer.to_name.clone(),
        by: person(&offer.by),
        at: time(offer.at),
    }
}
