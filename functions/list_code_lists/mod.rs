//! `GET /api/v1/code-lists`: the force's lists of codes.
//!
//! 200, or 304 if the client has just this. They are few, so there is one page.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use crate::view;
use contract::List;
use contract::reference::CodeListSummary;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_code_lists",
    method: Method::GET,
    route: "api/v1/code-lists",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("List the code lists", "All of them, on one page.")
            .answers_list::<CodeListSummary>(200, "The lists")
            .answers_plain(304, "The client has this");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let lists = request.app.library.code_lists().values();
    let value = lists.map(view::reference::code_list_summary).collect();
    view::tagged(request, &List { value, next_link: None })
}
