//! What goes back to the client.

use super::problem::{Problem, etag};
use bytes::Bytes;
use futures::stream::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use store::error::StoreError;
use store::ports::ByteStream;

/// Content security policy of every page: nothing is loaded from elsewhere, nothing inline runs.
pub const PAGE_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' \
    'sha256-Rdv6Qt8fMcKe1xvaEL+NV9T/NlXbcqQfqNU8E2b2pys='; \
    img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types continuity";

/// Says that the answer was stored with the first request of this key.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Room that a JSON body begins with, in bytes: most fit, so that writing them never moves them.
const JSON_BYTES: usize = 4 * 1024;

/// A complete answer. Standard headers are added at the edge, unless the reply sets them.
#[derive(Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ReplyBody,
}

pub(crate) enum ReplyBody {
    Bytes(Bytes),
    Stream(SyncStream),
}

impl std::fmt::Debug for ReplyBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReplyBody::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            ReplyBody::Stream(_) => f.write_str("stream"),
        }
    }
}

/// A stream that may be shared between threads because nobody can look at it from two at once:
/// the web layer asks for `Sync` although it only ever polls through `&mut`.
pub(crate) struct SyncStream(Mutex<ByteStream>);

impl Stream for SyncStream {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0.get_mut() {
            Ok(stream) => stream.as_mut().poll_next(cx),
            Err(poisoned) => poisoned.into_inner().as_mut().poll_next(cx),
        }
    }
}

impl Reply {
    /// No body.
    #[must_use]
    pub fn empty(status: StatusCode) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: ReplyBody::Bytes(Bytes::new()) }
    }

    /// Bytes that are already in their final form, with their content type.
    #[must_use]
    pub fn bytes(status: StatusCode, content_type: &'static str, bytes: impl Into<Bytes>) -> Reply {
        let mut reply = Reply::empty(status);
        reply.body = ReplyBody::Bytes(bytes.into());
        reply.with_header(header::CONTENT_TYPE, HeaderValue::from_static(content_type))
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// 500 when the value has no JSON form, which is a fault of its type.
    pub fn json<T: Serialize + ?Sized>(status: StatusCode, value: &T) -> Result<Reply, Problem> {
        let mut bytes = Vec::with_capacity(JSON_BYTES);
        match serde_json::to_writer(&mut bytes, value) {
            Ok(()) => Ok(Reply::bytes(status, "application/json", bytes)),
            Err(error) => Err(Problem::internal(format!("reply has no JSON form: {error}"))),
        }
    }

    /// 200 with a value as JSON.
    ///
    /// # Errors
    /// As [`Reply::json`].
    pub fn ok<T: Serialize + ?Sized>(value: &T) -> Result<Reply, Problem> {
        Reply::json(StatusCode::OK, value)
    }

    /// 201 with a value as JSON and where the new thing lives.
    ///
    /// # Errors
    /// As [`Reply::json`]; also 500 when the address cannot be a header value.
    pub fn created<T: Serialize + ?Sized>(location: &str, value: &T) -> Result<Reply, Problem> {
        Reply::json(StatusCode::CREATED, value)?.with_location(location)
    }

    /// A page. Never stored by caches; nothing on it may load or run from elsewhere.
    #[must_use]
    pub fn html(status: StatusCode, page: impl Into<Bytes>) -> Reply {
        Reply::bytes(status, "text/html; charset=utf-8", page)
            .with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
            .with_header(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_CSP))
    }

    /// 303: look there with GET. `location` is a path of this service.
    ///
    /// # Errors
    /// 500 when the address cannot be a header value.
    pub fn see_other(location: &str) -> Result<Reply, Problem> {
        Reply::empty(StatusCode::SEE_OTHER).with_location(location)
    }

    /// 200 with bytes as they come, of a known length when there is one. A failure midway breaks
    /// the connection, so that a cut answer cannot pass for a whole one.
    #[must_use]
    pub fn stream(content_type: HeaderValue, length: Option<u64>, bytes: ByteStream) -> Reply {
        let mut reply = Reply::empty(StatusCode::OK);
        reply.body = ReplyBody::Stream(SyncStream(Mutex::new(bytes)));
        reply.headers.insert(header::CONTENT_TYPE, content_type);
        if let Some(length) = length {
            reply.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        reply
    }

    /// Sets the strong entity tag to a version.
    #[must_use]
    pub fn with_etag(self, version: u64) -> Reply {
        self.with_header(header::ETAG, etag(version))
    }

    /// Sets `Location`.
    ///
    /// # Errors
    /// 500 when the address cannot be a header value.
    pub fn with_location(self, location: &str) -> Result<Reply, Problem> {
        match HeaderValue::from_str(location) {
            Ok(value) => Ok(self.with_header(header::LOCATION, value)),
            Err(_) => Err(Problem::internal("an address cannot be a header value")),
        }
    }

    /// Says that this is the stored answer of an earlier, equal request.
    #[must_use]
    pub fn replayed(self) -> Reply {
        self.with_header(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"))
    }

    /// Sets a header, in place of an earlier or a standard one.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Reply {
        self.headers.insert(name, value);
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body, when it is not a stream: what an idempotency record keeps.
    #[must_use]
    pub fn whole_body(&self) -> Option<&Bytes> {
        match &self.body {
            ReplyBody::Bytes(bytes) => Some(bytes),
            ReplyBody::Stream(_) => None,
        }
    }

    /// The headers set so far.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}
