//! `GET /api/v1/custody`: the exhibits that the caller answers for, or that are offered to them.
//!
//! `list=mine` (the default) or `offered`. 200 with a page; 400 for another list; 403 if the caller's
//! roles do not include handling exhibits.

use crate::http::{
    Access, Body, Endpoint, Method, Mutates, PAGE_PARAMETERS, Parameter, Problem, Reply, Request,
};
use crate::record::{consult_list, shown};
use crate::view;
use contract::List;
use contract::exhibits::ExhibitStatusView;
use domain::people::{Act, may_anywhere};
use domain::views::{self, StatusRow, key};
use store::error::StoreError;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "list_custody",
    method: Method::GET,
    route: "api/v1/custody",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[
        Parameter { name: "list", meaning: "`mine` (default) or `offered`." },
        PAGE_PARAMETERS[0],
        PAGE_PARAMETERS[1],
    ],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("List exhibits in one's custody", "Or on offer: then they wait for an answer.")
            .answers_list::<ExhibitStatusView>(200, "One page");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    may_anywhere(caller, Act::RecordContinuity)?;
    let key = match request.query("list").unwrap_or("mine") {
        "mine" => key::person(caller.id.as_str()),
        "offered" => key::offered(caller.id.as_str()),
        _ => {
            let detail = "The parameter list takes mine or offered.";
            return Err(Problem::bad_request("badParameter", detail));
        }
    };
    let page = request.page()?;
    let rows = request
        .app
        .store
        .views
        .query(views::CUSTODY, &key, page.after.as_deref(), usize::from(page.size))
        .await?;
    let mut value = Vec::with_capacity(rows.items.len());
    for row in &rows.items {
        let row: StatusRow = serde_json::from_str(&row.body)
            .map_err(|error| StoreError::corrupt(format!("row of view custody: {error}")))?;
        if let StatusRow::Exhibit(status) = row {
            value.push(view::exhibits::status(&status));
        }
    }
    let next_link = rows.next.map(|next| request.next_link(&next));
    let list = format!("{}:{key}", views::CUSTODY);
    consult_list(request, &list, shown(value.iter().map(|row| row.case_id.as_str()))).await?;
    Reply::ok(&List { value, next_link })
}
