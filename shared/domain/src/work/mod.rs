//! Work: process maps and what is done along them.

pub mod engine;
pub mod examination;
pub mod finding;
pub mod form;
pub mod map;
pub mod map_check;
pub mod note;
pub mod package;
pub mod result;
pub mod service;

#[cfg(test)]
pub(crate) mod case_bench;
#[cfg(test)]
mod case_property_tests;
