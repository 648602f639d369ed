//! Asking the application, as a client would, through the same service the network reaches.

use super::TestApp;
use bytes::Bytes;
use functions::http::service::handle_once;
use serde_json::Value;
use std::sync::Arc;

/// A request being put together.
pub struct Ask<'a> {
    app: &'a TestApp,
    authorization: Option<String>,
    key: Option<String>,
    reason: Option<String>,
    headers: Vec<(String, String)>,
    chunked: bool,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl<'a> Ask<'a> {
    pub(super) fn new(app: &'a TestApp, authorization: Option<String>) -> Ask<'a> {
        let key = Some(app.fresh_key());
        let reason = Some("test".to_owned());
        Ask { app, authorization, key, reason, headers: Vec::new(), chunked: false }
    }

    /// With this idempotency key instead of a fresh one.
    #[must_use]
    pub fn key(mut self, key: &str) -> Ask<'a> {
        self.key = Some(key.to_owned());
        self
    }

    /// Without an idempotency key.
    #[must_use]
    pub fn without_key(mut self) -> Ask<'a> {
        self.key = None;
        self
    }

    /// Without a reason for looking.
    #[must_use]
    pub fn without_reason(mut self) -> Ask<'a> {
        self.reason = None;
        self
    }

    /// On the version that an earlier answer's ETag names.
    #[must_use]
    pub fn if_match(self, etag: &str) -> Ask<'a> {
        self.header("if-match", etag)
    }

    /// Without saying how long the body is, as a client that sends in chunks.
    #[must_use]
    pub fn chunked(mut self) -> Ask<'a> {
        self.chunked = true;
        self
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Ask<'a> {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// GETs a target: path and query.
    pub async fn get(self, target: &str) -> Answer {
        self.send("GET", target, Bytes::new()).await
    }

    /// POSTs JSON.
    pub async fn post(self, target: &str, body: &Value) -> Answer {
        self.post_text(target, &body.to_string()).await
    }

    /// POSTs text that claims to be JSON.
    pub async fn post_text(self, target: &str, body: &str) -> Answer {
        let ask = self.header("content-type", "application/json");
        ask.send("POST", target, Bytes::copy_from_slice(body.as_bytes())).await
    }

    /// PUTs bytes.
    pub async fn put(self, target: &str, body: impl Into<Bytes>) -> Answer {
        let ask = self.header("content-type", "application/octet-stream");
        ask.send("PUT", target, body.into()).await
    }

    /// Sends anything.
    pub async fn send(self, method: &str, target: &str, body: Bytes) -> Answer {
        let mut request = http::Request::builder().method(method).uri(target);
        request = request.header("host", "127.0.0.1:7071");
        if !self.chunked {
            request = request.header("content-length", body.len());
        }
        let known = [
            ("authorization", &self.authorization),
            ("idempotency-key", &self.key),
            ("access-reason", &self.reason),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(body).unwrap();
        let (app, routes) = (Arc::clone(&self.app.app), Arc::clone(&self.app.routes));
        let response = handle_once(app, routes, request).await;
        let (parts, body) = response.into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.body)))
    }

    /// A header's text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The ETag, which has to be there.
    #[must_use]
    pub fn etag(&self) -> String {
        let etag = self.header("etag");
        assert!(!etag.is_empty(), "no ETag: {self:?}");
        etag.to_owned()
    }

    /// A member of the JSON body, as text.
    #[must_use]
    pub fn text(&self, pointer: &str) -> String {
        let json = self.json();
        let found = json.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer}: {json}")).to_owned()
    }

    /// This answer, which has to have that status.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{body}");
        self
    }

    /// Asserts a problem: its status, its code, and the pointers it names, in any order.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str, pointers: &[&str]) -> Answer {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let json = answer.json();
        assert_eq!(json["code"], code, "{json}");
        assert_eq!(answer.header("x-error-code"), code);
        let mut named: Vec<&str> = json["errors"]
            .as_array()
            .map(|errors| errors.iter().filter_map(|e| e["pointer"].as_str()).collect())
            .unwrap_or_default();
        named.sort_unstable();
        let mut wanted = pointers.to_vec();
        wanted.sort_unstable();
        assert_eq!(named, wanted, "{json}");
        answer
    }
}
