//! Timer, hourly: looks again at files whose bytes are all here and that nobody has judged or put on
//! their shelf, because a message was lost or a process died.
//!
//! An upload that its sender has given up is left alone: its blocks take room, but nothing says that
//! they will not come back. One file that cannot be judged does not keep the others waiting.

use crate::http::Problem;
use crate::process_upload;
use crate::triggers::{Firing, Payload, Trigger, TriggerKind};
use domain::views::{self, key};
use std::sync::Arc;

/// This function's line in the trigger table.
pub const TRIGGER: Trigger = Trigger {
    name: "sweep_uploads",
    kind: TriggerKind::Timer { schedule: "0 0 * * * *" },
    handle: |firing| Box::pin(handle(firing)),
};

/// How many files are held in memory at once, and how many that only the store knows of are looked at
/// in one sweep; the next goes on.
const PAGE: usize = 100;

async fn handle(firing: &Firing) -> Result<(), Problem> {
    let app = &firing.app;
    let mut failed = None;
    for payload in process_upload::waiting(app, PAGE).await? {
        note_failure(process(firing, payload).await, &mut failed);
    }
    let mut after: Option<String> = None;
    loop {
        let key = key::unjudged();
        let rows = app.store.views.query(views::FILES, &key, after.as_deref(), PAGE).await?;
        for row in &rows.items {
            note_failure(process(firing, process_upload::message_of(row)?).await, &mut failed);
        }
        match rows.next {
            Some(next) => after = Some(next),
            None => return failed.map_or(Ok(()), Err),
        }
    }
}

fn note_failure(outcome: Result<(), Problem>, failed: &mut Option<Problem>) {
    if let Err(problem) = outcome {
        tracing::error!(code = problem.code(), cause = problem.cause(), "file not processed");
        failed.get_or_insert(problem);
    }
}

async fn process(firing: &Firing, payload: Payload) -> Result<(), Problem> {
    let again = Firing {
        app: Arc::clone(&firing.app),
        payload,
        at: firing.at,
        invocation_id: firing.invocation_id,
        trace: firing.trace.clone(),
    };
    (process_upload::TRIGGER.handle)(&again).await
}
