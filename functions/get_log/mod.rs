//! `GET /api/v1/cases/{caseId}/log`: the events of a case as they can be checked, oldest first.
//!
//! 200 with a page: each event's exact header, its leaf hash, the values shown, and whether an anchored
//! checkpoint covers it. 400 without a reason for looking; 403 without the role; 404 for a case the
//! caller may not know of.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Problem, Reply, Request,
};
use crate::record::consult;
use crate::view;
use contract::List;
use contract::cases::LogEntry;
use domain::people::Act;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_log",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/log",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[PAGE_PARAMETERS[0], PAGE_PARAMETERS[1]],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read a case's log", "Pages follow the events' numbers and never skip one.")
            .answers_list::<LogEntry>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let page = request.page()?;
    let from: u64 = match &page.after {
        Some(after) => after.parse().map_err(|_| Problem::internal("sealed place is no number"))?,
        None => 0,
    };
    consult(request, &case, Act::ReadRecord, &[]).await?;
    let size = usize::from(page.size);
    let store = &request.app.store;
    let published = store.log.head().await?.published;
    // One more than is shown says whether there is another page.
    let events = store.streams.events(&case, from, size + 1).await?;
    let next = events.get(size).map(|event| request.next_link(&event.seq.to_string()));
    let entries = events.iter().take(size).map(|event| view::cases::log_entry(event, published));
    let value: Vec<LogEntry> = entries.collect::<Result<_, _>>()?;
    Reply::ok(&List { value, next_link: next })
}
