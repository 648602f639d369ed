//! `GET /api/v1/code-lists/{listKey}`: a code list, with codes that are no longer in use.
//!
//! 200, or 304 if the client has just this; 404 if there is none of this key.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use crate::view;
use contract::reference::CodeListView;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_code_list",
    method: Method::GET,
    route: "api/v1/code-lists/{listKey}",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read a code list", "Codes are never removed: old records hold them.")
            .answers::<CodeListView>(200, "The list")
            .answers_plain(304, "The client has this");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let key: String = request.param("listKey")?;
    let list = request.app.library.code_list(&key).ok_or_else(Problem::not_found)?;
    view::tagged(request, &view::reference::code_list(list))
}
