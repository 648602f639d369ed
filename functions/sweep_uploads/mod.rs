//! Timer, hourly: looks again at files whose bytes are all here and that nobody has judged or put on
//! their shelf, because a message was lost or a process died.
//!
//! An upload that its sender has given up is left alone: its blocks take room, but nothing says that
//! they will not come back. One file that cannot be judged does not keep the others waiting.

use crate::http::Problem;
use crate::intake;
use crate::triggers::{Firing, Trigger, TriggerKind};
use domain::views::{self, FileRow, key};

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
    for file in intake::waiting(app, PAGE).await? {
        process(firing, &file, &mut failed).await;
    }
    let mut after: Option<String> = None;
    loop {
        let key = key::unjudged();
        let rows = app.store.views.query(views::FILES, &key, after.as_deref(), PAGE).await?;
        for row in &rows.items {
            process(firing, &intake::of_row(row)?, &mut failed).await;
        }
        match rows.next {
            Some(next) => after = Some(next),
            None => return failed.map_or(Ok(()), Err),
        }
    }
}

/// Looks at one file; a failure is kept for the end, so that the others have their turn.
async fn process(firing: &Firing, file: &FileRow, failed: &mut Option<Problem>) {
    let outcome = match file.case_id.as_str().parse() {
        Ok(case) => intake::process(&firing.app, &case, &file.file_id, firing.at).await,
        Err(_) => Err(Problem::internal("a row of view files names no case")),
    };
    if let Err(problem) = outcome {
        tracing::error!(code = problem.code(), cause = problem.cause(), "file not processed");
        failed.get_or_insert(problem);
    }
}
