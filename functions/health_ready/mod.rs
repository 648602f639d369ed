//! `GET /api/health/ready`: the service can reach its store and may write to it. Public; says nothing
//! about why not.
//!
//! 200 if a stream can be read and database and anchor agree, within [`PATIENCE`], and writing has not
//! been stopped; else 503.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use contract::service::HealthView;
use ledger::header::ChainId;
use std::time::Duration;
use store::sequencer::{self, State};

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
            .says(
                "Ask whether the service can work",
                "It can reach its store, and database and anchor agree.",
            )
            .answers::<HealthView>(200, "It can");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let nobody = ChainId::from_random(request.app.ids().random());
    let app = &request.app;
    let look = async {
        app.store.streams.load(&nobody, &[]).await?;
        let state = sequencer::state(&app.store).await?;
        let checkpoint = sequencer::latest_checkpoint(&app.store, &app.edge.config.origin).await;
        checkpoint.map(|_| state == State::Ok && !app.is_read_only())
    };
    match tokio::time::timeout(PATIENCE, look).await {
        Ok(Ok(false)) => Err(Problem::unavailable("not ready: writing has been stopped")),
        Ok(Ok(true)) => {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            Reply::ok(&HealthView { status: "ready".to_owned(), version })
        }
        Ok(Err(error)) => Err(Problem::unavailable(format!("not ready: {error}"))),
        Err(_) => Err(Problem::unavailable("not ready: the store did not answer in time")),
    }
}
