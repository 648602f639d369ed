//! Tiles and entry bundles (C2SP tlog-tiles): the whole log as a finite set of static files.
//!
//! A tile holds up to 256 hashes of one level; a hash on level *l* is the root of 256^*l* leaves.
//! An entry bundle holds up to 256 entries, each after its length in two big-endian bytes. Pure:
//! existing files are asked for by path, new ones are returned.

use crate::hash::{Hash, leaf_hash};
use crate::merkle::{self, MAX_TREE_SIZE};

/// How many hashes or entries a full tile or bundle holds.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the Merkle tree in one tile.
const TILE_HEIGHT: u8 = 8;
/// Bytes of a hash.
const HASH_BYTES: usize = 32;
/// The longest entry in bytes, given by its two-byte length.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// Why tiles cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// A tile or bundle that must exist does not.
    #[error("{0} is missing")]
    Missing(String),
    /// A tile or bundle does not have the content its width calls for.
    #[error("{0} does not have its {1} entries")]
    Malformed(String, u64),
    /// An entry is longer than [`MAX_ENTRY_BYTES`].
    #[error("an entry is longer than {MAX_ENTRY_BYTES} bytes")]
    EntryTooLong,
    /// The log would grow beyond [`MAX_TREE_SIZE`].
    #[error("the log is full")]
    Full,
}

/// Path of the tile `index` on a level. `width` is 1 to 255 for a partial tile, [`TILE_WIDTH`] for
/// a full one.
pub fn tile_path(level: u8, index: u64, width: u64) -> String {
    format!("tile/{level}/{}", suffix(index, width))
}

/// Path of the entry bundle `index`; `width` as for [`tile_path`].
pub fn entries_path(index: u64, width: u64) -> String {
    format!("tile/entries/{}", suffix(index, width))
}

fn suffix(index: u64, width: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_WIDTH { format!("{path}.p/{width}") } else { path }
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePath {
    /// The level of a tile, or `None` for an entry bundle.
    pub level: Option<u8>,
    /// Position within its level.
    pub index: u64,
    /// How many hashes or entries, 1 to [`TILE_WIDTH`].
    pub width: u64,
}

/// Reads a path back; only the one spelling that [`tile_path`] and [`entries_path`] write is read.
pub fn parse_path(path: &str) -> Option<TilePath> {
    let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let (digits, width) = match rest.split_once(".p/") {
        Some((digits, width)) => (digits, width.parse().ok()?),
        None => (rest, TILE_WIDTH),
    };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let index = digits.parse().ok()?;
    let level = if kind == "entries" { None } else { Some(kind.parse().ok()?) };
    let spelt =
        level.map_or_else(|| entries_path(index, width), |level| tile_path(level, index, width));
    let valid = width > 0 && level.is_none_or(|level| level < 64) && spelt == path;
    valid.then_some(TilePath { level, index, width })
}

/// How many hashes or entries the tile `index` on `level` has in a tree of `size` leaves; 0 if it
/// does not exist. Bundles are like tiles of level 0.
pub fn width_at(level: u8, index: u64, size: u64) -> u64 {
    let hashes = size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
    hashes.saturating_sub(index.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH)
}

/// Reads the hashes of a tile that must have exactly `width` of them.
pub fn parse_tile(bytes: &[u8], width: u64) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    let whole = rest.is_empty() && u64::try_from(hashes.len()) == Ok(width);
    whole.then(|| hashes.iter().copied().map(Hash).collect())
}

/// Reads the entries of a bundle that must have exactly `width` of them.
pub fn parse_entries(mut bytes: &[u8], width: u64) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    let whole = bytes.is_empty() && u64::try_from(entries.len()) == Ok(width);
    whole.then_some(entries)
}

/// The files that a log of `old_size` entries must gain when the entries are appended: every full
/// tile and bundle completed by them, and the partial ones of the new size. A partial file of the
/// old size that grows is asked from `read` by its path; nothing else is read.
///
/// # Errors
/// Any [`TileError`].
pub fn grow<E: AsRef<[u8]>>(
    old_size: u64,
    entries: &[E],
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Result<Vec<(String, Vec<u8>)>, TileError> {
    let added = u64::try_from(entries.len()).map_err(|_| TileError::Full)?;
    let new_size = old_size.checked_add(added).ok_or(TileError::Full)?;
    if new_size > MAX_TREE_SIZE {
        return Err(TileError::Full);
    }
    let mut files = Vec::new();
    grow_entries(old_size, entries, &read, &mut files)?;
    let mut hashes: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry.as_ref())).collect();
    let (mut level, mut old) = (0, old_size);
    while !hashes.is_empty() {
        hashes = grow_level(level, old, hashes, &read, &mut files)?;
        old /= TILE_WIDTH;
        level += 1;
    }
    Ok(files)
}

/// Writes the tiles of one level and returns the hashes that the next level gains.
fn grow_level(
    level: u8,
    old: u64,
    added: Vec<Hash>,
    read: &impl Fn(&str) -> Option<Vec<u8>>,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<Vec<Hash>, TileError> {
    let mut hashes = Vec::new();
    let (first, partial) = (old / TILE_WIDTH, old % TILE_WIDTH);
    if partial > 0 {
        let path = tile_path(level, first, partial);
        let bytes = read(&path).ok_or_else(|| TileError::Missing(path.clone()))?;
        hashes = parse_tile(&bytes, partial).ok_or(TileError::Malformed(path, partial))?;
    }
    hashes.extend(added);
    let mut above = Vec::new();
    for (index, tile) in (first..).zip(hashes.chunks(TILE_WIDTH as usize)) {
        let width = tile.len() as u64;
        let bytes = tile.iter().flat_map(|hash| hash.0).collect();
        files.push((tile_path(level, index, width), bytes));
        if width == TILE_WIDTH {
            above.push(merkle::root(tile));
        }
    }
    Ok(above)
}

fn grow_entries<E: AsRef<[u8]>>(
    old: u64,
    added: &[E],
    read: &impl Fn(&str) -> Option<Vec<u8>>,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), TileError> {
    let (mut index, mut width) = (old / TILE_WIDTH, old % TILE_WIDTH);
    let mut bundle = Vec::new();
    if width > 0 && !added.is_empty() {
        let path = entries_path(index, width);
        bundle = read(&path).ok_or_else(|| TileError::Missing(path.clone()))?;
        parse_entries(&bundle, width).ok_or(TileError::Malformed(path, width))?;
    }
    for entry in added {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLong)?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
        width += 1;
        if width == TILE_WIDTH {
            files.push((entries_path(index, width), std::mem::take(&mut bundle)));
            (index, width) = (index + 1, 0);
        }
    }
    if !bundle.is_empty() {
        files.push((entries_path(index, width), bundle));
    }
    Ok(())
}

/// A source of nodes, for proofs of a log of `size` leaves, that reads at most one tile an answer.
/// A missing or malformed tile is a missing node. Should a partial tile be gone, the full tile that
/// replaced it is used.
pub fn nodes(
    size: u64,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> impl Fn(u8, u64) -> Option<Hash> {
    move |level, index| {
        let (tile_level, inside) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let first = index.checked_shl(u32::from(inside))?;
        let (tile, offset) = (first / TILE_WIDTH, usize::try_from(first % TILE_WIDTH).ok()?);
        let width = width_at(tile_level, tile, size);
        let hashes = read(&tile_path(tile_level, tile, width))
            .and_then(|bytes| parse_tile(&bytes, width))
            .or_else(|| parse_tile(&read(&tile_path(tile_level, tile, TILE_WIDTH))?, TILE_WIDTH))?;
        let in_tree = hashes.get(..usize::try_from(width).ok()?)?;
        in_tree.get(offset..offset + (1 << inside)).map(merkle::root)
    }
}

#[cfg(test)]
#[path = "tile_tests.rs"]
mod tests;
