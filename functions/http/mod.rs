//! The HTTP edge: one table of endpoints, matched, guarded, called and answered in one place.
//!
//! An endpoint is a folder with a `handle` function and one constant [`Endpoint`]. Everything that
//! all endpoints share happens here and nowhere else: routing, tokens, preconditions, limits,
//! time-outs, panics, problems, standard headers, the access line.

pub mod body;
pub mod caller;
pub mod connection;
pub mod describe;
pub mod html;
pub mod keys;
pub mod paging;
mod pointed;
pub mod problem;
pub mod reply;
pub mod request;
pub mod route;
pub mod serve;
pub mod service;
pub mod strict;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod trace;
mod urlencoded;

pub use body::Body;
pub use describe::Operation;
pub use http::{Method, StatusCode};
pub use problem::{Kind, Problem};
pub use reply::Reply;
pub use request::Request;
pub use route::Routes;

use crate::config::Config;
use crate::issuer::Issuer;
use caller::TokenValidator;
use domain::time::Timestamp;
use futures::future::BoxFuture;
use paging::Sealer;
use std::sync::Arc;

/// The largest JSON body any endpoint may ask for, in bytes. `CONTINUITY_BODY_BYTES` lowers it.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Tells the time. The only clock of the service; tests give their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the edge needs of the application: everything that is not the business of an endpoint.
pub struct Edge {
    /// Every setting, checked.
    pub config: Arc<Config>,
    /// Who the bearer of a token is.
    pub tokens: Arc<TokenValidator>,
    /// The embedded issuer, on one machine only.
    pub issuer: Option<Arc<Issuer>>,
    /// The clock.
    pub clock: Clock,
    /// Seals continuation tokens.
    pub sealer: Arc<Sealer>,
}

/// The application's state, as far as the edge sees it.
pub trait State: Send + Sync + Sized + 'static {
    /// The edge's part of the state.
    fn edge(&self) -> &Edge;
}

/// Who may call an endpoint at all. What a caller may do beyond that, the domain decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; a token is not looked at.
    Public,
    /// Anybody with a valid token.
    SignedIn,
}

/// What an endpoint changes, and so what a request must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutates {
    /// Nothing that a repeated request would do twice.
    No,
    /// Makes something: `Idempotency-Key` is required (400 without).
    Create,
    /// Changes something that has a version: `Idempotency-Key` (400) and `If-Match` (428).
    Change,
    /// Stores bytes under their own address: repeating does nothing new, and the time-out is the
    /// longer one for uploads.
    Bytes,
}

/// One query parameter that an endpoint takes. All others but `api-version` are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, in camelCase.
    pub name: &'static str,
    /// What it does, for the API's description.
    pub meaning: &'static str,
}

/// The two parameters of every list: `maxpagesize` and `continuation`.
pub const PAGE_PARAMETERS: [Parameter; 2] = [
    Parameter {
        name: "maxpagesize",
        meaning: "How many entries a page holds at most: 1 to 200, 50 unless said.",
    },
    Parameter {
        name: "continuation",
        meaning: "Where to go on, from an earlier page's `nextLink`. Valid for 24 hours.",
    },
];

/// Answers one request.
pub type Handler<A = crate::app::App> =
    for<'a> fn(&'a Request<A>, Body) -> BoxFuture<'a, Result<Reply, Problem>>;

/// One line of the route table.
pub struct Endpoint<A: 'static = crate::app::App> {
    /// The function's name, which is its folder's name: `submit_request`.
    pub name: &'static str,
    /// The one method it answers. `HEAD` is answered from `GET`, `OPTIONS` by the edge.
    pub method: Method,
    /// The path without its leading slash: literals, `{name}`, and last `{*name}`, which takes
    /// whatever is left, undecoded, and may be empty.
    pub route: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What a request must carry.
    pub mutates: Mutates,
    /// The query parameters it takes.
    pub query: &'static [Parameter],
    /// How large a body may be, in bytes. For JSON the setting's limit applies too.
    pub body_limit: usize,
    /// Its function.
    pub handle: Handler<A>,
    /// Fills in its part of the API's description.
    pub describe: fn(&mut Operation),
}

/// Makes an entity tag's text from a version: `"7"` in quotes, as lists carry it.
#[must_use]
pub fn etag_text(version: u64) -> String {
    format!("\"{version}\"")
}
