//! Bad input: whatever is sent, each gets a clear problem, and nothing changes.
//!
//! The requests of `faults` are spoilt in every place that they have, one at a time. Each spoilt one
//! has to be refused with a problem that names the place, of a status that the endpoint's description
//! tells of; the record stays as it was; and the request itself then still succeeds.

mod keys;
mod members;
mod names;
mod schema;
mod syntax;
mod uploads;

use crate::faults::{Asked, Record, samples};
use schema::Schema;
use tests::support::{Answer, TestApp};

/// A spoilt request and what has to become of it.
struct Case {
    /// What is wrong with it.
    what: String,
    asked: Asked,
    expected: Expected,
}

/// What a refusal has to be.
#[derive(Clone, Debug)]
struct Expected {
    /// One of these.
    statuses: &'static [u16],
    /// The place that an entry of `errors` names, or lies in, when the status is 400 or 422.
    pointer: Option<String>,
    /// The code of that entry.
    code: Option<&'static str>,
}

impl Expected {
    fn status(statuses: &'static [u16]) -> Expected {
        Expected { statuses, pointer: None, code: None }
    }

    fn at(mut self, pointer: &str) -> Expected {
        self.pointer = Some(pointer.to_owned());
        self
    }

    fn code(mut self, code: &'static str) -> Expected {
        self.code = Some(code);
        self
    }

    /// What is wrong with the answer, if anything.
    fn fault(&self, answer: &Answer) -> Option<String> {
        if !self.statuses.contains(&answer.status) {
            return Some(format!("should be one of {:?}", self.statuses));
        }
        if answer.header("content-type") != "application/problem+json" {
            return Some("is no problem".to_owned());
        }
        let json = answer.json();
        let code = json["code"].as_str().unwrap_or_default();
        if code.is_empty() || code != answer.header("x-error-code") {
            return Some("has no code".to_owned());
        }
        let pointer = self.pointer.as_deref().filter(|_| matches!(answer.status, 400 | 422))?;
        let named = json["errors"].as_array().is_some_and(|errors| {
            errors.iter().any(|error| {
                let place = error["pointer"].as_str().unwrap_or("none");
                let within = place.strip_prefix(pointer).is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with('/') || pointer.is_empty()
                });
                within && self.code.is_none_or(|code| error["code"] == code)
            })
        });
        (!named).then(|| format!("does not name {pointer:?} with {:?}", self.code))
    }
}

/// Spoils every sample that sends JSON, in the ways that `spoil` makes of it.
async fn refuse_all(spoil: impl Fn(&Asked, &Schema) -> Vec<Case>) {
    let (mut tried, mut faults) = (0, Vec::new());
    for sample in samples() {
        let app = TestApp::new();
        let asked = (sample.prepare)(&app).await;
        let Some(schema) = Schema::of(&app, sample.endpoint).await else { continue };
        let was = Record::of(&app.app.store).await;
        for (n, case) in spoil(&asked, &schema).into_iter().enumerate() {
            tried += 1;
            let what = format!("{}, {}", sample.endpoint, case.what);
            let answer = case.asked.send(&app, &format!("bad-{n}")).await;
            if let Some(fault) = case.expected.fault(&answer) {
                let body = String::from_utf8_lossy(&answer.body);
                faults.push(format!("{what}: {} {fault}: {body:.400}", answer.status));
            }
            if !schema.tells_of(answer.status) {
                faults.push(format!("{what}: {} is not described", answer.status));
            }
            if Record::of(&app.app.store).await != was {
                faults.push(format!("{what}: changed the record"));
                break;
            }
        }
        let answer = asked.send(&app, "good").await;
        if !matches!(answer.status, 200..300) {
            faults.push(format!("{}: is not what it was: {answer:?}", sample.endpoint));
        }
    }
    assert!(tried > 0, "nothing was spoilt");
    assert!(faults.is_empty(), "{} of {tried}:\n{}", faults.len(), faults.join("\n"));
}

/// The request with another body.
fn with_body(asked: &Asked, body: impl Into<bytes::Bytes>) -> Asked {
    Asked { body: body.into(), ..asked.clone() }
}
