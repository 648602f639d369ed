//! How documents look on the wire. Every member is named: nothing is shown by accident.

pub mod cases;
pub mod disclosed;
pub mod examinations;
pub mod exhibits;
pub mod files;
pub mod ids;
pub mod reference;
pub mod requests;
pub mod results;
pub mod scope;

use crate::http::{Problem, Reply, Request, StatusCode};
use contract::{Person, Time};
use domain::document::{Documents, Noun};
use domain::ids::CaseId;
use domain::people::PersonRef;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use ledger::hash::sha256;
use ledger::header::ChainId;
use serde::Serialize;
use serde_json::Value;
use std::str::FromStr;

/// The case in the path, as the domain and as the store name it.
pub fn case_of(request: &Request) -> Result<(CaseId, ChainId), Problem> {
    let case: CaseId = request.param("caseId")?;
    let chain = case.as_str().parse().map_err(|_| Problem::not_found())?;
    Ok((case, chain))
}

/// A time as written.
#[must_use]
pub fn time(at: Timestamp) -> Time {
    Time::from_millis(at.millis())
}

/// A time as read.
#[must_use]
pub fn instant(at: Time) -> Timestamp {
    Timestamp::from_millis(at.millis())
}

/// A person as written.
#[must_use]
pub fn person(person: &PersonRef) -> Person {
    Person { id: person.id.to_string(), name: person.name.clone() }
}

/// The word of an enumeration of the domain.
pub fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}

/// A document that has not changed since the caller read it as `version` (If-Match).
pub fn current<'a, T: Noun>(
    documents: &'a Documents,
    id: &str,
    version: u64,
) -> Result<&'a T, Problem> {
    let found = documents.find::<T>(id).ok_or_else(Problem::not_found)?;
    match documents.version::<T>(id) {
        Some(now) if now == version => Ok(found),
        now => Err(Problem::stale(now.unwrap_or_default())),
    }
}

/// An identifier in a body. What cannot be an identifier is unknown.
pub fn id<T: FromStr>(pointer: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| {
        Refusal::invalid(pointer, "unknownIdentifier", "This is not an identifier we gave.").into()
    })
}

/// 200 with a value whose entity tag is drawn from its content, or 304: for what has no version.
pub fn tagged<T: Serialize>(request: &Request, value: &T) -> Result<Reply, Problem> {
    let reply = Reply::ok(value)?;
    let digest = sha256(reply.whole_body().map(|body| &body[..]).unwrap_or_default());
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    let tag = u64::from_be_bytes(first);
    if request.has_version(tag) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).with_etag(tag));
    }
    Ok(reply.with_etag(tag))
}
