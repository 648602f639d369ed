//! Cases and the requests made in them.

pub mod authority;
pub mod case;
pub mod resubmission;
pub mod submission;
mod submission_check;
pub mod triage;
pub mod withdrawal;
