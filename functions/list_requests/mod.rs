//! `GET /api/v1/requests`: the requests of a person, of a unit, or waiting for a decision.
//!
//! `list=mine` (the default), `unit`, `authority` (waiting for a supervisor of the caller's unit)
//! or `triage`. 400 for another list; 403 if the caller's roles do not include it.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Parameter, Problem, Reply, Request,
};
use crate::record::{consult_list, shown};
use crate::view;
use contract::List;
use contract::requests::RequestSummary;
use domain::people::{Act, Caller, may_anywhere};
use domain::views::{self, StatusRow, key};
use store::error::StoreError;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_requests",
    method: Method::GET,
    route: "api/v1/requests",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[
        Parameter { name: "list", meaning: "`mine` (default), `unit`, `authority` or `triage`." },
        PAGE_PARAMETERS[0],
        PAGE_PARAMETERS[1],
    ],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("List requests", "Pages may skip or repeat entries while data change.")
            .answers_list::<RequestSummary>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let key = key_of(request.query("list").unwrap_or("mine"), request.caller()?)?;
    let page = request.page()?;
    let rows = request
        .app
        .store
        .views
        .query(views::REQUESTS, &key, page.after.as_deref(), usize::from(page.size))
        .await?;
    let mut value = Vec::with_capacity(rows.items.len());
    for row in &rows.items {
        let row: StatusRow = serde_json::from_str(&row.body)
            .map_err(|error| StoreError::corrupt(format!("row of view requests: {error}")))?;
        if let StatusRow::Submission(status) = row {
            value.push(view::requests::summary(&status));
        }
    }
    let next_link = rows.next.map(|next| request.next_link(&next));
    let list = format!("{}:{key}", views::REQUESTS);
    consult_list(request, &list, shown(value.iter().map(|row| row.case_id.as_str()))).await?;
    Reply::ok(&List { value, next_link })
}

fn key_of(list: &str, caller: &Caller) -> Result<String, Problem> {
    match list {
        "mine" => {
            may_anywhere(caller, Act::ReadStatus)?;
            Ok(key::person(caller.id.as_str()))
        }
        "unit" => {
            may_anywhere(caller, Act::ReadStatus)?;
            Ok(key::unit(&caller.unit))
        }
        "authority" => {
            may_anywhere(caller, Act::DecideAuthority)?;
            Ok(key::unit_authority(&caller.unit))
        }
        "triage" => {
            may_anywhere(caller, Act::ReadTriageQueue)?;
            Ok(key::triage())
        }
        _ => Err(Problem::bad_request(
            "badParameter",
            "The parameter list takes mine, unit, authority or triage.",
        )),
    }
}
