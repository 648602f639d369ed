//! Requests on the wire.

use super::{instant, person, time, word};
use contract::requests::{
    DecisionView, DescribeExhibit, ExaminationProgress, QuestionView, RequestStatus,
    RequestSummary, RequestView, RequestedExhibit, RequestedExhibitStatus,
};
use domain::casework::submission::{Decided, Item, Submission};
use domain::exhibits::exhibit::ExhibitDetails;
use domain::status::{ExaminationStatus, SubmissionStatus};

/// A request as recorded.
#[must_use]
pub fn request(submission: &Submission) -> RequestView {
    let status = SubmissionStatus::of(submission);
    let questions = submission.questions.iter().map(|question| QuestionView {
        id: question.id.to_string(),
        text: question.text.clone(),
        service: question.service.clone(),
    });
    RequestView {
        id: submission.id.to_string(),
        case_id: submission.case_id.to_string(),
        reference: submission.reference.clone(),
        lab_reference: submission.lab_reference.clone(),
        crime_reference: submission.crime_reference.clone(),
        state: word(&status.state),
        submitted_by: person(&submission.submitted_by),
        submitted_at: time(submission.submitted_at),
        unit: submission.unit.clone(),
        circumstances: submission.circumstances.clone(),
        questions: questions.collect(),
        legal_basis: submission.legal_basis.clone(),
        contact: submission.contact.clone(),
        target_date: submission.target_date.map(time),
        exhibits: submission.items.iter().map(item).collect(),
        decisions: decisions(submission),
        examinations: status.examinations.iter().map(progress).collect(),
    }
}

/// A request in a list.
#[must_use]
pub fn summary(status: &SubmissionStatus) -> RequestSummary {
    RequestSummary {
        id: status.submission_id.to_string(),
        case_id: status.case_id.to_string(),
        reference: status.reference.clone(),
        state: word(&status.state),
        submitted_at: time(status.submitted_at),
        changed_at: time(status.changed_at),
        target_date: status.target_date.map(time),
        exhibits: status.items.len(),
    }
}

/// An examination's progress.
#[must_use]
pub fn progress(status: &ExaminationStatus) -> ExaminationProgress {
    ExaminationProgress {
        examination_id: status.examination_id.to_string(),
        service: status.service.clone(),
        progress: word(&status.progress),
        stage: status.stage.clone(),
        released: status.released.iter().map(ToString::to_string).collect(),
    }
}

/// What was said about an exhibit, as the domain takes it.
#[must_use]
pub fn details(said: DescribeExhibit) -> ExhibitDetails {
    ExhibitDetails {
        reference: said.reference,
        disambiguator: said.disambiguator,
        description: Some(said.description),
        kind: said.kind,
        category: said.category,
        produced_by: said.produced_by,
        seized_at: said.seized_at.map(instant),
        seized_place: said.seized_place,
        seal: said.seal,
        hazards: said.hazards,
        victim_or_witness_property: said.victim_or_witness_property,
    }
}

fn item(item: &Item) -> RequestedExhibit {
    RequestedExhibit {
        exhibit_id: item.exhibit_id.to_string(),
        reference: item.reference.clone(),
        services: item.services.clone(),
        condition: item.condition.clone(),
        accepted: item.decision.as_ref().map(|decision| decision.accepted),
        reason_code: item.decision.as_ref().and_then(|decision| decision.reason_code.clone()),
        received_at: item.received_at.map(time),
    }
}

fn decisions(submission: &Submission) -> Vec<DecisionView> {
    let authority = submission.authority.iter().map(|decided| {
        let outcome = if decided.decision.authorised { "authorised" } else { "refused" };
        let code = Some(decided.decision.level.clone());
        let reason = decided.decision.reason.clone();
        decision("authority", outcome.to_owned(), decided, code, reason)
    });
    let triage = submission.triage.iter().map(|decided| {
        let outcome = word(&decided.decision.outcome);
        let (code, note) = (decided.decision.reason_code.clone(), decided.decision.note.clone());
        decision("triage", outcome, decided, code, note)
    });
    let again = submission.resubmitted.iter().map(|decided| {
        let note = decided.decision.note.clone();
        decision("resubmission", "resubmitted".to_owned(), decided, None, note)
    });
    let withdrawal = submission.withdrawn.iter().map(|decided| {
        let reason = decided.decision.reason.clone();
        decision("withdrawal", "withdrawn".to_owned(), decided, None, reason)
    });
    let mut all: Vec<(u64, DecisionView)> =
        authority.chain(triage).chain(again).chain(withdrawal).collect();
    all.sort_by_key(|(seq, _)| *seq);
    all.into_iter().map(|(_, decision)| decision).collect()
}

/// A decision with its place in the log, by which decisions are told in order.
fn decision<T>(
    kind: &str,
    outcome: String,
    decided: &Decided<T>,
    code: Option<String>,
    reason: Option<String>,
) -> (u64, DecisionView) {
    let view = DecisionView {
        kind: kind.to_owned(),
        outcome,
        by: person(&decided.by),
        at: time(decided.at),
        code,
        reason,
    };
    (decided.seq, view)
}

/// What may be told of a request.
#[must_use]
pub fn status(status: &SubmissionStatus) -> RequestStatus {
    let exhibits = status.items.iter().map(|item| RequestedExhibitStatus {
        exhibit_id: item.exhibit_id.to_string(),
        reference: item.reference.clone(),
        accepted: item.accepted,
        reason_code: item.reason_code.clone(),
        received_at: item.received_at.map(time),
    });
    RequestStatus {
        id: status.submission_id.to_string(),
        case_id: status.case_id.to_string(),
        reference: status.reference.clone(),
        lab_reference: status.lab_reference.clone(),
        state: word(&status.state),
        submitted_at: time(status.submitted_at),
        changed_at: time(status.changed_at),
        target_date: status.target_date.map(time),
        exhibits: exhibits.collect(),
        examinations: status.examinations.iter().map(progress).collect(),
    }
}
