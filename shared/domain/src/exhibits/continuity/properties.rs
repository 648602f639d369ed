//! Whatever people try, in whatever order, an exhibit's record never says what cannot be.

use super::bench::{Bench, PEOPLE};
use crate::exhibits::exhibit::{Custodian, Exhibit};
use crate::exhibits::movement::{Movement, MovementKind};
use crate::ids::ExhibitId;
use crate::text::fold;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody tries something on one of the exhibits.
#[derive(Clone, Debug)]
struct Try {
    who: usize,
    kind: usize,
    to: usize,
    exhibit: prop::sample::Index,
    seal: u8,
    seals_child: bool,
    earlier_ms: i64,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        0..PEOPLE.len(),
        0..MovementKind::ALL.len(),
        0..PEOPLE.len(),
        any::<prop::sample::Index>(),
        0_u8..12,
        any::<bool>(),
        prop_oneof![4 => Just(0_i64), 1 => -200_000_i64..200_000],
    );
    let one = one.prop_map(|(who, kind, to, exhibit, seal, seals_child, earlier_ms)| Try {
        who,
        kind,
        to,
        exhibit,
        seal,
        seals_child,
        earlier_ms,
    });
    prop::collection::vec(one, 1..120)
}

/// Carries the try out; answers whether it was recorded, and as what.
fn carry_out(bench: &mut Bench, attempt: &Try) -> Option<(ExhibitId, MovementKind)> {
    let ids: Vec<ExhibitId> = bench.documents.all::<Exhibit>().map(|e| e.id.clone()).collect();
    let id = attempt.exhibit.get(&ids).clone();
    let kind = MovementKind::ALL[attempt.kind];
    let mut act = bench.whole(kind);
    act.occurred_at = act.occurred_at.plus_millis(-attempt.earlier_ms);
    if act.to.is_some() {
        act.to = Some(PEOPLE[attempt.to].parse().unwrap());
    }
    if act.seal.is_some() {
        act.seal = Some(format!("s{}", attempt.seal));
    }
    for (_, child) in act.children.iter_mut().filter(|_| attempt.seals_child) {
        child.seal = Some(format!("S {}", attempt.seal));
    }
    bench.act_on(PEOPLE[attempt.who], &id, &act).is_ok().then_some((id, kind))
}

/// Who answers for an exhibit, in a word.
fn holder(exhibit: &Exhibit) -> String {
    match &exhibit.custodian {
        Custodian::Person { person, .. } => person.id.to_string(),
        Custodian::Store { location } => format!("store {location}"),
        Custodian::Outside { recipient } => format!("outside {recipient}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn custody_seals_references_and_times_stay_possible(tries in tries()) {
        let mut bench = Bench::new(Some("s0"));
        let mut ever_sealed: BTreeMap<String, ExhibitId> =
            BTreeMap::from([("S0".to_owned(), bench.exhibit.clone())]);
        for attempt in &tries {
            let before: BTreeMap<ExhibitId, Exhibit> =
                bench.documents.all::<Exhibit>().map(|e| (e.id.clone(), e.clone())).collect();
            let recorded = carry_out(&mut bench, attempt);
            let who = PEOPLE[attempt.who];
            let mut live = BTreeSet::new();
            let mut labels = BTreeSet::new();
            for exhibit in bench.documents.all::<Exhibit>() {
                // Always exactly one custodian, and only the acts of a hand-over change it.
                prop_assert!(!holder(exhibit).is_empty());
                prop_assert!(labels.insert(fold(&exhibit.reference.as_labelled)));
                if let Some(seal) = &exhibit.seal {
                    prop_assert!(live.insert(fold(seal)), "live seal twice: {}", seal);
                }
                let Some(was) = before.get(&exhibit.id) else { continue };
                prop_assert_eq!(&was.reference, &exhibit.reference);
                prop_assert!(was.last_occurred_at <= exhibit.last_occurred_at);
                if holder(was) != holder(exhibit) {
                    let (id, kind) = recorded.clone().unwrap();
                    prop_assert_eq!(&id, &exhibit.id);
                    match kind {
                        MovementKind::Accepted => {
                            let offer = was.offer.as_ref().unwrap();
                            prop_assert_eq!(offer.to.as_str(), who);
                            prop_assert_eq!(offer.by.id.to_string(), holder(was));
                        }
                        MovementKind::BookedIn | MovementKind::Returned => {
                            prop_assert_eq!(holder(was), who);
                        }
                        MovementKind::BookedOut | MovementKind::Moved => {
                            let in_store = matches!(was.custodian, Custodian::Store { .. });
                            prop_assert!(in_store);
                        }
                        other => prop_assert!(false, "{:?} changed the custodian", other),
                    }
                }
                if was.seal != exhibit.seal {
                    match (&was.seal, &exhibit.seal) {
                        (Some(old), None) => {
                            prop_assert_eq!(exhibit.broken_seals.last(), Some(old));
                        }
                        (None, Some(new)) => {
                            let owner = ever_sealed.get(&fold(new));
                            prop_assert_ne!(owner, Some(&exhibit.id), "seal used again");
                            ever_sealed.insert(fold(new), exhibit.id.clone());
                        }
                        (old, new) => prop_assert!(false, "{:?} became {:?}", old, new),
                    }
                }
            }
        }
        for exhibit in bench.documents.all::<Exhibit>() {
            let prefix = format!("{}.", exhibit.id);
            let lines = bench.documents.all::<Movement>().filter(|l| l.id.starts_with(&prefix));
            let times: Vec<_> = lines.map(|line| line.act.occurred_at).collect();
            prop_assert!(times.is_sorted(), "the account runs backwards");
            prop_assert_eq!(times.len(), exhibit.movements as usize);
        }
    }
}
