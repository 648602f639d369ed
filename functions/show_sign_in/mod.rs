//! `GET /sign-in`: the embedded issuer's page: everybody who can sign in, each with a button. Public.
//!
//! 200 with a page; 403 under a name that is not this machine's; 404 where there is no embedded issuer.

use crate::http::{Access, Endpoint, Kind, Method, Mutates};
use crate::issuer::get_sign_in;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "show_sign_in",
    method: Method::GET,
    route: "sign-in",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: 0,
    handle: get_sign_in,
    describe: |operation| {
        operation
            .says("Show the sign-in page", "On one machine only; never in Azure.")
            .answers_plain(200, "The page")
            .refuses(&[Kind::Forbidden, Kind::NotFound]);
    },
};
