//! Request numbers, W3C trace context, and the one line each request leaves in the log.
//!
//! The fields of the access line are a closed set. Paths with identifiers, bodies, tokens and
//! names are not among them, so they cannot get into the log from here.

use http::{HeaderMap, Method, StatusCode};
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use uuid::Uuid;

/// Where a request belongs in a distributed trace (W3C Trace Context, level 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// 32 lower-case hexadecimal digits: the caller's when it sent a usable one, else new.
    pub trace_id: String,
    /// The caller's span, 16 digits, when it sent one.
    pub parent_id: Option<String>,
    /// Our own span, 16 digits, always new.
    pub span_id: String,
    /// Whether the caller records this trace. New traces are recorded.
    pub sampled: bool,
}

impl TraceContext {
    /// Takes up the caller's trace if it sent exactly one well-formed `traceparent`, else begins
    /// one: the host may pass the header on, drop it, or double it.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> TraceContext {
        let mut values = headers.get_all("traceparent").iter();
        let first = values.next().and_then(|value| value.to_str().ok());
        let parent = first.filter(|_| values.next().is_none()).and_then(parse);
        let [fresh, span] = random_uuids().map(|id| id.simple().to_string());
        let span_id = span[16..].to_owned();
        match parent {
            Some((trace_id, parent_id, sampled)) => {
                TraceContext { trace_id, parent_id: Some(parent_id), span_id, sampled }
            }
            None => TraceContext { trace_id: fresh, parent_id: None, span_id, sampled: true },
        }
    }

    /// The `traceparent` to send on.
    #[must_use]
    pub fn traceparent(&self) -> String {
        let flags = u8::from(self.sampled);
        format!("00-{}-{}-{flags:02x}", self.trace_id, self.span_id)
    }
}

/// A new random number (UUID version 4).
///
/// # Panics
/// When the operating system gives no randomness: nothing can be made unguessable then.
#[must_use]
pub fn random_uuid() -> Uuid {
    let [id] = random_uuids();
    id
}

/// Several of them for one question to the operating system, which costs more than the rest.
fn random_uuids<const N: usize>() -> [Uuid; N] {
    let mut bytes = [[0; 16]; N];
    getrandom::fill(bytes.as_flattened_mut()).expect("the operating system gives randomness");
    bytes.map(|bytes| uuid::Builder::from_random_bytes(bytes).into_uuid())
}

fn parse(text: &str) -> Option<(String, String, bool)> {
    let lower_hex = |part: &str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace_id, parent_id, flags, ..] = parts.as_slice() else { return None };
    let lengths = (version.len(), trace_id.len(), parent_id.len(), flags.len()) == (2, 32, 16, 2);
    let digits = [version, trace_id, parent_id, flags].into_iter().all(|part| lower_hex(part));
    let zero = trace_id.bytes().all(|b| b == b'0') || parent_id.bytes().all(|b| b == b'0');
    let version_fits = *version != "ff" && (*version != "00" || parts.len() == 4);
    if !lengths || !digits || zero || !version_fits {
        return None;
    }
    let flags = u8::from_str_radix(flags, 16).ok()?;
    Some(((*trace_id).to_owned(), (*parent_id).to_owned(), flags & 1 == 1))
}

/// The host's number for this call: the last element of its header, since a client's own value
/// may stand before it, and only if it is a UUID.
#[must_use]
pub fn invocation_id(headers: &HeaderMap) -> Option<Uuid> {
    let value = headers.get_all("x-azure-functions-invocationid").iter().next_back()?;
    Uuid::try_parse(value.to_str().ok()?.rsplit(',').next()?.trim()).ok()
}

/// What the access line says. No field can hold personal data.
pub(super) struct Access<'r> {
    pub method: &'r Method,
    /// The endpoint's route with its parameter names, never their values.
    pub route: &'static str,
    pub endpoint: &'static str,
    pub status: StatusCode,
    pub duration: Duration,
    pub request_id: Uuid,
    pub trace: &'r TraceContext,
    pub invocation_id: Option<Uuid>,
    pub code: Option<&'static str>,
    pub cause: Option<&'r str>,
}

/// Writes the one line of a request: `error` for faults of ours, `info` otherwise.
pub(super) fn write(line: &Access<'_>) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "access",
                method = method_name(line.method),
                route = line.route,
                endpoint = line.endpoint,
                status = line.status.as_u16(),
                duration_ms = u64::try_from(line.duration.as_millis()).unwrap_or(u64::MAX),
                request.id = %line.request_id,
                trace_id = %line.trace.trace_id,
                invocation_id = line.invocation_id.map(tracing::field::display),
                problem = line.code,
                cause = line.cause,
                "request"
            )
        };
    }
    if line.status.is_server_error() { line!(error) } else { line!(info) }
}

/// A method's name if it is one we know: an invented one could smuggle text into the log.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Sends log lines to stdout as JSON, never to stderr, which the host takes for errors. Panics
/// are logged by place only: their text may hold data.
///
/// # Errors
/// The filter cannot be read, or logging was set up before.
pub fn init(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| error.to_string())?;
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stdout);
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
        .map_err(|error| error.to_string())?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location();
        let file = place.map_or("unknown", |place| place.file());
        let line = place.map_or(0, |place| place.line());
        tracing::error!(file, line, "panic");
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn context(values: &[&str]) -> TraceContext {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("traceparent", HeaderValue::from_str(value).unwrap());
        }
        TraceContext::from_headers(&headers)
    }

    #[test]
    fn a_wellformed_parent_is_taken_up() {
        let trace = context(&[GOOD]);
        assert_eq!(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(trace.parent_id.as_deref(), Some("b7ad6b7169203331"));
        assert!(trace.sampled);
        assert_ne!(trace.span_id, "b7ad6b7169203331");
        assert!(trace.traceparent().starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    }

    #[test]
    fn none_a_doubled_or_a_malformed_parent_begins_a_new_trace() {
        let doubled = format!("{GOOD}, {GOOD}");
        let cases: &[&[&str]] = &[
            &[],
            &[GOOD, GOOD],
            &[&doubled],
            &["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"],
            &["ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
            &["00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"],
            &["00-00000000000000000000000000000000-b7ad6b7169203331-01"],
            &["00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"],
            &["00-0af7-b7ad6b7169203331-01"],
            &["nonsense"],
        ];
        for values in cases {
            let trace = context(values);
            assert_eq!(trace.parent_id, None, "{values:?}");
            assert_eq!(trace.trace_id.len(), 32);
            assert_eq!(parse(&trace.traceparent()).unwrap().0, trace.trace_id);
        }
    }

    #[test]
    fn the_invocation_id_is_the_last_element_and_a_uuid() {
        let id = |value: &str| {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(value).unwrap();
            headers.insert("x-azure-functions-invocationid", value);
            invocation_id(&headers).map(|id| id.to_string())
        };
        let uuid = "0b9a6a60-1f0e-4c8c-93a1-5a2c2d0d1f14";
        assert_eq!(id(uuid).as_deref(), Some(uuid));
        assert_eq!(id(&format!("spoofed, {uuid}")).as_deref(), Some(uuid));
        assert_eq!(id(&format!("{uuid}, spoofed")), None);
        assert_eq!(id("spoofed"), None);
    }

    #[test]
    fn an_invented_method_does_not_reach_the_log() {
        let method = Method::from_bytes(b"SECRET-NAME").unwrap();
        assert_eq!(method_name(&method), "other");
    }
}
