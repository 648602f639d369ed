//! The Merkle tree of RFC 6962 and RFC 9162: roots, inclusion proofs and consistency proofs.
//!
//! Proofs can be computed from any source of nodes, so that a big log never has to be loaded: a
//! reader answers for the root of the full subtree that covers the leaves
//! `index << level .. (index + 1) << level`.

use crate::hash::{Hash, leaf_hash, node_hash, sha256};

/// The largest tree, in leaves: 2^53 − 1, which every language reads exactly.
pub const MAX_TREE_SIZE: u64 = (1 << 53) - 1;

/// The most hashes a valid proof can have for a tree within [`MAX_TREE_SIZE`].
pub const MAX_PROOF_HASHES: usize = 63;

/// Why a tree cannot be resumed or a proof cannot be made or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MerkleError {
    /// The index is not inside the tree, or the older tree is larger than the newer one.
    #[error("the index or size is outside the tree")]
    Range,
    /// The reader does not have a node that is needed.
    #[error("the node {index} at level {level} is missing")]
    MissingNode {
        /// Height of the node: 0 for leaves.
        level: u8,
        /// Position within its level, from 0.
        index: u64,
    },
    /// The proof has more or fewer hashes than the sizes call for.
    #[error("the proof does not have the number of hashes it must have")]
    Length,
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Root,
    /// The stored state is not that of a tree of its size.
    #[error("the stored peaks do not belong to a tree of this size")]
    Peaks,
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    sha256(b"")
}

/// A tree that only grows, kept as the roots of its full subtrees ("peaks", largest first): one
/// hash per bit set in its size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Resumes a tree from what [`Tree::size`] and [`Tree::peaks`] gave.
    ///
    /// # Errors
    /// `Peaks` if their number cannot belong to that size, `Range` beyond [`MAX_TREE_SIZE`].
    pub fn resume(size: u64, peaks: Vec<Hash>) -> Result<Self, MerkleError> {
        if size > MAX_TREE_SIZE {
            return Err(MerkleError::Range);
        }
        if u32::try_from(peaks.len()) != Ok(size.count_ones()) {
            return Err(MerkleError::Peaks);
        }
        Ok(Self { size, peaks })
    }

    /// Resumes a tree from its nodes.
    ///
    /// # Errors
    /// `MissingNode`, or `Range` beyond [`MAX_TREE_SIZE`].
    pub fn from_nodes(
        nodes: impl Fn(u8, u64) -> Option<Hash>,
        size: u64,
    ) -> Result<Self, MerkleError> {
        let mut peaks = Vec::new();
        for level in (0..64).rev().filter(|level| size >> level & 1 == 1) {
            // The peak at this level ends where the bits above and including it end.
            peaks.push(node(&nodes, level, (size >> level) - 1)?);
        }
        Self::resume(size, peaks)
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the full subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds one leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut carry = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("every bit set in the size has its peak");
            carry = node_hash(&left, &carry);
        }
        self.peaks.push(carry);
        self.size += 1;
    }

    /// Hashes an entry's bytes as a leaf and adds it.
    pub fn push_entry(&mut self, entry: &[u8]) {
        self.push(leaf_hash(entry));
    }

    /// The root of the tree as it stands.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        match peaks.next() {
            None => empty_root(),
            Some(smallest) => peaks.fold(smallest, |right, left| node_hash(&left, &right)),
        }
    }
}

/// The root over leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::new();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// A source of nodes over leaf hashes in memory; each answer costs as much as the subtree is big.
pub fn nodes_of(leaves: &[Hash]) -> impl Fn(u8, u64) -> Option<Hash> + '_ {
    |level, index| {
        let start = usize::try_from(index.checked_shl(u32::from(level))?).ok()?;
        let end = start.checked_add(1_usize.checked_shl(u32::from(level))?)?;
        leaves.get(start..end).map(root)
    }
}

/// The hashes that prove that the leaf at `index` is in the tree of `size` leaves, from the leaf's
/// sibling upwards (RFC 9162 §2.1.3.1).
///
/// # Errors
/// `Range` or `MissingNode`.
pub fn inclusion_proof(
    nodes: impl Fn(u8, u64) -> Option<Hash>,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, MerkleError> {
    if index >= size || size > MAX_TREE_SIZE {
        return Err(MerkleError::Range);
    }
    let (mut low, mut high) = (0, size);
    let mut proof = Vec::new();
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            proof.push(subtree(&nodes, middle, high)?);
            high = middle;
        } else {
            proof.push(subtree(&nodes, low, middle)?);
            low = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The hashes that prove that the tree of `old` leaves is the beginning of the tree of `new` leaves
/// (RFC 9162 §2.1.4.1). Empty if the sizes are equal or `old` is 0.
///
/// # Errors
/// `Range` or `MissingNode`.
pub fn consistency_proof(
    nodes: impl Fn(u8, u64) -> Option<Hash>,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, MerkleError> {
    if old > new || new > MAX_TREE_SIZE {
        return Err(MerkleError::Range);
    }
    let mut proof = Vec::new();
    if old == 0 || old == new {
        return Ok(proof);
    }
    let (mut low, mut high) = (0, new);
    while high != old {
        let middle = low + split(high - low);
        if old <= middle {
            proof.push(subtree(&nodes, middle, high)?);
            high = middle;
        } else {
            proof.push(subtree(&nodes, low, middle)?);
            low = middle;
        }
    }
    // The old root itself is known to the verifier, so it is only spelt out when it is not a
    // subtree that starts at the first leaf.
    if low != 0 {
        proof.push(subtree(&nodes, low, high)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks an inclusion proof (RFC 9162 §2.1.3.2).
///
/// # Errors
/// `Range`, `Length` or `Root`.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), MerkleError> {
    if index >= size || size > MAX_TREE_SIZE {
        return Err(MerkleError::Range);
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(MerkleError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(MerkleError::Length);
    }
    if hash == *root { Ok(()) } else { Err(MerkleError::Root) }
}

/// Checks a consistency proof (RFC 9162 §2.1.4.2). The empty tree is consistent with every tree.
///
/// # Errors
/// `Range`, `Length` or `Root`.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), MerkleError> {
    if old > new || new > MAX_TREE_SIZE {
        return Err(MerkleError::Range);
    }
    if old == 0 || old == new {
        let known = if old == 0 { empty_root() } else { *new_root };
        return match (proof.is_empty(), *old_root == known) {
            (false, _) => Err(MerkleError::Length),
            (true, false) => Err(MerkleError::Root),
            (true, true) => Ok(()),
        };
    }
    let (mut node, mut last) = (old - 1, new - 1);
    let shift = node.trailing_ones();
    node >>= shift;
    last >>= shift;
    // An old size that is a power of two is itself the first subtree of the proof.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(MerkleError::Length)?
    };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(MerkleError::Length);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(MerkleError::Length);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(MerkleError::Root) }
}

/// The largest power of two below `width`, which must be at least 2.
fn split(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}

fn node(
    nodes: &impl Fn(u8, u64) -> Option<Hash>,
    level: u8,
    index: u64,
) -> Result<Hash, MerkleError> {
    nodes(level, index).ok_or(MerkleError::MissingNode { level, index })
}

/// The root over the leaves `low..high`, where `low` is a multiple of the first full subtree.
fn subtree(
    nodes: &impl Fn(u8, u64) -> Option<Hash>,
    mut low: u64,
    high: u64,
) -> Result<Hash, MerkleError> {
    let mut peaks = Vec::new();
    while low < high {
        let level = u8::try_from((high - low).ilog2()).map_err(|_| MerkleError::Range)?;
        peaks.push(node(nodes, level, low >> level)?);
        low += 1 << level;
    }
    let smallest = peaks.pop().ok_or(MerkleError::Range)?;
    Ok(peaks.iter().rev().fold(smallest, |right, left| node_hash(left, &right)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    /// The definition of RFC 6962 §2.1, word for word, as the reference for everything above.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            more => {
                let k = more.len().next_power_of_two() / 2;
                node_hash(&by_definition(&more[..k]), &by_definition(&more[k..]))
            }
        }
    }

    #[test]
    fn the_root_is_the_one_of_the_definition() {
        let all = leaves(300);
        let mut tree = Tree::new();
        for size in 0..=300 {
            assert_eq!(tree.root(), by_definition(&all[..size]), "size {size}");
            let resumed = Tree::resume(tree.size(), tree.peaks().to_vec());
            assert_eq!(resumed, Ok(tree.clone()));
            assert_eq!(Tree::from_nodes(nodes_of(&all), tree.size()), Ok(tree.clone()));
            if let Some(leaf) = all.get(size) {
                tree.push(*leaf);
            }
        }
        assert_eq!(Tree::resume(3, vec![Hash::ZERO]), Err(MerkleError::Peaks));
        assert_eq!(Tree::resume(MAX_TREE_SIZE + 1, vec![]), Err(MerkleError::Range));
    }

    #[test]
    fn every_leaf_of_every_small_tree_has_a_proof_that_holds_only_for_it() {
        let all = leaves(40);
        for size in 1..=40u64 {
            let tree = root(&all[..size as usize]);
            for index in 0..size {
                let leaf = &all[index as usize];
                let proof = inclusion_proof(nodes_of(&all), index, size).unwrap();
                assert_eq!(verify_inclusion(leaf, index, size, &tree, &proof), Ok(()));
                for other in (0..size).filter(|other| *other != index) {
                    assert!(verify_inclusion(leaf, other, size, &tree, &proof).is_err());
                }
                let mut longer = proof.clone();
                longer.push(Hash::ZERO);
                assert!(verify_inclusion(leaf, index, size, &tree, &longer).is_err());
                if let Some((_, shorter)) = proof.split_last() {
                    assert!(verify_inclusion(leaf, index, size, &tree, shorter).is_err());
                }
            }
        }
    }

    #[test]
    fn every_pair_of_small_trees_has_a_proof_that_holds_only_for_it() {
        let all = leaves(40);
        for new in 0..=40u64 {
            let new_root = root(&all[..new as usize]);
            for old in 0..=new {
                let old_root = root(&all[..old as usize]);
                let proof = consistency_proof(nodes_of(&all), old, new).unwrap();
                assert_eq!(verify_consistency(old, &old_root, new, &new_root, &proof), Ok(()));
                let other = leaf_hash(b"another root");
                assert!(verify_consistency(old, &other, new, &new_root, &proof).is_err());
                if old > 0 {
                    assert!(verify_consistency(old, &old_root, new, &other, &proof).is_err());
                }
                let mut longer = proof.clone();
                longer.push(Hash::ZERO);
                assert!(verify_consistency(old, &old_root, new, &new_root, &longer).is_err());
                if let Some((_, shorter)) = proof.split_last() {
                    assert!(verify_consistency(old, &old_root, new, &new_root, shorter).is_err());
                }
            }
        }
    }

    #[test]
    fn what_is_outside_the_tree_is_refused() {
        let all = leaves(4);
        assert_eq!(inclusion_proof(nodes_of(&all), 4, 4), Err(MerkleError::Range));
        assert_eq!(inclusion_proof(nodes_of(&all), 0, 0), Err(MerkleError::Range));
        assert_eq!(consistency_proof(nodes_of(&all), 5, 4), Err(MerkleError::Range));
        let missing = MerkleError::MissingNode { level: 2, index: 1 };
        assert_eq!(inclusion_proof(nodes_of(&all), 0, 8), Err(missing));
        let over = MAX_TREE_SIZE + 1;
        let refused = verify_inclusion(&all[0], 0, over, &all[0], &[]);
        assert_eq!(refused, Err(MerkleError::Range));
        assert_eq!(verify_consistency(1, &all[0], over, &all[0], &[]), Err(MerkleError::Range));
        assert_eq!(verify_inclusion(&all[0], 0, 0, &all[0], &[]), Err(MerkleError::Range));
    }
}
