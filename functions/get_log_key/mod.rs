//! `GET /api/v1/log-key`: the public key that checkpoints are signed with, as PEM. Public.
//!
//! 200 with `text/plain` and the key's SHA-256 fingerprint, in hexadecimal, in `X-Key-Fingerprint`.
//! Compare the fingerprint with what the force has published elsewhere: a key from the same place as the
//! log proves nothing by itself.

use crate::http::{Access, Body, Endpoint, Method, Mutates, Problem, Reply, Request, StatusCode};
use http::{HeaderName, HeaderValue};
use ledger::note::VerifyingKey;

/// The header with the key's fingerprint.
const FINGERPRINT: HeaderName = HeaderName::from_static("x-key-fingerprint");

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_log_key",
    method: Method::GET,
    route: "api/v1/log-key",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Read the log's public key", "Compare its fingerprint with the published one.")
            .answers_plain(200, "The key, as PEM");
    },
};

async fn handle(request: &Request, _body: Body) -> Result<Reply, Problem> {
    let pem = request.app.store.signer.public_key_pem();
    let key = VerifyingKey::from_pem(pem)
        .map_err(|error| Problem::internal(format!("the log's key cannot be read: {error}")))?;
    let fingerprint = HeaderValue::from_str(&key.fingerprint().to_string())
        .map_err(|_| Problem::internal("hexadecimal digits are a header value"))?;
    let reply = Reply::bytes(StatusCode::OK, "text/plain; charset=utf-8", key.to_pem());
    Ok(reply.with_header(FINGERPRINT, fingerprint))
}
