//! `GET /api/v1/cases/{caseId}`: a case with what is in it, at most 200 of each.
//!
//! 200 with all of it for who may read the record; who may only follow its status is shown requests and
//! exhibits, without examinations and results. 304 if the client has just this; 400 without a reason for
//! reading the record; 404 for a case the caller may not know of.

use crate::http::paging::Page;
use crate::http::{
    Access, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply, Request,
};
use crate::record::{Working, consult, load_page};
use crate::view;
use contract::cases::CaseView;
use domain::casework::case::Case;
use domain::casework::submission::Submission;
use domain::document::Noun;
use domain::exhibits::exhibit::Exhibit;
use domain::people::Act;
use domain::status::{ExhibitStatus, SubmissionStatus};
use domain::work::examination::Examination;
use domain::work::result::ResultRecord;
use ledger::header::ChainId;

/// The most of each kind that one answer holds.
const SHOWN_MAX: u16 = 200;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_case",
    method: Method::GET,
    route: "api/v1/cases/{caseId}",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read a case", "Lists that hold only the first 200 are named in `truncated`.")
            .answers::<CaseView>(200, "The case")
            .answers_plain(304, "The client has this");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (_, case) = view::case_of(request)?;
    let (found, sees_all) = admit(request, &case).await?;
    let document: &Case = found.documents.find(case.as_str()).ok_or_else(Problem::not_found)?;
    let mut shown = view::cases::case(document, sees_all);
    let requests = first::<Submission>(request, &case, "requests", &mut shown.truncated).await?;
    let status = |s: &Submission| view::requests::status(&SubmissionStatus::of(s));
    shown.requests = requests.iter().map(|(submission, _)| status(submission)).collect();
    let exhibits = first::<Exhibit>(request, &case, "exhibits", &mut shown.truncated).await?;
    let status = |e: &Exhibit| view::exhibits::status(&ExhibitStatus::of(e));
    shown.exhibits = exhibits.iter().map(|(exhibit, _)| status(exhibit)).collect();
    if sees_all {
        let all =
            first::<Examination>(request, &case, "examinations", &mut shown.truncated).await?;
        let all = all.iter().map(|(e, version)| view::cases::examination(e, *version));
        shown.examinations = Some(all.collect());
        let all = first::<ResultRecord>(request, &case, "results", &mut shown.truncated).await?;
        let all = all.iter().map(|(r, version)| view::cases::result(r, *version));
        shown.results = Some(all.collect());
    }
    view::tagged(request, &shown)
}

/// Admits the caller to the record, or else to the status, and says which.
async fn admit(request: &Request, case: &ChainId) -> Result<(Working, bool), Problem> {
    match consult(request, case, Act::ReadRecord, &[]).await {
        Ok(found) => Ok((found, true)),
        Err(problem) if problem.kind() == ProblemKind::Forbidden => {
            Ok((consult(request, case, Act::ReadStatus, &[]).await?, false))
        }
        Err(problem) => Err(problem),
    }
}

/// The first of a kind, oldest first; notes the list's name when there are more.
async fn first<T: Noun + Clone>(
    request: &Request,
    case: &ChainId,
    list: &str,
    truncated: &mut Vec<String>,
) -> Result<Vec<(T, u64)>, Problem> {
    let page = Page { size: SHOWN_MAX, after: None };
    let (found, next) = load_page::<T>(&request.app, case, "", &page).await?;
    if next.is_some() {
        truncated.push(list.to_owned());
    }
    Ok(found)
}
