//! `GET /api/health/live`: the process answers. Public; checks nothing else.
//!
//! 200, always.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use contract::service::HealthView;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "health_live",
    method: Method::GET,
    route: "api/health/live",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Ask whether the service lives", "Looks at nothing beyond the process.")
            .answers::<HealthView>(200, "It lives");
    },
};

async fn handle(_request: &Request, _body: Body) -> Result<Reply, Problem> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Reply::ok(&HealthView { status: "live".to_owned(), version })
}
