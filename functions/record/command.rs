//! Commands: who asked for what under which key, and what they were answered.

use crate::app::App;
use crate::http::{Kind, Problem, Reply, Request, StatusCode};
use ledger::hash::{Hash, sha256};
use ledger::header::CommandId;
use serde::Serialize;
use store::model::{Answer, CommandRecord};

/// The identity of one command.
#[derive(Clone, Debug)]
pub struct CommandIdentity {
    /// In the header of every event it causes.
    pub id: CommandId,
    /// What was asked, in short.
    pub fingerprint: Hash,
    /// 128 bits of its own, for the name of a case that it opens.
    pub seed: [u8; 16],
}

impl CommandIdentity {
    /// The identity of a request: its caller, its function and its idempotency key make the id;
    /// its path and body make the fingerprint.
    pub fn of<B: Serialize>(request: &Request, body: &B) -> Result<CommandIdentity, Problem> {
        let caller = request.caller()?.id.as_str().to_owned();
        let key = request.idempotency_key()?;
        let mut asked = String::new();
        for (name, value) in &request.params {
            asked.push_str(name);
            asked.push('=');
            asked.push_str(value);
            asked.push('\n');
        }
        let body = serde_json::to_string(body)
            .map_err(|error| Problem::internal(format!("body cannot be fingerprinted: {error}")))?;
        asked.push_str(&body);
        let words = [caller.as_str(), request.endpoint.name, key];
        Ok(CommandIdentity::derive(&request.app, &words, asked.as_bytes()))
    }

    /// The identity of work that no person asked for, such as what a trigger does: the words make
    /// it, so doing the same work again is the same command.
    #[must_use]
    pub fn of_service(app: &App, words: &[&str]) -> CommandIdentity {
        CommandIdentity::derive(app, words, b"")
    }

    fn derive(app: &App, words: &[&str], asked: &[u8]) -> CommandIdentity {
        let named = |what: &'static str| {
            let all: Vec<&str> = std::iter::once(what).chain(words.iter().copied()).collect();
            app.derive(&all)
        };
        // UUID version 8 (RFC 9562 §5.8): bits of our own choosing.
        let id = uuid::Builder::from_custom_bytes(named("command")).into_uuid().to_string();
        CommandIdentity {
            id: id.parse().expect("a UUID in lower case is a command id"),
            fingerprint: sha256(asked),
            seed: named("stream"),
        }
    }

    /// What was answered before, if it was asked the same; otherwise the key was used for
    /// something else.
    pub fn replay(&self, before: &CommandRecord) -> Result<Reply, Problem> {
        if before.fingerprint != self.fingerprint {
            return Err(Problem::new(
                Kind::KeyReuse,
                "idempotencyKeyReused",
                "This Idempotency-Key was used for another request. Use a new one.",
            ));
        }
        Ok(render(&before.answer)?.replayed())
    }
}

/// What an endpoint answers once its command is committed.
#[derive(Clone, Debug)]
pub struct Answered {
    answer: Answer,
}

impl Answered {
    /// 201 with a resource that now exists.
    pub fn created<T: Serialize>(
        location: String,
        version: u64,
        body: &T,
    ) -> Result<Answered, Problem> {
        Answered::new(StatusCode::CREATED, Some(version), Some(location), body)
    }

    /// 200 with a resource as it now is.
    pub fn ok<T: Serialize>(version: u64, body: &T) -> Result<Answered, Problem> {
        Answered::new(StatusCode::OK, Some(version), None, body)
    }

    fn new<T: Serialize>(
        status: StatusCode,
        etag: Option<u64>,
        location: Option<String>,
        body: &T,
    ) -> Result<Answered, Problem> {
        let body = serde_json::to_string(body)
            .map_err(|error| Problem::internal(format!("answer cannot be written: {error}")))?;
        Ok(Answered { answer: Answer { status: status.as_u16(), etag, location, body } })
    }

    /// As the store keeps it.
    #[must_use]
    pub fn stored(&self) -> Answer {
        self.answer.clone()
    }

    /// As the client reads it.
    pub fn reply(&self) -> Result<Reply, Problem> {
        render(&self.answer)
    }
}

fn render(answer: &Answer) -> Result<Reply, Problem> {
    let status = StatusCode::from_u16(answer.status)
        .map_err(|_| Problem::internal("a stored answer has no valid status"))?;
    let mut reply = Reply::bytes(status, "application/json", answer.body.clone());
    if let Some(location) = &answer.location {
        reply = reply.with_location(location)?;
    }
    if let Some(version) = answer.etag {
        reply = reply.with_etag(version);
    }
    Ok(reply)
}
