//! `GET /api/v1`: what this API is and where to go from here. Public.
//!
//! 200, or 304 if the client has just this.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use crate::view;
use contract::service::{ApiLinks, ApiView};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "describe_api",
    method: Method::GET,
    route: "api/v1",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Describe the API", "Its version and the addresses to begin with.")
            .answers::<ApiView>(200, "The description")
            .answers_plain(304, "The client has this");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let edge = &request.app.edge;
    let links = ApiLinks {
        description: "/api/v1/openapi.json".to_owned(),
        checkpoint: "/api/v1/checkpoint".to_owned(),
        log_key: "/api/v1/log-key".to_owned(),
        status: "/api/v1/status".to_owned(),
        sign_in: edge.issuer.is_some().then(|| "/sign-in".to_owned()),
    };
    let api = ApiView {
        name: "Continuity".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        origin: edge.config.origin.clone(),
        links,
    };
    view::tagged(request, &api)
}
