//! Streams: chains, disclosures, documents, commands and rows.

use super::{Fsck, Replay};
use crate::embedded::rows::{self, StreamRow};
use crate::embedded::sum::{check, sum};
use crate::error::StoreError;
use crate::model::{Head, PAGE_MAX, Row, RowKey, StoredEvent};
use domain::time::Timestamp;
use ledger::chain::ChainVerifier;
use ledger::event::open_header;
use ledger::hash::Hash;
use ledger::header::{CommandId, Header};
use rusqlite::params;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// The kind of document that stands for a file.
const FILE_KIND: &str = "file";

/// What a document says about a file that has been examined.
pub(super) struct RecordedFile {
    /// The file's id.
    pub(super) id: String,
    /// `verified` or `quarantined`.
    pub(super) state: String,
    /// Lower-case hex.
    pub(super) sha256: String,
    /// Bytes.
    pub(super) size: u64,
}

/// What later checks need from the streams.
#[derive(Default)]
pub(super) struct Recorded {
    /// The files that documents tell of.
    pub(super) files: Vec<RecordedFile>,
    /// The root and count that each event of the access chain discloses, by batch.
    pub(super) batches: Vec<(Option<String>, Option<u64>)>,
    /// Which rows the events call for, as sums of their names.
    rows: HashSet<[u8; 8]>,
}

/// What reading one stream's events gave.
struct Walked {
    commands: Vec<CommandId>,
    head: Head,
    replayed: bool,
}

impl Fsck<'_> {
    /// Reads every stream; then everything in the tables that belongs to none.
    pub(super) fn check_streams(&mut self, begin: &mut dyn FnMut() -> Box<dyn Replay>) -> Recorded {
        let mut recorded = Recorded::default();
        let mut after = String::new();
        loop {
            let name = match self.next_stream(&after) {
                Ok(Some(name)) => name,
                Ok(None) => break,
                Err(error) => {
                    self.report.problem("streams", error);
                    break;
                }
            };
            self.report.streams += 1;
            let result = self.check_stream(&name, begin().as_mut(), &mut recorded);
            self.report.note(&format!("stream {name}"), result);
            after = name;
        }
        let rows = self.check_rows(&recorded.rows);
        self.report.note("view rows", rows);
        let loose = self.check_loose();
        self.report.note("tables", loose);
        recorded
    }

    fn next_stream(&self, after: &str) -> Result<Option<String>, StoreError> {
        let mut select = self
            .db
            .prepare_cached("SELECT name FROM stream WHERE name > ?1 ORDER BY name LIMIT 1")?;
        let mut found = select.query([after])?;
        Ok(found.next()?.map(|row| row.get(0)).transpose()?)
    }

    fn check_stream(
        &mut self,
        name: &str,
        replay: &mut dyn Replay,
        recorded: &mut Recorded,
    ) -> Result<(), StoreError> {
        let Some((id, head)) = rows::head(&self.db, name)? else {
            self.report.problem(format!("stream {name}"), "it cannot be found by its name");
            return Ok(());
        };
        let walked = self.walk(name, id, replay, recorded)?;
        if walked.head != head {
            self.report.problem(format!("stream {name}"), "its head is not that of its last event");
        }
        if walked.replayed {
            self.check_documents(name, id, replay, recorded)?;
            self.check_projected(replay, recorded)?;
        }
        self.check_commands(name, id, &walked.commands)
    }

    /// Reads the events in order: chain, disclosures, places in the log, meaning.
    fn walk(
        &mut self,
        name: &str,
        id: StreamRow,
        replay: &mut dyn Replay,
        recorded: &mut Recorded,
    ) -> Result<Walked, StoreError> {
        let mut chain = ChainVerifier::new();
        let head = Head { version: 0, last: Hash::ZERO, time: Timestamp::default() };
        let mut walked = Walked { commands: Vec::new(), head, replayed: !name.contains('/') };
        let mut place: Option<u64> = None;
        loop {
            let events = rows::events(&self.db, id, walked.head.version, PAGE_MAX)?;
            for event in &events {
                let here = format!("stream {name}, event {}", event.seq);
                self.report.events += 1;
                match (place, event.log_index) {
                    (Some(before), Some(index)) if index <= before => {
                        self.report
                            .problem(&here, "its place in the log is not after the last one's");
                    }
                    (None, Some(_)) if event.seq > 0 => {
                        self.report
                            .problem(&here, "it has a place in the log, its predecessor none");
                    }
                    _ => {}
                }
                place = event.log_index;
                let header = match chain.push(&event.header) {
                    Ok(header) => header,
                    Err(reason) => {
                        self.report.problem(here, reason);
                        // After a break every later link would be reported too.
                        walked.replayed = false;
                        return Ok(walked);
                    }
                };
                walked.replayed &= self.check_event(&here, name, event, header, replay, recorded);
                if let Ok(header) = Header::parse(&event.header) {
                    walked.head.time = header.time.parse().unwrap_or_default();
                    walked.commands.push(header.cmd);
                }
                walked.head.last = ledger::hash::leaf_hash(&event.header);
                walked.head.version += 1;
            }
            if events.len() < PAGE_MAX {
                return Ok(walked);
            }
        }
    }

    /// Checks one event's disclosures and replays it; `false` when its stream cannot be compared.
    fn check_event(
        &mut self,
        here: &str,
        name: &str,
        event: &StoredEvent,
        header: Header,
        replay: &mut dyn Replay,
        recorded: &mut Recorded,
    ) -> bool {
        if header.log != self.origin || header.case.as_str() != name {
            self.report.problem(here, "it was sealed for another log or stream");
        }
        let (kind, time) = (header.kind.clone(), header.time.parse().unwrap_or_default());
        let access = header.case.is_access();
        let opened = match open_header(header, &event.disclosures) {
            Ok(opened) => opened,
            Err(error) => {
                self.report.problem(here, error);
                return false;
            }
        };
        if access {
            let root = opened.fields.get("root").and_then(Value::as_str).map(str::to_owned);
            let count = opened.fields.get("count").and_then(Value::as_u64);
            recorded.batches.push((root, count));
            return false;
        }
        if let Err(error) = replay.apply(kind.as_str(), event.seq, time, opened.fields) {
            self.report.problem(here, error);
            return false;
        }
        true
    }

    fn check_documents(
        &mut self,
        name: &str,
        id: StreamRow,
        replay: &dyn Replay,
        recorded: &mut Recorded,
    ) -> Result<(), StoreError> {
        let mut expected: BTreeMap<(String, String), (u64, String)> = BTreeMap::new();
        for (kind, id, version, body) in replay.documents() {
            expected.insert((kind, id), (version, body));
        }
        let mut select = self.db.prepare(
            "SELECT id, version, body, sum, kind FROM document WHERE stream = ?1 ORDER BY kind, id",
        )?;
        let mut found = select.query([id])?;
        while let Some(row) = found.next()? {
            self.report.documents += 1;
            let (doc_id, kind): (String, String) = (row.get(0)?, row.get(4)?);
            let here = format!("stream {name}, document {kind}/{doc_id}");
            let doc = match rows::read_document(row, id, &kind) {
                Ok(doc) => doc,
                Err(error) => {
                    self.report.problem(&here, error);
                    expected.remove(&(kind, doc_id));
                    continue;
                }
            };
            match expected.remove(&(kind, doc_id)) {
                None => self.report.problem(&here, "no event makes it"),
                Some((version, body)) if (version, &body) != (doc.version, &doc.body) => {
                    self.report.problem(&here, "it is not what its events make it");
                }
                Some(_) => recorded.files.extend(file_facts(&doc.key, &doc.body)),
            }
        }
        for (kind, id) in expected.into_keys() {
            let here = format!("stream {name}, document {kind}/{id}");
            self.report.problem(here, "its events make it, and it is missing");
        }
        Ok(())
    }

    /// The rows that the events call for must be there, as called for.
    fn check_projected(
        &mut self,
        replay: &dyn Replay,
        recorded: &mut Recorded,
    ) -> Result<(), StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT body FROM view_row WHERE view = ?1 AND key = ?2 AND sort = ?3 AND id = ?4",
        )?;
        for Row { key, body } in replay.rows() {
            let RowKey { view, key: question, sort, id } = &key;
            let mut found = select.query(params![view, question, sort, id])?;
            let stored: Option<String> = found.next()?.map(|row| row.get(0)).transpose()?;
            let here = || format!("view {view}, row {id}");
            match stored {
                None => self.report.problem(here(), "its events call for it, and it is missing"),
                Some(stored) if stored != body => {
                    self.report.problem(here(), "it is not what its events call for");
                }
                Some(_) => {}
            }
            recorded.rows.insert(row_name(&key));
        }
        Ok(())
    }

    fn check_commands(
        &mut self,
        name: &str,
        stream: StreamRow,
        commands: &[CommandId],
    ) -> Result<(), StoreError> {
        let mut select =
            self.db.prepare("SELECT id, seq FROM command WHERE stream = ?1 ORDER BY id")?;
        let mut found = select.query([stream])?;
        while let Some(row) = found.next()? {
            let text: String = row.get(0)?;
            let here = format!("stream {name}, command {text}");
            let seq = usize::try_from(row.get::<_, i64>(1)?).ok();
            let event = seq.and_then(|seq| commands.get(seq));
            if event.map(CommandId::as_str) != Some(text.as_str()) {
                self.report.problem(&here, "the event it names is not of this command");
                continue;
            }
            let read = event.map_or(Ok(None), |id| rows::command(&self.db, stream, id));
            self.report.note(&here, read.map(drop));
        }
        Ok(())
    }

    /// Every row in the table, checked for its sum and for an event that calls for it.
    fn check_rows(&mut self, called_for: &HashSet<[u8; 8]>) -> Result<(), StoreError> {
        let mut select = self.db.prepare("SELECT view, key, sort, id, body, sum FROM view_row")?;
        let mut found = select.query([])?;
        while let Some(row) = found.next()? {
            self.report.rows += 1;
            let key =
                RowKey { view: row.get(0)?, key: row.get(1)?, sort: row.get(2)?, id: row.get(3)? };
            let (body, stored): (String, Vec<u8>) = (row.get(4)?, row.get(5)?);
            let here = format!("view {}, row {}", key.view, key.id);
            if let Err(error) = check("view_row", &rows::row_parts(&key, &body), &stored) {
                self.report.problem(here, error);
            } else if !called_for.contains(&row_name(&key)) {
                self.report.problem(here, "no event calls for it");
            }
        }
        Ok(())
    }

    /// What belongs to no stream, and the small tables.
    fn check_loose(&mut self) -> Result<(), StoreError> {
        for table in ["event", "document", "command"] {
            let orphans: i64 = self.db.query_row(
                &format!(
                    "SELECT count(*) FROM {table} WHERE stream NOT IN (SELECT id FROM stream)"
                ),
                [],
                |row| row.get(0),
            )?;
            if orphans > 0 {
                self.report
                    .problem(format!("table {table}"), format!("{orphans} rows of no stream"));
            }
        }
        let mut select = self.db.prepare("SELECT series, value, sum FROM counter")?;
        let mut found = select.query([])?;
        while let Some(row) = found.next()? {
            let (series, stored): (String, Vec<u8>) = (row.get(0)?, row.get(2)?);
            let value = rows::unsigned(row.get(1)?)?;
            let sound = check("counter", &[series.as_str().into(), value.into()], &stored);
            self.report.note(&format!("counter {series}"), sound);
        }
        let mut select = self.db.prepare("SELECT name FROM meta")?;
        let names: Vec<String> =
            select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for name in names {
            let read = rows::meta(&self.db, &name).map(drop);
            self.report.note(&format!("setting {name}"), read);
        }
        Ok(())
    }
}

/// A short name for a row, so that a million fit in memory.
fn row_name(key: &RowKey) -> [u8; 8] {
    sum("view_row", &rows::row_parts(key, ""))
}

/// Reads what a document of the kind `file` says once the file was examined.
fn file_facts(key: &crate::model::DocKey, body: &str) -> Option<RecordedFile> {
    if key.kind != FILE_KIND {
        return None;
    }
    let body: Value = serde_json::from_str(body).ok()?;
    let state = body.get("state")?.as_str()?.to_owned();
    let found = body.get("found").unwrap_or(&body);
    let sha256 = found.get("sha256")?.as_str()?.to_owned();
    Some(RecordedFile { id: key.id.clone(), state, sha256, size: found.get("size")?.as_u64()? })
}
