//! `GET /api/v1/process-maps/{mapKey}/{version}`: a version of a process map, with its forms.
//!
//! 200, or 304 if the client has just this; 404 if there is no such version. A published version never
//! changes.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request};
use crate::view;
use contract::reference::ProcessMapView;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_process_map",
    method: Method::GET,
    route: "api/v1/process-maps/{mapKey}/{version}",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read a process map", "As published, with the forms that its steps name.")
            .answers::<ProcessMapView>(200, "The map")
            .answers_plain(304, "The client has this");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (key, version): (String, String) = (request.param("mapKey")?, request.param("version")?);
    let library = request.app.library;
    let map = library.map(&key, &version).ok_or_else(Problem::not_found)?;
    view::tagged(request, &view::reference::map(map, library)?)
}
