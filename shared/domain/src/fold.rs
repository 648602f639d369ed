//! The fold: how each event changes documents. Deciding, committing and `fsck` all go through
//! here, so that a stored document can only be what its events make it.

use crate::casework::case::Case;
use crate::casework::submission::{Decided, Progress, ReleasedResult, Submission};
use crate::document::{Documents, Noun};
use crate::event::{Event, Recorded};
use crate::exhibits::exhibit::{Claim, Custodian, Declared, Exhibit, Origin};
use crate::exhibits::movement::{Moved, Movement, MovementKind};
use crate::files::{File, FileAnnounced, FileQuarantined, FileState, Found};
use crate::ids::{ExaminationId, ExhibitId, SubmissionId};
use crate::people::PersonRef;
use crate::records::export::Export;
use crate::work::examination::{Examination, WorkChanged};
use crate::work::finding::Finding;
use crate::work::note::Note;
use crate::work::result::{Released, ResultPrepared, ResultRecord, ResultReviewed};

/// An event does not fit the documents it is applied to: the record contradicts itself, or a caller
/// did not load what the event touches.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// A document the event changes is not there.
    #[error("event {seq} changes {kind} {id}, which is not there")]
    Missing {
        /// The event.
        seq: u64,
        /// The document's kind.
        kind: &'static str,
        /// Its name.
        id: String,
    },
    /// A document the event makes is there already.
    #[error("event {seq} makes {kind} {id}, which is there already")]
    Taken {
        /// The event.
        seq: u64,
        /// The document's kind.
        kind: &'static str,
        /// Its name.
        id: String,
    },
}

impl Documents {
    /// Applies one event. On an error the documents are not to be used any more.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
        match &recorded.event {
            Event::CaseOpened(event) => self.make(Case::opened(event, recorded), recorded.seq),
            Event::SubmissionMade(event) => self.submission_made(event, recorded),
            Event::AuthorityDecided(event) => {
                let decided = Decided::from_event(event.clone(), recorded);
                self.touch(&event.submission_id, recorded, |s| s.authority.push(decided))
            }
            Event::SubmissionTriaged(event) => self.submission_triaged(event, recorded),
            Event::SubmissionResubmitted(event) => {
                let decided = Decided::from_event(event.clone(), recorded);
                self.touch(&event.submission_id, recorded, |s| s.resubmit(decided))
            }
            Event::SubmissionWithdrawn(event) => {
                let decided = Decided::from_event(event.clone(), recorded);
                self.touch(&event.submission_id, recorded, |s| s.withdrawn = Some(decided))
            }
            Event::Moved(act) => {
                self.moved(act, act.kind.unwrap_or(MovementKind::Viewed), recorded)
            }
            Event::ExaminationPlanned(event) => self.examination_planned(event, recorded),
            Event::WorkChanged(event) => self.work_changed(event, recorded),
            Event::NoteRecorded(event) => {
                self.make(Note::made(event, recorded), recorded.seq)?;
                self.contribute(&event.examination_id, recorded, |e| e.notes += 1)
            }
            Event::FindingRecorded(event) => {
                self.make(Finding::made(event, recorded), recorded.seq)?;
                self.contribute(&event.examination_id, recorded, |e| e.findings += 1)
            }
            Event::FileAnnounced(event) => self.file_announced(event, recorded),
            Event::FileReceived(event) => {
                self.edit::<File>(event.file_id.as_str(), recorded.seq)?.state =
                    FileState::Received;
                Ok(())
            }
            Event::FileVerified(event) => self.file_verified(event, recorded),
            Event::FileQuarantined(event) => self.file_quarantined(event, recorded),
            Event::ResultPrepared(event) => self.result_prepared(event, recorded),
            Event::ResultReviewed(event) => self.result_reviewed(event, recorded),
            Event::ResultReleased(event) => self.result_released(event, recorded),
            Event::CaseExported(event) => self.make(Export::made(event, recorded), recorded.seq),
        }
    }

    fn make<T: Noun>(&mut self, noun: T, seq: u64) -> Result<(), FoldError> {
        let id = noun.document_id().to_owned();
        if self.create(noun, seq) {
            Ok(())
        } else {
            Err(FoldError::Taken { seq, kind: T::KIND.code(), id })
        }
    }

    fn edit<T: Noun>(&mut self, id: &str, seq: u64) -> Result<&mut T, FoldError> {
        let missing = || FoldError::Missing { seq, kind: T::KIND.code(), id: id.to_owned() };
        self.change(id, seq).ok_or_else(missing)
    }

    fn touch(
        &mut self,
        id: &SubmissionId,
        recorded: &Recorded,
        change: impl FnOnce(&mut Submission),
    ) -> Result<(), FoldError> {
        let submission = self.edit::<Submission>(id.as_str(), recorded.seq)?;
        submission.changed_at = recorded.time;
        change(submission);
        Ok(())
    }

    fn contribute(
        &mut self,
        id: &ExaminationId,
        recorded: &Recorded,
        change: impl FnOnce(&mut Examination),
    ) -> Result<(), FoldError> {
        let examination = self.edit::<Examination>(id.as_str(), recorded.seq)?;
        examination.contributors.insert(recorded.actor.id.clone());
        change(examination);
        Ok(())
    }

    fn claim(&mut self, declared: &Declared, seq: u64) -> Result<(), FoldError> {
        let reference = crate::exhibits::reference::Reference::parse(&declared.details.reference);
        let claim = Claim {
            id: reference.claim_id(declared.details.disambiguator.as_deref()),
            exhibit_id: declared.exhibit_id.clone(),
        };
        self.make(claim, seq)
    }

    fn submission_made(
        &mut self,
        event: &crate::casework::submission::SubmissionMade,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let seq = recorded.seq;
        let case = self.edit::<Case>(event.case_id.as_str(), seq)?;
        case.submissions += 1;
        case.exhibits += u32::try_from(event.items.len()).unwrap_or(u32::MAX);
        case.scope.officers.insert(recorded.actor.id.clone());
        let submission = Submission::made(event, case, recorded);
        let origin = Origin {
            case_id: case.id.clone(),
            lab_reference: case.lab_reference.clone(),
            submission_id: submission.id.clone(),
            parent: None,
            derivation: None,
            custodian: Custodian::Person { person: recorded.actor.person(), laboratory: false },
            received_at: None,
            occurred_at: None,
        };
        self.make(submission, seq)?;
        for item in &event.items {
            self.claim(&item.exhibit, seq)?;
            self.make(Exhibit::declared(&item.exhibit, origin.clone(), recorded.time), seq)?;
        }
        Ok(())
    }

    fn submission_triaged(
        &mut self,
        event: &crate::casework::triage::Triaged,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let mut case_id = None;
        self.touch(&event.submission_id, recorded, |submission| {
            case_id = Some(submission.case_id.clone());
            for decided in &event.items {
                let item = submission.items.iter_mut().find(|i| i.exhibit_id == decided.exhibit_id);
                if let Some(item) = item {
                    item.decision = Some(decided.decision.clone());
                }
            }
            submission.scope.disciplines.extend(event.disciplines.iter().cloned());
            submission.triage.push(Decided::from_event(event.clone(), recorded));
        })?;
        if let Some(id) = case_id.filter(|_| !event.disciplines.is_empty()) {
            let case = self.edit::<Case>(id.as_str(), recorded.seq)?;
            case.scope.disciplines.extend(event.disciplines.iter().cloned());
        }
        Ok(())
    }

    fn examination_planned(
        &mut self,
        event: &crate::work::examination::ExaminationPlanned,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let submission = self.edit::<Submission>(event.submission_id.as_str(), recorded.seq)?;
        submission.examinations.push(Progress {
            examination_id: event.examination_id.clone(),
            service: event.service.clone(),
            discipline: event.discipline.clone(),
            stage: None,
            started_at: None,
            ended_at: None,
            cancelled: false,
            released: Vec::new(),
        });
        let examination = Examination::planned(event, submission, recorded);
        self.make(examination, recorded.seq)
    }

    fn work_changed(&mut self, event: &WorkChanged, recorded: &Recorded) -> Result<(), FoldError> {
        let examination = self.edit::<Examination>(event.examination_id.as_str(), recorded.seq)?;
        examination.apply(event, recorded);
        let ended = examination.work.ended.clone();
        let has_begun = examination.work.work_items.iter().any(|item| item.started_at.is_some());
        self.touch(&event.submission_id, recorded, |submission| {
            let Some(progress) = submission.progress_mut(&event.examination_id) else { return };
            if has_begun {
                progress.started_at.get_or_insert(recorded.time);
            }
            if let Some(stage) = &event.stage {
                progress.stage = Some(stage.clone());
            }
            if let Some(ended) = ended {
                progress.ended_at = Some(ended.at);
                progress.cancelled = ended.reason.is_some();
            }
        })
    }

    fn moved(
        &mut self,
        act: &Moved,
        kind: MovementKind,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let seq = recorded.seq;
        let exhibit = self.edit::<Exhibit>(act.exhibit_id.as_str(), seq)?;
        let was_received = exhibit.received_at.is_some();
        exhibit.apply(act, kind, recorded);
        let exhibit = exhibit.clone();
        self.make(Movement::line(act, kind, exhibit.movements, recorded), seq)?;
        for child in &act.children {
            self.claim(&child.exhibit, seq)?;
            self.make(exhibit.child(child, act.occurred_at, recorded.time), seq)?;
        }
        if !act.children.is_empty() {
            let case = self.edit::<Case>(exhibit.case_id.as_str(), seq)?;
            case.exhibits += u32::try_from(act.children.len()).unwrap_or(u32::MAX);
        }
        if !was_received && exhibit.received_at.is_some() {
            self.item_received(&exhibit.submission_id, &exhibit.id, recorded)?;
        }
        Ok(())
    }

    fn item_received(
        &mut self,
        submission: &SubmissionId,
        exhibit: &ExhibitId,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        self.touch(submission, recorded, |submission| {
            if let Some(item) = submission.items.iter_mut().find(|i| i.exhibit_id == *exhibit) {
                item.received_at.get_or_insert(recorded.time);
            }
        })
    }

    fn file_announced(
        &mut self,
        event: &FileAnnounced,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let examination = self.edit::<Examination>(event.examination_id.as_str(), recorded.seq)?;
        examination.contributors.insert(recorded.actor.id.clone());
        let case_id = examination.case_id.clone();
        self.make(File::announced(event, case_id, recorded), recorded.seq)
    }

    fn file_quarantined(
        &mut self,
        event: &FileQuarantined,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let found = Found {
            size: event.size,
            sha256: event.sha256,
            media_type: event.media_type.clone(),
            at: recorded.time,
        };
        self.edit::<File>(event.file_id.as_str(), recorded.seq)?
            .settle(FileState::Quarantined, found);
        Ok(())
    }

    fn result_prepared(
        &mut self,
        event: &ResultPrepared,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let examination = self.edit::<Examination>(event.examination_id.as_str(), recorded.seq)?;
        examination.contributors.insert(recorded.actor.id.clone());
        examination.results.entry(event.result_id.clone()).or_default();
        let result = ResultRecord::prepared(event, examination, recorded);
        self.make(result, recorded.seq)
    }

    fn result_reviewed(
        &mut self,
        event: &ResultReviewed,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        self.edit::<ResultRecord>(event.result_id.as_str(), recorded.seq)?.review(event, recorded);
        let examination = self.edit::<Examination>(event.examination_id.as_str(), recorded.seq)?;
        if event.passed {
            let passed = examination.results.entry(event.result_id.clone()).or_default();
            passed.insert(event.kind);
        } else {
            examination.results.remove(&event.result_id);
        }
        Ok(())
    }

    fn file_verified(
        &mut self,
        event: &crate::files::FileVerified,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let found = Found {
            size: event.size,
            sha256: event.sha256,
            media_type: event.media_type.clone(),
            at: recorded.time,
        };
        self.edit::<File>(event.file_id.as_str(), recorded.seq)?.settle(FileState::Verified, found);
        let examination = self.edit::<Examination>(event.examination_id.as_str(), recorded.seq)?;
        *examination.verified_files.entry(event.role.clone()).or_default() += 1;
        Ok(())
    }

    fn result_released(
        &mut self,
        event: &crate::work::result::ResultReleased,
        recorded: &Recorded,
    ) -> Result<(), FoldError> {
        let seq = recorded.seq;
        let by: PersonRef = recorded.actor.person();
        self.edit::<ResultRecord>(event.result_id.as_str(), seq)?.released =
            Some(Released { by, at: recorded.time });
        self.edit::<Examination>(event.examination_id.as_str(), seq)?.released += 1;
        for file in &event.files {
            self.edit::<File>(file.as_str(), seq)?.released = true;
        }
        self.touch(&event.submission_id, recorded, |submission| {
            if let Some(progress) = submission.progress_mut(&event.examination_id) {
                progress.released.push(ReleasedResult {
                    result_id: event.result_id.clone(),
                    released_at: recorded.time,
                });
            }
        })
    }
}
