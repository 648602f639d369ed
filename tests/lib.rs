//! What the tests and benchmarks share: a whole application in a directory of its own, people who
//! ask it things, and casework brought to where a test begins.

pub mod support;
