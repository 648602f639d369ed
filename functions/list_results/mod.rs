//! `GET /api/v1/results`: the results that wait for a review or a release, the oldest first.
//!
//! `list=waiting` is the only list there is. 400 for another, or when a practitioner of several
//! disciplines named none; 403 without a role that reviews or releases, or for a discipline that is
//! not theirs.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Parameter, Problem, Reply, Request,
};
use crate::record::{consult_list, shown};
use crate::view::{self, scope};
use contract::List;
use contract::results::ResultSummary;
use domain::people::{Act, may_everywhere};
use domain::views::{self, ResultRow, key};
use store::error::StoreError;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_results",
    method: Method::GET,
    route: "api/v1/results",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[
        Parameter { name: "list", meaning: "`waiting` (default): for a review or a release." },
        scope::DISCIPLINE_PARAMETER,
        PAGE_PARAMETERS[0],
        PAGE_PARAMETERS[1],
    ],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says(
                "List results that wait",
                "The oldest first. Pages may skip or repeat entries while data change.",
            )
            .answers_list::<ResultSummary>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let key = key_of(request)?;
    let page = request.page()?;
    let rows = request
        .app
        .store
        .views
        .query(views::RESULTS, &key, page.after.as_deref(), usize::from(page.size))
        .await?;
    let mut value = Vec::with_capacity(rows.items.len());
    for row in &rows.items {
        let row: ResultRow = serde_json::from_str(&row.body)
            .map_err(|error| StoreError::corrupt(format!("row of view results: {error}")))?;
        value.push(view::results::summary(&row));
    }
    let next_link = rows.next.map(|next| request.next_link(&next));
    let list = format!("{}:{key}", views::RESULTS);
    consult_list(request, &list, shown(value.iter().map(|row| row.case_id.as_str()))).await?;
    Reply::ok(&List { value, next_link })
}

fn key_of(request: &Request) -> Result<String, Problem> {
    if request.query("list").is_some_and(|list| list != "waiting") {
        return Err(Problem::bad_request("badParameter", "The parameter list takes waiting."));
    }
    // A manager releases without reviewing, so either right opens the list.
    let releases = may_everywhere(request.caller()?, Act::Release);
    let act = if releases { Act::Release } else { Act::Review };
    Ok(scope::discipline(request, act)?
        .map_or_else(key::waiting, |discipline| key::waiting_in(&discipline)))
}
