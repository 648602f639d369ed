//! Everything that a store holds of casework, to compare with what it held before and with what its
//! events make of it.

use domain::document::Kind;
use domain::replay::Replayer;
use ledger::event::open_header;
use ledger::header::Header;
use std::collections::{BTreeMap, BTreeSet};
use store::model::{PAGE_MAX, StoredEvent, StreamId};
use store::ports::Store;

/// A document: kind, id, version, body.
type Held = (String, String, u64, String);

/// The streams of cases: their events and their documents.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    streams: BTreeMap<String, (Vec<StoredEvent>, Vec<Held>)>,
}

impl Record {
    /// Reads it all, past any wrapper.
    pub async fn of(store: &Store) -> Record {
        let mut streams = BTreeMap::new();
        let names = store.streams.streams(None, PAGE_MAX).await.unwrap();
        for name in names.into_iter().filter(|name| !name.is_access()) {
            let events = store.streams.events(&name, 0, PAGE_MAX).await.unwrap();
            let documents = documents(store, &name).await;
            streams.insert(name.to_string(), (events, documents));
        }
        Record { streams }
    }

    /// The events that `earlier` has not, in order.
    fn since<'r>(&'r self, earlier: &Record) -> Vec<&'r StoredEvent> {
        let mut found = Vec::new();
        for (name, (events, _)) in &self.streams {
            let known = earlier.streams.get(name).map_or(0, |(events, _)| events.len());
            found.extend(&events[known..]);
        }
        found
    }

    /// The types of the events that `earlier` has not.
    pub fn events_since(&self, earlier: &Record) -> Vec<String> {
        let events = self.since(earlier).into_iter();
        events.map(|event| header(event).kind.as_str().to_owned()).collect()
    }

    /// How many commands caused them.
    pub fn commands_since(&self, earlier: &Record) -> usize {
        let events = self.since(earlier).into_iter();
        events.map(|event| header(event).cmd.as_str().to_owned()).collect::<BTreeSet<_>>().len()
    }

    /// Every stream's documents are what its events make.
    pub fn check(&self, what: &str) {
        for (name, (events, stored)) in &self.streams {
            let mut replay = Replayer::new();
            for event in events {
                let header = header(event);
                let (kind, time) = (header.kind.clone(), super::instant(&header.time));
                let opened = open_header(header, &event.disclosures).unwrap();
                replay.apply(kind.as_str(), event.seq, time, opened.fields).unwrap();
            }
            let mut made = replay.documents();
            made.sort();
            assert_eq!(&made, stored, "{what}: stream {name} is not what its events make it");
        }
    }
}

async fn documents(store: &Store, stream: &StreamId) -> Vec<Held> {
    let mut held = Vec::new();
    for kind in Kind::ALL {
        let page = store.streams.list(stream, kind.code(), "", None, PAGE_MAX).await.unwrap();
        assert!(page.next.is_none(), "a sample is small");
        let documents = page.items.into_iter();
        held.extend(documents.map(|doc| (doc.key.kind, doc.key.id, doc.version, doc.body)));
    }
    held.sort();
    held
}

fn header(event: &StoredEvent) -> Header {
    Header::parse(&event.header).unwrap()
}
