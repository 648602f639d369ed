//! `GET /api/v1/work`: the open steps that the caller has, or that anybody of a discipline may take.
//!
//! `list=mine` (the default) or `available`. 400 for another list, or when the caller practises
//! several disciplines and named none; 403 without a role that sees it, or for a discipline that is
//! not theirs.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Parameter, Problem, Reply, Request,
};
use crate::record::{consult_list, shown};
use crate::view::{self, scope};
use contract::List;
use contract::examinations::WorkItemView;
use domain::people::{Act, may_anywhere};
use domain::views::{self, WorkRow, key};
use store::error::StoreError;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_work",
    method: Method::GET,
    route: "api/v1/work",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[
        Parameter { name: "list", meaning: "`mine` (default) or `available`." },
        scope::DISCIPLINE_PARAMETER,
        PAGE_PARAMETERS[0],
        PAGE_PARAMETERS[1],
    ],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says(
                "List work",
                "The most urgent first. Pages may skip or repeat entries while data change.",
            )
            .answers_list::<WorkItemView>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let key = key_of(request)?;
    let page = request.page()?;
    let rows = request
        .app
        .store
        .views
        .query(views::WORK, &key, page.after.as_deref(), usize::from(page.size))
        .await?;
    let mut value = Vec::with_capacity(rows.items.len());
    for row in &rows.items {
        let row: WorkRow = serde_json::from_str(&row.body)
            .map_err(|error| StoreError::corrupt(format!("row of view work: {error}")))?;
        value.push(view::examinations::work_item(&row, request.app.library));
    }
    let next_link = rows.next.map(|next| request.next_link(&next));
    let list = format!("{}:{key}", views::WORK);
    consult_list(request, &list, shown(value.iter().map(|row| row.case_id.as_str()))).await?;
    Reply::ok(&List { value, next_link })
}

fn key_of(request: &Request) -> Result<String, Problem> {
    let caller = request.caller()?;
    match request.query("list").unwrap_or("mine") {
        "mine" => {
            may_anywhere(caller, Act::ReadWork)?;
            Ok(key::person(caller.id.as_str()))
        }
        "available" => match scope::discipline(request, Act::ReadWork)? {
            Some(discipline) => Ok(key::discipline(&discipline)),
            None => match caller.disciplines.iter().collect::<Vec<_>>().as_slice() {
                [only] => Ok(key::discipline(only)),
                _ => Err(scope::needed()),
            },
        },
        _ => {
            Err(Problem::bad_request("badParameter", "The parameter list takes mine or available."))
        }
    }
}
