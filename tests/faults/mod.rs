//! Fail the Nth call: every request that writes, with every call to the store failing in turn,
//! before its effect, after it (a lost answer), and for want of room.
//!
//! Whatever fails, the record is as before or whole, the stored documents are what the events make
//! them, and the same request under the same key then succeeds, once.

mod record;
mod samples;

use domain::time::Timestamp;
use functions::http::Mutates;
use futures::future::BoxFuture;
pub use record::Record;
use std::sync::{Arc, Mutex};
use store::fault::{FailNth, Fault};
use store::ports::Store;
use tests::support::{Answer, TestApp};

/// A request that writes, ready to be sent.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asks.
    pub person: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path.
    pub target: String,
    /// The version it is based on, for a change.
    pub if_match: Option<String>,
    /// The content type of its body.
    pub content_type: &'static str,
    /// Its body.
    pub body: bytes::Bytes,
}

impl Asked {
    /// POST of JSON that makes something.
    pub fn post(person: &'static str, target: String, body: &serde_json::Value) -> Asked {
        let (method, content_type) = ("POST", "application/json");
        Asked {
            person,
            method,
            target,
            if_match: None,
            content_type,
            body: body.to_string().into(),
        }
    }

    /// The same, as a change of the version that an ETag names.
    #[must_use]
    pub fn on(mut self, etag: String) -> Asked {
        self.if_match = Some(etag);
        self
    }

    /// Sends it under a key.
    pub async fn send(&self, app: &TestApp, key: &str) -> Answer {
        self.send_to(app, self.person, key, &self.target).await
    }

    /// Sends it as somebody, under a key, to another path.
    pub async fn send_to(&self, app: &TestApp, person: &str, key: &str, target: &str) -> Answer {
        let mut ask = app.person(person).key(key).header("content-type", self.content_type);
        if let Some(etag) = &self.if_match {
            ask = ask.if_match(etag);
        }
        ask.send(self.method, target, self.body.clone()).await
    }
}

/// One endpoint's sample.
pub struct Sample {
    /// The endpoint.
    pub endpoint: &'static str,
    /// Brings casework to where the request can be made, and makes it.
    pub prepare: for<'a> fn(&'a TestApp) -> BoxFuture<'a, Asked>,
}

macro_rules! samples {
    ($($name:ident,)*) => {
        /// A sample for every endpoint that writes.
        pub fn samples() -> Vec<Sample> {
            vec![$(Sample {
                endpoint: stringify!($name),
                prepare: |app| Box::pin(samples::$name(app)),
            },)*]
        }

        mod failing {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::fail_every_call(stringify!($name)).await;
            })*
        }
    };
}

samples! {
    advance_step,
    begin_upload,
    complete_upload,
    decide_authority,
    export_case,
    prepare_result,
    record_continuity,
    record_finding,
    record_note,
    release_result,
    resubmit_request,
    review_result,
    submit_request,
    triage_request,
    upload_block,
    withdraw_request,
}

/// The most calls one request may make to the store, so that the loop below ends.
const CALLS_MAX: u64 = 200;

/// An application whose store fails its call number `nth`, with the store behind it.
struct Failing {
    app: TestApp,
    handle: FailNth,
    store: Store,
}

impl Failing {
    fn new(nth: u64, fault: Fault) -> Failing {
        let kept: Arc<Mutex<Option<(FailNth, Store)>>> = Arc::default();
        let keep = Arc::clone(&kept);
        let app = TestApp::with(&[], move |inner| {
            let (store, handle) = FailNth::wrap(inner.clone(), nth, fault);
            *keep.lock().unwrap() = Some((handle, inner));
            store
        });
        let (handle, store) = kept.lock().unwrap().take().unwrap();
        Failing { app, handle, store }
    }
}

/// What a request does when nothing fails.
struct Undisturbed {
    /// The store's calls before it.
    before: u64,
    /// Its own.
    calls: u64,
    status: u16,
    /// The types of the events it records.
    events: Vec<String>,
}

async fn undisturbed(sample: &Sample) -> Undisturbed {
    let Failing { app, handle, store } = Failing::new(0, Fault::Before);
    let asked = (sample.prepare)(&app).await;
    let before = handle.calls();
    let was = Record::of(&store).await;
    let answer = asked.send(&app, "the-key").await;
    let calls = handle.calls() - before;
    let now = Record::of(&store).await;
    assert!(matches!(answer.status, 200..300), "{}: {answer:?}", sample.endpoint);
    assert!((1..CALLS_MAX).contains(&calls), "{}: {calls} calls", sample.endpoint);
    let events = now.events_since(&was);
    let endpoint = functions::ENDPOINTS.iter().find(|e| e.name == sample.endpoint).unwrap();
    let records = endpoint.mutates != Mutates::Bytes;
    assert_eq!(!events.is_empty(), records, "{}: {events:?}", sample.endpoint);
    Undisturbed { before, calls, status: answer.status, events }
}

async fn fail_every_call(endpoint: &str) {
    let samples = samples();
    let sample = samples.iter().find(|sample| sample.endpoint == endpoint).unwrap();
    let usual = undisturbed(sample).await;
    for fault in [Fault::Before, Fault::After, Fault::Full] {
        for call in 1..=usual.calls {
            let what = format!("{endpoint}, call {call} of {} fails {fault:?}", usual.calls);
            fail_one_call(sample, &usual, call, fault, &what).await;
        }
    }
}

async fn fail_one_call(sample: &Sample, usual: &Undisturbed, call: u64, fault: Fault, what: &str) {
    let Failing { app, handle, store } = Failing::new(usual.before + call, fault);
    let asked = (sample.prepare)(&app).await;
    assert_eq!(handle.calls(), usual.before, "{what}: preparing is the same each time");
    let was = Record::of(&store).await;

    let first = asked.send(&app, "the-key").await;
    assert!(handle.fired(), "{what}: did not happen");
    let refused = if fault == Fault::Full { 507 } else { 503 };
    assert_eq!(first.status, refused, "{what}: {first:?}");
    let between = Record::of(&store).await;
    between.check(what);
    let recorded = between.events_since(&was);
    if recorded.is_empty() {
        assert_eq!(between, was, "{what}: something changed without an event");
    } else {
        assert_eq!(recorded, usual.events, "{what}: half a command is recorded");
    }

    let second = asked.send(&app, "the-key").await;
    assert_eq!(second.status, usual.status, "{what}, then again: {second:?}");
    let after = Record::of(&store).await;
    after.check(what);
    assert_eq!(after.events_since(&was), usual.events, "{what}: not exactly once");
    assert!(after.commands_since(&was) <= 1, "{what}: more than one command");

    let third = asked.send(&app, "the-key").await;
    assert_eq!((third.status, &third.body), (second.status, &second.body), "{what}, then again");
    assert_eq!(Record::of(&store).await, after, "{what}: a repetition recorded something");
}

/// The time in a header, in the domain's form.
fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}
