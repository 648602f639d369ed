//! A whole application in process, and what tests do with it.

#![allow(clippy::missing_panics_doc, reason = "a test that cannot go on has failed")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod app;
mod ask;
pub mod casework;
pub mod lab;

pub use app::{TestApp, people};
pub use ask::{Answer, Ask};
