//! `POST /api/v1/cases/{caseId}/examinations/{examinationId}/results`: a result is put forward for
//! review. It stays as it is; when a reviewer sends it back, a new one replaces it.
//!
//! 201 with the result; 403 without a role for it, and for those who have begun no step of the
//! examination; 404 if there is no examination the caller may know of; 409 if it has not begun, is
//! over, or has as many results as it may have; 422 for what breaks a rule: no findings, or files
//! that are not verified, among others.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Name, Outcome, change, name};
use crate::view::{self, ids::Ids, results::Audience};
use contract::results::{PrepareResult, ResultView};
use domain::document::Kind;
use domain::files::File;
use domain::ids::ExaminationId;
use domain::people::Act;
use domain::work::examination::Examination;
use domain::work::finding::Finding;
use domain::work::result::{PARTS_MAX, Prepare, ResultRecord, prepare};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "prepare_result",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}/results",
    access: Access::SignedIn,
    mutates: Mutates::Create,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Prepare a result", "It then waits for a technical review.")
            .reads::<PrepareResult>()
            .answers::<ResultView>(201, "The result is recorded")
            .refuses(&[ProblemKind::WrongState]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: PrepareResult = body.json().await?;
    let (case_id, case) = view::case_of(request)?;
    let id: ExaminationId = request.param("examinationId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let command = command(asked)?;
    let task = Change {
        case,
        act: Some(Act::RecordFindings),
        load: parts(&id, &command),
        more: &|_| Vec::new(),
        decide: &|documents, context| {
            let examination: &Examination =
                documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
            let findings: Vec<&Finding> = documents.all::<Finding>().collect();
            let files: Vec<&File> = documents.all::<File>().collect();
            Ok(prepare(examination, &command, &findings, &files, context)?)
        },
        answer: &|outcome: &Outcome| {
            let (result, version) = outcome.made::<ResultRecord>()?;
            let location = format!("/api/v1/cases/{case_id}/results/{}", result.id);
            Answered::created(location, version, &view::results::result(result, Audience::Unit))
        },
    };
    change(request, &identity, task).await
}

/// The documents a result is made of. Beyond the limit the decision refuses without looking at them.
fn parts(id: &ExaminationId, command: &Prepare) -> Vec<Name> {
    let mut names = vec![name(Kind::Examination, id)];
    let findings = command.findings.iter().take(PARTS_MAX);
    names.extend(findings.map(|found| name(Kind::Finding, Finding::document_id(id, found))));
    names.extend(command.files.iter().take(PARTS_MAX).map(|file| name(Kind::File, file)));
    names.sort();
    names.dedup();
    names
}

fn command(asked: PrepareResult) -> Result<Prepare, Problem> {
    let mut ids = Ids::default();
    let question = ids.read("/questionId", &asked.question_id);
    let findings = ids.read_all("/findings", &asked.findings);
    let files = ids.read_all("/files", &asked.files);
    let question_id = ids.finish(question)?;
    Ok(Prepare { question_id, conclusion: asked.conclusion, findings, files })
}
