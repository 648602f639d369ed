//! `GET /api/v1/process-maps`: every version of every process map.
//!
//! 200, or 304 if the client has just this. They are few, so there is one page.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use crate::view;
use contract::List;
use contract::reference::ProcessMapSummary;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_process_maps",
    method: Method::GET,
    route: "api/v1/process-maps",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("List the process maps", "All versions, on one page.")
            .answers_list::<ProcessMapSummary>(200, "The maps")
            .answers_plain(304, "The client has this");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let library = request.app.library;
    let value = library.maps().map(|map| view::reference::map_summary(map, library)).collect();
    view::tagged(request, &List { value, next_link: None })
}
