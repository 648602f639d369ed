//! `GET /api/v1/status?reference=…[&exhibit=…]`: what may be told of a request or an exhibit.
//!
//! `reference` is a request's reference, a laboratory reference (then all its requests), an exhibit's
//! barcode, or with `exhibit` a laboratory reference beside an exhibit's. 200, or 304 if the client has
//! just this; 400 without `reference`; 404 if it leads to nothing the caller may know of. A request's
//! reference and a barcode cost one point read.

use crate::http::{
    Access, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Parameter, Problem, Reply,
    Request,
};
use crate::record::{load, name, note_consultation, shown};
use crate::view;
use contract::requests::StatusView;
use domain::casework::case::Case;
use domain::document::Kind;
use domain::exhibits::barcode;
use domain::people::{Act, may};
use domain::refusal::Refusal;
use domain::views::{self, StatusRow, key};
use ledger::header::ChainId;
use store::error::StoreError;
use store::model::Row;

/// The most requests or exhibits that one answer tells of.
const SHOWN_MAX: usize = 200;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_status",
    method: Method::GET,
    route: "api/v1/status",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[
        Parameter {
            name: "reference",
            meaning: "A request's or laboratory reference, or a barcode, in any case.",
        },
        Parameter {
            name: "exhibit",
            meaning: "An exhibit's reference as labelled, beside a laboratory reference.",
        },
    ],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Look up a status", "Computed from recorded events; nothing unreleased is told.")
            .answers::<StatusView>(200, "What may be told")
            .answers_plain(304, "The client has this")
            .refuses(&[ProblemKind::NotFound]);
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (rows, truncated) = rows(request).await?;
    let mut found = StatusView { requests: Vec::new(), exhibits: Vec::new(), truncated };
    for row in &rows {
        let row: StatusRow = serde_json::from_str(&row.body)
            .map_err(|error| StoreError::corrupt(format!("row of view status: {error}")))?;
        if !may_be_told(request, &row).await? {
            continue;
        }
        match row {
            StatusRow::Submission(status) => found.requests.push(view::requests::status(&status)),
            StatusRow::Exhibit(status) => found.exhibits.push(view::exhibits::status(&status)),
        }
    }
    let requests = found.requests.iter().map(|request| request.case_id.as_str());
    let exhibits = found.exhibits.iter().map(|exhibit| exhibit.case_id.as_str());
    let cases = shown(requests.chain(exhibits));
    if cases.is_empty() {
        return Err(Problem::not_found());
    }
    note_consultation(request, cases, false).await?;
    view::tagged(request, &found)
}

/// The rows a reference leads to, and whether there are more.
async fn rows(request: &Request) -> Result<(Vec<Row>, bool), Problem> {
    let reference = request.query("reference").ok_or_else(|| {
        Problem::bad_request("badParameter", "Give a reference, such as SMP-2026-0000042-S1.")
    })?;
    let views = &request.app.store.views;
    let (key, is_one) = match request.query("exhibit") {
        Some(exhibit) => (key::exhibit(lab_part(reference), exhibit), false),
        None => match barcode::normalise(reference) {
            Some(barcode) => (key::reference(&barcode), true),
            None => (key::reference(reference), lab_part(reference) != reference),
        },
    };
    if is_one {
        let row = views.first(views::STATUS, &key).await?;
        return Ok((row.into_iter().collect(), false));
    }
    let page = views.query(views::STATUS, &key, None, SHOWN_MAX).await?;
    Ok((page.items, page.next.is_some()))
}

/// The laboratory reference in a request's reference: `SMP-2026-0000042` in `SMP-2026-0000042-S1`.
fn lab_part(reference: &str) -> &str {
    let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    match reference.trim_end().rsplit_once(['S', 's']) {
        Some((before, rest)) if number(rest) => before.strip_suffix('-').unwrap_or(reference),
        _ => reference,
    }
}

/// Whether the row's case is in the caller's scope. A request's row carries its scope; an exhibit's
/// case has to be asked.
async fn may_be_told(request: &Request, row: &StatusRow) -> Result<bool, Problem> {
    let caller = request.caller()?;
    let answer = match row {
        StatusRow::Submission(status) => may(caller, Act::ReadStatus, &status.scope),
        StatusRow::Exhibit(status) => {
            let case: ChainId =
                status.case_id.as_str().parse().map_err(|_| Problem::not_found())?;
            let names = [name(Kind::Case, &status.case_id)];
            let working = load(&request.app, &case, &names).await?;
            match working.documents.find::<Case>(case.as_str()) {
                Some(case) => may(caller, Act::ReadStatus, &case.scope),
                None => Err(Refusal::NotFound),
            }
        }
    };
    Ok(answer.is_ok())
}

#[cfg(test)]
mod tests {
    use super::lab_part;

    #[test]
    fn only_a_request_number_is_taken_off_a_reference() {
        assert_eq!(lab_part("SMP-2026-0000042-S1"), "SMP-2026-0000042");
        assert_eq!(lab_part("smp-2026-0000042-s12 "), "smp-2026-0000042");
        for whole in ["SMP-2026-0000042", "S1", "SMP-2026-0000042-S", "SMP-2026-0000042-Sx", ""] {
            assert_eq!(lab_part(whole), whole);
        }
    }
}
