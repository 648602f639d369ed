//! Replay: a stream's documents and rows made again from its events alone, to compare with what is
//! stored.

use crate::document::Documents;
use crate::event::{NotAnEvent, Recorded};
use crate::fold::FoldError;
use crate::time::Timestamp;
use crate::views::{self, Row};
use serde_json::Value;
use std::collections::BTreeMap;

/// The events of a stream do not make sense.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// One of them cannot be read.
    #[error(transparent)]
    NotAnEvent(#[from] NotAnEvent),
    /// One of them contradicts those before it.
    #[error(transparent)]
    Fold(#[from] FoldError),
}

/// Replays one stream.
#[derive(Clone, Debug, Default)]
pub struct Replayer {
    documents: Documents,
}

impl Replayer {
    /// Before the first event.
    #[must_use]
    pub fn new() -> Replayer {
        Replayer::default()
    }

    /// Takes the next event: its type, place, time and disclosures.
    pub fn apply(
        &mut self,
        kind: &str,
        seq: u64,
        time: Timestamp,
        fields: BTreeMap<String, Value>,
    ) -> Result<(), ReplayError> {
        let fields = fields.into_iter().collect();
        let recorded = Recorded::from_disclosures(kind, seq, time, fields)?;
        Ok(self.documents.apply(&recorded)?)
    }

    /// The documents: kind, id, version and JSON text.
    #[must_use]
    pub fn documents(&self) -> Vec<(String, String, u64, String)> {
        self.documents
            .iter()
            .map(|((kind, id), held)| {
                (kind.code().to_owned(), id.clone(), held.version, held.now.to_json())
            })
            .collect()
    }

    /// The rows of views that the documents call for.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.documents.iter().flat_map(|(_, held)| views::rows(&held.now)).collect()
    }
}
