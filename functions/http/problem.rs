//! The one home of error statuses: what a client is told when something is refused or fails.
//!
//! Rendered as RFC 9457 `application/problem+json`. What the client reads and what the log keeps
//! are two fields: [`Problem`] has neither `Display` nor `Error`, so the private half cannot be
//! printed by accident.

use domain::refusal::{FieldError, Refusal};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use store::error::StoreError;
use uuid::Uuid;

/// How long a client should wait before it tries again when a store is away, in seconds.
pub const RETRY_AFTER_SECONDS: u32 = 5;

/// The header that repeats a problem's `code`, for logs and for clients that skip the body.
pub const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");

/// One class of problem: a page under `/problems/` and a status that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// The last part of the problem's `type`, `/problems/<slug>`.
    pub slug: &'static str,
    /// The same few words for every problem of this class.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// When it happens and what the client should do, for `docs/problems.md`.
    pub meaning: &'static str,
}

macro_rules! kinds {
    ($($name:ident, $status:literal, $slug:literal, $title:literal, $meaning:literal;)*) => {
        /// The classes of problem, in the order of [`PROBLEMS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $(#[doc = $meaning] $name,)*
        }

        /// Every class of problem this service can answer with, by rising status.
        pub const PROBLEMS: &[ProblemKind] = &[
            $(ProblemKind { slug: $slug, title: $title, status: $status, meaning: $meaning },)*
        ];
    };
}

kinds! {
    Malformed, 400, "malformed", "The request cannot be read",
        "The request is not in the form this operation reads: bad JSON, an unknown member or query parameter, a missing header. Correct it before sending it again.";
    Unauthenticated, 401, "unauthenticated", "Sign in first",
        "There is no bearer token, or it is not valid here or no longer. Get a new one; `WWW-Authenticate` says what was wrong with the old one.";
    Forbidden, 403, "forbidden", "You may not do this",
        "You are signed in, but your role or the rules do not allow this. `detail` says who may.";
    NotFound, 404, "not-found", "Not found",
        "There is no such thing, or you may not know whether there is.";
    MethodNotAllowed, 405, "method-not-allowed", "This address does not take this method",
        "`Allow` lists the methods it takes.";
    Timeout, 408, "request-timeout", "The request came too slowly",
        "The body stopped arriving. Send it again; blocks already stored are kept.";
    WrongState, 409, "wrong-state", "Not possible in the present state",
        "The thing is not in a state that allows this. `detail` says which state it is in and what is needed.";
    Conflict, 409, "conflict", "Somebody else was faster",
        "Another change was recorded meanwhile, or the same request is still running. Read the thing again, then decide.";
    SecondPerson, 409, "second-person-needed", "A second person is needed",
        "Nobody checks or approves their own work. Somebody else has to do this.";
    Stale, 412, "stale", "Changed since you read it",
        "`If-Match` names an older version. `ETag` holds the present one: read the thing again, then decide.";
    TooLarge, 413, "too-large", "Too large",
        "The body is larger than this operation takes. `detail` holds the limit.";
    UnsupportedMedia, 415, "unsupported-media-type", "This content type is not read here",
        "`detail` names the content type this operation reads.";
    RangeNotSatisfiable, 416, "range-not-satisfiable", "The range lies beyond the end",
        "The `Range` begins after the last byte. `Content-Range` holds the length.";
    Invalid, 422, "invalid", "The request breaks a rule",
        "The request can be read, but what it says breaks a rule. `errors` lists every field at once.";
    KeyReuse, 422, "idempotency-key-reuse", "This key was used for another request",
        "An `Idempotency-Key` belongs to one request. Use a new key for a new request.";
    PreconditionRequired, 428, "precondition-required", "Say which version you changed",
        "A change needs `If-Match` with the `ETag` of the version it is based on.";
    TooManyRequests, 429, "too-many-requests", "Too many requests",
        "Wait for the seconds in `Retry-After`, then go on.";
    Internal, 500, "internal", "Something went wrong here",
        "A fault of the service. Nothing more is said here; the log has the cause under the request id in `instance`.";
    Corrupt, 500, "corrupt", "Stored data fails its check",
        "What is stored does not match its own hash. Nothing is shown; the operators are told.";
    Unavailable, 503, "unavailable", "A store cannot be reached",
        "Nothing was changed that you cannot repeat. Try again, with the same `Idempotency-Key`, after the seconds in `Retry-After`.";
    TooSlow, 504, "timeout", "It took too long",
        "The work was not finished in time and may or may not be done. Try again with the same `Idempotency-Key`: you get the first answer if it was.";
    Full, 507, "full", "No room left",
        "The store has no room for this. Nothing was recorded; tell the operators.";
}

impl Kind {
    /// The table entry of this class.
    #[must_use]
    pub fn entry(self) -> &'static ProblemKind {
        &PROBLEMS[self as usize]
    }
}

/// A refusal or failure on its way to the client. One pointer wide.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

impl Problem {
    /// A problem of a class, with its stable `code` and what is true of this occurrence. `detail`
    /// reaches the client: it holds no personal data and nothing of the inside.
    #[must_use]
    pub fn new(kind: Kind, code: &'static str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        let (errors, headers, cause) = (Vec::new(), Vec::new(), None);
        Problem(Box::new(Inner { kind, code, detail, errors, headers, cause }))
    }

    /// 400 with a `code` of the caller's choice.
    #[must_use]
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(Kind::Malformed, code, detail)
    }

    /// 400 for a body, with every place that could not be read.
    #[must_use]
    pub fn malformed(errors: Vec<FieldError>) -> Problem {
        let mut problem = Problem::new(
            Kind::Malformed,
            "malformed",
            "The body cannot be read. Each place is listed in `errors`.",
        );
        problem.0.errors = errors;
        problem
    }

    /// 401 with `WWW-Authenticate`. `error` is an RFC 6750 word, or empty when there was no token.
    #[must_use]
    pub fn unauthenticated(error: &'static str, detail: impl Into<String>) -> Problem {
        let challenge = match error {
            "" => HeaderValue::from_static("Bearer realm=\"continuity\""),
            "invalid_request" => {
                HeaderValue::from_static("Bearer realm=\"continuity\", error=\"invalid_request\"")
            }
            _ => HeaderValue::from_static("Bearer realm=\"continuity\", error=\"invalid_token\""),
        };
        let code = if error.is_empty() { "tokenMissing" } else { "tokenInvalid" };
        Problem::new(Kind::Unauthenticated, code, detail)
            .with_header(header::WWW_AUTHENTICATE, challenge)
    }

    /// 404 that does not say whether the thing exists for others.
    #[must_use]
    pub fn not_found() -> Problem {
        Problem::new(Kind::NotFound, "notFound", "There is nothing here that you may see.")
    }

    /// 412 with the present version as `ETag`.
    #[must_use]
    pub fn stale(current: u64) -> Problem {
        Problem::new(Kind::Stale, "stale", "It was changed since you read it.")
            .with_header(header::ETAG, etag(current))
    }

    /// 413 with the limit in bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Problem {
        let detail = format!("The body may hold at most {limit} bytes.");
        Problem::new(Kind::TooLarge, "bodyTooLarge", detail)
    }

    /// 500. `cause` goes to the log only.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Problem {
        Problem::new(Kind::Internal, "internal", "Quote the request id when you report this.")
            .with_cause(cause)
    }

    /// 503 with `Retry-After`. `cause` goes to the log only.
    #[must_use]
    pub fn unavailable(cause: impl Into<String>) -> Problem {
        Problem::new(Kind::Unavailable, "unavailable", "Try again shortly.")
            .with_header(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS))
            .with_cause(cause)
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Problem {
        self.0.headers.push((name, value));
        self
    }

    /// Adds what the log should know and the client must not.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Problem {
        self.0.cause = Some(cause.into());
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.kind.entry().status).expect("a test reads every entry's status")
    }

    /// The class.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable camelCase word that clients branch on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The fields at fault, if the problem is about fields.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// What is true of this occurrence, as the client reads it.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What only the log may say.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The headers this problem adds to the answer.
    pub(crate) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.0.headers
    }

    /// The body, as RFC 9457 writes it.
    pub(crate) fn body(&self, request_id: Uuid, trace_id: &str) -> Value {
        let entry = self.0.kind.entry();
        let mut body = json!({
            "type": format!("/problems/{}", entry.slug),
            "title": entry.title,
            "status": entry.status,
            "detail": self.0.detail,
            "instance": format!("urn:uuid:{request_id}"),
            "code": self.0.code,
            "traceId": trace_id,
        });
        if !self.0.errors.is_empty() {
            body["errors"] = json!(self.0.errors);
        }
        body
    }
}

/// The strong entity tag of a version: `"<version>"`.
#[must_use]
pub fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).expect("digits in quotes are a header value")
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::Invalid(errors) => {
                let mut problem = Problem::new(
                    Kind::Invalid,
                    "invalid",
                    "Each field that breaks a rule is listed in `errors`.",
                );
                problem.0.errors = errors;
                problem
            }
            Refusal::WrongState { code, detail } => Problem::new(Kind::WrongState, code, detail),
            Refusal::NotAllowed { code, detail } => Problem::new(Kind::Forbidden, code, detail),
            Refusal::SecondPersonNeeded { detail } => {
                Problem::new(Kind::SecondPerson, "secondPersonNeeded", detail)
            }
            Refusal::NotFound => Problem::not_found(),
        }
    }
}

/// The code of [`StoreError::Mismatch`] when an upload sends more than it may: 413.
pub const UPLOAD_TOO_LARGE: &str = "bodyTooLarge";
/// The code of [`StoreError::Mismatch`] when an upload stops arriving: 408.
pub const UPLOAD_STALLED: &str = "bodyStalled";
/// The code of [`StoreError::Mismatch`] when an upload's connection breaks: 400.
pub const UPLOAD_BROKEN: &str = "bodyBroken";

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::NotFound => Problem::not_found(),
            StoreError::Stale { expected, found } => {
                Problem::new(Kind::Conflict, "conflict", "Somebody else changed it meanwhile.")
                    .with_cause(format!("stale: expected {expected}, found {found}"))
            }
            StoreError::Exists { what } => {
                Problem::new(Kind::Conflict, "exists", "Something else is there already.")
                    .with_cause(format!("exists: {what}"))
            }
            StoreError::Mismatch { code, detail } => {
                let kind = match code {
                    UPLOAD_TOO_LARGE => Kind::TooLarge,
                    UPLOAD_STALLED => Kind::Timeout,
                    UPLOAD_BROKEN => Kind::Malformed,
                    _ => Kind::Invalid,
                };
                Problem::new(kind, code, detail)
            }
            StoreError::Full => {
                Problem::new(Kind::Full, "storeFull", "The store has no room for this.")
            }
            StoreError::Corrupt { what } => Problem::new(
                Kind::Corrupt,
                "corrupt",
                "What is stored here fails its own check. Quote the request id.",
            )
            .with_cause(what),
            StoreError::Unavailable { source } => Problem::unavailable(chain(source.as_ref())),
        }
    }
}

/// An error and everything beneath it, for the log.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

/// The text of `docs/problems.md`, made from [`PROBLEMS`].
#[must_use]
pub fn problems_document() -> String {
    let mut text = String::from(
        "# Problems\n\n\
         Every refusal and every failure of the API is an RFC 9457 problem\n\
         (`application/problem+json`). Its `type` is `/problems/<name>`, one of the names below;\n\
         its `code` is a stable camelCase word, repeated in the header `x-error-code`; its\n\
         `instance` is the request id, which is also in the log and in `x-request-id`.\n\n\
         This file is made from the table in `functions/http/problem.rs`; a test holds them equal.\n",
    );
    for kind in PROBLEMS {
        text.push_str(&format!(
            "\n## {}\n\n**{}** · {}\n\n{}\n",
            kind.slug, kind.status, kind.title, kind.meaning
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_valid_status_and_its_own_slug() {
        let mut slugs: Vec<_> = PROBLEMS.iter().map(|kind| kind.slug).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), PROBLEMS.len());
        for kind in PROBLEMS {
            assert!((400..600).contains(&kind.status), "{}", kind.slug);
            assert!(StatusCode::from_u16(kind.status).is_ok(), "{}", kind.slug);
        }
        assert!(PROBLEMS.is_sorted_by_key(|kind| kind.status));
    }

    #[test]
    fn a_kind_finds_its_own_line_of_the_table() {
        assert_eq!(Kind::Malformed.entry().slug, "malformed");
        assert_eq!(Kind::Stale.entry().status, 412);
        assert_eq!(Kind::Full.entry().status, 507);
    }

    #[test]
    fn the_cause_never_reaches_the_body() {
        let problem = Problem::internal("disk /secret is broken");
        let body = problem.body(Uuid::nil(), "0af7").to_string();
        assert!(!body.contains("secret"), "{body}");
        assert_eq!(problem.cause(), Some("disk /secret is broken"));
    }

    #[test]
    fn a_body_has_the_members_of_rfc_9457_and_ours() {
        let body = Problem::malformed(vec![FieldError {
            pointer: "/a".into(),
            code: "wrongType".into(),
            detail: "x".into(),
        }])
        .body(Uuid::nil(), "0af7");
        assert_eq!(body["type"], "/problems/malformed");
        assert_eq!(body["status"], 400);
        assert_eq!(body["code"], "malformed");
        assert_eq!(body["instance"], "urn:uuid:00000000-0000-0000-0000-000000000000");
        assert_eq!(body["traceId"], "0af7");
        assert_eq!(body["errors"][0]["pointer"], "/a");
    }

    #[test]
    fn each_refusal_has_its_status() {
        let status = |refusal: Refusal| Problem::from(refusal).status().as_u16();
        assert_eq!(status(Refusal::invalid("/a", "b", "c")), 422);
        assert_eq!(status(Refusal::wrong_state("b", "c")), 409);
        assert_eq!(status(Refusal::not_allowed("b", "c")), 403);
        assert_eq!(status(Refusal::SecondPersonNeeded { detail: "c".into() }), 409);
        assert_eq!(status(Refusal::NotFound), 404);
    }

    #[test]
    fn each_store_error_has_its_status_and_keeps_its_cause_to_itself() {
        let status = |error: StoreError| Problem::from(error).status().as_u16();
        let mismatch = |code| StoreError::Mismatch { code, detail: String::new() };
        assert_eq!(status(StoreError::NotFound), 404);
        assert_eq!(status(StoreError::Stale { expected: 1, found: 2 }), 409);
        assert_eq!(status(StoreError::Exists { what: "file" }), 409);
        assert_eq!(status(mismatch("wrongLength")), 422);
        assert_eq!(status(mismatch(UPLOAD_TOO_LARGE)), 413);
        assert_eq!(status(mismatch(UPLOAD_STALLED)), 408);
        assert_eq!(status(mismatch(UPLOAD_BROKEN)), 400);
        assert_eq!(status(StoreError::Full), 507);
        assert_eq!(status(StoreError::corrupt("x")), 500);
        let away = Problem::from(StoreError::unavailable(std::io::Error::other("secret host")));
        assert_eq!(away.status().as_u16(), 503);
        assert!(away.headers().iter().any(|(name, _)| name == header::RETRY_AFTER));
        assert!(!away.body(Uuid::nil(), "").to_string().contains("secret"));
        assert_eq!(away.cause(), Some("secret host"));
    }

    #[test]
    fn the_problems_document_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/problems.md");
        let Ok(kept) = std::fs::read_to_string(path) else {
            panic!("docs/problems.md is missing; write it from problems_document()");
        };
        assert_eq!(kept, problems_document());
    }
}
