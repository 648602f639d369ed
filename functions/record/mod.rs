//! The record: the one way in and the one way out for casework.
//!
//! [`change`] loads, lets the domain decide, folds, seals and commits, answers a repeated command
//! with what was answered before, and tries again when somebody else was faster. [`consult`] loads,
//! asks `may`, and writes the consultation down before anything is shown.

mod change;
mod command;
mod consult;
mod seals;
mod working;

pub use change::{Change, change, change_by_service};
pub use command::{Answered, CommandIdentity};
pub use consult::{
    consult, consult_as, consult_list, note_consultation, page_of_examination, shown,
};
pub use seals::seals_in_use;
pub use working::{Outcome, Working, load, load_all, load_page};

use domain::document::Kind;

/// The name of a document inside its case.
pub type Name = (Kind, String);

/// A document's name.
pub fn name(kind: Kind, id: impl ToString) -> Name {
    (kind, id.to_string())
}
