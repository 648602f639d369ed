//! What a decision is given besides the documents: who asks, when, and fresh identifiers.

use crate::ids::IdSupply;
use crate::people::Caller;
use crate::time::Timestamp;

/// The circumstances of one command.
#[derive(Debug)]
pub struct Context<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// When: one instant for all that the command causes.
    pub now: Timestamp,
    /// Fresh identifiers.
    pub ids: &'a mut IdSupply,
}
