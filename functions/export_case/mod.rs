//! `POST /api/v1/cases/{caseId}/exports`: a case is to leave as a bundle, to a named recipient for a
//! stated purpose.
//!
//! 201 with where the bundle is; 403 without a role that exports; 404 if there is no such case the
//! caller may know of; 422 without recipient or purpose.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Method, Mutates, Problem, Reply, Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change};
use crate::view;
use contract::exports::{ExportCase, ExportView};
use domain::people::Act;
use domain::records::export::{Export, export};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "export_case",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/exports",
    access: Access::SignedIn,
    mutates: Mutates::Create,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Export a case", "Records to whom and why; the bundle can be fetched then.")
            .reads::<ExportCase>()
            .answers::<ExportView>(201, "The export is recorded");
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: ExportCase = body.json().await?;
    let (case_id, case) = view::case_of(request)?;
    let identity = CommandIdentity::of(request, &asked)?;
    let task = Change {
        case,
        act: Some(Act::Export),
        load: Vec::new(),
        more: &|_| Vec::new(),
        decide: &|_, context| Ok(export(&case_id, &asked.recipient, &asked.purpose, context)?),
        answer: &|outcome: &Outcome| {
            let (export, version) = outcome.made::<Export>()?;
            let location = format!("/api/v1/cases/{case_id}/exports/{}", export.id);
            let body = ExportView {
                id: export.id.to_string(),
                recipient: export.recipient.clone(),
                purpose: export.purpose.clone(),
                by: view::person(&export.by),
                at: view::time(export.at),
                seq: export.seq,
                bundle: format!("{location}/bundle"),
            };
            Answered::created(location, version, &body)
        },
    };
    change(request, &identity, task).await
}
