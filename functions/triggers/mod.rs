//! Calls that do not come from people: queue messages, timers, events, change feeds.
//!
//! The Functions host posts them to `/<function name>` without a secret, so a call counts only if
//! it looks in every respect as the host makes it ([`is_from_host`]). On one machine without the
//! host the same handlers are called directly with the same [`Payload`].

mod decode;
mod gate;

pub use decode::{
    BlobCreated, GridEvent, Message, PAYLOAD_BYTES_MAX, Payload, TimerFired, decode, parse_event,
};
pub use gate::{is_from_host, is_proxied};

use crate::http::trace::TraceContext;
use crate::http::{Endpoint, Problem, Reply};
use domain::time::Timestamp;
use futures::future::BoxFuture;
use http::StatusCode;
use std::sync::Arc;
use uuid::Uuid;

/// The answer the host takes for success. Never empty: the host waits for ever on an empty one.
pub const SUCCESS_BODY: &str = r#"{"Outputs":{},"Logs":[],"ReturnValue":null}"#;

/// What fires a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerKind {
    /// A message on a storage queue.
    Queue {
        /// The queue's name.
        queue: &'static str,
    },
    /// The clock.
    Timer {
        /// Six fields, UTC: second minute hour day month weekday.
        schedule: &'static str,
    },
    /// An Event Grid subscription, singly or in batches.
    EventGrid,
    /// Changed documents of a Cosmos container.
    Changes {
        /// The container's name.
        container: &'static str,
    },
}

/// One firing of a trigger.
pub struct Firing<A: 'static = crate::app::App> {
    /// The application.
    pub app: Arc<A>,
    /// What came.
    pub payload: Payload,
    /// The one instant of this firing.
    pub at: Timestamp,
    /// The host's number for this call, when the host made it.
    pub invocation_id: Option<Uuid>,
    /// Where it belongs in a distributed trace.
    pub trace: TraceContext,
}

/// Does the work of one firing. It may be called again for the same thing, at any time and more
/// than once at a time, so it takes the identity of its work from the payload.
pub type TriggerHandler<A = crate::app::App> =
    for<'a> fn(&'a Firing<A>) -> BoxFuture<'a, Result<(), Problem>>;

/// One line of the trigger table.
pub struct Trigger<A: 'static = crate::app::App> {
    /// The function's name, which is its folder's name and its path.
    pub name: &'static str,
    /// What fires it.
    pub kind: TriggerKind,
    /// Its function.
    pub handle: TriggerHandler<A>,
}

/// A call by the host, to one of our functions by name.
pub enum HostCall<A: 'static> {
    /// A trigger fired.
    Trigger(&'static Trigger<A>),
    /// An HTTP request wrapped in JSON: this host does not pass requests on as they are.
    NotProxied(&'static Endpoint<A>),
}

/// The reply that the host takes for success.
#[must_use]
pub fn success() -> Reply {
    Reply::bytes(StatusCode::OK, "application/json", SUCCESS_BODY)
}

#[cfg(test)]
#[path = "trigger_tests.rs"]
mod tests;
