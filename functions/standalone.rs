//! On one machine without the Functions host, this process rings its own bells: timers by the clock,
//! the upload queue when a file has come in. The handlers are the very same.

use crate::app::App;
use crate::http::Problem;
use crate::http::trace::TraceContext;
use crate::intake;
use crate::triggers::{Firing, Payload, TimerFired, Trigger, TriggerKind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// How often the upload worker looks without being rung: what a crash left behind is found so.
const UPLOAD_PAUSE: Duration = Duration::from_secs(2);
/// The most waiting files looked at in one go.
const UPLOADS_MAX: usize = 32;

/// Starts the pump. Dropping what it returns stops it; every handler is safe to stop anywhere.
#[must_use]
pub fn start(app: &Arc<App>, triggers: &'static [Trigger]) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for trigger in triggers {
        match trigger.kind {
            TriggerKind::Timer { schedule } => {
                let pause = every(schedule).expect("the contract test reads every schedule");
                let bell = (trigger.name == "sequence_log").then(|| Arc::clone(&app.log_bell));
                tasks.spawn(timer(Arc::clone(app), trigger, pause, bell));
            }
            TriggerKind::Queue { .. } => {
                tasks.spawn(uploads(Arc::clone(app), trigger));
            }
            TriggerKind::EventGrid | TriggerKind::Changes { .. } => {}
        }
    }
    tasks
}

async fn timer(
    app: Arc<App>,
    trigger: &'static Trigger,
    pause: Duration,
    bell: Option<Arc<Notify>>,
) {
    loop {
        match &bell {
            None => tokio::time::sleep(pause).await,
            Some(bell) => {
                // Late is fine: the schedule is the latest, the bell the earliest.
                let _ = tokio::time::timeout(pause, bell.notified()).await;
            }
        }
        fire(&app, trigger, Payload::Timer(TimerFired { past_due: false, last: None })).await;
    }
}

async fn uploads(app: Arc<App>, trigger: &'static Trigger) {
    loop {
        match intake::waiting(&app, UPLOADS_MAX).await {
            Ok(files) => {
                for file in files {
                    let message = intake::message_for(&file.case_id, &file.file_id);
                    fire(&app, trigger, message).await;
                }
            }
            Err(problem) => failed(trigger, &problem),
        }
        let _ = tokio::time::timeout(UPLOAD_PAUSE, app.upload_bell.notified()).await;
    }
}

async fn fire(app: &Arc<App>, trigger: &'static Trigger, payload: Payload) {
    let firing = Firing {
        app: Arc::clone(app),
        payload,
        at: (app.edge.clock)(),
        invocation_id: None,
        trace: TraceContext::from_headers(&http::HeaderMap::new()),
    };
    if let Err(problem) = (trigger.handle)(&firing).await {
        failed(trigger, &problem);
    }
}

fn failed(trigger: &Trigger, problem: &Problem) {
    tracing::error!(
        function = trigger.name,
        code = problem.code(),
        cause = problem.cause(),
        "failed"
    );
}

/// The pause of a schedule of six fields, of the kinds we use: every N seconds, every N minutes,
/// every minute, every hour.
#[must_use]
pub fn every(schedule: &str) -> Option<Duration> {
    let fields: Vec<&str> = schedule.split(' ').collect();
    let [second, minute, "*", "*", "*", "*"] = fields[..] else { return None };
    let step = |field: &str| match field {
        "*" => Some(1),
        other => other.strip_prefix("*/").and_then(|n| n.parse::<u64>().ok()).filter(|n| *n > 0),
    };
    match (second, minute) {
        ("0", "0") => Some(Duration::from_secs(3_600)),
        ("0", minute) => step(minute).map(|n| Duration::from_secs(60 * n)),
        (second, "*") => step(second).map(Duration::from_secs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_read_as_the_pause_between_firings() {
        assert_eq!(every("*/2 * * * * *"), Some(Duration::from_secs(2)));
        assert_eq!(every("0 * * * * *"), Some(Duration::from_secs(60)));
        assert_eq!(every("0 */5 * * * *"), Some(Duration::from_secs(300)));
        assert_eq!(every("0 0 * * * *"), Some(Duration::from_secs(3_600)));
        assert_eq!(every("0 0 3 * * *"), None);
        assert_eq!(every("*/0 * * * * *"), None);
    }
}
