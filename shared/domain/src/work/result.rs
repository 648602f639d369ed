//! Results: prepared by one person, reviewed by another, released by a third.

use super::examination::Examination;
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::files::{File, FileState};
use crate::ids::{CaseId, ExaminationId, FileId, FindingId, QuestionId, ResultId, SubmissionId};
use crate::people::PersonRef;
use crate::refusal::Refusal;
use crate::text::{Check, PARAGRAPH_CHARS_MAX};
use crate::time::Timestamp;
use crate::work::finding::Finding;
use serde::{Deserialize, Serialize};

/// The most findings and the most files of one result: with its files' documents a release must fit
/// one commit of 100 operations.
pub const PARTS_MAX: usize = 40;
/// The most results of one examination that no reviewer has sent back.
pub const RESULTS_MAX: usize = 100;

/// The command to put a result forward.
#[derive(Clone, Debug)]
pub struct Prepare {
    /// The question it answers.
    pub question_id: QuestionId,
    /// The answer.
    pub conclusion: String,
    /// The findings it rests on, at least one.
    pub findings: Vec<FindingId>,
    /// The files it carries.
    pub files: Vec<FileId>,
}

/// `result.prepared`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultPrepared {
    /// The result.
    pub result_id: ResultId,
    /// The examination that gave it.
    pub examination_id: ExaminationId,
    /// The question it answers.
    pub question_id: QuestionId,
    /// The answer.
    #[serde(default)]
    pub conclusion: Option<String>,
    /// The findings it rests on.
    pub findings: Vec<FindingId>,
    /// The files it carries.
    pub files: Vec<FileId>,
}

/// The kinds of review, in the order a result needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// A check of the work: by somebody who could have done it.
    Technical,
    /// A check of the file: complete, consistent, and fit to leave.
    Administrative,
}

impl ReviewKind {
    /// The word in process maps.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ReviewKind::Technical => "technical",
            ReviewKind::Administrative => "administrative",
        }
    }
}

/// `result.reviewed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultReviewed {
    /// The result.
    pub result_id: ResultId,
    /// Its examination.
    pub examination_id: ExaminationId,
    /// Which check.
    pub kind: ReviewKind,
    /// Whether it passed.
    pub passed: bool,
    /// What the reviewer says.
    #[serde(default)]
    pub comments: Option<String>,
}

/// `result.released`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultReleased {
    /// The result.
    pub result_id: ResultId,
    /// Its examination.
    pub examination_id: ExaminationId,
    /// The submission whose officers now see it.
    pub submission_id: SubmissionId,
    /// The files that go with it.
    pub files: Vec<FileId>,
}

/// A result as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRecord {
    /// The result.
    pub id: ResultId,
    /// Its case.
    pub case_id: CaseId,
    /// The case's reference.
    pub lab_reference: String,
    /// The submission it answers.
    pub submission_id: SubmissionId,
    /// The examination that gave it.
    pub examination_id: ExaminationId,
    /// The discipline.
    pub discipline: String,
    /// The question it answers.
    pub question_id: QuestionId,
    /// The answer.
    pub conclusion: Option<String>,
    /// The findings it rests on.
    pub findings: Vec<FindingId>,
    /// The files it carries.
    pub files: Vec<FileId>,
    /// Who put it forward.
    pub prepared_by: PersonRef,
    /// When.
    pub prepared_at: Timestamp,
    /// Its reviews, oldest first.
    pub reviews: Vec<Review>,
    /// Its release.
    pub released: Option<Released>,
}

/// One review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Which check.
    pub kind: ReviewKind,
    /// Whether it passed.
    pub passed: bool,
    /// What the reviewer says.
    pub comments: Option<String>,
    /// Who reviewed.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// The release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// Who released.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// What a result's record entails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultState {
    /// Nobody has checked the work yet.
    AwaitingTechnicalReview,
    /// The work is sound; the file has not been checked yet.
    AwaitingAdministrativeReview,
    /// A reviewer sent it back. It stays as it is; a new result replaces it.
    ReviewFailed,
    /// Both checks have passed.
    Reviewed,
    /// It is out.
    Released,
}

impl ResultRecord {
    /// What the recorded events entail.
    #[must_use]
    pub fn state(&self) -> ResultState {
        let has_passed =
            |kind| self.reviews.iter().any(|review| review.passed && review.kind == kind);
        if self.released.is_some() {
            ResultState::Released
        } else if self.reviews.iter().any(|review| !review.passed) {
            ResultState::ReviewFailed
        } else if !has_passed(ReviewKind::Technical) {
            ResultState::AwaitingTechnicalReview
        } else if !has_passed(ReviewKind::Administrative) {
            ResultState::AwaitingAdministrativeReview
        } else {
            ResultState::Reviewed
        }
    }

    /// The result that `result.prepared` makes.
    #[must_use]
    pub fn prepared(
        event: &ResultPrepared,
        examination: &Examination,
        recorded: &Recorded,
    ) -> ResultRecord {
        ResultRecord {
            id: event.result_id.clone(),
            case_id: examination.case_id.clone(),
            lab_reference: examination.lab_reference.clone(),
            submission_id: examination.submission_id.clone(),
            examination_id: event.examination_id.clone(),
            discipline: examination.discipline.clone(),
            question_id: event.question_id.clone(),
            conclusion: event.conclusion.clone(),
            findings: event.findings.clone(),
            files: event.files.clone(),
            prepared_by: recorded.actor.person(),
            prepared_at: recorded.time,
            reviews: Vec::new(),
            released: None,
        }
    }

    /// Adds a review.
    pub fn review(&mut self, event: &ResultReviewed, recorded: &Recorded) {
        self.reviews.push(Review {
            kind: event.kind,
            passed: event.passed,
            comments: event.comments.clone(),
            by: recorded.actor.person(),
            at: recorded.time,
        });
    }
}

/// Decides a result. `findings` and `files` are those named that were found in the case.
pub fn prepare(
    examination: &Examination,
    command: &Prepare,
    findings: &[&Finding],
    files: &[&File],
    context: &mut Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    check.paragraphs("/conclusion", &command.conclusion, PARAGRAPH_CHARS_MAX);
    check.require(
        examination.questions.contains(&command.question_id),
        "/questionId",
        "unknownQuestion",
        "This examination does not answer that question.",
    );
    check.require(
        !command.findings.is_empty(),
        "/findings",
        "required",
        "A result rests on at least one finding.",
    );
    check_findings(&mut check, examination, &command.findings, findings);
    check_files(&mut check, examination, &command.files, files);
    check.finish()?;
    examination.refuse_unless_at_work(context.caller)?;
    if examination.results.len() >= RESULTS_MAX {
        return Err(Refusal::wrong_state(
            "tooManyResults",
            format!("An examination has at most {RESULTS_MAX} results."),
        ));
    }
    Ok(vec![Event::ResultPrepared(ResultPrepared {
        result_id: context.ids.ordered(context.now),
        examination_id: examination.id.clone(),
        question_id: command.question_id.clone(),
        conclusion: Some(command.conclusion.clone()),
        findings: command.findings.clone(),
        files: command.files.clone(),
    })])
}

fn check_findings(
    check: &mut Check,
    examination: &Examination,
    named: &[FindingId],
    found: &[&Finding],
) {
    check.require(named.len() <= PARTS_MAX, "/findings", "tooMany", "At most 40 findings.");
    for (n, id) in named.iter().enumerate() {
        let at = format!("/findings/{n}");
        let here = |found: &&Finding| {
            found.finding.finding_id == *id && found.finding.examination_id == examination.id
        };
        check.require(
            found.iter().any(here),
            &at,
            "unknownFinding",
            "This examination has no such finding.",
        );
        check.require(!named[..n].contains(id), &at, "duplicate", "Name each finding once.");
    }
}

fn check_files(check: &mut Check, examination: &Examination, named: &[FileId], found: &[&File]) {
    check.require(named.len() <= PARTS_MAX, "/files", "tooMany", "At most 40 files.");
    for (n, id) in named.iter().enumerate() {
        let at = format!("/files/{n}");
        let here = |file: &&File| {
            file.id == *id
                && file.examination_id == examination.id
                && file.state == FileState::Verified
        };
        check.require(
            found.iter().any(here),
            &at,
            "fileNotVerified",
            "This examination has no verified file of this identity.",
        );
        check.require(!named[..n].contains(id), &at, "duplicate", "Name each file once.");
    }
}

/// Decides a review: the technical one first, by somebody of the discipline, and nobody reviews work
/// they had a hand in (invariant 12). A stopped examination's result can only be sent back.
pub fn review(
    result: &ResultRecord,
    examination: &Examination,
    kind: ReviewKind,
    passed: bool,
    comments: Option<&str>,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut check = Check::new();
    check.optional_paragraphs("/comments", comments, PARAGRAPH_CHARS_MAX);
    check.require(
        passed || comments.is_some(),
        "/comments",
        "required",
        "Say what has to be put right.",
    );
    check.finish()?;
    let awaited = match result.state() {
        ResultState::AwaitingTechnicalReview => Some(ReviewKind::Technical),
        ResultState::AwaitingAdministrativeReview => Some(ReviewKind::Administrative),
        ResultState::ReviewFailed | ResultState::Reviewed | ResultState::Released => None,
    };
    if awaited != Some(kind) {
        return Err(Refusal::wrong_state(
            "reviewNotAwaited",
            "This result does not wait for that review: technical comes first, then administrative.",
        ));
    }
    if passed {
        examination.refuse_when_cancelled()?;
    }
    refuse_own_work(result, examination, context)?;
    let knows_it = context.caller.disciplines.contains(&result.discipline);
    if kind == ReviewKind::Technical && !knows_it {
        return Err(Refusal::not_allowed(
            "disciplineNeeded",
            format!("A technical review needs somebody who practises {}.", result.discipline),
        ));
    }
    Ok(vec![Event::ResultReviewed(ResultReviewed {
        result_id: result.id.clone(),
        examination_id: examination.id.clone(),
        kind,
        passed,
        comments: comments.map(str::to_owned),
    })])
}

/// Decides a release: after both reviews (invariant 15), by somebody who neither did the work nor
/// checked it technically. Nothing of a stopped examination is released.
pub fn release(
    result: &ResultRecord,
    examination: &Examination,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if result.state() != ResultState::Reviewed {
        return Err(Refusal::wrong_state(
            "notReviewed",
            "A result is released once, after its technical and administrative reviews have passed.",
        ));
    }
    examination.refuse_when_cancelled()?;
    refuse_own_work(result, examination, context)?;
    let checked_it =
        |review: &Review| review.kind == ReviewKind::Technical && review.by.id == context.caller.id;
    if result.reviews.iter().any(checked_it) {
        return Err(Refusal::SecondPersonNeeded {
            detail: "You reviewed this work technically; somebody else has to release it.".into(),
        });
    }
    Ok(vec![Event::ResultReleased(ResultReleased {
        result_id: result.id.clone(),
        examination_id: examination.id.clone(),
        submission_id: result.submission_id.clone(),
        files: result.files.clone(),
    })])
}

fn refuse_own_work(
    result: &ResultRecord,
    examination: &Examination,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let me = &context.caller.id;
    if result.prepared_by.id == *me || examination.contributors.contains(me) {
        return Err(Refusal::SecondPersonNeeded {
            detail: "You had a hand in this work; somebody else has to check and release it."
                .to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
#[path = "result_tests.rs"]
mod tests;
