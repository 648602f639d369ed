//! From "recorded" to "anchored": gives events their places in the force's log, writes its tiles,
//! signs its checkpoints. Works over the ports, so it is the same on every backend.
//!
//! Four steps, each of which may be repeated, or finished by another process after a crash:
//! [`sequence`] fixes an order (a compare-and-swap), after which [`integrate`] and
//! [`sign_and_anchor`] are pure functions of it whose results are created once for ever, and
//! [`publish`] says so. Two rivals can therefore never make two roots for one size.

use crate::error::StoreError;
use crate::ports::Store;
use ledger::checkpoint::Checkpoint;
use ledger::hash::{Hash, leaf_hash};
use ledger::header::ChainId;
use ledger::merkle::{self, MerkleError, Tree};
use ledger::note::{self, VerifyingKey};
use ledger::proof::Proof;
use ledger::tile;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The most leaves between two checkpoints: bounds the memory of one step (each header is at most
/// 8 KiB, usually half of one).
pub const GROWTH_MAX: usize = 8_192;
/// Where checkpoints are anchored.
const CHECKPOINTS: &str = "checkpoint/";

/// Whether the log may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Database and anchor agree.
    Ok,
    /// The anchor holds a checkpoint of leaves that the database has lost: it was restored or rolled
    /// back. Nothing may be signed or written until it is recovered.
    AnchorAhead {
        /// Leaves the database knows.
        database: u64,
        /// Leaves of the greatest anchored checkpoint.
        anchor: u64,
    },
}

/// What one run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many events got their place.
    pub sequenced: u64,
    /// The size of the newest anchored checkpoint.
    pub published: u64,
    /// Whether the log may go on.
    pub state: State,
}

fn checkpoint_path(size: u64) -> String {
    format!("{CHECKPOINTS}{size:020}")
}

fn corrupt(what: impl std::fmt::Display) -> StoreError {
    StoreError::corrupt(what.to_string())
}

/// The size of the greatest anchored checkpoint; 0 before the first.
///
/// # Errors
/// Those of [`crate::ports::Anchor::last`]; `Corrupt` if something else lies among the checkpoints.
pub async fn anchored_size(store: &Store) -> Result<u64, StoreError> {
    let Some(path) = store.anchor.last(CHECKPOINTS).await? else { return Ok(0) };
    path.strip_prefix(CHECKPOINTS)
        .and_then(|size| size.parse().ok())
        .filter(|size| checkpoint_path(*size) == path)
        .ok_or_else(|| corrupt("the anchor holds something else among its checkpoints"))
}

/// Compares the database with the anchor.
///
/// # Errors
/// Those of the ports.
pub async fn state(store: &Store) -> Result<State, StoreError> {
    // The anchor first: read in the other order, a rival's checkpoint made in between would look
    // like a database that was rolled back.
    let anchor = anchored_size(store).await?;
    let database = store.log.head().await?.sequenced;
    if anchor > database { Ok(State::AnchorAhead { database, anchor }) } else { Ok(State::Ok) }
}

async fn require_ok(store: &Store) -> Result<(), StoreError> {
    match state(store).await? {
        State::Ok => Ok(()),
        State::AnchorAhead { database, anchor } => Err(corrupt(format!(
            "the anchor has {anchor} leaves, the database {database}: it was rolled back"
        ))),
    }
}

/// Gives at most `limit` waiting events their places; fewer when the last checkpoint is
/// [`GROWTH_MAX`] leaves behind. Answers how many; 0 also when a rival was faster.
///
/// # Errors
/// Those of the ports; `Corrupt` if the anchor is ahead of the database.
pub async fn sequence(store: &Store, limit: usize) -> Result<u64, StoreError> {
    require_ok(store).await?;
    let head = store.log.head().await?;
    let ahead = usize::try_from(head.sequenced - head.published).unwrap_or(GROWTH_MAX);
    let limit = limit.min(GROWTH_MAX.saturating_sub(ahead));
    if limit == 0 {
        return Ok(0);
    }
    let pending = store.log.pending(limit).await?;
    if pending.is_empty() {
        return Ok(0);
    }
    match store.log.sequence(head.sequenced, &pending).await {
        Ok(()) => Ok(pending.len() as u64),
        Err(StoreError::Stale { .. }) => Ok(0),
        Err(error) => Err(error),
    }
}

/// Writes the tiles and entry bundles of all leaves that have a place. Answers with the size they
/// are of.
///
/// # Errors
/// Those of the ports; `Corrupt` if tiles of the published size are missing or damaged.
pub async fn integrate(store: &Store) -> Result<u64, StoreError> {
    let head = store.log.head().await?;
    let (from, size) = (head.published, head.sequenced);
    if from == size {
        return Ok(size);
    }
    let entries = store.log.entries(from, size).await?;
    if entries.len() as u64 != size - from {
        return Err(corrupt("the log's entries have a gap"));
    }
    let mut edge = BTreeMap::new();
    for path in edge_paths(from) {
        if let Some(bytes) = store.anchor.read(&path).await? {
            edge.insert(path, bytes);
        }
    }
    let files = tile::grow(from, &entries, |path| edge.get(path).cloned()).map_err(corrupt)?;
    for (path, bytes) in files {
        store.anchor.create(&path, &bytes).await?;
    }
    Ok(size)
}

/// The partial tiles and the partial bundle at the right edge of a log of `size` leaves.
fn edge_paths(size: u64) -> Vec<String> {
    let mut paths = Vec::new();
    let width = size % tile::TILE_WIDTH;
    if width > 0 {
        paths.push(tile::entries_path(size / tile::TILE_WIDTH, width));
    }
    let (mut hashes, mut level) = (size, 0);
    while hashes > 0 {
        let width = hashes % tile::TILE_WIDTH;
        if width > 0 {
            paths.push(tile::tile_path(level, hashes / tile::TILE_WIDTH, width));
        }
        hashes /= tile::TILE_WIDTH;
        level += 1;
    }
    paths
}

/// A source of nodes, as [`merkle`] wants them.
type Nodes<'a> = &'a dyn Fn(u8, u64) -> Option<Hash>;

/// Computes something from the tiles of a log of `size` leaves, reading only the tiles it needs.
async fn from_tiles<T>(
    store: &Store,
    size: u64,
    compute: impl Fn(Nodes<'_>) -> Result<T, MerkleError> + Send,
) -> Result<T, StoreError>
where
    T: Send,
{
    let mut known: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    loop {
        let (result, wanted) = {
            let wanted = RefCell::new(BTreeSet::new());
            let nodes = tile::nodes(size, |path| {
                known.get(path).cloned().unwrap_or_else(|| {
                    wanted.borrow_mut().insert(path.to_owned());
                    None
                })
            });
            let result = compute(&nodes);
            drop(nodes);
            (result, wanted.into_inner())
        };
        match result {
            Ok(value) => return Ok(value),
            Err(MerkleError::MissingNode { .. }) if !wanted.is_empty() => {
                for path in wanted {
                    let bytes = store.anchor.read(&path).await?;
                    known.insert(path, bytes);
                }
            }
            Err(error) => return Err(corrupt(format!("tiles of size {size}: {error}"))),
        }
    }
}

/// The key of the log.
fn key(store: &Store) -> Result<VerifyingKey, StoreError> {
    VerifyingKey::from_pem(store.signer.public_key_pem()).map_err(corrupt)
}

/// The anchored checkpoint of `size`, with its note, checked against the log's key.
async fn anchored(
    store: &Store,
    origin: &str,
    size: u64,
) -> Result<Option<(Checkpoint, String)>, StoreError> {
    let Some(bytes) = store.anchor.read(&checkpoint_path(size)).await? else { return Ok(None) };
    let refuse = |why: &dyn std::fmt::Display| corrupt(format!("checkpoint {size}: {why}"));
    let text = String::from_utf8(bytes).map_err(|_| refuse(&"it is not text"))?;
    let found = Checkpoint::open(&text, &key(store)?, origin).map_err(|error| refuse(&error))?;
    if found.size == size {
        return Ok(Some((found, text)));
    }
    Err(refuse(&"it is of another size"))
}

/// Signs and anchors the checkpoint of `size`, whose tiles have been written; takes over the one
/// that is anchored already. Answers with the signed note.
///
/// # Errors
/// Those of the ports; `Corrupt`, and nothing signed, if the anchor is ahead of the database, the
/// tiles do not contain the last checkpoint, or the anchored checkpoint of this size is another.
pub async fn sign_and_anchor(store: &Store, origin: &str, size: u64) -> Result<String, StoreError> {
    require_ok(store).await?;
    let root = from_tiles(store, size, |nodes| Tree::from_nodes(nodes, size)).await?.root();
    if let Some((found, text)) = anchored(store, origin, size).await? {
        return if found.root == root {
            Ok(text)
        } else {
            Err(corrupt(format!("checkpoint {size}: the tiles lead to another root")))
        };
    }
    let published = store.log.head().await?.published;
    if published > 0 {
        check_growth(store, origin, published, size, &root).await?;
    }
    let body = Checkpoint { origin: origin.to_owned(), size, root }.body();
    let signing = note::signing_bytes(&body).map_err(corrupt)?;
    let signature = store.signer.sign(signing).await?;
    let text = note::assemble(&body, origin, key(store)?.key_id(), &signature).map_err(corrupt)?;
    match store.anchor.create(&checkpoint_path(size), text.as_bytes()).await {
        Ok(()) => Ok(text),
        // A rival's note with another signature: the same root, or two logs.
        Err(StoreError::Exists { .. }) => match anchored(store, origin, size).await? {
            Some((found, text)) if found.root == root => Ok(text),
            _ => Err(corrupt(format!("checkpoint {size}: another one is anchored"))),
        },
        Err(error) => Err(error),
    }
}

/// Refuses to go on from a checkpoint that the tiles do not contain.
async fn check_growth(
    store: &Store,
    origin: &str,
    old: u64,
    new: u64,
    root: &Hash,
) -> Result<(), StoreError> {
    if old > new {
        return Ok(());
    }
    let Some((before, _)) = anchored(store, origin, old).await? else {
        return Err(corrupt(format!("checkpoint {old}: it was published and is missing")));
    };
    let proof = from_tiles(store, new, |nodes| merkle::consistency_proof(nodes, old, new)).await?;
    merkle::verify_consistency(old, &before.root, new, root, &proof)
        .map_err(|error| corrupt(format!("checkpoint {new}: does not contain {old}: {error}")))
}

/// Records that the checkpoint of `size` is anchored.
///
/// # Errors
/// Those of the ports; `NotFound` if it is not anchored.
pub async fn publish(store: &Store, size: u64) -> Result<(), StoreError> {
    if store.anchor.read(&checkpoint_path(size)).await?.is_none() {
        return Err(StoreError::NotFound);
    }
    store.log.publish(size).await
}

/// Does every step that is due, once. When the anchor is ahead it does nothing and says so.
///
/// # Errors
/// Those of the steps. Whatever was done stays done; run again.
pub async fn run_once(store: &Store, origin: &str) -> Result<Progress, StoreError> {
    let state = state(store).await?;
    if state != State::Ok {
        let published = store.log.head().await?.published;
        return Ok(Progress { sequenced: 0, published, state });
    }
    // What a crash left between anchoring and publishing comes first, so that growth is counted
    // from the newest checkpoint.
    let anchor = anchored_size(store).await?;
    if anchor > store.log.head().await?.published {
        publish(store, anchor).await?;
    }
    let sequenced = sequence(store, GROWTH_MAX).await?;
    let head = store.log.head().await?;
    if head.sequenced == head.published {
        return Ok(Progress { sequenced, published: head.published, state });
    }
    let size = integrate(store).await?;
    sign_and_anchor(store, origin, size).await?;
    publish(store, size).await?;
    Ok(Progress { sequenced, published: size, state })
}

/// The newest anchored checkpoint that the database knows of, as its signed note.
///
/// # Errors
/// Those of the ports; `Corrupt` if it is missing or not signed by the log's key.
pub async fn latest_checkpoint(
    store: &Store,
    origin: &str,
) -> Result<Option<(Checkpoint, String)>, StoreError> {
    let size = store.log.head().await?.published;
    if size == 0 {
        return Ok(None);
    }
    let found = anchored(store, origin, size).await?;
    found.map(Some).ok_or_else(|| corrupt(format!("checkpoint {size}: it is missing")))
}

/// The proof (C2SP tlog-proof) that an event is in the log as it was at `size`, an anchored size;
/// `None` while the event has no place in a log of that size.
///
/// # Errors
/// Those of the ports; `NotFound` if there is no such event or checkpoint; `Corrupt` if the proof
/// does not hold.
pub async fn proof_for(
    store: &Store,
    origin: &str,
    chain: &ChainId,
    seq: u64,
    size: u64,
) -> Result<Option<String>, StoreError> {
    let events = store.streams.events(chain, seq, 1).await?;
    let event = events.first().ok_or(StoreError::NotFound)?;
    match event.log_index.filter(|index| *index < size) {
        None => Ok(None),
        Some(index) => proof_at(store, origin, &event.header, index, size).await.map(Some),
    }
}

/// The proof that a header has a place in the log as it was at `size`, an anchored size.
///
/// # Errors
/// As for [`proof_for`].
pub async fn proof_at(
    store: &Store,
    origin: &str,
    header: &[u8],
    index: u64,
    size: u64,
) -> Result<String, StoreError> {
    let (checkpoint, note) = anchored(store, origin, size).await?.ok_or(StoreError::NotFound)?;
    let hashes =
        from_tiles(store, size, |nodes| merkle::inclusion_proof(nodes, index, size)).await?;
    let proof = Proof { index, hashes, checkpoint: note };
    proof
        .verify_in(&leaf_hash(header), &checkpoint)
        .map_err(|error| corrupt(format!("log index {index}: {error}")))?;
    Ok(proof.to_text())
}

/// The consistency proof between two anchored sizes, as hashes.
///
/// # Errors
/// Those of the ports; `Corrupt` if tiles are missing.
pub async fn consistency(store: &Store, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
    from_tiles(store, new, |nodes| merkle::consistency_proof(nodes, old, new)).await
}
