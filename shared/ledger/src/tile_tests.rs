use std::collections::BTreeMap;

use super::*;
use crate::merkle::{Tree, consistency_proof, inclusion_proof, verify_consistency};

fn entry(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

fn entries(from: u64, to: u64) -> Vec<Vec<u8>> {
    (from..to).map(entry).collect()
}

/// Grows a log through the sizes, keeping every file and refusing to write one twice differently.
fn log(sizes: &[u64]) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut old = 0;
    for new in sizes {
        let added = grow(old, &entries(old, *new), |path| files.get(path).cloned()).unwrap();
        for (path, bytes) in added {
            assert_eq!(*files.entry(path).or_insert_with(|| bytes.clone()), bytes);
        }
        old = *new;
    }
    files
}

#[test]
fn paths_are_those_of_the_specification() {
    assert_eq!(tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(tile_path(2, 0, 1), "tile/2/000.p/1");
    assert_eq!(entries_path(999, 256), "tile/entries/999");
    assert_eq!(entries_path(1000, 7), "tile/entries/x001/000.p/7");
}

#[test]
fn paths_read_back_in_one_spelling() {
    for (level, index, width) in [(Some(0), 0, 256), (Some(63), 1_234_067, 1), (None, 1000, 255)] {
        let path = match level {
            Some(level) => tile_path(level, index, width),
            None => entries_path(index, width),
        };
        assert_eq!(parse_path(&path), Some(TilePath { level, index, width }), "{path}");
    }
    for bad in [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/001/000",
        "tile/0/x000/000",
        "tile/0/../000",
        "tile/-1/000",
        "tile/0/",
        "checkpoint",
    ] {
        assert_eq!(parse_path(bad), None, "{bad}");
    }
}

#[test]
fn a_tree_of_70_000_has_the_tiles_the_specification_counts() {
    let files = log(&[70_000]);
    let count = |level: u8, full: bool| {
        let all = files.keys().filter_map(|path| parse_path(path));
        all.filter(|tile| tile.level == Some(level) && (tile.width == 256) == full).count()
    };
    assert_eq!((count(0, true), count(0, false)), (273, 1));
    assert_eq!((count(1, true), count(1, false)), (1, 1));
    assert_eq!((count(2, true), count(2, false)), (0, 1));
    assert!(files.contains_key("tile/0/273.p/112"));
    assert!(files.contains_key("tile/1/001.p/17"));
    assert!(files.contains_key("tile/2/000.p/1"));
    assert_eq!(files["tile/0/000"].len(), 8192);
}

#[test]
fn growing_in_steps_gives_the_same_full_tiles_as_at_once() {
    let (steps, once) = (log(&[1, 2, 255, 256, 257, 600, 66_000]), log(&[66_000]));
    for (path, bytes) in once {
        assert_eq!(steps.get(&path), Some(&bytes), "{path}");
    }
    assert_eq!(log(&[0]), BTreeMap::new());
    assert!(log(&[256]).contains_key("tile/1/000.p/1"));
}

#[test]
fn proofs_from_tiles_are_those_of_the_tree() {
    let files = log(&[300, 66_000]);
    let leaves: Vec<_> = (0..66_000).map(|n| leaf_hash(&entry(n))).collect();
    let source = |size: u64| nodes(size, |path: &str| files.get(path).cloned());
    for (index, size) in [(0, 1), (299, 300), (255, 300), (256, 66_000), (65_999, 66_000)] {
        let leaves = &leaves[..size as usize];
        let proof = inclusion_proof(source(size), index, size).unwrap();
        assert_eq!(proof, inclusion_proof(merkle::nodes_of(leaves), index, size).unwrap());
        assert_eq!(Tree::from_nodes(source(size), size).unwrap().root(), merkle::root(leaves));
    }
    let proof = consistency_proof(source(66_000), 300, 66_000).unwrap();
    let (old, new) = (merkle::root(&leaves[..300]), merkle::root(&leaves));
    assert_eq!(verify_consistency(300, &old, 66_000, &new, &proof), Ok(()));
}

#[test]
fn bundles_hold_the_entries_in_order() {
    let files = log(&[300]);
    let bundle = parse_entries(&files["tile/entries/001.p/44"], 44).unwrap();
    assert_eq!(bundle, entries(256, 300));
    assert_eq!(parse_entries(&files["tile/entries/001.p/44"], 43), None);
    assert_eq!(parse_entries(&[0], 0), None);
    assert_eq!(parse_entries(&[0, 2, 1], 1), None);
    assert_eq!(parse_entries(&[], 0), Some(vec![]));
    assert_eq!(parse_tile(&[0; 33], 1), None);
}

#[test]
fn a_missing_or_damaged_tile_is_named() {
    let files = log(&[300]);
    let grow_from = |files: &BTreeMap<String, Vec<u8>>| {
        grow(300, &entries(300, 301), |path| files.get(path).cloned())
    };
    for path in ["tile/entries/001.p/44", "tile/0/001.p/44"] {
        let mut damaged = files.clone();
        damaged.remove(path);
        assert_eq!(grow_from(&damaged), Err(TileError::Missing(path.to_owned())));
        damaged.insert(path.to_owned(), vec![0; 7]);
        assert_eq!(grow_from(&damaged), Err(TileError::Malformed(path.to_owned(), 44)));
    }
    let none = |_: &str| None;
    assert_eq!(merkle::inclusion_proof(nodes(2, none), 0, 2).ok(), None);
}

#[test]
fn limits_hold_on_both_sides() {
    let none = |_: &str| None;
    assert!(grow(0, &[vec![0; MAX_ENTRY_BYTES]], none).is_ok());
    assert_eq!(grow(0, &[vec![0; MAX_ENTRY_BYTES + 1]], none), Err(TileError::EntryTooLong));
    assert_eq!(grow(MAX_TREE_SIZE, &[vec![0]], none), Err(TileError::Full));
}
