//! The log: its order, and everything in the anchor, which is a function of it.

use super::Fsck;
use crate::embedded::log::log_head;
use crate::embedded::rows::{signed, unsigned};
use crate::error::StoreError;
use ledger::checkpoint::Checkpoint;
use ledger::hash::{Hash, leaf_hash};
use ledger::merkle::{self, Tree};
use ledger::note::VerifyingKey;
use ledger::tile::{self, TILE_WIDTH, TilePath};
use p256::ecdsa::SigningKey;
use p256::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Leaves read at a time.
const PAGE: u64 = 4_096;

/// The log made again from the database.
struct Rebuilt {
    /// Roots at the sizes asked for.
    roots: BTreeMap<u64, Hash>,
    /// The hashes of each tile level above the leaves: the first vector is level 1.
    levels: Vec<Vec<Hash>>,
}

impl Fsck<'_> {
    /// Checks order, tiles, bundles and checkpoints.
    pub(super) fn check_log(&mut self) -> Result<(), StoreError> {
        let head = log_head(&self.db)?;
        self.report.leaves = head.sequenced;
        if head.published > head.sequenced {
            self.report.problem("log", "more is published than has a place");
        }
        self.check_places(head.sequenced)?;
        let mut paths = BTreeSet::new();
        list(&self.anchor, "", &mut paths)?;
        let checkpoints = self.open_checkpoints(&paths)?;
        let sizes = checkpoints.keys().copied().collect();
        let rebuilt = self.rebuild(head.sequenced, &sizes)?;
        for (size, checkpoint) in &checkpoints {
            let here = format!("checkpoint {size}");
            match rebuilt.roots.get(size) {
                Some(root) if *root == checkpoint.root => {}
                Some(_) => self.report.problem(here, "the log's entries lead to another root"),
                None => self.report.problem(
                    here,
                    format!("the anchor is ahead: the database has {} leaves", head.sequenced),
                ),
            }
        }
        if head.published > 0 && !checkpoints.contains_key(&head.published) {
            let here = format!("checkpoint {}", head.published);
            self.report.problem(here, "it was published, and is missing or damaged");
        }
        for path in required(head.published) {
            if !paths.contains(&path) {
                self.report.problem(path, "it is missing");
            }
        }
        for path in paths.iter().filter(|path| !path.starts_with("checkpoint/")) {
            match tile::parse_path(path) {
                Some(named) => self.check_tile(path, named, head.sequenced, &rebuilt)?,
                None => self.report.warning(path, "nothing of ours in the anchor"),
            }
        }
        Ok(())
    }

    /// Every event has one place or waits for one; places have no gaps.
    fn check_places(&mut self, sequenced: u64) -> Result<(), StoreError> {
        let questions = [
            (
                "SELECT event FROM log_entry WHERE event NOT IN (SELECT id FROM event)",
                "a place in the log is given to no event",
            ),
            (
                "SELECT event FROM unsequenced WHERE event NOT IN (SELECT id FROM event)",
                "what waits for a place is no event",
            ),
            (
                "SELECT id FROM event WHERE (id IN (SELECT event FROM log_entry))
                 = (id IN (SELECT event FROM unsequenced))",
                "it neither has a place in the log nor waits for one, or both",
            ),
        ];
        for (question, what) in questions {
            let mut select = self.db.prepare(question)?;
            let found: Vec<i64> =
                select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            for id in found {
                self.report.problem(format!("event row {id}"), what);
            }
        }
        let (count, last): (i64, Option<i64>) =
            self.db.query_row("SELECT count(*), max(log_index) FROM log_entry", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let last = last.map_or(Ok(0), |last| unsigned(last).map(|last| last + 1))?;
        if unsigned(count)? != sequenced || last != sequenced {
            self.report.problem("log", "its places have gaps or its head is wrong");
        }
        Ok(())
    }

    /// The checkpoints that are signed by the log's key, by size.
    fn open_checkpoints(
        &mut self,
        paths: &BTreeSet<String>,
    ) -> Result<BTreeMap<u64, Checkpoint>, StoreError> {
        let mut checkpoints = BTreeMap::new();
        let Some(key) = self.verifying_key() else { return Ok(checkpoints) };
        for path in paths.iter().filter(|path| path.starts_with("checkpoint/")) {
            let text = String::from_utf8(fs::read(self.anchor.join(path))?);
            let opened = text.map_err(|error| error.to_string()).and_then(|text| {
                let opened = Checkpoint::open(&text, &key, self.origin);
                opened.map_err(|error| error.to_string())
            });
            match opened {
                Ok(found) if *path == format!("checkpoint/{:020}", found.size) => {
                    checkpoints.insert(found.size, found);
                }
                Ok(found) => {
                    self.report.problem(path, format!("it is the checkpoint of {}", found.size));
                }
                Err(error) => self.report.problem(path, error),
            }
        }
        Ok(checkpoints)
    }

    /// The public half of the log's key.
    fn verifying_key(&mut self) -> Option<VerifyingKey> {
        let path = self.keys.join("log.pem");
        let pem = fs::read_to_string(path)
            .ok()
            .and_then(|pem| SigningKey::from_pkcs8_pem(&pem).ok())
            .and_then(|key| key.verifying_key().to_public_key_pem(LineEnding::LF).ok())
            .and_then(|pem| VerifyingKey::from_pem(&pem).ok());
        if pem.is_none() {
            self.report.problem("key", "the log's key is missing or damaged");
        }
        pem
    }

    fn entries(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT e.header FROM log_entry l JOIN event e ON e.id = l.event
             WHERE l.log_index >= ?1 AND l.log_index < ?2 ORDER BY l.log_index",
        )?;
        let found = select.query_map([signed(from)?, signed(to)?], |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn rebuild(&self, size: u64, sizes: &BTreeSet<u64>) -> Result<Rebuilt, StoreError> {
        let mut tree = Tree::new();
        let mut roots = BTreeMap::new();
        let (mut tile, mut level) = (Vec::new(), Vec::new());
        for from in (0..size).step_by(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            for entry in self.entries(from, size.min(from + PAGE))? {
                let leaf = leaf_hash(&entry);
                tree.push(leaf);
                tile.push(leaf);
                if tile.len() as u64 == TILE_WIDTH {
                    level.push(merkle::root(&tile));
                    tile.clear();
                }
                if sizes.contains(&tree.size()) {
                    roots.insert(tree.size(), tree.root());
                }
            }
        }
        let mut levels = Vec::new();
        while !level.is_empty() {
            let full = level.len() / TILE_WIDTH as usize * TILE_WIDTH as usize;
            let above = level[..full].chunks(TILE_WIDTH as usize).map(merkle::root).collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        Ok(Rebuilt { roots, levels })
    }

    /// Compares a tile or bundle with what the database makes it.
    fn check_tile(
        &mut self,
        path: &str,
        named: TilePath,
        sequenced: u64,
        rebuilt: &Rebuilt,
    ) -> Result<(), StoreError> {
        let TilePath { level, index, width } = named;
        let from = index.saturating_mul(TILE_WIDTH);
        let bytes = fs::read(self.anchor.join(path))?;
        let expected = match level {
            Some(level) if level > 0 => {
                let hashes = rebuilt.levels.get(usize::from(level) - 1);
                let start = usize::try_from(from).unwrap_or(usize::MAX);
                let end = start.saturating_add(usize::try_from(width).unwrap_or(usize::MAX));
                hashes.and_then(|hashes| hashes.get(start..end)).map(concat)
            }
            _ if from.saturating_add(width) > sequenced => None,
            leaves => {
                let entries = self.entries(from, from + width)?;
                Some(match leaves {
                    Some(_) => concat(&entries.iter().map(|e| leaf_hash(e)).collect::<Vec<_>>()),
                    None => entries.iter().flat_map(|entry| bundled(entry)).collect(),
                })
            }
        };
        match expected {
            None => self.report.problem(path, "it is of leaves that the database does not have"),
            Some(expected) if expected != bytes => {
                self.report.problem(path, "it is not what the log's entries make it");
            }
            Some(_) => {}
        }
        Ok(())
    }
}

fn concat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// An entry as bundles hold it: after its length in two bytes. A header is at most 8 KiB.
fn bundled(entry: &[u8]) -> Vec<u8> {
    let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], entry].concat()
}

/// The tiles and bundles that a log of `size` leaves cannot do without.
fn required(size: u64) -> Vec<String> {
    let mut paths = Vec::new();
    let (mut hashes, mut level) = (size, 0);
    while hashes > 0 {
        for index in 0..hashes.div_ceil(TILE_WIDTH) {
            let width = (hashes - index * TILE_WIDTH).min(TILE_WIDTH);
            paths.push(tile::tile_path(level, index, width));
            if level == 0 {
                paths.push(tile::entries_path(index, width));
            }
        }
        hashes /= TILE_WIDTH;
        level += 1;
    }
    paths
}

/// The paths of all objects under a folder; those that begin with a dot are not objects.
fn list(folder: &Path, base: &str, paths: &mut BTreeSet<String>) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{base}{name}");
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{path}/"), paths)?;
        } else {
            paths.insert(path);
        }
    }
    Ok(())
}
