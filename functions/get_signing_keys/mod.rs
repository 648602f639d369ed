//! `GET /api/v1/jwks.json`: the embedded issuer's public keys, as a JSON Web Key Set. Public.
//!
//! 200; 404 where there is no embedded issuer.

use crate::http::{Access, Endpoint, Kind, Method, Mutates};
use crate::issuer::get_keys;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "get_signing_keys",
    method: Method::GET,
    route: "api/v1/jwks.json",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: get_keys,
    describe: |operation| {
        operation
            .says("Read the issuer's keys", "A JSON Web Key Set (RFC 7517).")
            .answers_plain(200, "The keys")
            .refuses(&[Kind::NotFound]);
    },
};
