//! Views: answers that cross cases, prepared while writing so that reading never scans.
//!
//! A view's rows are a pure function of single documents: [`rows`] of a document after a commit
//! replace its rows from before. So they are idempotent, and can be rebuilt from zero.

pub mod key;

use crate::casework::submission::{State, Submission};
use crate::document::Document;
use crate::exhibits::exhibit::Exhibit;
use crate::files::{File, FileState};
use crate::status::{ExhibitStatus, SubmissionStatus};
use crate::time::Timestamp;
use crate::work::engine::{ItemState, WorkItem};
use crate::work::examination::Examination;
use crate::work::result::{ResultRecord, ResultState};
use serde::{Deserialize, Serialize};

/// The views there are.
pub const VIEWS: &[&str] = &[STATUS, REQUESTS, WORK, RESULTS, FILES, CUSTODY, SEALS];
/// The status of submissions and exhibits, by reference or barcode.
pub const STATUS: &str = "status";
/// Submissions by person, by unit, and those that wait for a decision.
pub const REQUESTS: &str = "requests";
/// Open steps by discipline and by person.
pub const WORK: &str = "work";
/// Results that wait for a review or a release, all of them and by discipline.
pub const RESULTS: &str = "results";
/// Files: by their own id, by examination, and those whose bytes have not been judged yet.
pub const FILES: &str = "files";
/// Exhibits by who holds them and to whom they are offered.
pub const CUSTODY: &str = "custody";
/// Live seals by number.
pub const SEALS: &str = "seals";

/// One row: its view, its key, its place among the key's rows, whose it is, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which view.
    pub view: &'static str,
    /// The question it answers.
    pub key: String,
    /// Its place.
    pub sort: String,
    /// Whose row it is.
    pub id: String,
    /// JSON text.
    pub body: String,
}

/// A status row: of a submission or of an exhibit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusRow {
    /// A submission's.
    Submission(Box<SubmissionStatus>),
    /// An exhibit's.
    Exhibit(ExhibitStatus),
}

/// An open step in a list of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkRow {
    /// The case.
    pub case_id: crate::ids::CaseId,
    /// The case's reference.
    pub lab_reference: String,
    /// The examination.
    pub examination_id: crate::ids::ExaminationId,
    /// Its title.
    pub title: String,
    /// The discipline.
    pub discipline: String,
    /// The pinned map.
    pub map: String,
    /// The step.
    pub step: String,
    /// Which time round.
    pub occurrence: u32,
    /// Where it stands.
    pub state: ItemState,
    /// Who has it.
    pub assignee: Option<String>,
    /// Since when it is open.
    pub ready_at: Timestamp,
    /// When an answer is needed.
    pub target_date: Option<Timestamp>,
}

/// A result in a list of what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRow {
    /// The case.
    pub case_id: crate::ids::CaseId,
    /// The case's reference.
    pub lab_reference: String,
    /// The examination.
    pub examination_id: crate::ids::ExaminationId,
    /// The result.
    pub result_id: crate::ids::ResultId,
    /// The discipline.
    pub discipline: String,
    /// What it waits for.
    pub state: ResultState,
    /// When it was put forward.
    pub prepared_at: Timestamp,
}

/// Where a file belongs. What it is now, its document says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// The case.
    pub case_id: crate::ids::CaseId,
    /// The examination.
    pub examination_id: crate::ids::ExaminationId,
    /// The file.
    pub file_id: crate::ids::FileId,
}

/// The rows a document calls for.
#[must_use]
pub fn rows(document: &Document) -> Vec<Row> {
    match document {
        Document::Submission(submission) => submission_rows(submission),
        Document::Exhibit(exhibit) => exhibit_rows(exhibit),
        Document::Examination(examination) => examination_rows(examination),
        Document::Result(result) => result_rows(result),
        Document::File(file) => file_rows(file),
        Document::Case(_)
        | Document::Claim(_)
        | Document::Movement(_)
        | Document::Note(_)
        | Document::Finding(_)
        | Document::Export(_) => Vec::new(),
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("rows hold plain values only")
}

fn submission_rows(submission: &Submission) -> Vec<Row> {
    let status = SubmissionStatus::of(submission);
    let state = status.state;
    let body = json(&StatusRow::Submission(Box::new(status)));
    let row = |view, key, sort: &str| Row {
        view,
        key,
        sort: sort.to_owned(),
        id: submission.id.to_string(),
        body: body.clone(),
    };
    let newest_first = key::newest_first(submission.submitted_at);
    let soonest = key::soonest_first(submission.target_date, submission.submitted_at);
    let number = format!("{:06}", submission.number);
    let mut rows = vec![
        row(STATUS, key::reference(&submission.reference), ""),
        row(STATUS, key::reference(&submission.lab_reference), &number),
        row(REQUESTS, key::person(submission.submitted_by.id.as_str()), &newest_first),
        row(REQUESTS, key::unit(&submission.scope.unit), &newest_first),
    ];
    match state {
        State::AwaitingAuthority => {
            rows.push(row(REQUESTS, key::unit_authority(&submission.scope.unit), &soonest));
        }
        State::AwaitingTriage => rows.push(row(REQUESTS, key::triage(), &soonest)),
        State::AuthorityRefused
        | State::Returned
        | State::Refused
        | State::Accepted
        | State::PartlyReceived
        | State::InProgress
        | State::ResultsReleased
        | State::Withdrawn => {}
    }
    rows
}

fn exhibit_rows(exhibit: &Exhibit) -> Vec<Row> {
    use crate::exhibits::exhibit::Custodian;
    let body = json(&StatusRow::Exhibit(ExhibitStatus::of(exhibit)));
    let label = exhibit.reference.as_labelled.clone();
    let row = |view, key, sort: &str| Row {
        view,
        key,
        sort: sort.to_owned(),
        id: exhibit.id.to_string(),
        body: body.clone(),
    };
    let mut rows = vec![
        row(STATUS, key::reference(&exhibit.barcode), ""),
        row(STATUS, key::exhibit(&exhibit.lab_reference, &label), ""),
    ];
    if let Some(offer) = &exhibit.offer {
        rows.push(row(CUSTODY, key::offered(offer.to.as_str()), &key::oldest_first(offer.at)));
    }
    let place = format!("{} {}", exhibit.lab_reference, label);
    match &exhibit.custodian {
        Custodian::Person { person, .. } => {
            rows.push(row(CUSTODY, key::person(person.id.as_str()), &key::short(&place)));
        }
        Custodian::Store { location } => {
            rows.push(row(CUSTODY, key::store(location), &key::short(&place)));
        }
        Custodian::Outside { .. } => {}
    }
    if let Some(seal) = &exhibit.seal {
        rows.push(row(SEALS, key::seal(seal), ""));
    }
    rows
}

fn examination_rows(examination: &Examination) -> Vec<Row> {
    let sort = key::soonest_first(examination.target_date, examination.planned_at);
    let row = |item: &WorkItem| Row {
        view: WORK,
        key: match &item.assignee {
            Some(person) => key::person(person),
            None => key::discipline(&examination.discipline),
        },
        sort: sort.clone(),
        id: format!("{}.{}.{}", examination.id, item.step, item.occurrence),
        body: json(&WorkRow {
            case_id: examination.case_id.clone(),
            lab_reference: examination.lab_reference.clone(),
            examination_id: examination.id.clone(),
            title: examination.title.clone(),
            discipline: examination.discipline.clone(),
            map: format!("{}@{}", examination.work.map_key, examination.work.map_version),
            step: item.step.clone(),
            occurrence: item.occurrence,
            state: item.state,
            assignee: item.assignee.clone(),
            ready_at: item.ready_at,
            target_date: examination.target_date,
        }),
    };
    examination.work.open_items().map(row).collect()
}

fn result_rows(result: &ResultRecord) -> Vec<Row> {
    let state = result.state();
    match state {
        ResultState::ReviewFailed | ResultState::Released => return Vec::new(),
        ResultState::AwaitingTechnicalReview
        | ResultState::AwaitingAdministrativeReview
        | ResultState::Reviewed => {}
    }
    let body = json(&ResultRow {
        case_id: result.case_id.clone(),
        lab_reference: result.lab_reference.clone(),
        examination_id: result.examination_id.clone(),
        result_id: result.id.clone(),
        discipline: result.discipline.clone(),
        state,
        prepared_at: result.prepared_at,
    });
    let row = |key| Row {
        view: RESULTS,
        key,
        sort: key::oldest_first(result.prepared_at),
        id: result.id.to_string(),
        body: body.clone(),
    };
    vec![row(key::waiting()), row(key::waiting_in(&result.discipline))]
}

fn file_rows(file: &File) -> Vec<Row> {
    let body = json(&FileRow {
        case_id: file.case_id.clone(),
        examination_id: file.examination_id.clone(),
        file_id: file.id.clone(),
    });
    let row = |key| Row {
        view: FILES,
        key,
        sort: key::oldest_first(file.announced_at),
        id: file.id.to_string(),
        body: body.clone(),
    };
    let mut rows =
        vec![row(key::file(file.id.as_str())), row(key::examination(file.examination_id.as_str()))];
    match file.state {
        FileState::Received => rows.push(row(key::unjudged())),
        FileState::Uploading | FileState::Verified | FileState::Quarantined => {}
    }
    rows
}
