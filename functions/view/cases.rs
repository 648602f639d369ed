//! Cases and their log on the wire.

use super::{person, time, word};
use crate::http::{Problem, etag_text};
use contract::cases::{CaseExamination, CaseLinks, CaseResult, CaseView, LogEntry};
use domain::casework::case::Case;
use domain::time::Timestamp;
use domain::work::examination::Examination;
use domain::work::result::ResultRecord;
use ledger::event::open;
use ledger::hash::leaf_hash;
use store::error::StoreError;
use store::model::StoredEvent;

/// A case without what is in it.
#[must_use]
pub fn case(case: &Case, sees_all: bool) -> CaseView {
    let base = format!("/api/v1/cases/{}", case.id);
    CaseView {
        id: case.id.to_string(),
        lab_reference: case.lab_reference.clone(),
        crime_reference: case.crime_reference.clone(),
        operation_name: case.operation_name.clone(),
        offence_code: case.offence_code.clone(),
        unit: case.scope.unit.clone(),
        officer_in_case: person(&case.officer_in_case),
        marking: word(&case.marking),
        opened_at: time(case.opened_at),
        requests: Vec::new(),
        exhibits: Vec::new(),
        examinations: None,
        results: None,
        truncated: Vec::new(),
        links: CaseLinks {
            exhibits: format!("{base}/exhibits"),
            examinations: sees_all.then(|| format!("{base}/examinations")),
            log: sees_all.then(|| format!("{base}/log")),
        },
    }
}

/// An examination in its case.
#[must_use]
pub fn examination(examination: &Examination, version: u64) -> CaseExamination {
    CaseExamination {
        id: examination.id.to_string(),
        request_id: examination.submission_id.to_string(),
        service: examination.service.clone(),
        title: examination.title.clone(),
        discipline: examination.discipline.clone(),
        state: word(&examination.state()),
        map: format!("{}@{}", examination.work.map_key, examination.work.map_version),
        exhibits: examination.exhibits.iter().map(ToString::to_string).collect(),
        etag: etag_text(version),
    }
}

/// A result in its case.
#[must_use]
pub fn result(result: &ResultRecord, version: u64) -> CaseResult {
    CaseResult {
        id: result.id.to_string(),
        examination_id: result.examination_id.to_string(),
        question_id: result.question_id.to_string(),
        state: word(&result.state()),
        prepared_at: time(result.prepared_at),
        etag: etag_text(version),
    }
}

/// An event as it can be checked. `published` is the size of the newest anchored checkpoint.
pub fn log_entry(event: &StoredEvent, published: u64) -> Result<LogEntry, Problem> {
    let corrupt = |what: String| StoreError::corrupt(format!("event {}: {what}", event.seq));
    let opened = open(&event.header, &event.disclosures).map_err(|e| corrupt(e.to_string()))?;
    let at: Timestamp = opened.header.time.parse().map_err(|_| corrupt("its time".to_owned()))?;
    let header = String::from_utf8(event.header.clone()).map_err(|e| corrupt(e.to_string()))?;
    Ok(LogEntry {
        seq: event.seq,
        kind: opened.header.kind.to_string(),
        time: time(at),
        leaf: leaf_hash(&event.header).to_string(),
        header,
        disclosures: opened.fields,
        withheld: opened.withheld,
        log_index: event.log_index,
        anchored: event.log_index.is_some_and(|index| index < published),
    })
}
