//! Cases and the requests made in them.

pub mod authority;
pub mod case;
pub mod submission;
pub mod triage;
