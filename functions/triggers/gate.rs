//! Is this really the host? The rules that keep outsiders from forging a trigger's call.

use http::{HeaderMap, HeaderName, header};
use uuid::Uuid;

/// Headers that only a request from outside carries when the host passes it on.
const OUTSIDE: &[&str] = &["x-ms-invocation-id", "disguised-host", "forwarded"];
/// Beginnings of such headers.
const OUTSIDE_PREFIXES: &[&str] = &["x-forwarded-", "x-arr-", "x-original-"];

/// Whether a `POST /<function name>` was made by the host on this machine and not by somebody
/// outside through it: our own loopback address and port as `Host`, the host's own `User-Agent`
/// with the version it names, one UUID as invocation id, its exact content type, and none of the
/// headers that requests from outside are given. Every header exactly once.
#[must_use]
pub fn is_from_host(headers: &HeaderMap, port: u16) -> bool {
    let version = one(headers, HeaderName::from_static("x-azure-functions-hostversion"));
    let agent = one(headers, header::USER_AGENT);
    let made_by_host = version.is_some_and(|version| {
        agent.and_then(|agent| agent.strip_prefix("Azure-Functions-Host/")) == Some(version)
    });
    let invocation = one(headers, HeaderName::from_static("x-azure-functions-invocationid"));
    let address = format!("127.0.0.1:{port}");
    one(headers, header::HOST) == Some(address.as_str())
        && made_by_host
        && invocation.is_some_and(is_uuid)
        && one(headers, header::CONTENT_TYPE) == Some("application/json; charset=utf-8")
        && !headers.keys().any(is_outside)
}

/// Whether the host passed this request on from outside: it then sets an invocation id that no
/// client can set, and vouches for `X-Forwarded-Host` and `X-Forwarded-Proto`.
#[must_use]
pub fn is_proxied(headers: &HeaderMap) -> bool {
    let first = one(headers, HeaderName::from_static("x-ms-invocation-id"));
    let second = one(headers, HeaderName::from_static("x-azure-functions-invocationid"));
    first.is_some_and(is_uuid) && first == second
}

fn is_outside(name: &HeaderName) -> bool {
    let name = name.as_str();
    OUTSIDE.contains(&name) || OUTSIDE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn one(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}
