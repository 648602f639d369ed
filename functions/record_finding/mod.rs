//! `POST /api/v1/cases/{caseId}/examinations/{examinationId}/findings`: an observation that bears on a
//! question.
//!
//! 201 with the finding; 403 without a role for it, and for those who have begun no step of the
//! examination; 404 if there is no examination the caller may know of; 409 if it has not begun or is
//! over; 422 for what breaks a rule.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name};
use crate::view::{self, ids::Ids};
use contract::examinations::{FindingView, RecordFinding};
use domain::document::Kind;
use domain::ids::ExaminationId;
use domain::people::Act;
use domain::work::examination::Examination;
use domain::work::finding::{self, Finding, Record};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "record_finding",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}/findings",
    access: Access::SignedIn,
    mutates: Mutates::Create,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Record a finding", "By somebody who has begun a step of the examination.")
            .reads::<RecordFinding>()
            .answers::<FindingView>(201, "The finding is recorded")
            .refuses(&[ProblemKind::WrongState]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: RecordFinding = body.json().await?;
    let (case_id, case) = view::case_of(request)?;
    let id: ExaminationId = request.param("examinationId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let command = command(asked)?;
    let task = Change {
        case,
        act: Some(Act::RecordFindings),
        load: vec![name(Kind::Examination, &id)],
        more: &|_| Vec::new(),
        decide: &|documents, context| {
            let examination: &Examination =
                documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
            Ok(finding::record(examination, &command, context)?)
        },
        answer: &|outcome: &Outcome| {
            let (finding, version) = outcome.made::<Finding>()?;
            let location = format!("/api/v1/cases/{case_id}/examinations/{id}/findings");
            Answered::created(location, version, &view::examinations::finding(finding))
        },
    };
    change(request, &identity, task).await
}

fn command(asked: RecordFinding) -> Result<Record, Problem> {
    let mut ids = Ids::default();
    let question = ids.read("/questionId", &asked.question_id);
    let exhibit_id =
        asked.exhibit_id.as_deref().and_then(|exhibit| ids.read("/exhibitId", exhibit));
    let question_id = ids.finish(question)?;
    Ok(Record {
        question_id,
        exhibit_id,
        statement: asked.statement,
        opinion: asked.opinion,
        limitations: asked.limitations,
    })
}
