//! A request as an endpoint sees it: checked, decoded, with one instant for all it causes.

use super::caller::Caller;
use super::paging::{Page, Place};
use super::trace::TraceContext;
use super::{Endpoint, Kind, Mutates, Problem, State, paging};
use domain::time::Timestamp;
use http::{HeaderMap, Method, header};
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// The longest idempotency key, in characters.
pub const IDEMPOTENCY_KEY_MAX: usize = 64;

/// A request without its body.
pub struct Request<A: 'static = crate::app::App> {
    /// The application.
    pub app: Arc<A>,
    /// The endpoint that answers.
    pub endpoint: &'static Endpoint<A>,
    /// The method as sent: `HEAD` is `HEAD` here.
    pub method: Method,
    /// The path parameters, decoded once.
    pub params: Vec<(&'static str, String)>,
    /// The query, decoded once, in order; only parameters the endpoint takes.
    pub query: Vec<(String, String)>,
    /// The headers as sent.
    pub headers: HeaderMap,
    /// Who asks; always there when the endpoint's access is `SignedIn`.
    pub caller: Option<Arc<Caller>>,
    /// The one instant of this request.
    pub at: Timestamp,
    /// Our own number for this request.
    pub request_id: Uuid,
    /// Where it belongs in a distributed trace.
    pub trace: TraceContext,
    /// The host's number for this call, when the host made it.
    pub invocation_id: Option<Uuid>,
    /// Whether the Functions host passed this request on and vouches for `X-Forwarded-*`.
    pub proxied: bool,
}

impl<A: State> Request<A> {
    /// A path parameter as a typed value.
    ///
    /// # Errors
    /// 404 when it cannot be such a value: then there can be no such thing. 500 when the route
    /// has no parameter of this name, which is a fault of the endpoint.
    pub fn param<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let found = self.params.iter().find(|(known, _)| *known == name);
        let Some((_, value)) = found else {
            let route = self.endpoint.route;
            return Err(Problem::internal(format!("{route} has no parameter {name}")));
        };
        value.parse().map_err(|_| Problem::not_found())
    }

    /// A query parameter's text, if it was sent. Repeating one was refused before.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter as a typed value.
    ///
    /// # Errors
    /// 400 when it cannot be such a value.
    pub fn query_as<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Problem> {
        let Some(text) = self.query(name) else { return Ok(None) };
        let wrong = || {
            Problem::bad_request("badParameter", format!("The parameter {name} cannot be read."))
        };
        text.parse().map(Some).map_err(|_| wrong())
    }

    /// Who asks.
    ///
    /// # Errors
    /// 401 on a public endpoint, where nobody signed in.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_deref().ok_or_else(|| Problem::unauthenticated("", "Sign in first."))
    }

    /// The idempotency key: 1 to [`IDEMPOTENCY_KEY_MAX`] visible ASCII characters.
    ///
    /// # Errors
    /// 400 when it is missing, repeated or malformed.
    pub fn idempotency_key(&self) -> Result<&str, Problem> {
        let mut values = self.headers.get_all("idempotency-key").iter();
        let wrong = |code, detail: &str| Problem::bad_request(code, detail);
        let Some(value) = values.next() else {
            return Err(wrong(
                "idempotencyKeyMissing",
                "This request needs an Idempotency-Key, such as a new UUID.",
            ));
        };
        let key = value.to_str().unwrap_or_default();
        let fits = (1..=IDEMPOTENCY_KEY_MAX).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_graphic());
        if values.next().is_some() || !fits {
            return Err(wrong(
                "idempotencyKeyMalformed",
                "Send one Idempotency-Key of 1 to 64 visible ASCII characters.",
            ));
        }
        Ok(key)
    }

    /// The version a change is based on, from `If-Match`.
    ///
    /// # Errors
    /// 428 when there is none, 400 when it is not exactly one tag that we could have given, 412
    /// when the tag is weak, since weak tags never match (RFC 9110 §13.1.1).
    pub fn if_match(&self) -> Result<u64, Problem> {
        let mut values = self.headers.get_all(header::IF_MATCH).iter();
        let Some(value) = values.next() else {
            return Err(Problem::new(
                Kind::PreconditionRequired,
                "ifMatchMissing",
                "Send If-Match with the ETag of the version you changed.",
            ));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text.starts_with("W/") {
            return Err(Problem::new(Kind::Stale, "weakTag", "A weak tag never matches."));
        }
        match (version(text), values.next()) {
            (Some(version), None) => Ok(version),
            _ => Err(Problem::bad_request(
                "ifMatchMalformed",
                "If-Match takes exactly one ETag, in quotes, as it was given to you.",
            )),
        }
    }

    /// Whether the client already has this version, from `If-None-Match`; then 304 will do.
    #[must_use]
    pub fn has_version(&self, current: u64) -> bool {
        let Some(value) = self.headers.get(header::IF_NONE_MATCH) else { return false };
        let text = value.to_str().unwrap_or_default();
        text.split(',').map(str::trim).any(|tag| {
            tag == "*" || version(tag.strip_prefix("W/").unwrap_or(tag)) == Some(current)
        })
    }

    /// Whether the client wants to make something that is not there: `If-None-Match: *`.
    #[must_use]
    pub fn if_none_match_any(&self) -> bool {
        self.headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == "*")
    }

    /// Which page of a list is wanted.
    ///
    /// # Errors
    /// 400 for a page size outside 1 to 200, and for a continuation that is not ours, not this
    /// caller's, for another filter, or older than 24 hours (`continuationExpired`).
    pub fn page(&self) -> Result<Page, Problem> {
        let size = paging::size(self.query("maxpagesize"))?;
        let after = match self.query("continuation") {
            None => None,
            Some(token) => Some(self.app.edge().sealer.open(token, &self.place(), self.at)?),
        };
        Ok(Page { size, after })
    }

    /// The address of the next page, which begins after `position`: absolute when we know for
    /// sure how the client reached us, else relative.
    #[must_use]
    pub fn next_link(&self, position: &str) -> String {
        let token = self.app.edge().sealer.seal(position, &self.place(), self.at);
        paging::next_link(self, &token)
    }

    fn place(&self) -> Place<'_> {
        let caller = self.caller.as_ref().map_or("", |caller| caller.id.as_str());
        Place { caller, route: self.endpoint.route, params: &self.params, query: &self.query }
    }

    /// Checks what the endpoint's kind of change requires, before any of the body is read.
    pub(super) fn check_preconditions(&self) -> Result<(), Problem> {
        match self.endpoint.mutates {
            Mutates::No | Mutates::Bytes => Ok(()),
            Mutates::Create => self.idempotency_key().map(|_| ()),
            Mutates::Change => {
                self.idempotency_key()?;
                self.if_match().map(|_| ())
            }
        }
    }
}

/// The version in a strong tag: digits in quotes, without leading zeros, as [`super::etag_text`]
/// writes it.
fn version(tag: &str) -> Option<u64> {
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    let version: u64 = digits.parse().ok()?;
    (version.to_string() == digits).then_some(version)
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
