//! Queue `uploads`: a file's bytes are all here. They are read once, in bounded memory, and the file
//! becomes evidence if they are what was announced, and is set apart if not.
//!
//! The message is the storage account's event of a finished blob, whose name is `<case>/<file>`. It may
//! come twice, late, in any order, or for a file that is not ours: none of that is an error.

use crate::http::Problem;
use crate::intake::{self, CONTAINER};
use crate::triggers::{Firing, Payload, Trigger, TriggerKind};

/// This function's line in the trigger table.
pub const TRIGGER: Trigger = Trigger {
    name: intake::WORKER,
    kind: TriggerKind::Queue { queue: "uploads" },
    handle: |firing| Box::pin(handle(firing)),
};

async fn handle(firing: &Firing) -> Result<(), Problem> {
    let Payload::Message(message) = &firing.payload else {
        return Err(Problem::internal("the queue sent something that is no message"));
    };
    let blob = message.event()?.blob_created()?;
    let named = blob.blob.split_once('/').filter(|_| blob.container == CONTAINER);
    let named = named.and_then(|(case, file)| Some((case.parse().ok()?, file.parse().ok()?)));
    match named {
        Some((case, file)) => intake::process(&firing.app, &case, &file, firing.at).await,
        None => {
            tracing::warn!("a finished blob is not an upload of ours");
            Ok(())
        }
    }
}
