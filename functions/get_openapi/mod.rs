//! `GET /api/v1/openapi.json`: the OpenAPI 3.1 description, made from the table that is served. Public.
//!
//! 200, or 304 if the client has just this.

use crate::http::describe::openapi;
use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use crate::view;
use std::sync::OnceLock;
use utoipa::openapi::OpenApi;

/// Made once: the table does not change while the service runs.
static DESCRIPTION: OnceLock<OpenApi> = OnceLock::new();

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_openapi",
    method: Method::GET,
    route: "api/v1/openapi.json",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read the API's description", "OpenAPI 3.1.")
            .answers_plain(200, "The description")
            .answers_plain(304, "The client has this");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let made = DESCRIPTION
        .get_or_init(|| openapi(crate::ENDPOINTS, "Continuity", env!("CARGO_PKG_VERSION")));
    view::tagged(request, made)
}
