//! The service's API from outside: one request at a time, patient with a service that is busy or
//! restarting, plain about what it refuses.
//!
//! Plain HTTP, so to this machine only: a bearer token must not cross a network unprotected.

use crate::outcome::{Exit, Failure, Outcome, printable};
use crate::settings::TOKEN_VARIABLE;
use serde::Deserialize;
use std::io::Read;
use std::net::IpAddr;
use std::time::Duration;
use ureq::http::{HeaderMap, Method, Request, Uri, header};

/// Where the service is unless said.
pub(crate) const BASE: &str = "http://127.0.0.1:7071";
/// The longest JSON answer that is read, in bytes: the list of 50,000 stored blocks fits.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Time to reach the service.
const CONNECT: Duration = Duration::from_secs(10);
/// Time for one request with its answer: as long as the service itself allows for a block.
const REQUEST: Duration = Duration::from_secs(600);
/// The most field errors of a problem that are shown.
const FIELDS_SHOWN: usize = 100;
/// The longest reason for looking into a case, in bytes: the service's limit.
const REASON_BYTES_MAX: usize = 200;

/// Where the service is and who asks.
#[derive(Debug, clap::Args)]
pub(crate) struct Service {
    /// Where the service is: this machine only. Reach another through a tunnel.
    #[arg(long, value_name = "BASE", default_value = BASE)]
    pub(crate) url: String,
    /// A bearer token; better given in the variable CONTINUITY_TOKEN, which other users of this
    /// machine cannot see.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
}

/// How often and how long a request is tried again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// The most tries of one request.
    pub(crate) tries_max: u32,
    /// The pause after the first try; it doubles from try to try.
    pub(crate) first: Duration,
    /// The longest pause, also when the service asks for more.
    pub(crate) longest: Duration,
}

/// Six tries over about six seconds, or as the service's `Retry-After` says.
pub(crate) const PATIENCE: Patience =
    Patience { tries_max: 6, first: Duration::from_millis(200), longest: Duration::from_secs(10) };

/// One request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ask<'a> {
    /// Makes a repeated request the same request.
    pub(crate) key: Option<&'a str>,
    /// Why the caller looks, for the service's own record.
    pub(crate) reason: Option<&'a str>,
    /// The body: its content type and bytes.
    pub(crate) body: Option<(&'a str, &'a [u8])>,
}

/// An answer with a status of 200 to 299.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    headers: HeaderMap,
    body: ureq::Body,
}

/// A connection to the service as one person.
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    authorization: String,
    patience: Patience,
}

/// A problem (RFC 9457) as far as it is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: String,
    detail: String,
    code: String,
    instance: String,
    errors: Vec<Field>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Field {
    pointer: String,
    code: String,
    detail: String,
}

/// What became of one try.
enum Tried {
    Answered(Answer),
    Refused(Failure),
    /// Worth another try, after so long if the service says so.
    Later(Failure, Option<Duration>),
}

impl Client {
    /// A client of the service that the arguments name.
    ///
    /// # Errors
    /// Unusable: the address is not one of this machine, or there is no usable token.
    pub(crate) fn new(service: &Service, patience: Patience) -> Outcome<Client> {
        let base = checked_base(&service.url)?;
        let token = match &service.token {
            Some(token) => token.clone(),
            None => std::env::var(TOKEN_VARIABLE).map_err(|_| {
                Failure::unusable(format_args!(
                    "no token: set {TOKEN_VARIABLE} (see `continuity token`) or give --token"
                ))
            })?,
        };
        let token = token.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::unusable("the token is not a bearer token"));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // A redirect or a proxy of the environment would carry the token elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(REQUEST))
            .user_agent(concat!("continuity/", env!("CARGO_PKG_VERSION")))
            .build();
        let authorization = format!("Bearer {token}");
        Ok(Client { agent: config.new_agent(), base, authorization, patience })
    }

    /// Asks, and asks again while there is hope: after a broken connection and after answers that
    /// say to come back. Every request of this program may be repeated: it reads, names its own
    /// place, or carries an idempotency key.
    ///
    /// # Errors
    /// Refused: the service said no. Unusable: it could not be reached, or failed each time.
    pub(crate) fn ask(&self, method: &Method, path: &str, ask: Ask<'_>) -> Outcome<Answer> {
        let mut pause = self.patience.first;
        let mut tries = 1;
        loop {
            match self.once(method, path, ask) {
                Tried::Answered(answer) => return Ok(answer),
                Tried::Refused(failure) => return Err(failure),
                Tried::Later(failure, _) if tries >= self.patience.tries_max => {
                    return Err(failure);
                }
                Tried::Later(_, asked) => {
                    std::thread::sleep(asked.unwrap_or(pause).min(self.patience.longest));
                    tries += 1;
                    pause = pause.saturating_mul(2);
                }
            }
        }
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// As for [`Client::ask`].
    pub(crate) fn get(&self, path: &str, reason: &str) -> Outcome<Answer> {
        self.ask(&Method::GET, path, Ask { reason: Some(reason), ..Ask::default() })
    }

    /// Posts JSON under an idempotency key.
    ///
    /// # Errors
    /// As for [`Client::ask`].
    pub(crate) fn post(
        &self,
        path: &str,
        key: &str,
        body: &impl serde::Serialize,
    ) -> Outcome<Answer> {
        let bytes = serde_json::to_vec(body).map_err(Failure::unusable)?;
        let body = Some(("application/json", bytes.as_slice()));
        self.ask(&Method::POST, path, Ask { key: Some(key), body, ..Ask::default() })
    }

    /// A path of this service out of what it answered with: a path, or an address that begins with
    /// the base. Nothing else is followed.
    ///
    /// # Errors
    /// Unusable: it leads elsewhere.
    pub(crate) fn own_path(&self, address: &str) -> Outcome<String> {
        let path = address.strip_prefix(&self.base).unwrap_or(address);
        if is_api_path(path) {
            return Ok(path.to_owned());
        }
        Err(Failure::unusable(format_args!("the service named an address elsewhere: {address}")))
    }

    fn once(&self, method: &Method, path: &str, ask: Ask<'_>) -> Tried {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, &self.authorization);
        if let Some(key) = ask.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(reason) = ask.reason {
            request = request.header("access-reason", reason.as_bytes());
        }
        let built = match ask.body {
            None => request.body(()).map(|request| self.agent.run(request)),
            Some((kind, bytes)) => request
                .header(header::CONTENT_TYPE, kind)
                .body(bytes)
                .map(|request| self.agent.run(request)),
        };
        match built {
            Err(error) => Tried::Refused(Failure::unusable(error)),
            Ok(Err(error)) => {
                let failure = format!("{}: the service does not answer: {error}", self.base);
                Tried::Later(Failure::unusable(failure), None)
            }
            Ok(Ok(response)) => {
                let (parts, body) = response.into_parts();
                let (status, headers) = (parts.status.as_u16(), parts.headers);
                sort(Answer { status, headers, body })
            }
        }
    }
}

fn sort(answer: Answer) -> Tried {
    let (status, after) = (answer.status, answer.retry_after());
    match status {
        200..=299 => Tried::Answered(answer),
        // A conflict that comes with a time is one that passes: the same request is under way.
        409 if after.is_some() => Tried::Later(refusal(answer, Exit::Refused), after),
        408 | 429 | 500 | 502 | 503 | 504 => Tried::Later(refusal(answer, Exit::Unusable), after),
        _ => Tried::Refused(refusal(answer, Exit::Refused)),
    }
}

/// What the service says about its refusal.
fn refusal(answer: Answer, exit: Exit) -> Failure {
    let status = answer.status;
    let problem: Problem = answer
        .bytes()
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let title = if problem.title.is_empty() { "no explanation" } else { &problem.title };
    let code = if problem.code.is_empty() { String::new() } else { format!(" {}", problem.code) };
    let mut lines = vec![format!("{title} ({status}{code})")];
    lines.extend((!problem.detail.is_empty()).then(|| problem.detail.clone()));
    let fields = problem.errors.iter().take(FIELDS_SHOWN);
    lines.extend(fields.map(|e| format!("{}: {} ({})", e.pointer, e.detail, e.code)));
    if problem.errors.len() > FIELDS_SHOWN {
        lines.push(format!("and {} more", problem.errors.len() - FIELDS_SHOWN));
    }
    if status >= 500 && !problem.instance.is_empty() {
        lines.push(format!("request {}", problem.instance));
    }
    Failure { exit, lines: lines.iter().map(|line| printable(line)).collect() }
}

impl Answer {
    /// A header's text, if it is there.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long the service asks to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
    }

    /// The body as JSON. Members that are not known are passed over.
    ///
    /// # Errors
    /// Unusable: it cannot be read, is too long, or is not what this version understands.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(self) -> Outcome<T> {
        let bytes = self.bytes()?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Failure::unusable(format_args!("the service's answer is not understood: {error}"))
        })
    }

    /// The body as it comes, up to so many bytes.
    pub(crate) fn reader(&mut self, bytes_max: u64) -> impl Read + '_ {
        self.body.with_config().limit(bytes_max).reader()
    }

    fn bytes(mut self) -> Outcome<Vec<u8>> {
        self.body
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec()
            .map_err(|error| Failure::unusable(format_args!("the answer broke off: {error}")))
    }
}

/// Whether a path is one of the API's and holds nothing that could be read as another.
pub(crate) fn is_api_path(path: &str) -> bool {
    path.strip_prefix("/api/v1/").is_some_and(|rest| rest.split('/').all(is_segment))
}

/// Whether text can stand as one segment of a path without being escaped: an identifier.
pub(crate) fn is_segment(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.bytes().all(|byte| byte == b'.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// A reason as the service takes it.
///
/// # Errors
/// Unusable: empty, longer than 200 bytes, or not one line.
pub(crate) fn reason(text: &str) -> Outcome<&str> {
    let text = text.trim();
    let fits = (1..=REASON_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control);
    fits.then_some(text).ok_or_else(|| {
        Failure::unusable(format_args!("a reason takes 1 to {REASON_BYTES_MAX} bytes on one line"))
    })
}

/// The base without a slash at its end, if it is plain HTTP to this machine.
fn checked_base(url: &str) -> Outcome<String> {
    let base = url.strip_suffix('/').unwrap_or(url);
    let wrong = |why: &str| Err(Failure::unusable(format_args!("--url {url}: {why}")));
    let Ok(uri) = base.parse::<Uri>() else { return wrong("is not an address") };
    if uri.scheme_str() != Some("http") {
        return wrong("must begin with http://");
    }
    if uri.path() != "/" || uri.query().is_some() || base.contains('@') {
        return wrong("takes a host and a port, nothing more");
    }
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if !here {
        return wrong(
            "is not this machine, and a token must not cross a network in the clear; \
                      use a tunnel such as `ssh -L 7071:127.0.0.1:7071`",
        );
    }
    Ok(base.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_talked_to_in_the_clear() {
        for (url, base) in [
            ("http://127.0.0.1:7071", "http://127.0.0.1:7071"),
            ("http://127.0.0.1:7071/", "http://127.0.0.1:7071"),
            ("http://localhost", "http://localhost"),
            ("http://[::1]:80", "http://[::1]:80"),
        ] {
            assert_eq!(checked_base(url).unwrap(), base);
        }
        for url in [
            "https://127.0.0.1",
            "127.0.0.1:7071",
            "http://example.org",
            "http://127.0.0.1.example.org",
            "http://10.0.0.1",
            "http://127.0.0.1/api",
            "http://127.0.0.1?x",
            "http://me@127.0.0.1",
            "http://127.0.0.1@example.org",
            "",
        ] {
            assert!(checked_base(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_identifier_cannot_climb_out_of_its_path() {
        for good in ["a", "0192f3-x_y.z", &"a".repeat(128)] {
            assert!(is_segment(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a?b", "a%2e", "a b", "é", &"a".repeat(129)] {
            assert!(!is_segment(bad), "{bad}");
        }
        assert!(is_api_path("/api/v1/cases/c/exports/e"));
        for bad in ["/api/v1/", "/api/v1/cases//x", "/api/v1/../x", "//host/x", "http://h/api/v1/x"]
        {
            assert!(!is_api_path(bad), "{bad}");
        }
    }

    #[test]
    fn a_reason_has_its_limits() {
        assert_eq!(reason(" why ").unwrap(), "why");
        assert!(reason(&"r".repeat(REASON_BYTES_MAX)).is_ok());
        for bad in ["", "  ", "a\nb", &"r".repeat(REASON_BYTES_MAX + 1)] {
            assert!(reason(bad).is_err(), "{bad:?}");
        }
    }
}
