//! Gathering what a bundle holds: every event of the chain with its proof, the checkpoint, the files,
//! and a readable account.

use super::{CARRIED_BYTES_MAX, CARRIED_TOTAL_MAX, html};
use crate::app::App;
use crate::http::Problem;
use crate::record::load_all;
use domain::files::{File, FileState};
use domain::records::export::Export;
use futures::TryStreamExt;
use ledger::bundle::{
    BundleCheckpoint, BundleEvent, BundleInput, ExhibitFile, build, finish, seal_text,
};
use ledger::hash::Hash;
use ledger::header::ChainId;
use ledger::note::{VerifyingKey, assemble, signing_bytes};
use ledger::proof::Proof;
use ledger::verify::{Verdict, verify_files};
use std::collections::BTreeMap;
use store::error::StoreError;
use store::model::StoredEvent;
use store::sequencer;

/// How many events are read at a time.
const EVENTS_PAGE: usize = 500;

/// Every file of the bundle. It has been verified as a stranger would.
pub async fn bundle(
    app: &App,
    case: &ChainId,
    export: &Export,
    lab_reference: &str,
    size: u64,
) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let origin = &app.edge.config.origin;
    let key = VerifyingKey::from_pem(app.store.signer.public_key_pem())
        .map_err(|error| StoreError::corrupt(format!("the log's key: {error}")))?;
    let events = events(app, case, export.seq).await?;
    let mut sealed = Vec::with_capacity(events.len());
    let mut note = None;
    for event in &events {
        let index = event.log_index.ok_or_else(|| {
            StoreError::corrupt(format!("event {} has no place before a later one", event.seq))
        })?;
        let text = sequencer::proof_at(&app.store, origin, &event.header, index, size).await?;
        let proof = Proof::parse(&text)
            .map_err(|error| Problem::internal(format!("our own proof: {error}")))?;
        note.get_or_insert_with(|| proof.checkpoint.clone());
        sealed.push(BundleEvent {
            bytes: event.header.clone(),
            disclosures: event.disclosures.clone(),
            proof,
        });
    }
    let input = BundleInput {
        origin: origin.clone(),
        chain: case.clone(),
        events: sealed,
        checkpoints: note
            .into_iter()
            .map(|note| BundleCheckpoint { note, timestamp: None })
            .collect(),
        consistency: Vec::new(),
        exhibits: exhibits(app, case).await?,
        continuity_html: html::account(lab_reference, export, &events, &key)?,
        external_identifier: format!("{lab_reference}-{}", export.seq),
        bagging_date: export.at.to_string()[..10].to_owned(),
        key,
    };
    seal(app, &input).await
}

async fn seal(app: &App, input: &BundleInput) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let broken = |error: ledger::bundle::BundleError| {
        Problem::internal(format!("the bundle cannot be built: {error}"))
    };
    let files = build(input).map_err(broken)?;
    let tags = files
        .iter()
        .find(|(path, _)| path == "tagmanifest-sha256.txt")
        .ok_or_else(|| Problem::internal("the bundle has no tag manifest"))?;
    let text = seal_text(&tags.1, &input.origin);
    let bytes = signing_bytes(&text)
        .map_err(|error| Problem::internal(format!("the seal cannot be written: {error}")))?;
    let signature = app.store.signer.sign(bytes).await?;
    let note = assemble(&text, &input.origin, input.key.key_id(), &signature)
        .map_err(|error| Problem::internal(format!("the seal cannot be written: {error}")))?;
    let files = finish(files, &note.to_string()).map_err(broken)?;
    let whole: BTreeMap<String, Vec<u8>> = files.iter().cloned().collect();
    match verify_files(&whole, &input.key.fingerprint()) {
        Verdict::Verified(_) => Ok(files),
        Verdict::Refused(failures) => {
            let first = failures.first().map(ToString::to_string).unwrap_or_default();
            Err(StoreError::corrupt(format!("the bundle does not verify: {first}")).into())
        }
    }
}

async fn events(app: &App, case: &ChainId, last: u64) -> Result<Vec<StoredEvent>, Problem> {
    let mut found: Vec<StoredEvent> = Vec::new();
    while found.len() as u64 <= last {
        let page = app.store.streams.events(case, found.len() as u64, EVENTS_PAGE).await?;
        if page.is_empty() {
            return Err(StoreError::corrupt("events are missing before an export").into());
        }
        found.extend(page);
    }
    found.truncate(usize::try_from(last + 1).unwrap_or(usize::MAX));
    Ok(found)
}

/// The case's verified files: small ones inside, large ones by name and hash.
async fn exhibits(app: &App, case: &ChainId) -> Result<Vec<ExhibitFile>, Problem> {
    let mut carried = 0;
    let mut exhibits = Vec::new();
    for (file, _) in load_all::<File>(app, case, "").await? {
        let Some(found) = file.found.as_ref().filter(|_| file.state == FileState::Verified) else {
            continue;
        };
        let fits = found.size <= CARRIED_BYTES_MAX && carried + found.size <= CARRIED_TOTAL_MAX;
        let bytes = if fits { Some(read(app, &file).await?) } else { None };
        carried += bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        exhibits.push(ExhibitFile {
            name: file.id.to_string(),
            sha256: Hash(*found.sha256.as_bytes()),
            size: found.size,
            bytes,
        });
    }
    Ok(exhibits)
}

async fn read(app: &App, file: &File) -> Result<Vec<u8>, Problem> {
    let mut stream = app.store.files.read(file.id.as_str(), 0, CARRIED_BYTES_MAX).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = stream.try_next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
