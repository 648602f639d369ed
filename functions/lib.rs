//! The function app: every folder with a `function.json` is one endpoint or trigger, and
//! [`ENDPOINTS`] and [`TRIGGERS`] list them, one line each.

pub mod app;
pub mod config;
pub mod http;
pub mod issuer;
pub mod record;
pub mod secrets;
pub mod triggers;
pub mod view;

mod decide_authority;
mod get_request;
mod list_requests;
mod submit_request;

use crate::http::Endpoint;

/// The whole API.
pub static ENDPOINTS: &[Endpoint] = &[
    submit_request::ENDPOINT,
    list_requests::ENDPOINT,
    get_request::ENDPOINT,
    decide_authority::ENDPOINT,
];

/// Everything that is called by something other than a person.
pub static TRIGGERS: &[triggers::Trigger] = &[];
