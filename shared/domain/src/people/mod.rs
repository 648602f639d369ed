//! Who may do what: people, their roles, and the one function that decides.

mod caller;
mod may;

pub use caller::{Actor, Caller, PersonRef, Role, UnknownRole};
pub use may::{Act, CaseScope, listed_disciplines, may, may_anywhere, may_everywhere};
