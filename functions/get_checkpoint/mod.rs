//! `GET /api/v1/checkpoint`: the latest signed and anchored checkpoint of the log, as a signed note.
//!
//! Public: it holds no personal data, and the more people keep it, the more it proves. 200 with
//! `text/plain`, its size as ETag, or 304; 404 `noCheckpointYet` before the first.

use crate::http::{
    Access, Body, Endpoint, Kind, Method, Mutates, Problem, Reply, Request, StatusCode,
};
use store::sequencer::latest_checkpoint;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_checkpoint",
    method: Method::GET,
    route: "api/v1/checkpoint",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read the latest checkpoint", "A C2SP signed note over the log's root.")
            .answers_plain(200, "The note, as text/plain")
            .answers_plain(304, "The client has this")
            .refuses(&[Kind::NotFound]);
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let app = &request.app;
    let found = latest_checkpoint(&app.store, &app.edge.config.origin).await?;
    let (checkpoint, note) = found.ok_or_else(|| {
        let detail = "The log has no checkpoint yet: the first follows the first event.";
        Problem::new(Kind::NotFound, "noCheckpointYet", detail)
    })?;
    if request.has_version(checkpoint.size) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).with_etag(checkpoint.size));
    }
    let reply = Reply::bytes(StatusCode::OK, "text/plain; charset=utf-8", note);
    Ok(reply.with_etag(checkpoint.size))
}
