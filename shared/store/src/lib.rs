//! The store: what Continuity asks of a place to keep things (`ports`), and the embedded backend
//! that keeps them in one directory.
//!
//! `functions` knows the ports and never a backend; only its `main.rs` and the tests construct one.

pub mod embedded;
pub mod error;
#[cfg(feature = "testing")]
pub mod fault;
pub mod fsck;
pub mod model;
pub mod ports;
pub mod sequencer;

pub use embedded::{Embedded, EmbeddedOptions, OpenError};
