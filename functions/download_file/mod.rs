//! `GET /api/v1/cases/{caseId}/files/{fileId}/content`: a verified file's bytes. Officers get those that a
//! released result carries.
//!
//! 200 with all of it, 206 with one range of it, 304 when the client has it; 404 if there is none the
//! caller may know of; 409 `fileNotVerified` before its bytes have been found to be what was
//! announced, and for ever if they were not; 416 for a range beyond its end; 503 in the moment between
//! the finding and the move to its shelf. The consultation is recorded before the first byte leaves.
//! The bytes are offered for saving only: no browser shows or runs them as part of this site.

mod attachment;
mod range;

use crate::http::{
    Access, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply, Request,
    StatusCode,
};
use crate::view::disclosed;
use domain::files::{File, FileState};
use http::{HeaderName, HeaderValue, header};
use range::Wanted;
use store::error::StoreError;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "download_file",
    method: Method::GET,
    route: "api/v1/cases/{caseId}/files/{fileId}/content",
    access: Access::SignedIn,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Download a file", "One range at a time may be asked for.")
            .answers_plain(200, "The bytes")
            .answers_plain(206, "The bytes of the range")
            .answers_plain(304, "The client has these bytes")
            .refuses(&[ProblemKind::WrongState, ProblemKind::RangeNotSatisfiable]);
    },
};

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// Evidence does not stay behind in a browser's cache.
const NO_STORE: HeaderValue = HeaderValue::from_static("private, no-store");
/// RFC 9530: the hash of the whole file, whichever range is sent.
const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let (file, _) = disclosed::file(request).await?;
    let found = match (file.state, &file.found) {
        (FileState::Verified, Some(found)) => found,
        _ => {
            return Err(Problem::new(
                ProblemKind::WrongState,
                "fileNotVerified",
                "Only a file whose stored bytes are what was announced can be opened.",
            ));
        }
    };
    // The bytes never change, so their hash is their version.
    let etag = value(format!("\"{}\"", found.sha256))?;
    let text = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|t| etag == t.trim())) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).with_header(header::ETAG, etag));
    }
    let still_wanted = text(header::IF_RANGE).is_none_or(|tag| etag == tag.trim());
    let range = text(header::RANGE).filter(|_| still_wanted);
    let (start, length, part) = match range::wanted(range, found.size) {
        Wanted::All => (0, found.size, None),
        Wanted::Part { start, end } => {
            let part = value(format!("bytes {start}-{end}/{}", found.size))?;
            (start, end - start + 1, Some(part))
        }
        Wanted::Nothing => {
            let part = value(format!("bytes */{}", found.size))?;
            let detail = format!("The file has {} bytes.", found.size);
            let problem =
                Problem::new(ProblemKind::RangeNotSatisfiable, "rangeNotSatisfiable", detail);
            return Err(problem.with_header(header::CONTENT_RANGE, part));
        }
    };
    let bytes = request.app.store.files.read(file.id.as_str(), start, length).await;
    let bytes = bytes.map_err(|error| match error {
        // It is judged and not on its shelf yet: the upload worker is about to put it there.
        StoreError::NotFound => Problem::unavailable("a verified file is not on its shelf"),
        other => other.into(),
    })?;
    let digest = value(format!("sha-256=:{}:", found.sha256.to_base64()))?;
    let mut reply = Reply::stream(OCTETS, Some(length), bytes)
        .with_header(header::ETAG, etag)
        .with_header(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"))
        .with_header(header::CACHE_CONTROL, NO_STORE)
        .with_header(header::CONTENT_SECURITY_POLICY, SANDBOX)
        .with_header(header::CONTENT_DISPOSITION, disposition(&file)?)
        .with_header(REPR_DIGEST, digest);
    if let Some(part) = part {
        reply = reply.with_header(header::CONTENT_RANGE, part);
        reply.status = StatusCode::PARTIAL_CONTENT;
    }
    Ok(reply)
}

fn disposition(file: &File) -> Result<HeaderValue, Problem> {
    // A file whose name has been erased is called by its identity.
    let name = file.name.as_deref().unwrap_or(file.id.as_str());
    value(attachment::disposition(name))
}

fn value(text: String) -> Result<HeaderValue, Problem> {
    HeaderValue::try_from(text).map_err(|_| Problem::internal("a header cannot be written"))
}
