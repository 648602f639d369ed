//! What the host sends, taken out of its wrappings.
//!
//! The host puts every value that is no object into a string that holds the value's JSON text, so
//! a queue message is JSON in JSON. Members of a message overwrite the host's own metadata of the
//! same name: identity is therefore read from the message and never from `Metadata`.

use super::TriggerKind;
use crate::http::{Problem, strict};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The largest payload taken from the host, in bytes: a queue message has at most 64 KiB, a batch
/// of changes several documents of a few KiB.
pub const PAYLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The type of the event that says a blob is complete.
const BLOB_CREATED: &str = "Microsoft.Storage.BlobCreated";

/// What fired a trigger.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// A queue message.
    Message(Message),
    /// A timer.
    Timer(TimerFired),
    /// One or more Event Grid events.
    Events(Vec<GridEvent>),
    /// Changed documents, in the order they came.
    Documents(Vec<Value>),
}

/// The text of a queue message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The message as its sender wrote it: base64 around JSON is already taken off.
    pub text: String,
}

/// What a timer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerFired {
    /// Whether a run was missed.
    pub past_due: bool,
    /// When it ran last, if the host knows.
    pub last: Option<Timestamp>,
}

/// One event, in Event Grid's own schema or as a CloudEvent.
#[derive(Clone, Debug, PartialEq)]
pub struct GridEvent {
    /// The event's own number: the same when it is delivered again.
    pub id: String,
    /// What happened.
    pub kind: String,
    /// To what.
    pub subject: String,
    /// The details.
    pub data: Value,
}

/// A blob that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobCreated {
    /// The blob's address.
    pub url: String,
    /// The container and the blob's name in it.
    pub container: String,
    /// See `container`.
    pub blob: String,
    /// Its length in bytes.
    pub length: u64,
    /// Orders events of the same blob: compare as text of equal length.
    pub sequencer: String,
}

impl Message {
    /// A message from its text, with base64 around JSON taken off. Plain text stays as it is, even
    /// where it could be read as base64.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Message {
        let text = text.into();
        if is_json_container(&text) {
            return Message { text };
        }
        let inner = STANDARD.decode(text.trim()).ok().and_then(|b| String::from_utf8(b).ok());
        match inner {
            Some(inner) if is_json_container(&inner) => Message { text: inner },
            _ => Message { text },
        }
    }

    /// What a retry of the same work shares: the message's own `id` if it is an object with one,
    /// else the hash of its text.
    #[must_use]
    pub fn identity(&self) -> String {
        let id = serde_json::from_str::<Value>(&self.text)
            .ok()
            .and_then(|value| Some(value.get("id")?.as_str()?.to_owned()));
        match id {
            Some(id) if !id.is_empty() => id,
            _ => hex::encode(Sha256::digest(self.text.as_bytes())),
        }
    }

    /// The message as a typed value, read as strictly as a request's body.
    ///
    /// # Errors
    /// 400 with every fault; the host then counts an attempt and in the end sets it aside.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        strict::read(self.text.as_bytes()).map_err(Problem::malformed)
    }

    /// The Event Grid event in this message.
    ///
    /// # Errors
    /// 400 when it is no event.
    pub fn event(&self) -> Result<GridEvent, Problem> {
        parse_event(&parse(&self.text)?)
    }
}

impl GridEvent {
    /// The finished blob this event tells of.
    ///
    /// # Errors
    /// 400 when the event is of another kind or lacks what we need.
    pub fn blob_created(&self) -> Result<BlobCreated, Problem> {
        if self.kind != BLOB_CREATED {
            return Err(bad("the event is not of a finished blob"));
        }
        let text = |name: &str| self.data.get(name).and_then(Value::as_str);
        let place = self.subject.strip_prefix("/blobServices/default/containers/");
        let place = place.and_then(|place| place.split_once("/blobs/"));
        match (text("url"), place, self.data.get("contentLength").and_then(Value::as_u64)) {
            (Some(url), Some((container, blob)), Some(length)) => Ok(BlobCreated {
                url: url.to_owned(),
                container: container.to_owned(),
                blob: blob.to_owned(),
                length,
                sequencer: text("sequencer").unwrap_or_default().to_owned(),
            }),
            _ => Err(bad("the event lacks url, subject or length")),
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Data")]
    data: serde_json::Map<String, Value>,
}

/// Takes a payload out of the host's envelope.
///
/// # Errors
/// 400 when the envelope does not hold what this kind of trigger sends.
pub fn decode(kind: TriggerKind, body: &[u8]) -> Result<Payload, Problem> {
    let envelope: Envelope =
        serde_json::from_slice(body).map_err(|_| bad("not the host's envelope"))?;
    let mut values = envelope.data.into_iter();
    let (Some((_, value)), None) = (values.next(), values.next()) else {
        return Err(bad("not exactly one trigger value"));
    };
    match kind {
        TriggerKind::Queue { .. } => Ok(Payload::Message(Message::new(inner_text(&value)?))),
        TriggerKind::Timer { .. } => timer(&value).map(Payload::Timer),
        TriggerKind::EventGrid => events(&value).map(Payload::Events),
        TriggerKind::Changes { .. } => documents(&value).map(Payload::Documents),
    }
}

/// Reads one event, in Event Grid's schema or as a CloudEvent.
///
/// # Errors
/// 400 when it is neither.
pub fn parse_event(value: &Value) -> Result<GridEvent, Problem> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let kind = text("eventType").or_else(|| text("specversion").and_then(|_| text("type")));
    match (text("id"), kind, text("subject")) {
        (Some(id), Some(kind), Some(subject)) if !id.is_empty() => Ok(GridEvent {
            id: id.to_owned(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            data: value.get("data").cloned().unwrap_or(Value::Null),
        }),
        _ => Err(bad("not an event")),
    }
}

/// The text of a string value that holds a JSON string. A queue bound as binary sends base64 of
/// the plain text instead.
fn inner_text(value: &Value) -> Result<String, Problem> {
    let outer = value.as_str().ok_or_else(|| bad("the message is not text"))?;
    match serde_json::from_str::<Value>(outer) {
        Ok(Value::String(text)) => Ok(text),
        _ => Ok(outer.to_owned()),
    }
}

fn timer(value: &Value) -> Result<TimerFired, Problem> {
    let past_due = value.get("IsPastDue").and_then(Value::as_bool);
    let past_due = past_due.ok_or_else(|| bad("not a timer"))?;
    // Before the first run the host says the year 1 without a zone; that reads as no time at all.
    let last = value.pointer("/ScheduleStatus/Last").and_then(Value::as_str);
    Ok(TimerFired { past_due, last: last.and_then(|last| last.parse().ok()) })
}

fn events(value: &Value) -> Result<Vec<GridEvent>, Problem> {
    match value {
        Value::Object(_) => Ok(vec![parse_event(value)?]),
        Value::String(text) => match parse(text)? {
            Value::Array(events) => events.iter().map(parse_event).collect(),
            event => Ok(vec![parse_event(&event)?]),
        },
        _ => Err(bad("no events")),
    }
}

fn documents(value: &Value) -> Result<Vec<Value>, Problem> {
    match parse(&inner_text(value)?)? {
        Value::Array(documents) if documents.iter().all(Value::is_object) => Ok(documents),
        _ => Err(bad("not an array of documents")),
    }
}

fn parse(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|_| bad("the payload is not JSON"))
}

fn is_json_container(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<Value>(text).is_ok()
}

fn bad(cause: &'static str) -> Problem {
    Problem::bad_request("badPayload", "The payload cannot be read.").with_cause(cause)
}
