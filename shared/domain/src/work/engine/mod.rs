//! The engine that runs process maps.
//!
//! Deciding and applying are apart. A decision ([`claim`], [`start`], [`complete`] and the others)
//! reads the instance, the pinned map and the facts, and answers with a [`WorkChange`] or a
//! [`Refusal`](crate::refusal::Refusal). [`apply`] carries a change out. It never refuses and
//! never looks at the map, because a change is what gets recorded and replayed years later, when
//! the map may be long retired: a change says everything it leads to, such as which steps open.

mod decide;
mod guards;
mod instance;
mod onward;

pub use decide::{
    Completion, PAUSES_MAX, REASON_CHARS_MAX, begin, cancel, claim, complete, hand_back, pause,
    resume, skip, start,
};
pub use guards::{Actor, Blocker, BlockerCode, Moment, blocked};
pub use instance::{
    Ending, EndingKind, ItemState, OpenPause, Opening, Pause, WorkChange, WorkInstance, WorkItem,
    apply,
};
pub use onward::OCCURRENCES_MAX;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod route_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod walk_tests;
