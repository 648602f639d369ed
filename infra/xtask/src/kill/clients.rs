//! Clients that write down what they were promised.

use crate::client::{self, Answer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

const OFFICER: &str = "smp-officer-1";
const SUPERVISOR: &str = "smp-supervisor-1";
/// How many acts each exhibit's continuity is given.
const ACTS_EACH: u32 = 3;
/// How many exhibits a request has.
const EXHIBITS: usize = 2;

/// The people who write, with their tokens.
pub struct People(BTreeMap<&'static str, String>);

impl People {
    /// Signs everybody in.
    ///
    /// # Errors
    /// A token cannot be had.
    pub fn sign_in(token: impl Fn(&str) -> Result<String, String>) -> Result<People, String> {
        let signed = [OFFICER, SUPERVISOR].into_iter().map(|person| {
            let token = token(person)?;
            Ok((person, format!("Bearer {}", token.trim())))
        });
        Ok(People(signed.collect::<Result<_, String>>()?))
    }

    fn bearer(&self, person: &str) -> &str {
        self.0.get(person).map_or("", String::as_str)
    }

    fn get(&self, port: u16, person: &str, target: &str) -> io::Result<Answer> {
        let headers = [("authorization", self.bearer(person)), ("access-reason", "kill test")];
        client::send(port, "GET", target, &headers, b"")
    }
}

/// One write, and what was answered to it.
pub struct Act {
    person: &'static str,
    target: String,
    key: String,
    if_match: Option<String>,
    body: String,
    /// Where the thing it makes or changes is read; empty for what only the answer tells.
    reads: String,
    /// The answer; `None` if the connection broke before it was complete.
    pub answer: Option<Answer>,
}

impl Act {
    fn send(&self, port: u16, people: &People) -> io::Result<Answer> {
        let mut headers = vec![
            ("authorization", people.bearer(self.person)),
            ("idempotency-key", self.key.as_str()),
            ("content-type", "application/json"),
        ];
        headers.extend(self.if_match.as_deref().map(|etag| ("if-match", etag)));
        client::send(port, "POST", &self.target, &headers, self.body.as_bytes())
    }

    /// Repeats the act: what was acknowledged must be answered exactly as before, and be there to
    /// read; what was not acknowledged is now, whether it had been done or not.
    ///
    /// # Errors
    /// What was lost, or done twice.
    pub fn settle(&mut self, port: u16, people: &People) -> Result<(), String> {
        let what = || format!("POST {} under the key {}", self.target, self.key);
        let again = self.send(port, people).map_err(|error| format!("{}: {error}", what()))?;
        match &self.answer {
            Some(first) => {
                let same = again.body == first.body
                    && again.status == first.status
                    && again.header("location") == first.header("location");
                if !same || again.header("idempotency-replayed") != "true" {
                    return Err(format!("{}: acknowledged, now {}", what(), told(&again)));
                }
            }
            None if matches!(again.status, 200 | 201) => {}
            None => return Err(format!("{}: cannot be repeated: {}", what(), told(&again))),
        }
        if self.reads.is_empty() {
            again.header("location").clone_into(&mut self.reads);
        }
        let read = people.get(port, self.person, &self.reads);
        let read = read.map_err(|error| format!("GET {}: {error}", self.reads))?;
        if read.status != 200 || version(&read) < version(&again) {
            return Err(format!("GET {} after {}: {}", self.reads, what(), told(&read)));
        }
        self.answer = Some(again);
        Ok(())
    }
}

fn told(answer: &Answer) -> String {
    format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body))
}

/// The version in an entity tag. A resource that has changed since has a greater one.
fn version(answer: &Answer) -> u64 {
    answer.header("etag").trim_matches('"').parse().unwrap_or_default()
}

/// A client at work.
struct Client<'a> {
    port: u16,
    people: &'a People,
    name: &'a str,
    stop: &'a AtomicBool,
    acts: Vec<Act>,
}

/// Why a client stopped.
enum Ended {
    /// The service was killed under it, or is about to be.
    Cut,
    /// It was refused, which nothing here should be.
    Refused(String),
}

/// Submits, records continuity and authorises until the service dies; answers everything that was
/// asked, with what was answered.
///
/// # Errors
/// Something was refused.
pub fn write(
    port: u16,
    people: &People,
    name: &str,
    stop: &AtomicBool,
) -> Result<Vec<Act>, String> {
    let mut client = Client { port, people, name, stop, acts: Vec::new() };
    loop {
        match client.casework() {
            Ok(()) => {}
            Err(Ended::Cut) => return Ok(client.acts),
            Err(Ended::Refused(why)) => return Err(why),
        }
    }
}

impl Client<'_> {
    fn casework(&mut self) -> Result<(), Ended> {
        let request = request(self.acts.len());
        let made = self.post(OFFICER, "/api/v1/requests".into(), None, &request, String::new())?;
        let location = made.header("location").to_owned();
        let case = location.split("/requests/").next().unwrap_or_default().to_owned();
        for n in 0..EXHIBITS {
            let exhibit =
                format!("{case}/exhibits/{}", made.text(&format!("/exhibits/{n}/exhibitId")));
            let mut etag = self.etag(&exhibit)?;
            for turn in 0..ACTS_EACH {
                let act = json!({
                    "kind": "condition_noted",
                    "occurredAt": "2026-01-02T03:04:05Z",
                    "condition": format!("Bag intact, look number {turn}.")
                });
                let target = format!("{exhibit}/continuity");
                self.post(OFFICER, target, Some(etag), &act, exhibit.clone())?;
                etag = self.etag(&exhibit)?;
            }
        }
        let yes = json!({"authorised": true, "level": "supervisor"});
        let target = format!("{location}/authority");
        let etag = made.header("etag").to_owned();
        self.post(SUPERVISOR, target, Some(etag), &yes, location).map(drop)
    }

    fn etag(&self, target: &str) -> Result<String, Ended> {
        let read = self.people.get(self.port, OFFICER, target).map_err(|_| Ended::Cut)?;
        if read.status == 200 {
            return Ok(read.header("etag").to_owned());
        }
        Err(Ended::Refused(format!("GET {target}: {}", told(&read))))
    }

    fn post(
        &mut self,
        person: &'static str,
        target: String,
        if_match: Option<String>,
        body: &Value,
        reads: String,
    ) -> Result<Answer, Ended> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(Ended::Cut);
        }
        let key = format!("{}-{}", self.name, self.acts.len());
        let body = body.to_string();
        let mut act = Act { person, target, key, if_match, body, reads, answer: None };
        match act.send(self.port, self.people) {
            Err(_) => {
                self.acts.push(act);
                Err(Ended::Cut)
            }
            Ok(answer) if matches!(answer.status, 200 | 201) => {
                act.answer = Some(answer.clone());
                self.acts.push(act);
                Ok(answer)
            }
            Ok(answer) => Err(Ended::Refused(format!("POST {}: {}", act.target, told(&answer)))),
        }
    }
}

/// A request with exhibits of its own.
fn request(turn: usize) -> Value {
    let exhibits: Vec<Value> = (0..EXHIBITS)
        .map(|n| {
            json!({
                "exhibit": {
                    "reference": format!("KT/{n}"),
                    "description": "A mobile handset",
                    "kind": "digital",
                    "producedBy": "PC Kill",
                    "seizedAt": "2026-01-01T10:00:00Z",
                    "seizedPlace": "12 Sample Street",
                },
                "services": ["phone_examination"]
            })
        })
        .collect();
    json!({
        "crimeReference": format!("01/{turn}/26"),
        "circumstances": "Seized on arrest.",
        "questions": [{"text": "Who was in touch with whom?", "service": "phone_examination"}],
        "legalBasis": "pace_s19",
        "exhibits": exhibits
    })
}
