//! Reading the record. No log, no read (DPA 2018 s.62): the consultation is durable before its
//! answer leaves.

use super::Name;
use super::working::{Working, load, load_page};
use crate::http::{Problem, Reply, Request};
use contract::List;
use domain::casework::case::Case;
use domain::document::{Kind, Noun};
use domain::ids::ExaminationId;
use domain::people::{Act, may};
use domain::work::examination::Examination;
use ledger::header::ChainId;
use serde::Serialize;
use store::model::AccessRecord;

/// The header in which a caller says why they look.
pub const REASON_HEADER: &str = "access-reason";
/// The longest reason, in bytes.
const REASON_BYTES_MAX: usize = 200;

/// Loads documents of a case for reading: the case exists, `may` allows it, and the consultation is
/// recorded.
pub async fn consult(
    request: &Request,
    case: &ChainId,
    act: Act,
    names: &[Name],
) -> Result<Working, Problem> {
    consult_as(request, case, &[act], names).await.map(|(working, _)| working)
}

/// As [`consult`], for whoever may do at least one of `acts`: the first that the caller may decides
/// what they are shown, and is returned.
pub async fn consult_as(
    request: &Request,
    case: &ChainId,
    acts: &[Act],
    names: &[Name],
) -> Result<(Working, Act), Problem> {
    let mut names = names.to_vec();
    names.push((Kind::Case, case.to_string()));
    let working = load(&request.app, case, &names).await?;
    let found = working.documents.find::<Case>(case.as_str()).ok_or_else(Problem::not_found)?;
    let mut refusal = Problem::not_found();
    for act in acts {
        match may(request.caller()?, *act, &found.scope) {
            Ok(()) => {
                note_consultation(request, vec![case.to_string()], needs_reason(*act)).await?;
                return Ok((working, *act));
            }
            Err(refused) => refusal = refused.into(),
        }
    }
    Err(refusal)
}

/// One page of what was recorded in an examination: documents of one kind, in the order recorded.
pub async fn page_of_examination<T: Noun + Clone, V: Serialize>(
    request: &Request,
    case: &ChainId,
    show: fn(&T) -> V,
) -> Result<Reply, Problem> {
    let id: ExaminationId = request.param("examinationId")?;
    let page = request.page()?;
    let names = [(Kind::Examination, id.to_string())];
    let found = consult(request, case, Act::ReadExaminations, &names).await?;
    found.documents.find::<Examination>(id.as_str()).ok_or_else(Problem::not_found)?;
    let (found, next) = load_page::<T>(&request.app, case, &format!("{id}."), &page).await?;
    let value = found.iter().map(|(noun, _)| show(noun)).collect();
    Reply::ok(&List { value, next_link: next.map(|next| request.next_link(&next)) })
}

/// Records that a list was shown, with what was on it. Call it last: what it is given is what the
/// answer holds.
pub async fn consult_list(
    request: &Request,
    list: &str,
    shown: Vec<String>,
) -> Result<(), Problem> {
    let subjects = std::iter::once(list.to_owned()).chain(shown).collect();
    note_consultation(request, subjects, false).await
}

/// The cases on a page, each once.
pub fn shown<'a>(cases: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut cases: Vec<String> = cases.map(str::to_owned).collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// Looking into a case needs a reason; looking up a status or one's own work does not.
fn needs_reason(act: Act) -> bool {
    match act {
        Act::ReadExhibits | Act::ReadExaminations | Act::ReadRecord | Act::Export => true,
        Act::Submit
        | Act::ReadStatus
        | Act::ReadTriageQueue
        | Act::DecideAuthority
        | Act::Triage
        | Act::Withdraw
        | Act::RecordContinuity
        | Act::ReadWork
        | Act::ReadSteps
        | Act::DoWork
        | Act::RecordFindings
        | Act::Upload
        | Act::Review
        | Act::Release => false,
    }
}

/// Records a consultation, durably.
pub async fn note_consultation(
    request: &Request,
    subjects: Vec<String>,
    needs_reason: bool,
) -> Result<(), Problem> {
    let reason = reason(request)?;
    if needs_reason && reason.is_none() && request.app.edge.config.reason_required {
        return Err(Problem::bad_request(
            "reasonRequired",
            "Say why you look, in the header Access-Reason. It is recorded with your name.",
        ));
    }
    let record = AccessRecord {
        at: request.at,
        person: request.caller()?.id.to_string(),
        action: request.endpoint.name.to_owned(),
        subjects,
        reason,
        request: request.request_id.to_string(),
    };
    Ok(request.app.store.access.record(record).await?)
}

fn reason(request: &Request) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers.get(REASON_HEADER) else { return Ok(None) };
    let wrong = || {
        Problem::bad_request(
            "reasonMalformed",
            "Access-Reason takes 1 to 200 bytes of plain text on one line.",
        )
    };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| wrong())?.trim();
    let fits = (1..=REASON_BYTES_MAX).contains(&text.len())
        && !text.chars().any(|c| domain::text::is_forbidden(c, false));
    if fits { Ok(Some(text.to_owned())) } else { Err(wrong()) }
}
