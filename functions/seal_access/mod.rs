//! Timer: closes the consultations recorded since the last time into one leaf of the force's log.

use crate::http::Problem;
use crate::triggers::{Firing, Trigger, TriggerKind};

/// This function's line in the trigger table.
pub const TRIGGER: Trigger = Trigger {
    name: "seal_access",
    kind: TriggerKind::Timer { schedule: "0 * * * * *" },
    handle: |firing| Box::pin(handle(firing)),
};

async fn handle(firing: &Firing) -> Result<(), Problem> {
    if firing.app.store.access.seal(firing.at).await?.is_some() {
        firing.app.log_bell.notify_one();
    }
    Ok(())
}
