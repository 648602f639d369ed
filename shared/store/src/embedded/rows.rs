//! The statements on streams, events, documents, commands and rows, with their sums. Every statement
//! is prepared once a connection.

use super::commit::ReadyEvent;
use super::sum::{check, sum};
use crate::error::StoreError;
use crate::model::{Answer, CommandRecord, DocKey, Head, Row, RowKey, StoredDoc, StoredEvent};
use domain::time::Timestamp;
use ledger::hash::Hash;
use ledger::header::CommandId;
use rusqlite::{Connection, OptionalExtension as _, params};

/// A stream's number inside the database. Never leaves it.
pub(crate) type StreamRow = i64;

/// SQLite's integers are signed; ours never reach its limit, so one beyond it is damage.
pub(crate) fn unsigned(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::corrupt("a number in the database is negative"))
}

/// A number for SQLite, refused beyond 2^63 − 1.
pub(crate) fn signed(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Mismatch {
        code: "number",
        detail: format!("{value} is beyond what the store counts to"),
    })
}

/// A stored hash.
pub(crate) fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes.try_into().map(Hash).map_err(|_| StoreError::corrupt("a stored hash has another length"))
}

fn millis(time: Timestamp) -> u64 {
    time.millis().unsigned_abs()
}

/// The stream's number and head, if it exists.
pub(crate) fn head(db: &Connection, name: &str) -> Result<Option<(StreamRow, Head)>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT id, version, last, time, sum FROM stream WHERE name = ?1")?;
    let mut rows = select.query([name])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let version = unsigned(row.get(1)?)?;
    let last = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
    let time = Timestamp::from_millis(row.get(3)?);
    let parts = [name.into(), version.into(), last.into(), millis(time).into()];
    check("stream", &parts, row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?)?;
    Ok(Some((row.get(0)?, Head { version, last: hash(last)?, time })))
}

/// Creates or moves a stream's head and answers with its number.
pub(crate) fn put_head(
    db: &Connection,
    id: Option<StreamRow>,
    name: &str,
    version: u64,
    last: &Hash,
    time: Timestamp,
) -> Result<StreamRow, StoreError> {
    let parts = [name.into(), version.into(), last.0.as_slice().into(), millis(time).into()];
    let sum = sum("stream", &parts);
    let values = params![name, signed(version)?, last.0, time.millis(), sum];
    let id = match id {
        None => {
            db.prepare_cached(
                "INSERT INTO stream (name, version, last, time, sum) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(values)?;
            db.last_insert_rowid()
        }
        Some(id) => db
            .prepare_cached(
                "UPDATE stream SET version = ?2, last = ?3, time = ?4, sum = ?5 WHERE id = ?6",
            )?
            .execute(params![name, signed(version)?, last.0, time.millis(), sum, id])
            .map(|_| id)?,
    };
    Ok(id)
}

/// Stores an event, which then waits for its place in the log.
pub(crate) fn insert_event(
    db: &Connection,
    stream: StreamRow,
    event: &ReadyEvent,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO event (stream, seq, header, disclosures) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![stream, signed(event.seq)?, event.header, event.disclosures])?;
    db.prepare_cached("INSERT INTO unsequenced (event) VALUES (?1)")?
        .execute([db.last_insert_rowid()])?;
    Ok(())
}

/// A stream's events from `from` on, in order.
pub(crate) fn events(
    db: &Connection,
    stream: StreamRow,
    from: u64,
    limit: usize,
) -> Result<Vec<StoredEvent>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT e.seq, e.header, e.disclosures, l.log_index FROM event e
         LEFT JOIN log_entry l ON l.event = e.id
         WHERE e.stream = ?1 AND e.seq >= ?2 ORDER BY e.seq LIMIT ?3",
    )?;
    let mut rows = select.query(params![stream, signed(from)?, signed(limit as u64)?])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let disclosures = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        events.push(StoredEvent {
            seq: unsigned(row.get(0)?)?,
            header: row.get(1)?,
            disclosures: disclosures.lines().map(str::to_owned).collect(),
            log_index: row.get::<_, Option<i64>>(3)?.map(unsigned).transpose()?,
        });
    }
    let in_order = (from..).zip(&events).all(|(seq, event)| event.seq == seq);
    if in_order { Ok(events) } else { Err(StoreError::corrupt("a stream's events have a gap")) }
}

/// One document.
pub(crate) fn document(
    db: &Connection,
    stream: StreamRow,
    key: &DocKey,
) -> Result<Option<StoredDoc>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT id, version, body, sum FROM document WHERE stream = ?1 AND kind = ?2 AND id = ?3",
    )?;
    let mut rows = select.query(params![stream, key.kind, key.id])?;
    rows.next()?.map(|row| read_document(row, stream, &key.kind)).transpose()
}

/// Reads (id, version, body, sum) and checks the sum.
pub(crate) fn read_document(
    row: &rusqlite::Row<'_>,
    stream: StreamRow,
    kind: &str,
) -> Result<StoredDoc, StoreError> {
    let (id, body): (String, String) = (row.get(0)?, row.get(2)?);
    let version = unsigned(row.get(1)?)?;
    let parts = document_parts(stream, kind, &id, version, &body);
    check("document", &parts, row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?)?;
    Ok(StoredDoc { key: DocKey { kind: kind.to_owned(), id }, version, body })
}

fn document_parts<'a>(
    stream: StreamRow,
    kind: &'a str,
    id: &'a str,
    version: u64,
    body: &'a str,
) -> [super::sum::Part<'a>; 5] {
    [stream.unsigned_abs().into(), kind.into(), id.into(), version.into(), body.into()]
}

/// Stores a document as it now is.
pub(crate) fn put_document(
    db: &Connection,
    stream: StreamRow,
    doc: &StoredDoc,
) -> Result<(), StoreError> {
    let StoredDoc { key: DocKey { kind, id }, version, body } = doc;
    let sum = sum("document", &document_parts(stream, kind, id, *version, body));
    db.prepare_cached(
        "INSERT INTO document (stream, kind, id, version, body, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (stream, kind, id)
         DO UPDATE SET version = excluded.version, body = excluded.body, sum = excluded.sum",
    )?
    .execute(params![stream, kind, id, signed(*version)?, body, sum])?;
    Ok(())
}

/// What a stream remembers of a command.
pub(crate) fn command(
    db: &Connection,
    stream: StreamRow,
    id: &CommandId,
) -> Result<Option<CommandRecord>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT seq, fingerprint, answer, sum FROM command WHERE stream = ?1 AND id = ?2",
    )?;
    let name = id.to_string();
    let mut rows = select.query(params![stream, name])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let fingerprint = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
    let answer = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
    let parts = command_parts(stream, &name, unsigned(row.get(0)?)?, fingerprint, answer);
    check("command", &parts, row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?)?;
    let answer: Answer = serde_json::from_str(answer)
        .map_err(|_| StoreError::corrupt("a command's answer cannot be read"))?;
    Ok(Some(CommandRecord { id: id.clone(), fingerprint: hash(fingerprint)?, answer }))
}

/// The values a command's sum covers.
pub(crate) fn command_parts<'a>(
    stream: StreamRow,
    id: &'a str,
    seq: u64,
    fingerprint: &'a [u8],
    answer: &'a str,
) -> [super::sum::Part<'a>; 5] {
    [stream.unsigned_abs().into(), id.into(), seq.into(), fingerprint.into(), answer.into()]
}

/// Stores what a command did and was answered.
pub(crate) fn insert_command(
    db: &Connection,
    stream: StreamRow,
    seq: u64,
    command: &CommandRecord,
) -> Result<(), StoreError> {
    let name = command.id.to_string();
    let answer = serde_json::to_string(&command.answer).map_err(StoreError::unavailable)?;
    let fingerprint = command.fingerprint.0.as_slice();
    let sum = sum("command", &command_parts(stream, &name, seq, fingerprint, &answer));
    db.prepare_cached(
        "INSERT INTO command (stream, id, seq, fingerprint, answer, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![stream, name, signed(seq)?, fingerprint, answer, sum])?;
    Ok(())
}

/// The values a row's sum covers.
pub(crate) fn row_parts<'a>(key: &'a RowKey, body: &'a str) -> [super::sum::Part<'a>; 5] {
    let RowKey { view, key, sort, id } = key;
    [
        view.as_str().into(),
        key.as_str().into(),
        sort.as_str().into(),
        id.as_str().into(),
        body.into(),
    ]
}

/// Stores a row as it now is.
pub(crate) fn put_row(db: &Connection, row: &Row) -> Result<(), StoreError> {
    let RowKey { view, key, sort, id } = &row.key;
    let sum = sum("view_row", &row_parts(&row.key, &row.body));
    db.prepare_cached(
        "INSERT INTO view_row (view, key, sort, id, body, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (view, key, sort, id) DO UPDATE SET body = excluded.body, sum = excluded.sum",
    )?
    .execute(params![view, key, sort, id, row.body, sum])?;
    Ok(())
}

/// Removes a row; its absence is success.
pub(crate) fn remove_row(db: &Connection, key: &RowKey) -> Result<(), StoreError> {
    let RowKey { view, key, sort, id } = key;
    db.prepare_cached(
        "DELETE FROM view_row WHERE view = ?1 AND key = ?2 AND sort = ?3 AND id = ?4",
    )?
    .execute(params![view, key, sort, id])?;
    Ok(())
}

/// The rows of (view, key) strictly after a place, in order.
pub(crate) fn view_rows(
    db: &Connection,
    (view, key): (&str, &str),
    (sort, id): (&str, &str),
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT sort, id, body, sum FROM view_row
         WHERE view = ?1 AND key = ?2 AND (sort, id) > (?3, ?4) ORDER BY sort, id LIMIT ?5",
    )?;
    let mut found = select.query(params![view, key, sort, id, signed(limit as u64)?])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let (sort, id) = (row.get(0)?, row.get(1)?);
        let key = RowKey { view: view.to_owned(), key: key.to_owned(), sort, id };
        let body: String = row.get(2)?;
        let stored = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
        check("view_row", &row_parts(&key, &body), stored)?;
        rows.push(Row { key, body });
    }
    Ok(rows)
}

/// A small setting kept in the database.
pub(crate) fn meta(db: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let found: Option<(String, Vec<u8>)> = db
        .prepare_cached("SELECT value, sum FROM meta WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((value, stored)) = found else { return Ok(None) };
    check("meta", &[name.into(), value.as_str().into()], &stored)?;
    Ok(Some(value))
}

/// Stores a setting that does not exist yet.
pub(crate) fn insert_meta(db: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    let sum = sum("meta", &[name.into(), value.into()]);
    db.prepare_cached("INSERT INTO meta (name, value, sum) VALUES (?1, ?2, ?3)")?
        .execute(params![name, value, sum])?;
    Ok(())
}
