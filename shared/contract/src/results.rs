//! Results: prepared, reviewed, released.

use crate::{Person, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A result is put forward for review.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrepareResult {
    /// The question it answers.
    pub question_id: String,
    /// The answer: at most 4,000 characters.
    pub conclusion: String,
    /// The findings it rests on: 1 to 40.
    pub findings: Vec<String>,
    /// The verified files it carries: at most 40.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// The kinds of review, in the order a result needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// A check of the work, by somebody who could have done it.
    Technical,
    /// A check of the file: complete, consistent, and fit to leave.
    Administrative,
}

/// A result is reviewed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewResult {
    /// Which check.
    pub kind: ReviewKind,
    /// Whether it passed.
    pub passed: bool,
    /// What you say about it: at most 4,000 characters; required when it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
}

/// A result. Those outside the unit see it once it is released, and then without what led to it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultView {
    /// The result.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// The case's reference.
    pub lab_reference: String,
    /// The request it answers.
    pub request_id: String,
    /// The examination that gave it.
    pub examination_id: String,
    /// The discipline.
    pub discipline: String,
    /// The question it answers.
    pub question_id: String,
    /// `awaiting_technical_review`, `awaiting_administrative_review`, `review_failed`, `reviewed` or
    /// `released`: what its events entail.
    pub state: String,
    /// The answer; absent once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// The files it carries.
    pub files: Vec<String>,
    /// When it was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Time>,
    /// How it came about; absent outside the unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<ResultWork>,
}

/// How a result came about.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultWork {
    /// The findings it rests on.
    pub findings: Vec<String>,
    /// Who put it forward.
    pub prepared_by: Person,
    /// When.
    pub prepared_at: Time,
    /// Its reviews, oldest first.
    pub reviews: Vec<ReviewView>,
    /// Who released it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_by: Option<Person>,
}

/// A review as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewView {
    /// Which check.
    pub kind: ReviewKind,
    /// Whether it passed.
    pub passed: bool,
    /// What the reviewer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
    /// Who reviewed.
    pub by: Person,
    /// When.
    pub at: Time,
}

/// A result in a list of what waits.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultSummary {
    /// The result.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// The case's reference.
    pub lab_reference: String,
    /// The examination that gave it.
    pub examination_id: String,
    /// The discipline.
    pub discipline: String,
    /// What it waits for.
    pub state: String,
    /// When it was put forward.
    pub prepared_at: Time,
}
