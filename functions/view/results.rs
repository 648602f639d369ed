//! Results on the wire.

use super::{person, time, word};
use contract::results::{ResultSummary, ResultView, ResultWork, ReviewKind, ReviewView};
use domain::views::ResultRow;
use domain::work::result::{self, ResultRecord, Review};

/// Who a result is shown to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The unit that does the work, and those who watch over it.
    Unit,
    /// Those who asked.
    Officers,
}

/// A result as its audience sees it.
#[must_use]
pub fn result(result: &ResultRecord, audience: Audience) -> ResultView {
    ResultView {
        id: result.id.to_string(),
        case_id: result.case_id.to_string(),
        lab_reference: result.lab_reference.clone(),
        request_id: result.submission_id.to_string(),
        examination_id: result.examination_id.to_string(),
        discipline: result.discipline.clone(),
        question_id: result.question_id.to_string(),
        state: word(&result.state()),
        conclusion: result.conclusion.clone(),
        files: result.files.iter().map(ToString::to_string).collect(),
        released_at: result.released.as_ref().map(|released| time(released.at)),
        work: (audience == Audience::Unit).then(|| work(result)),
    }
}

fn work(result: &ResultRecord) -> ResultWork {
    ResultWork {
        findings: result.findings.iter().map(ToString::to_string).collect(),
        prepared_by: person(&result.prepared_by),
        prepared_at: time(result.prepared_at),
        reviews: result.reviews.iter().map(review).collect(),
        released_by: result.released.as_ref().map(|released| person(&released.by)),
    }
}

fn review(review: &Review) -> ReviewView {
    ReviewView {
        kind: match review.kind {
            result::ReviewKind::Technical => ReviewKind::Technical,
            result::ReviewKind::Administrative => ReviewKind::Administrative,
        },
        passed: review.passed,
        comments: review.comments.clone(),
        by: person(&review.by),
        at: time(review.at),
    }
}

/// A kind of review, as the domain takes it.
#[must_use]
pub fn kind(kind: ReviewKind) -> result::ReviewKind {
    match kind {
        ReviewKind::Technical => result::ReviewKind::Technical,
        ReviewKind::Administrative => result::ReviewKind::Administrative,
    }
}

/// A result in a list of what waits.
#[must_use]
pub fn summary(row: &ResultRow) -> ResultSummary {
    ResultSummary {
        id: row.result_id.to_string(),
        case_id: row.case_id.to_string(),
        lab_reference: row.lab_reference.clone(),
        examination_id: row.examination_id.to_string(),
        discipline: row.discipline.clone(),
        state: word(&row.state),
        prepared_at: time(row.prepared_at),
    }
}
