//! Running work: its state, the changes that can happen to it, and how a change is carried out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::Timestamp;

/// One run of a process map. `map_key` and `map_version` are pinned when work begins and no change
/// can alter them (domain invariant 20).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WorkInstance {
    /// Key of the map.
    pub map_key: String,
    /// Version of the map.
    pub map_version: String,
    /// Every work item there ever was, in the order they opened. This is also the history: no
    /// item is removed and a repeated step is a new item. At most one open item a step.
    pub work_items: Vec<WorkItem>,
    /// Steps with `join: all` that have been reached and wait for other branches.
    pub awaits: Vec<String>,
    /// How and when the work ended. Absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ending>,
}

/// One occurrence of one step.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WorkItem {
    /// Key of the step.
    pub step: String,
    /// 1 for the first time the step opened, 2 for the second.
    pub occurrence: u32,
    /// Where the item stands.
    pub state: ItemState,
    /// When it became ready.
    pub ready_at: Timestamp,
    /// Person who has claimed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// When it was first started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it was done, skipped or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// The pause that is running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<OpenPause>,
    /// Pauses that are over.
    pub pauses: Vec<Pause>,
    /// Everyone who started or resumed it; they all count as having done the step.
    pub performed_by: BTreeSet<String>,
    /// Person who witnessed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed_by: Option<String>,
    /// The answers its form was completed with.
    pub values: BTreeMap<String, Value>,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where a work item stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Open and waiting for somebody.
    Ready,
    /// Somebody has taken it and not started.
    Claimed,
    /// Being done.
    InProgress,
    /// Started, and stopped for a recorded reason.
    Paused,
    /// Completed.
    Done,
    /// Passed over with permission and a reason.
    Skipped,
    /// Stopped because the whole work was cancelled.
    Cancelled,
}

impl ItemState {
    /// Whether something can still happen to an item in this state.
    pub fn is_open(self) -> bool {
        match self {
            ItemState::Ready | ItemState::Claimed | ItemState::InProgress | ItemState::Paused => {
                true
            }
            ItemState::Done | ItemState::Skipped | ItemState::Cancelled => false,
        }
    }
}

/// A pause that is running.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OpenPause {
    /// Key of one of the map's pause reasons.
    pub reason: String,
    /// When it began.
    pub since: Timestamp,
}

/// A pause that is over.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Key of one of the map's pause reasons.
    pub reason: String,
    /// When it began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
}

/// How work ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Whether it ran its course.
    pub kind: EndingKind,
    /// When.
    pub at: Timestamp,
    /// Why it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether ended work ran its course.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndingKind {
    /// Every open path reached the end of the map.
    Completed,
    /// It was stopped.
    Cancelled,
}

/// A step that opens.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Key of the step.
    pub step: String,
    /// Which occurrence of it.
    pub occurrence: u32,
}

/// What happened to work: the recorded outcome of a decision. Who did it and when travel beside it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum WorkChange {
    /// The actor took a ready item.
    Claimed {
        /// Key of the step.
        step: String,
        /// Which occurrence of it.
        occurrence: u32,
    },
    /// A claimed or paused item went back to being ready for anyone.
    HandedBack {
        /// Key of the step.
        step: String,
        /// Which occurrence of it.
        occurrence: u32,
    },
    /// The actor started a claimed item. Ends the pause of an item handed back while paused.
    Started {
        /// Key of the step.
        step: String,
        /// Which occurrence of it.
        occurrence: u32,
    },
    /// Work on an item stopped for a while.
    Paused {
        /// Key of the step.
        step: String,
        /// Which occurrence of it.
        occurrence: u32,
        /// Key of one of the map's pause reasons.
        reason: String,
    },
    /// Work on a paused item went on.
    Resumed {
        /// Key of the step.
        step: String,
        /// Which occurrence of it.
        occurrence: u32,
    },
    /// An item was done.
    Completed {
        /// Key of the step.
        step: String,
        /// Which occurrence of it.
        occurrence: u32,
        /// Answers to the step's form.
        values: BTreeMap<String, Value>,
        /// Person who witnessed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        witness: Option<String>,
        /// Steps that open because of it.
        opens: Vec<Opening>,
        /// Steps with `join: all` that wait from now on; replaces the earlier list.
        awaits: Vec<String>,
        /// Whether the work has run its course.
        closes: bool,
    },
    /// An item was passed over.
    Skipped {
        /// Key of the step.
        step: String,
        /// Which occurrence of it.
        occurrence: u32,
        /// Why, in the actor's words.
        reason: String,
        /// Steps that open because of it.
        opens: Vec<Opening>,
        /// Steps with `join: all` that wait from now on; replaces the earlier list.
        awaits: Vec<String>,
        /// Whether the work has run its course.
        closes: bool,
    },
    /// The whole work was stopped.
    Cancelled {
        /// Why, in the actor's words.
        reason: String,
    },
}

impl WorkInstance {
    /// Whether nothing can happen to the work any more.
    pub fn is_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// The items something can still happen to, in the order they opened.
    pub fn open_items(&self) -> impl Iterator<Item = &WorkItem> {
        self.work_items.iter().filter(|item| item.state.is_open())
    }

    /// The open item of a step, of which there is at most one.
    pub fn open_item(&self, step: &str) -> Option<&WorkItem> {
        self.open_items().find(|item| item.step == step)
    }

    /// Whether this person performed any occurrence of a step.
    pub fn performed(&self, step: &str, person: &str) -> bool {
        self.work_items.iter().any(|item| item.step == step && item.performed_by.contains(person))
    }

    pub(super) fn occurrences(&self, step: &str) -> u32 {
        let highest = self.work_items.iter().filter(|item| item.step == step);
        highest.map(|item| item.occurrence).max().unwrap_or(0)
    }
}

impl WorkItem {
    pub(super) fn ready(opening: &Opening, at: Timestamp) -> WorkItem {
        WorkItem {
            step: opening.step.clone(),
            occurrence: opening.occurrence,
            state: ItemState::Ready,
            ready_at: at,
            assignee: None,
            started_at: None,
            finished_at: None,
            paused: None,
            pauses: Vec::new(),
            performed_by: BTreeSet::new(),
            witnessed_by: None,
            values: BTreeMap::new(),
            reason: None,
        }
    }

    /// Elapsed milliseconds from the first start to the finish, or to `now` while unfinished,
    /// pauses left out. Nothing if the item was never started. Working calendars are the
    /// caller's: the engine knows no holidays.
    pub fn running_ms(&self, now: Timestamp) -> Option<i64> {
        let until = self.finished_at.unwrap_or(now);
        let elapsed = until.millis().saturating_sub(self.started_at?.millis());
        let ended: i64 = self.pauses.iter().map(|pause| span_ms(pause.from, pause.to)).sum();
        let open = self.paused.as_ref().map_or(0, |pause| span_ms(pause.since, until));
        Some(elapsed.saturating_sub(ended).saturating_sub(open).max(0))
    }

    fn end_pause(&mut self, at: Timestamp) {
        if let Some(pause) = self.paused.take() {
            self.pauses.push(Pause { reason: pause.reason, from: pause.since, to: at });
        }
    }

    fn begin_work(&mut self, by: &str, at: Timestamp) {
        self.end_pause(at);
        self.state = ItemState::InProgress;
        self.started_at.get_or_insert(at);
        self.performed_by.insert(by.to_owned());
    }

    fn finish(&mut self, state: ItemState, at: Timestamp) {
        self.end_pause(at);
        self.state = state;
        self.finished_at = Some(at);
    }
}

fn span_ms(from: Timestamp, to: Timestamp) -> i64 {
    to.millis().saturating_sub(from.millis()).max(0)
}

/// Carries a change out. Total: a change that names an item the instance does not have leaves the
/// instance as it was, so that replaying any record ends in some state instead of a crash.
pub fn apply(instance: &mut WorkInstance, change: &WorkChange, by: &str, at: Timestamp) {
    match change {
        WorkChange::Claimed { step, occurrence } => {
            on_item(instance, step, *occurrence, |item| {
                item.state = ItemState::Claimed;
                item.assignee = Some(by.to_owned());
            });
        }
        WorkChange::HandedBack { step, occurrence } => {
            on_item(instance, step, *occurrence, |item| {
                item.state = ItemState::Ready;
                item.assignee = None;
            });
        }
        WorkChange::Started { step, occurrence } | WorkChange::Resumed { step, occurrence } => {
            on_item(instance, step, *occurrence, |item| item.begin_work(by, at));
        }
        WorkChange::Paused { step, occurrence, reason } => {
            on_item(instance, step, *occurrence, |item| {
                item.state = ItemState::Paused;
                item.paused = Some(OpenPause { reason: reason.clone(), since: at });
            });
        }
        WorkChange::Completed { step, occurrence, values, witness, opens, awaits, closes } => {
            let found = on_item(instance, step, *occurrence, |item| {
                item.finish(ItemState::Done, at);
                item.values = values.clone();
                item.witnessed_by = witness.clone();
            });
            if found {
                go_on(instance, opens, awaits, *closes, at);
            }
        }
        WorkChange::Skipped { step, occurrence, reason, opens, awaits, closes } => {
            let found = on_item(instance, step, *occurrence, |item| {
                item.finish(ItemState::Skipped, at);
                item.reason = Some(reason.clone());
            });
            if found {
                go_on(instance, opens, awaits, *closes, at);
            }
        }
        WorkChange::Cancelled { reason } => {
            for item in instance.work_items.iter_mut().filter(|item| item.state.is_open()) {
                item.finish(ItemState::Cancelled, at);
            }
            instance.awaits.clear();
            let kind = EndingKind::Cancelled;
            instance.ended = Some(Ending { kind, at, reason: Some(reason.clone()) });
        }
    }
}

fn on_item(
    instance: &mut WorkInstance,
    step: &str,
    occurrence: u32,
    act: impl FnOnce(&mut WorkItem),
) -> bool {
    let mut items = instance.work_items.iter_mut();
    match items.find(|item| item.step == step && item.occurrence == occurrence) {
        Some(item) => {
            act(item);
            true
        }
        None => false,
    }
}

fn go_on(
    instance: &mut WorkInstance,
    opens: &[Opening],
    awaits: &[String],
    closes: bool,
    at: Timestamp,
) {
    instance.work_items.extend(opens.iter().map(|opening| WorkItem::ready(opening, at)));
    instance.awaits = awaits.to_vec();
    if closes {
        instance.ended = Some(Ending { kind: EndingKind::Completed, at, reason: None });
    }
}
