//! `POST /sign-in`: a page with a token for the person chosen in the form. Public.
//!
//! 200 with a page; 400 if nobody known was chosen; 403 under a name that is not this machine's or from
//! another site; 404 where there is no embedded issuer.

use crate::http::{Access, Endpoint, Kind, Method, Mutates};
use crate::issuer::post_sign_in;

/// The largest form, in bytes: one person's id.
const FORM_BYTES_MAX: usize = 1_024;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "sign_in",
    method: Method::POST,
    route: "sign-in",
    access: Access::Public,
    mutates: Mutates::No,
    query: &[],
    body_limit: FORM_BYTES_MAX,
    handle: post_sign_in,
    describe: |operation| {
        operation
            .says("Sign in", "On one machine only; never in Azure.")
            .answers_plain(200, "A page with a token")
            .refuses(&[Kind::Forbidden, Kind::NotFound, Kind::UnsupportedMedia]);
    },
};
