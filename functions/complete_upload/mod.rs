//! `POST /api/v1/cases/{caseId}/files/{fileId}/completion`: all blocks have been sent. The request has no
//! body.
//!
//! 200 with the file, whose bytes are then read and judged; 403 for anybody but who announced it; 404
//! if there is no file the caller may know of; 409 `blocksMissing`, naming the first hundred, or
//! `uploadComplete` when it was completed before.
//!
//! The event is recorded first, then the store is told. Whatever happens in between, a retry tells it
//! again, and so does the sweep, which finds the file by its event.

use crate::http::body::EMPTY_BODY_BYTES_MAX;
use crate::http::{
    Access, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply, Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, load, name};
use crate::view;
use contract::files::FileView;
use domain::casework::case::Case;
use domain::document::Kind;
use domain::files::{File, FileState, receive, refuse_unless_yours};
use domain::ids::FileId;
use domain::people::{Act, may};
use ledger::header::ChainId;

/// The most missing blocks that a refusal names.
const MISSING_NAMED_MAX: usize = 100;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "complete_upload",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/files/{fileId}/completion",
    access: Access::SignedIn,
    mutates: Mutates::Create,
    query: &[],
    body_limit: EMPTY_BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Complete an upload", "The file is evidence once it is `verified`.")
            .answers::<FileView>(200, "The file as it now is")
            .refuses(&[ProblemKind::WrongState, ProblemKind::Timeout]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    body.nothing().await?;
    let (_, case) = view::case_of(request)?;
    let id: FileId = request.param("fileId")?;
    let identity = CommandIdentity::of(request, &())?;
    if state(request, &case, &id).await? == FileState::Received {
        finish(request, &id).await?;
    }
    let task = Change {
        case,
        act: Some(Act::Upload),
        load: vec![name(Kind::File, &id)],
        more: &|_| Vec::new(),
        decide: &|documents, context| {
            let file: &File = documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
            Ok(receive(file, context)?)
        },
        answer: &|outcome: &Outcome| {
            let file: &File = outcome.get(id.as_str())?;
            let version = outcome.version::<File>(id.as_str());
            Answered::ok(version, &view::files::file(file, version))
        },
    };
    let reply = change(request, &identity, task).await?;
    finish(request, &id).await?;
    Ok(reply)
}

/// Tells the store that a received upload is complete, and the upload worker that there is work.
async fn finish(request: &Request, id: &FileId) -> Result<(), Problem> {
    request.app.store.uploads.complete(id.as_str()).await?;
    request.app.upload_bell.notify_one();
    Ok(())
}

/// The file's state, for who announced it. While it is being uploaded, every block has to be there.
async fn state(request: &Request, case: &ChainId, id: &FileId) -> Result<FileState, Problem> {
    let names = [name(Kind::Case, case), name(Kind::File, id)];
    let found = load(&request.app, case, &names).await?.documents;
    let within = found.find::<Case>(case.as_str()).ok_or_else(Problem::not_found)?;
    may(request.caller()?, Act::Upload, &within.scope)?;
    let file: &File = found.find(id.as_str()).ok_or_else(Problem::not_found)?;
    refuse_unless_yours(file, request.caller()?)?;
    if file.state == FileState::Uploading {
        let uploads = &request.app.store.uploads;
        uploads.begin(id.as_str(), view::files::plan(file)).await?;
        let (plan, stored) = uploads.blocks(id.as_str()).await?;
        let missing = view::files::missing(&plan, &stored);
        let count = u64::from(plan.blocks()) - stored.len() as u64;
        let named: Vec<String> = missing
            .iter()
            .flat_map(|run| run.from..=run.to)
            .take(MISSING_NAMED_MAX)
            .map(|index| index.to_string())
            .collect();
        if !named.is_empty() {
            let detail =
                format!("{count} of {} blocks are missing: {}.", plan.blocks(), named.join(", "));
            return Err(Problem::new(ProblemKind::WrongState, "blocksMissing", detail));
        }
    }
    Ok(file.state)
}
