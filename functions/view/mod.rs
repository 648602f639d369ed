//! How documents look on the wire. Every member is named: nothing is shown by accident.

pub mod requests;

use crate::http::{Problem, Request};
use contract::{Person, Time};
use domain::document::{Documents, Noun};
use domain::ids::CaseId;
use domain::people::PersonRef;
use domain::refusal::Refusal;
use domain::time::Timestamp;
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
