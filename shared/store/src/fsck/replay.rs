//! What events mean: the fold that documents and rows must equal.

use crate::model::{Row, RowKey};
use domain::replay::Replayer;
use domain::time::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// A document as its events make it: kind, id, version, body.
pub type Projected = (String, String, u64, String);

/// Replays the events of one stream.
pub trait Replay {
    /// Takes the next event: its type, place, time and disclosures.
    ///
    /// # Errors
    /// Why the event does not fit those before it.
    fn apply(
        &mut self,
        kind: &str,
        seq: u64,
        time: Timestamp,
        fields: BTreeMap<String, Value>,
    ) -> Result<(), String>;

    /// The documents.
    fn documents(&self) -> Vec<Projected>;

    /// The rows of views that the documents call for.
    fn rows(&self) -> Vec<Row>;
}

/// The domain's own meaning.
#[derive(Default)]
pub(super) struct DomainReplay(Replayer);

impl Replay for DomainReplay {
    fn apply(
        &mut self,
        kind: &str,
        seq: u64,
        time: Timestamp,
        fields: BTreeMap<String, Value>,
    ) -> Result<(), String> {
        self.0.apply(kind, seq, time, fields).map_err(|error| error.to_string())
    }

    fn documents(&self) -> Vec<Projected> {
        self.0.documents()
    }

    fn rows(&self) -> Vec<Row> {
        let rows = self.0.rows().into_iter();
        rows.map(|row| Row {
            key: RowKey { view: row.view.to_owned(), key: row.key, sort: row.sort, id: row.id },
            body: row.body,
        })
        .collect()
    }
}
