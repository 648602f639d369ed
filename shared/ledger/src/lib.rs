//! The log that everything else stands on: events, disclosures, chains, the Merkle tree, signed
//! checkpoints, evidence bundles and their verification.
//!
//! Pure by design: no clock, no randomness, no network and no async. The one piece of I/O is
//! reading a bundle's folder in [`verify`]. Formats follow RFC 6962 (hashing), RFC 8785 (canonical
//! JSON), RFC 9901 (salted disclosures), RFC 8493 (BagIt) and the C2SP specifications signed-note,
//! tlog-checkpoint, tlog-tiles and tlog-proof, so that a stranger can check the work of this crate
//! with tools that are not ours.

pub mod bundle;
pub mod canonical;
pub mod chain;
pub mod checkpoint;
pub mod disclosure;
pub mod event;
pub mod hash;
pub mod header;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod tile;
pub mod verify;

pub use hash::Hash;
