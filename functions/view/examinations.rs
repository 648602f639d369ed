//! Examinations, work, notes and findings on the wire.

use super::{person, time, word};
use crate::http::etag_text;
use contract::examinations::{
    DoneStepView, ExaminationRecord, ExaminationSummary, ExaminationView, FindingView, NeedView,
    NoteView, OpenStepView, PauseReasonView, WorkItemView,
};
use domain::exhibits::exhibit::Exhibit;
use domain::people::Caller;
use domain::views::WorkRow;
use domain::work::engine::WorkItem;
use domain::work::examination::{Examination, OpenStep, open_steps};
use domain::work::finding::Finding;
use domain::work::map::{Action, ProcessMap, Step};
use domain::work::note::Note;
use domain::work::package::Library;

/// How much of an examination somebody is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Its steps and who has them.
    Steps,
    /// Also what was recorded.
    Whole,
}

/// An examination in a list.
#[must_use]
pub fn summary(examination: &Examination, version: u64) -> ExaminationSummary {
    ExaminationSummary {
        id: examination.id.to_string(),
        case_id: examination.case_id.to_string(),
        lab_reference: examination.lab_reference.clone(),
        request_id: examination.submission_id.to_string(),
        service: examination.service.clone(),
        title: examination.title.clone(),
        discipline: examination.discipline.clone(),
        state: word(&examination.state()),
        planned_at: time(examination.planned_at),
        target_date: examination.target_date.map(time),
        etag: etag_text(version),
    }
}

/// An examination as `caller` sees it. `exhibits` are its exhibits, as they stand now.
#[must_use]
pub fn examination(
    examination: &Examination,
    version: u64,
    exhibits: &[&Exhibit],
    library: &Library,
    caller: &Caller,
    depth: Depth,
) -> ExaminationView {
    let found = open_steps(examination, exhibits, library, caller);
    let (map, open) = found.map_or((None, Vec::new()), |(map, open)| (Some(map), open));
    let closed = examination.work.work_items.iter().filter(|item| !item.state.is_open());
    let reasons = map.map(|map| map.pause_reasons.as_slice()).unwrap_or_default();
    let reasons = reasons
        .iter()
        .map(|reason| PauseReasonView { key: reason.key.clone(), title: reason.title.clone() });
    ExaminationView {
        summary: summary(examination, version),
        map: examination.work.map_key.clone(),
        map_version: examination.work.map_version.clone(),
        exhibits: examination.exhibits.iter().map(ToString::to_string).collect(),
        questions: examination.questions.iter().map(ToString::to_string).collect(),
        open_steps: open.iter().filter_map(|open| open_step(open, map?)).collect(),
        history: closed.map(|item| done_step(item, map, depth)).collect(),
        pause_reasons: reasons.collect(),
        record: (depth == Depth::Whole).then(|| record(examination)),
    }
}

fn record(examination: &Examination) -> ExaminationRecord {
    ExaminationRecord {
        notes: examination.notes,
        findings: examination.findings,
        verified_files: examination.verified_files.clone(),
        results: examination.results.keys().map(ToString::to_string).collect(),
        reviews_passed: examination.reviews_passed().into_iter().collect(),
        released: examination.released,
    }
}

fn open_step(open: &OpenStep<'_>, map: &ProcessMap) -> Option<OpenStepView> {
    let (item, step) = (open.item, open.step);
    let needs = open
        .needs
        .iter()
        .map(|need| NeedView { code: need.code.as_str().to_owned(), detail: need.detail.clone() });
    Some(OpenStepView {
        step: item.step.clone(),
        occurrence: item.occurrence,
        title: step.title.clone(),
        stage: map.stage_of(&step.key)?.title.clone(),
        state: word(&item.state),
        roles: step.roles.clone(),
        ready_at: time(item.ready_at),
        started_at: item.started_at.map(time),
        assignee: item.assignee.clone(),
        pause_reason: item.paused.as_ref().map(|pause| pause.reason.clone()),
        form: step.form.clone(),
        witness: step.witness,
        offers: step.actions.iter().map(offer).collect(),
        needs: needs.collect(),
    })
}

fn offer(action: &Action) -> String {
    match action {
        Action::RecordContinuity {} => "record_continuity".to_owned(),
        Action::RecordNote {} => "record_note".to_owned(),
        Action::RecordFinding {} => "record_finding".to_owned(),
        Action::AddFile { role } => format!("add_file:{role}"),
        Action::PrepareResult {} => "prepare_result".to_owned(),
    }
}

fn done_step(item: &WorkItem, map: Option<&ProcessMap>, depth: Depth) -> DoneStepView {
    let step: Option<&Step> = map.and_then(|map| map.step(&item.step));
    let whole = depth == Depth::Whole;
    DoneStepView {
        step: item.step.clone(),
        occurrence: item.occurrence,
        title: step.map_or_else(|| item.step.clone(), |step| step.title.clone()),
        state: word(&item.state),
        started_at: item.started_at.map(time),
        finished_at: item.finished_at.map(time),
        performed_by: item.performed_by.iter().cloned().collect(),
        witnessed_by: item.witnessed_by.clone(),
        reason: item.reason.clone().filter(|_| whole),
        form: step.and_then(|step| step.form.clone()),
        answers: (whole && !item.values.is_empty()).then(|| item.values.clone()),
    }
}

/// An open step in a list of work.
#[must_use]
pub fn work_item(row: &WorkRow, library: &Library) -> WorkItemView {
    let map = row.map.split_once('@').and_then(|(key, version)| library.map(key, version));
    WorkItemView {
        case_id: row.case_id.to_string(),
        lab_reference: row.lab_reference.clone(),
        examination_id: row.examination_id.to_string(),
        title: row.title.clone(),
        discipline: row.discipline.clone(),
        step: row.step.clone(),
        step_title: map.and_then(|map| map.step(&row.step)).map(|step| step.title.clone()),
        occurrence: row.occurrence,
        state: word(&row.state),
        assignee: row.assignee.clone(),
        ready_at: time(row.ready_at),
        target_date: row.target_date.map(time),
    }
}

/// A note as recorded.
#[must_use]
pub fn note(note: &Note) -> NoteView {
    NoteView {
        id: note.note.note_id.to_string(),
        examination_id: note.note.examination_id.to_string(),
        author: person(&note.author),
        occurred_at: time(note.note.occurred_at),
        recorded_at: time(note.recorded_at),
        seq: note.seq,
        text: note.note.text.clone(),
        corrects: note.note.corrects.as_ref().map(ToString::to_string),
    }
}

/// A finding as recorded.
#[must_use]
pub fn finding(finding: &Finding) -> FindingView {
    let said = &finding.finding;
    FindingView {
        id: said.finding_id.to_string(),
        examination_id: said.examination_id.to_string(),
        question_id: said.question_id.to_string(),
        exhibit_id: said.exhibit_id.as_ref().map(ToString::to_string),
        statement: said.statement.clone(),
        opinion: said.opinion,
        limitations: said.limitations.clone(),
        made_by: person(&finding.made_by),
        recorded_at: time(finding.recorded_at),
    }
}
