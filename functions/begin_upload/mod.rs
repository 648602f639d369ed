//! `POST /api/v1/cases/{caseId}/examinations/{examinationId}/files`: a file is announced, with its length
//! and hash, and its upload begins.
//!
//! 201 with the file and where its blocks go; 403 without the role; 404 if there is no examination the
//! caller may know of; 409 if it is over; 422 for what breaks a rule. The announcement is recorded
//! first, then the store is told; a retry under the same key tells it again, so nothing is lost
//! between the two.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name};
use crate::view;
use contract::files::{BeginUpload, UploadView};
use domain::document::Kind;
use domain::files::{self, Announce, BLOCK_BYTES, FILE_BYTES_MAX, File};
use domain::ids::ExaminationId;
use domain::people::Act;
use domain::work::examination::Examination;
use store::model::UploadPlan;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "begin_upload",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}/files",
    access: Access::SignedIn,
    mutates: Mutates::Create,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Begin an upload", "Then send every block, and complete it.")
            .reads::<BeginUpload>()
            .answers::<UploadView>(201, "The file is announced")
            .refuses(&[ProblemKind::WrongState, ProblemKind::Full]);
    },
};

// Every file that the rules take, every store takes.
const _: () = assert!(
    FILE_BYTES_MAX <= store::model::FILE_BYTES_MAX
        && BLOCK_BYTES <= store::model::BLOCK_BYTES_MAX
        && FILE_BYTES_MAX.div_ceil(BLOCK_BYTES) <= store::model::BLOCKS_MAX
);

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: BeginUpload = body.json().await?;
    let (_, case) = view::case_of(request)?;
    let id: ExaminationId = request.param("examinationId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let command = Announce {
        name: asked.name,
        size: asked.size_bytes,
        sha256: asked.sha256,
        role: asked.role,
    };
    let task = Change {
        case,
        act: Some(Act::Upload),
        load: vec![name(Kind::Examination, &id)],
        more: &|_| Vec::new(),
        decide: &|documents, context| {
            let examination: &Examination =
                documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
            Ok(files::announce(examination, &command, request.app.library, context)?)
        },
        answer: &|outcome: &Outcome| {
            let (file, version) = outcome.made::<File>()?;
            let location = view::files::address(file);
            Answered::created(location, version, &view::files::upload(file, version))
        },
    };
    let reply = change(request, &identity, task).await?;
    begin(request, &reply).await?;
    Ok(reply)
}

/// Tells the store of the file that the answer names, whether it was recorded now or before.
async fn begin(request: &Request, reply: &Reply) -> Result<(), Problem> {
    let answered: UploadView = reply
        .whole_body()
        .and_then(|body| serde_json::from_slice(body).ok())
        .ok_or_else(|| Problem::internal("an announcement was answered with something else"))?;
    let plan = UploadPlan { size: answered.file.size_bytes, block_size: answered.block_size_bytes };
    Ok(request.app.store.uploads.begin(&answered.file.id, plan).await?)
}
