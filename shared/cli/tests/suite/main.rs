//! The program as it is run: its arguments, its exit codes, its output, against the real service and
//! against one that misbehaves.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bundles;
mod interruptions;
mod service;
mod support;
