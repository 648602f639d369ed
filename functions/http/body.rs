//! A request's body: taken once, counted while it arrives, never held beyond its limit.

use super::problem::{Kind, UPLOAD_BROKEN, UPLOAD_STALLED, UPLOAD_TOO_LARGE};
use super::{Problem, strict, urlencoded};
use bytes::{Bytes, BytesMut};
use futures::stream::{BoxStream, StreamExt};
use serde::de::DeserializeOwned;
use std::time::Duration;
use store::error::StoreError;
use store::ports::ByteStream;

/// How much of a body is read to see whether it says anything, in bytes.
pub const EMPTY_BODY_BYTES_MAX: usize = 1024;

/// The body broke off: the client or the network went away.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broken;

/// A body on its way in. Consumed by value: reading it twice does not compile.
pub struct Body {
    stream: BoxStream<'static, Result<Bytes, Broken>>,
    content_type: Option<String>,
    encoded: bool,
    announced: Option<u64>,
    limit: usize,
    patience: Duration,
}

impl Body {
    /// `limit` is in bytes; `patience` is how long the next piece may take.
    pub(super) fn new(
        stream: BoxStream<'static, Result<Bytes, Broken>>,
        headers: &http::HeaderMap,
        limit: usize,
        patience: Duration,
    ) -> Body {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let content_type = text(http::header::CONTENT_TYPE).map(str::to_owned);
        let encoded = headers
            .get_all(http::header::CONTENT_ENCODING)
            .iter()
            .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
        let announced = text(http::header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        Body { stream, content_type, encoded, announced, limit, patience }
    }

    /// The length that the client announced, if it did. Believed for refusing early, not more.
    #[must_use]
    pub fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// The content type without parameters, in lower case.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        let text = self.content_type.as_deref()?;
        Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Reads a JSON body strictly.
    ///
    /// # Errors
    /// 415 unless `application/json` (or JSON merge patch), and not compressed; 413 beyond the endpoint's limit, 408
    /// when the body stops arriving, 400 with every fault and its pointer otherwise.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, Problem> {
        self.must_be(&["application/json", "application/merge-patch+json"])?;
        let bytes = self.bytes().await?;
        strict::read(&bytes).map_err(Problem::malformed)
    }

    /// Makes sure that the body asks for nothing: that there is none, or an empty JSON object. What
    /// somebody says to an operation that does not listen would otherwise seem to be heard.
    ///
    /// # Errors
    /// 400 `bodyNotTaken` when it says anything; 408 when it stops arriving; 400 when it breaks off.
    pub async fn nothing(mut self) -> Result<(), Problem> {
        self.limit = EMPTY_BODY_BYTES_MAX;
        let taken = |bytes: &[u8]| {
            bytes.is_empty() || strict::tree(bytes).is_ok_and(|tree| tree == serde_json::json!({}))
        };
        match self.bytes().await {
            Ok(bytes) if taken(&bytes) => Ok(()),
            Err(problem) if problem.kind() != Kind::TooLarge => Err(problem),
            _ => Err(Problem::bad_request("bodyNotTaken", "This request has no body.")),
        }
    }

    /// Reads the fields of a form, in order.
    ///
    /// # Errors
    /// 415 unless `application/x-www-form-urlencoded`; otherwise as [`Body::bytes`], and 400 when
    /// the encoding is broken.
    pub async fn form(self) -> Result<Vec<(String, String)>, Problem> {
        self.must_be(&["application/x-www-form-urlencoded"])?;
        let bytes = self.bytes().await?;
        let broken = || Problem::bad_request("badForm", "The form is not properly encoded.");
        let text = std::str::from_utf8(&bytes).map_err(|_| broken())?;
        urlencoded::pairs(text).map_err(|_| broken())
    }

    /// Reads the whole body.
    ///
    /// # Errors
    /// 413 beyond the endpoint's limit, whether announced or only found out while counting; 408
    /// when it stops arriving; 400 when it breaks off.
    pub async fn bytes(mut self) -> Result<Bytes, Problem> {
        if self.announced.is_some_and(|length| length > self.limit as u64) {
            return Err(Problem::too_large(self.limit));
        }
        let mut whole = BytesMut::new();
        loop {
            match tokio::time::timeout(self.patience, self.stream.next()).await {
                Err(_) => return Err(stalled()),
                Ok(None) => return Ok(whole.freeze()),
                Ok(Some(Err(Broken))) => return Err(broken()),
                Ok(Some(Ok(piece))) => {
                    if whole.len() + piece.len() > self.limit {
                        return Err(Problem::too_large(self.limit));
                    }
                    whole.extend_from_slice(&piece);
                }
            }
        }
    }

    /// The body as it comes, at most `limit` bytes of it, for a store to take. The stream ends
    /// with an error the moment the limit is passed, the body stalls or breaks off; `?` on what
    /// the store then says gives 413, 408 or 400.
    ///
    /// # Errors
    /// 413 at once when the announced length is beyond the limit.
    pub fn stream(self, limit: u64) -> Result<ByteStream, Problem> {
        if self.announced.is_some_and(|length| length > limit) {
            return Err(Problem::new(Kind::TooLarge, UPLOAD_TOO_LARGE, too_large(limit)));
        }
        let start = Some((self.stream, 0_u64));
        let patience = self.patience;
        let stream = futures::stream::unfold(start, move |state| async move {
            let (mut stream, taken) = state?;
            let fault = |code, detail| Some((Err(StoreError::Mismatch { code, detail }), None));
            match tokio::time::timeout(patience, stream.next()).await {
                Err(_) => fault(UPLOAD_STALLED, "The body stopped arriving.".to_owned()),
                Ok(None) => None,
                Ok(Some(Err(Broken))) => fault(UPLOAD_BROKEN, "The body broke off.".to_owned()),
                Ok(Some(Ok(piece))) => match taken + piece.len() as u64 {
                    total if total > limit => fault(UPLOAD_TOO_LARGE, too_large(limit)),
                    total => Some((Ok(piece), Some((stream, total)))),
                },
            }
        });
        Ok(stream.boxed())
    }

    fn must_be(&self, wanted: &[&str]) -> Result<(), Problem> {
        if self.encoded {
            let detail = "Send the body as it is, without Content-Encoding.";
            return Err(Problem::new(Kind::UnsupportedMedia, "contentEncoding", detail));
        }
        match self.content_type() {
            Some(found) if wanted.contains(&found.as_str()) => Ok(()),
            _ => {
                let detail = format!("Send {}.", wanted.join(" or "));
                Err(Problem::new(Kind::UnsupportedMedia, "unsupportedMediaType", detail))
            }
        }
    }
}

fn too_large(limit: u64) -> String {
    format!("The body may hold at most {limit} bytes.")
}

fn stalled() -> Problem {
    Problem::new(Kind::Timeout, UPLOAD_STALLED, "The body stopped arriving.")
}

fn broken() -> Problem {
    Problem::bad_request(UPLOAD_BROKEN, "The body broke off.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue, header};

    const PATIENCE: Duration = Duration::from_secs(60);

    fn pieces(parts: &[&'static str]) -> BoxStream<'static, Result<Bytes, Broken>> {
        let parts: Vec<_> = parts.iter().map(|part| Ok(Bytes::from(*part))).collect();
        futures::stream::iter(parts).boxed()
    }

    fn body(parts: &[&'static str], content_type: &'static str, limit: usize) -> Body {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Body::new(pieces(parts), &headers, limit, PATIENCE)
    }

    #[tokio::test]
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_413() {
        assert_eq!(body(&["ab", "cd"], "", 4).bytes().await.unwrap(), "abcd");
        assert_eq!(body(&["ab", "cde"], "", 4).bytes().await.unwrap_err().status(), 413);
    }

    #[tokio::test]
    async fn an_announced_length_beyond_the_limit_is_413_before_reading() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("5"));
        let never = futures::stream::pending().boxed();
        let body = Body::new(never, &headers, 4, PATIENCE);
        assert_eq!(body.bytes().await.unwrap_err().status(), 413);
        let never = futures::stream::pending().boxed();
        let body = Body::new(never, &headers, 4, PATIENCE);
        assert_eq!(body.stream(4).err().map(|problem| problem.status().as_u16()), Some(413));
    }

    #[tokio::test]
    async fn json_needs_its_content_type_and_may_carry_parameters() {
        let read = |content_type| body(&["[1]"], content_type, 9).json::<Vec<u8>>();
        assert_eq!(read("application/json").await.unwrap(), [1]);
        assert_eq!(read("Application/JSON; charset=utf-8").await.unwrap(), [1]);
        for other in ["text/plain", "application/jsonx", "", "application/x-www-form-urlencoded"] {
            assert_eq!(read(other).await.unwrap_err().status(), 415, "{other}");
        }
    }

    #[tokio::test]
    async fn a_compressed_body_is_not_taken_for_broken_json() {
        for (coding, status) in [("identity", 200), ("gzip", 415), ("x", 415)] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            let body = Body::new(pieces(&["[1]"]), &headers, 9, PATIENCE);
            let answered =
                body.json::<Vec<u8>>().await.map_or_else(|p| p.status().as_u16(), |_| 200);
            assert_eq!(answered, status, "{coding}");
        }
    }

    #[tokio::test]
    async fn where_nothing_is_asked_nothing_may_be_said() {
        for silent in ["", "{}", " { }\n"] {
            assert!(body(&[silent], "", 0).nothing().await.is_ok(), "{silent:?}");
        }
        for said in ["{\"a\":1}", "[]", "null", "x", "{}{}"] {
            let problem = body(&[said], "application/json", 0).nothing().await.unwrap_err();
            assert_eq!(
                (problem.status().as_u16(), problem.code()),
                (400, "bodyNotTaken"),
                "{said}"
            );
        }
        let blank = |bytes: usize| String::leak(format!("{{{}}}", " ".repeat(bytes - 2)));
        assert!(body(&[blank(EMPTY_BODY_BYTES_MAX)], "", 0).nothing().await.is_ok());
        let problem = body(&[blank(EMPTY_BODY_BYTES_MAX + 1)], "", 0).nothing().await.unwrap_err();
        assert_eq!(problem.code(), "bodyNotTaken");
    }

    #[tokio::test]
    async fn a_body_that_stops_is_408_and_one_that_breaks_is_400() {
        let soon = Duration::from_millis(1);
        let never = || futures::stream::pending().boxed();
        let body = Body::new(never(), &HeaderMap::new(), 9, soon);
        assert_eq!(body.bytes().await.unwrap_err().status(), 408);
        let broken = futures::stream::iter([Err(Broken)]).boxed();
        let body = Body::new(broken, &HeaderMap::new(), 9, PATIENCE);
        assert_eq!(body.bytes().await.unwrap_err().status(), 400);
        let mut stream = Body::new(never(), &HeaderMap::new(), 9, soon).stream(9).unwrap();
        let problem = Problem::from(stream.next().await.unwrap().unwrap_err());
        assert_eq!(problem.status(), 408);
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn a_stream_gives_its_limit_and_fails_beyond_it() {
        let all: Vec<_> = body(&["ab", "cd"], "", 1).stream(4).unwrap().collect().await;
        assert!(all.iter().all(Result::is_ok));
        let mut more = body(&["ab", "cde"], "", 1).stream(4).unwrap();
        assert!(more.next().await.unwrap().is_ok());
        let problem = Problem::from(more.next().await.unwrap().unwrap_err());
        assert_eq!(problem.status(), 413);
        assert!(more.next().await.is_none());
    }

    #[tokio::test]
    async fn a_form_is_decoded() {
        let form = body(&["person=a%40b&x="], "application/x-www-form-urlencoded", 99);
        let fields = form.form().await.unwrap();
        assert_eq!(fields[0], ("person".to_owned(), "a@b".to_owned()));
    }
}
