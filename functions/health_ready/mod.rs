//! `GET /api/health/ready`: the service can reach its store. Public; says nothing about why not.
//!
//! 200 if a stream and the log's head can be read within [`PATIENCE`], else 503.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use contract::service::HealthView;
use ledger::header::ChainId;
use std::time::Duration;

/// How long the store may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "health_ready",
    method: Method::GET,
    route: "api/health/ready",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Ask whether the service can work", "It can reach its store.")
            .answers::<HealthView>(200, "It can");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let nobody = ChainId::from_random(request.app.ids().random());
    let store = &request.app.store;
    let look = async {
        store.streams.load(&nobody, &[]).await?;
        store.log.head().await
    };
    match tokio::time::timeout(PATIENCE, look).await {
        Ok(Ok(_)) => {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            Reply::ok(&HealthView { status: "ready".to_owned(), version })
        }
        Ok(Err(error)) => Err(Problem::unavailable(format!("not ready: {error}"))),
        Err(_) => Err(Problem::unavailable("not ready: the store did not answer in time")),
    }
}
