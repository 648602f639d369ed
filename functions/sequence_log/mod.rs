//! Timer: gives recorded events their place in the force's log, and anchors a signed checkpoint.
//!
//! Safe to run anywhere, any number of times, by several processes at once. When the anchor is ahead
//! of the database (it was rolled back), or what is anchored is damaged or gone, nothing is signed and
//! this process stops writing: `continuity fsck` says what is wrong.

use crate::http::Problem;
use crate::triggers::{Firing, Trigger, TriggerKind};
use store::error::StoreError;
use store::sequencer::{self, State};

/// This function's line in the trigger table.
pub const TRIGGER: Trigger = Trigger {
    name: "sequence_log",
    kind: TriggerKind::Timer { schedule: "*/2 * * * * *" },
    handle: |firing| Box::pin(handle(firing)),
};

/// The most rounds of one firing: what is left waits for the next.
const ROUNDS_MAX: usize = 16;

async fn handle(firing: &Firing) -> Result<(), Problem> {
    let app = &firing.app;
    for _ in 0..ROUNDS_MAX {
        let progress = match sequencer::run_once(&app.store, &app.edge.config.origin).await {
            Ok(progress) => progress,
            Err(error) => {
                if matches!(error, StoreError::Corrupt { .. }) {
                    app.stop_writing();
                }
                return Err(error.into());
            }
        };
        if let State::AnchorAhead { database, anchor } = progress.state {
            tracing::error!(database, anchor, "anchor is ahead of the database: read-only");
            app.stop_writing();
            return Err(Problem::internal("the anchor is ahead of the database"));
        }
        if progress.sequenced == 0 {
            break;
        }
    }
    app.anchored.notify_waiters();
    Ok(())
}
