//! Documents in the hand: loaded, changed by events, turned into a commit.

use super::{CommandIdentity, Name};
use crate::app::App;
use crate::http::paging::Page;
use crate::http::{Kind as ProblemKind, Problem};
use domain::document::{Document, Documents, Kind, Noun};
use domain::event::{Event, Recorded};
use domain::ids::IdSupply;
use domain::people::Actor;
use domain::time::Timestamp;
use domain::views;
use ledger::disclosure::DisclosureError;
use ledger::event::{EventError, SealRequest, SealedEvent, seal};
use ledger::hash::Hash;
use ledger::header::ChainId;
use store::error::StoreError;
use store::model::{Answer, CommandRecord, Commit, DocKey, Head, Row, RowKey, StoredDoc};

/// The most documents of one kind that a decision may load at once.
const LOAD_ALL_MAX: usize = 1_000;

/// A case's documents with the head they were loaded at.
#[derive(Debug)]
pub struct Working {
    /// Where the case's chain stands; `None` for a case that does not exist.
    pub head: Option<Head>,
    /// What was loaded.
    pub documents: Documents,
}

/// What a command led to.
#[derive(Debug)]
pub struct Outcome {
    /// The documents after its events.
    pub documents: Documents,
    /// Its events, in order.
    pub events: Vec<Recorded>,
}

impl Outcome {
    /// A document that must be there, because the command made or changed it.
    pub fn get<T: Noun>(&self, id: &str) -> Result<&T, Problem> {
        self.documents.find(id).ok_or_else(|| {
            Problem::internal(format!("{} is not there after its command", T::KIND.code()))
        })
    }

    /// Its version.
    pub fn version<T: Noun>(&self, id: &str) -> u64 {
        self.documents.version::<T>(id).unwrap_or_default()
    }

    /// The only new document of its kind.
    pub fn made<T: Noun + 'static>(&self) -> Result<(&T, u64), Problem> {
        let made = self
            .documents
            .iter()
            .find(|(name, held)| name.0 == T::KIND && held.before.is_none() && held.changed);
        made.and_then(|(_, held)| T::from_document(&held.now).map(|noun| (noun, held.version)))
            .ok_or_else(|| Problem::internal(format!("the command made no {}", T::KIND.code())))
    }
}

/// Loads named documents. Names that do not exist are left out.
pub async fn load(app: &App, stream: &ChainId, names: &[Name]) -> Result<Working, Problem> {
    let keys: Vec<DocKey> = names
        .iter()
        .map(|(kind, id)| DocKey { kind: kind.code().to_owned(), id: id.clone() })
        .collect();
    let loaded = app.store.streams.load(stream, &keys).await?;
    let mut documents = Documents::new();
    for stored in &loaded.docs {
        documents.insert_loaded(read(stored)?, stored.version);
    }
    Ok(Working { head: loaded.head, documents })
}

/// Loads every document of one kind whose id starts with `prefix`, in order.
pub async fn load_all<T: Noun + Clone>(
    app: &App,
    stream: &ChainId,
    prefix: &str,
) -> Result<Vec<(T, u64)>, Problem> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = app
            .store
            .streams
            .list(stream, T::KIND.code(), prefix, after.as_deref(), LOAD_ALL_MAX)
            .await?;
        for stored in &page.items {
            let document = read(stored)?;
            if let Some(noun) = T::from_document(&document) {
                found.push((noun.clone(), stored.version));
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

/// One page of the documents of one kind whose id starts with `prefix`, in order, with their
/// versions, and the place after which the next page begins.
pub async fn load_page<T: Noun + Clone>(
    app: &App,
    stream: &ChainId,
    prefix: &str,
    page: &Page,
) -> Result<(Vec<(T, u64)>, Option<String>), Problem> {
    let (after, limit) = (page.after.as_deref(), usize::from(page.size));
    let found = app.store.streams.list(stream, T::KIND.code(), prefix, after, limit).await?;
    let mut nouns = Vec::with_capacity(found.items.len());
    for stored in &found.items {
        if let Some(noun) = T::from_document(&read(stored)?) {
            nouns.push((noun.clone(), stored.version));
        }
    }
    Ok((nouns, found.next))
}

fn read(stored: &StoredDoc) -> Result<Document, Problem> {
    let kind = Kind::from_code(&stored.key.kind)
        .ok_or_else(|| StoreError::corrupt(format!("unknown document kind {}", stored.key.kind)))?;
    let document = Document::from_json(kind, &stored.body)
        .map_err(|error| StoreError::corrupt(error.to_string()))?;
    Ok(document)
}

/// Who commits what, and when.
pub(super) struct Author<'a> {
    pub app: &'a App,
    pub stream: &'a ChainId,
    pub actor: Actor,
    pub now: Timestamp,
    pub identity: &'a CommandIdentity,
}

impl Author<'_> {
    /// Folds the events into the documents, each in its place and at its time: never earlier than
    /// the event before it.
    pub fn fold(
        &self,
        working: Working,
        events: Vec<Event>,
    ) -> Result<(Option<Head>, Outcome), Problem> {
        let Working { head, mut documents } = working;
        let first = head.as_ref().map_or(0, |head| head.version);
        let time = head.as_ref().map_or(self.now, |head| head.time.max(self.now));
        let mut recorded = Vec::with_capacity(events.len());
        for (offset, event) in events.into_iter().enumerate() {
            let seq = first + offset as u64;
            let event = Recorded { seq, time, actor: self.actor.clone(), event };
            documents
                .apply(&event)
                .map_err(|error| Problem::internal(format!("decision does not fold: {error}")))?;
            recorded.push(event);
        }
        Ok((head, Outcome { documents, events: recorded }))
    }

    /// Seals the events onto the chain and gathers everything that is to be stored with them.
    pub fn commit(
        &self,
        head: Option<&Head>,
        outcome: &Outcome,
        ids: &mut IdSupply,
        answer: Answer,
    ) -> Result<Commit, Problem> {
        let mut prev = head.map_or(Hash::ZERO, |head| head.last);
        let mut sealed: Vec<SealedEvent> = Vec::with_capacity(outcome.events.len());
        for event in &outcome.events {
            let kind = event.event.kind();
            let request = SealRequest {
                log: self.app.edge.config.origin.clone(),
                case: self.stream.clone(),
                seq: event.seq,
                prev,
                kind: kind.parse().map_err(|_| Problem::internal("event type has no form"))?,
                time: event.time.to_string(),
                cmd: self.identity.id.clone(),
                fields: event.disclosures(),
                salts: &mut || ids.random(),
            };
            let event = seal(request).map_err(|error| unsealable(kind, &error))?;
            prev = event.leaf();
            sealed.push(event);
        }
        let mut commit = Commit {
            stream: self.stream.clone(),
            expected: head.map_or(0, |head| head.version),
            events: sealed,
            documents: Vec::new(),
            rows_removed: Vec::new(),
            rows_put: Vec::new(),
            command: CommandRecord {
                id: self.identity.id.clone(),
                fingerprint: self.identity.fingerprint,
                answer,
            },
        };
        add_documents(&mut commit, &outcome.documents);
        Ok(commit)
    }
}

/// Each text keeps its own limit, but many long ones together may not fit one entry of the log.
fn unsealable(kind: &str, error: &EventError) -> Problem {
    match error {
        EventError::TooLong | EventError::Disclosure(_, DisclosureError::TooLong) => Problem::new(
            ProblemKind::Invalid,
            "tooMuchText",
            "This is more text than one entry of the record holds. Divide it into several.",
        ),
        _ => Problem::internal(format!("{kind} cannot be sealed: {error}")),
    }
}

fn add_documents(commit: &mut Commit, documents: &Documents) {
    for ((kind, id), held) in documents.iter().filter(|(_, held)| held.changed) {
        commit.documents.push(StoredDoc {
            key: DocKey { kind: kind.code().to_owned(), id: id.clone() },
            version: held.version,
            body: held.now.to_json(),
        });
        let put: Vec<Row> = views::rows(&held.now).into_iter().map(row).collect();
        let before = held.before.as_ref().map(views::rows).unwrap_or_default();
        let gone =
            before.into_iter().map(row).filter(|old| put.iter().all(|new| new.key != old.key));
        commit.rows_removed.extend(gone.map(|old| old.key));
        commit.rows_put.extend(put);
    }
}

fn row(row: views::Row) -> Row {
    let views::Row { view, key, sort, id, body } = row;
    Row { key: RowKey { view: view.to_owned(), key, sort, id }, body }
}
