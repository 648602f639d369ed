//! What an officer may see: computed from recorded work, and nothing that has not been released.
//!
//! These values are rows of a view, read far more often than written: what is not there is left out.

use crate::casework::submission::{Progress, State, Submission};
use crate::exhibits::exhibit::{Exhibit, ExhibitState};
use crate::ids::{CaseId, ExaminationId, ExhibitId, ResultId, SubmissionId};
use crate::people::CaseScope;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The status of a submission, ready to be shown: one point read serves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionStatus {
    /// Its case.
    pub case_id: CaseId,
    /// The submission.
    pub submission_id: SubmissionId,
    /// `SMP-2026-0000042-S1`.
    pub reference: String,
    /// The case's reference.
    pub lab_reference: String,
    /// What its events entail.
    pub state: State,
    /// When it was made.
    pub submitted_at: Timestamp,
    /// The last time anything happened to it.
    pub changed_at: Timestamp,
    /// When an answer is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<Timestamp>,
    /// Its exhibits.
    pub items: Vec<ItemStatus>,
    /// Its examinations.
    pub examinations: Vec<ExaminationStatus>,
    /// Who may see this.
    pub scope: CaseScope,
}

/// One exhibit in a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemStatus {
    /// The exhibit.
    pub exhibit_id: ExhibitId,
    /// As labelled.
    pub reference: String,
    /// What triage decided; `None` before it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    /// Its coded reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// When the laboratory took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
}

/// One examination in a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExaminationStatus {
    /// The examination.
    pub examination_id: ExaminationId,
    /// The service asked for.
    pub service: String,
    /// How far recorded work has got.
    pub progress: ProgressState,
    /// The stage in an officer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The results an officer may open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<ResultId>,
}

/// How far recorded work on an examination has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgressState {
    /// Nobody has begun.
    Waiting,
    /// Work is recorded.
    InProgress,
    /// The work is over.
    Concluded,
    /// It was stopped.
    Cancelled,
}

impl ProgressState {
    fn of(progress: &Progress) -> ProgressState {
        match (progress.cancelled, progress.ended_at, progress.started_at) {
            (true, _, _) => ProgressState::Cancelled,
            (false, Some(_), _) => ProgressState::Concluded,
            (false, None, Some(_)) => ProgressState::InProgress,
            (false, None, None) => ProgressState::Waiting,
        }
    }
}

impl SubmissionStatus {
    /// The status that a submission's events entail (invariant 16).
    #[must_use]
    pub fn of(submission: &Submission) -> SubmissionStatus {
        let items = submission.items.iter().map(|item| ItemStatus {
            exhibit_id: item.exhibit_id.clone(),
            reference: item.reference.clone(),
            accepted: item.decision.as_ref().map(|decision| decision.accepted),
            reason_code: item.decision.as_ref().and_then(|d| d.reason_code.clone()),
            received_at: item.received_at,
        });
        let examinations = submission.examinations.iter().map(|progress| ExaminationStatus {
            examination_id: progress.examination_id.clone(),
            service: progress.service.clone(),
            progress: ProgressState::of(progress),
            stage: progress.stage.as_ref().map(|stage| stage.wording.clone()),
            released: progress.released.iter().map(|r| r.result_id.clone()).collect(),
        });
        SubmissionStatus {
            case_id: submission.case_id.clone(),
            submission_id: submission.id.clone(),
            reference: submission.reference.clone(),
            lab_reference: submission.lab_reference.clone(),
            state: submission.state(),
            submitted_at: submission.submitted_at,
            changed_at: submission.changed_at,
            target_date: submission.target_date,
            items: items.collect(),
            examinations: examinations.collect(),
            scope: submission.scope.clone(),
        }
    }
}

/// The status of an exhibit: what its continuity entails, without saying who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExhibitStatus {
    /// Its case.
    pub case_id: CaseId,
    /// The exhibit.
    pub exhibit_id: ExhibitId,
    /// The submission that brought it.
    pub submission_id: SubmissionId,
    /// The case's reference.
    pub lab_reference: String,
    /// As labelled.
    pub reference: String,
    /// Its system-unique label.
    pub barcode: String,
    /// What its events entail.
    pub state: ExhibitState,
    /// When the laboratory took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// When the last act in its continuity happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_occurred_at: Option<Timestamp>,
}

impl ExhibitStatus {
    /// The status that an exhibit's events entail.
    #[must_use]
    pub fn of(exhibit: &Exhibit) -> ExhibitStatus {
        ExhibitStatus {
            case_id: exhibit.case_id.clone(),
            exhibit_id: exhibit.id.clone(),
            submission_id: exhibit.submission_id.clone(),
            lab_reference: exhibit.lab_reference.clone(),
            reference: exhibit.reference.as_labelled.clone(),
            barcode: exhibit.barcode.clone(),
            state: exhibit.state(),
            received_at: exhibit.received_at,
            last_occurred_at: exhibit.last_occurred_at,
        }
    }
}
