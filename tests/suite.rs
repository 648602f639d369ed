//! Every test above the crates' own.
//!
//! `conformance`: each promise of each port, on every backend. `endpoints`: one file per endpoint,
//! with every status it documents. `stories`: whole journeys that a laboratory manager can read.
//! `contract`: the lists that have to agree. `faults`: every store call failing, before and after.
//! `hostile`: bad input, which gets a clear answer and changes nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod conformance;
mod contract;
mod endpoints;
mod faults;
mod hostile;
mod stories;
