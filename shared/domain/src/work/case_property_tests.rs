//! Whatever people try, in whatever order: nothing is released that two others have not passed, and no
//! status says more than the events do.

use crate::event::Event;
use crate::ids::{PersonId, ResultId};
use crate::people::Caller;
use crate::status::{ProgressState, SubmissionStatus};
use crate::work::case_bench::{CaseBench, somebody};
use crate::work::engine::{ItemState, WorkChange};
use crate::work::examination::StepCommand;
use crate::work::finding::Finding;
use crate::work::result::{ResultRecord, ReviewKind};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PEOPLE: [&str; 5] = ["ann", "bob", "cat", "dan", "eve"];

#[derive(Clone, Copy, Debug)]
enum Try {
    Work,
    Pause,
    HandBack,
    Find,
    Upload,
    Prepare,
    Review(ReviewKind, bool),
    Release,
    Cancel,
}

fn tries() -> impl Strategy<Value = Try> {
    use ReviewKind::{Administrative, Technical};
    prop_oneof![
        6 => Just(Try::Work),
        1 => Just(Try::Pause),
        1 => Just(Try::HandBack),
        2 => Just(Try::Find),
        1 => Just(Try::Upload),
        2 => Just(Try::Prepare),
        4 => Just(Try::Review(Technical, true)),
        4 => Just(Try::Review(Administrative, true)),
        1 => Just(Try::Review(Technical, false)),
        1 => Just(Try::Review(Administrative, false)),
        4 => Just(Try::Release),
        1 => prop_oneof![9 => Just(Try::Work), 1 => Just(Try::Cancel)],
    ]
}

/// Refusals are fine: what matters is what got through.
fn attempt(bench: &mut CaseBench, who: &Caller, what: Try, pick: usize) {
    let results: Vec<ResultId> =
        bench.documents.all::<ResultRecord>().map(|found| found.id.clone()).collect();
    let result = (!results.is_empty()).then(|| results[pick % results.len()].clone());
    let open = bench.examination().work.open_items().next();
    let open = open.map(|item| (item.step.clone(), item.state));
    let _refused_or_not = match (what, open, result) {
        (Try::Work, Some((step, ItemState::Ready)), _) => {
            bench.step(who, &step, &StepCommand::Claim)
        }
        (Try::Work, Some((step, ItemState::Claimed)), _) => {
            bench.step(who, &step, &StepCommand::Start)
        }
        (Try::Work, Some((step, ItemState::Paused)), _) => {
            bench.step(who, &step, &StepCommand::Resume)
        }
        (Try::Work, Some((step, _)), _) => bench.complete(who, &step),
        (Try::Pause, Some((step, _)), _) => {
            bench.step(who, &step, &StepCommand::Pause("welfare".into()))
        }
        (Try::HandBack, Some((step, _)), _) => bench.step(who, &step, &StepCommand::HandBack),
        (Try::Find, _, _) => bench.find(who).map(drop),
        (Try::Upload, _, _) => {
            bench.announce(who, 3 + pick as u64 % 2).map(|file| bench.judge(&file))
        }
        (Try::Prepare, _, _) => {
            let found = bench.documents.all::<Finding>().map(|f| f.finding.finding_id.clone());
            let found = found.take(2).collect();
            let files = bench.documents.all::<crate::files::File>().map(|f| f.id.clone());
            let files = files.take(pick % 2).collect();
            bench.prepare(who, found, files).map(drop)
        }
        (Try::Review(kind, passed), _, Some(result)) => bench.review(who, &result, kind, passed),
        (Try::Release, _, Some(result)) => bench.release(who, &result),
        (Try::Cancel, _, _) => bench.cancel(who),
        _ => Ok(()),
    };
}

/// What the events alone say, worked out independently of the documents.
#[derive(Default)]
struct Account {
    hands: BTreeSet<PersonId>,
    passed: BTreeMap<ResultId, Vec<(ReviewKind, PersonId)>>,
    released: Vec<ResultId>,
    stage: Option<String>,
    has_begun: bool,
    has_ended: bool,
}

fn account(bench: &CaseBench) -> Result<Account, TestCaseError> {
    let mut account = Account::default();
    for recorded in &bench.events {
        let who = recorded.actor.id.clone();
        match &recorded.event {
            Event::WorkChanged(worked) => {
                let begins = matches!(
                    worked.change,
                    WorkChange::Started { .. } | WorkChange::Resumed { .. }
                );
                if begins {
                    account.hands.insert(who);
                    account.has_begun = true;
                }
                if let Some(stage) = &worked.stage {
                    account.stage = Some(stage.wording.clone());
                }
                account.has_ended |= matches!(
                    worked.change,
                    WorkChange::Completed { closes: true, .. } | WorkChange::Cancelled { .. }
                );
            }
            Event::FindingRecorded(_) | Event::FileAnnounced(_) | Event::ResultPrepared(_) => {
                account.hands.insert(who);
            }
            Event::ResultReviewed(review) => {
                prop_assert!(!account.hands.contains(&who), "{who} reviewed their own work");
                if review.passed {
                    let passed = account.passed.entry(review.result_id.clone()).or_default();
                    passed.push((review.kind, who));
                }
            }
            Event::ResultReleased(release) => {
                prop_assert!(!account.hands.contains(&who), "{who} released their own work");
                let passed = account.passed.get(&release.result_id).cloned().unwrap_or_default();
                let kinds: Vec<ReviewKind> = passed.iter().map(|(kind, _)| *kind).collect();
                prop_assert_eq!(kinds, [ReviewKind::Technical, ReviewKind::Administrative]);
                prop_assert_ne!(&passed[0].1, &who, "the technical reviewer released");
                account.released.push(release.result_id.clone());
            }
            _ => {}
        }
    }
    Ok(account)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_is_released_unreviewed_and_no_status_runs_ahead(
        deep in any::<bool>(),
        tried in proptest::collection::vec((0..PEOPLE.len(), tries(), any::<usize>()), 1..80),
    ) {
        let ann = somebody("ann");
        let mut bench = if deep { CaseBench::preparing(&ann) } else { CaseBench::new() };
        for (who, what, pick) in tried {
            attempt(&mut bench, &somebody(PEOPLE[who]), what, pick);
        }
        let account = account(&bench)?;
        let status = SubmissionStatus::of(bench.submission());
        let shown = &status.examinations[0];
        prop_assert_eq!(&shown.released, &account.released);
        prop_assert_eq!(&shown.stage, &account.stage);
        match shown.progress {
            ProgressState::Waiting => prop_assert!(!account.has_begun && !account.has_ended),
            ProgressState::InProgress => prop_assert!(account.has_begun && !account.has_ended),
            ProgressState::Concluded | ProgressState::Cancelled => prop_assert!(account.has_ended),
        }
    }
}

#[test]
fn the_tries_do_reach_a_release() {
    let mut bench = CaseBench::preparing(&somebody("ann"));
    let passes = [
        ("ann", Try::Find),
        ("ann", Try::Prepare),
        ("bob", Try::Review(ReviewKind::Technical, true)),
        ("cat", Try::Review(ReviewKind::Administrative, true)),
        ("dan", Try::Release),
    ];
    for (who, what) in passes {
        attempt(&mut bench, &somebody(who), what, 0);
    }
    assert_eq!(bench.submission().examinations[0].released.len(), 1);
}
