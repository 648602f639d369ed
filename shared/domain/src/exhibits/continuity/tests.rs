//! Each rule of continuity, one at a time: who may, in which state, with which members.

use super::bench::{Bench, DORA, OLIVE, OTTO, PEOPLE, STAN, code, details, refused, seized, wrong};
use super::{Act, CHILDREN_MAX, needs};
use crate::exhibits::exhibit::{Custodian, Derivation, Exhibit, ExhibitState, SEALS_MAX};
use crate::exhibits::movement::MovementKind as K;
use crate::text::{LINE_CHARS_MAX, PARAGRAPH_CHARS_MAX, REFERENCE_CHARS_MAX};
use crate::time::CLOCK_TOLERANCE_MS;

fn in_laboratory(seal: Option<&str>) -> Bench {
    let mut bench = Bench::new(seal);
    bench.hand_over(OLIVE, DORA);
    bench
}

fn in_store() -> Bench {
    let mut bench = Bench::new(None);
    bench.hand_over(OLIVE, STAN);
    bench.does(STAN, K::BookedIn);
    bench
}

#[test]
fn a_hand_over_takes_effect_when_the_other_side_accepts() {
    let mut bench = Bench::new(None);
    bench.does(OLIVE, K::Offered);
    assert!(bench.it().is_with(&OLIVE.parse().unwrap()), "still hers");
    assert_eq!(bench.it().state(), ExhibitState::InTransit);
    bench.does(STAN, K::Accepted);
    assert!(bench.it().is_with(&STAN.parse().unwrap()));
    assert_eq!(bench.it().state(), ExhibitState::Held);
    assert!(bench.it().received_at.is_some());
}

#[test]
fn only_the_person_it_was_offered_to_may_accept_or_refuse() {
    let mut bench = Bench::new(None);
    bench.does(OLIVE, K::Offered);
    for who in [OLIVE, OTTO, DORA] {
        assert_eq!(code(bench.try_kind(who, K::Accepted)), refused("notOfferedToYou"));
        assert_eq!(code(bench.try_kind(who, K::Refused)), refused("notOfferedToYou"));
    }
    bench.does(STAN, K::Refused);
    assert!(bench.it().offer.is_none());
    assert!(bench.it().is_with(&OLIVE.parse().unwrap()));
}

#[test]
fn only_who_offered_may_take_the_offer_back() {
    let mut bench = Bench::new(None);
    bench.does(OLIVE, K::Offered);
    for who in [OTTO, STAN, DORA] {
        assert_eq!(code(bench.try_kind(who, K::OfferWithdrawn)), refused("notTheOfferer"));
    }
    bench.does(OLIVE, K::OfferWithdrawn);
    assert_eq!(bench.it().state(), ExhibitState::Declared);
    assert_eq!(code(bench.try_kind(STAN, K::Accepted)), refused("notOffered"));
}

#[test]
fn an_offer_to_oneself_is_refused() {
    let mut bench = Bench::new(None);
    let mut act = bench.whole(K::Offered);
    act.to = Some(OLIVE.parse().unwrap());
    assert_eq!(code(bench.act(OLIVE, &act)), wrong("/to", "toYourself"));
}

#[test]
fn on_offer_nothing_else_happens_to_it() {
    let mut bench = Bench::new(Some("A1"));
    bench.does(OLIVE, K::Offered);
    for kind in K::ALL {
        if matches!(kind, K::Accepted | K::Refused | K::OfferWithdrawn) {
            continue;
        }
        for who in [OLIVE, STAN] {
            assert_eq!(code(bench.try_kind(who, *kind)), {
                let mut act = bench.whole(*kind);
                let to_himself = who == STAN && act.to.take().is_some();
                if to_himself { wrong("/to", "toYourself") } else { refused("inTransit") }
            });
        }
    }
}

#[test]
fn without_an_offer_there_is_nothing_to_answer() {
    let mut bench = Bench::new(None);
    for kind in [K::Accepted, K::Refused, K::OfferWithdrawn] {
        for who in PEOPLE {
            assert_eq!(code(bench.try_kind(who, kind)), refused("notOffered"));
        }
    }
}

#[test]
fn only_the_custodian_records_what_happens_to_it() {
    for kind in K::ALL {
        if matches!(kind, K::Accepted | K::Refused | K::OfferWithdrawn) {
            continue;
        }
        let mut bench = Bench::new(None);
        let word = match kind {
            K::BookedOut | K::Moved => "notInStore",
            _ => "notTheCustodian",
        };
        for who in [OTTO, DORA] {
            assert_eq!(code(bench.try_kind(who, *kind)), refused(word), "{kind:?}");
        }
        assert_eq!(bench.it().movements, 0);
    }
}

#[test]
fn only_a_store_officer_who_holds_it_books_it_in() {
    let mut bench = Bench::new(None);
    assert_eq!(code(bench.try_kind(OLIVE, K::BookedIn)), refused("storeOfficerNeeded"));
    assert_eq!(code(bench.try_kind(STAN, K::BookedIn)), refused("notTheCustodian"));
    bench.hand_over(OLIVE, STAN);
    bench.does(STAN, K::BookedIn);
    assert_eq!(bench.it().state(), ExhibitState::InStore);
    assert_eq!(bench.it().custodian, Custodian::Store { location: "Bay 1".into() });
}

#[test]
fn in_the_store_only_a_store_officer_moves_checks_or_books_it_out() {
    for kind in K::ALL {
        let mut bench = in_store();
        let answer = code(bench.try_kind(DORA, *kind));
        let word = match kind {
            K::Accepted | K::Refused | K::OfferWithdrawn => "notOffered",
            _ => "inStore",
        };
        assert_eq!(answer, refused(word), "{kind:?}");
    }
    let mut bench = in_store();
    bench.does(STAN, K::Moved);
    bench.does(STAN, K::InventoryChecked);
    assert_eq!(code(bench.try_kind(STAN, K::Viewed)), refused("inStore"));
    bench.does(STAN, K::BookedOut);
    assert!(bench.it().is_with(&STAN.parse().unwrap()));
    assert_eq!(code(bench.try_kind(STAN, K::BookedOut)), refused("notInStore"));
}

#[test]
fn seizure_is_the_first_act_and_never_that_of_a_sub_exhibit() {
    let mut bench = Bench::new(None);
    bench.does(OLIVE, K::Seized);
    assert_eq!(code(bench.try_kind(OLIVE, K::Seized)), refused("alreadySeized"));
    let mut bench = in_laboratory(None);
    bench.does(DORA, K::Divided);
    let child = child_of(&bench);
    let act = bench.whole(K::Seized);
    assert_eq!(code(bench.act_on(DORA, &child.id, &act)), refused("alreadySeized"));
}

fn child_of(bench: &Bench) -> Exhibit {
    let mut children = bench.documents.all::<Exhibit>().filter(|e| e.parent.is_some());
    children.next().unwrap().clone()
}

#[test]
fn only_the_laboratory_divides_and_acquires_and_only_what_is_open() {
    for kind in [K::Divided, K::Acquired] {
        let mut bench = Bench::new(None);
        assert_eq!(code(bench.try_kind(OLIVE, kind)), refused("notHeldByTheUnit"));
        let mut bench = in_laboratory(Some("A1"));
        assert_eq!(code(bench.try_kind(DORA, kind)), refused("sealed"));
        bench.does(DORA, K::Unsealed);
        bench.does(DORA, kind);
        assert_eq!(bench.it().children, 1);
    }
}

#[test]
fn a_sub_exhibit_begins_where_it_was_made_open_unless_it_is_sealed_at_once() {
    let mut bench = in_laboratory(None);
    let mut act = bench.whole(K::Divided);
    act.children[0].1.seal = None;
    act.children.push((Derivation::SampleFrom, details("AP/1/S", Some("B7"))));
    let made_at = act.occurred_at;
    bench.act(DORA, &act).unwrap();
    let children: Vec<&Exhibit> =
        bench.documents.all::<Exhibit>().filter(|e| e.parent.is_some()).collect();
    assert_eq!(children.len(), 2);
    for child in children {
        assert_eq!(child.parent.as_ref(), Some(&bench.exhibit));
        assert_eq!(child.case_id, bench.it().case_id);
        assert_eq!(child.custodian, bench.it().custodian);
        assert_eq!(child.last_occurred_at, Some(made_at), "nothing happened to it before");
        assert_eq!(child.received_at, bench.it().received_at);
        let seal = (child.reference.as_labelled == "AP/1/S").then_some("B7");
        assert_eq!(child.seal.as_deref(), seal);
    }
}

#[test]
fn a_sub_exhibit_may_take_no_reference_or_seal_that_is_in_use() {
    let mut bench = in_laboratory(Some("A1"));
    bench.does(DORA, K::Unsealed);
    bench.seals_elsewhere.insert("Z9".to_owned());
    let mut act = bench.whole(K::Divided);
    act.children = vec![
        (Derivation::PartOf, details("ap / 1", Some("z 9"))),
        (Derivation::PartOf, details("AP/1/1", Some("a1"))),
        (Derivation::PartOf, details("AP/1/1", Some("B1"))),
        (Derivation::PartOf, details("AP/1/3", Some("b1"))),
    ];
    let at = |n: usize, member: &str| format!("/children/{n}/exhibit/{member}");
    let named = code(bench.act(DORA, &act));
    let wanted = [
        (at(0, "reference"), "duplicateReference"),
        (at(0, "seal"), "sealInUse"),
        (at(1, "seal"), "sealInUse"),
        (at(2, "reference"), "duplicateReference"),
        (at(3, "seal"), "sealInUse"),
    ];
    assert_eq!(named, wanted.map(|(pointer, code)| (pointer, code.to_owned())).into());
}

#[test]
fn a_sub_exhibit_was_not_seized_after_it_was_made() {
    let mut bench = in_laboratory(None);
    let mut act = bench.whole(K::Divided);
    act.children[0].1.seized_at = Some(act.occurred_at);
    bench.act(DORA, &act).unwrap();
    let mut act = bench.whole(K::Divided);
    act.children[0].1.seized_at = Some(act.occurred_at.plus_millis(1));
    let named = code(bench.act(DORA, &act));
    assert_eq!(named, wrong("/children/0/exhibit/seizedAt", "afterTheAct"));
}

#[test]
fn one_act_makes_forty_sub_exhibits_at_most() {
    let mut bench = in_laboratory(None);
    let mut act = bench.whole(K::Divided);
    let child = |n: usize| (Derivation::PartOf, details(&format!("AP/1/{n}"), None));
    act.children = (0..=CHILDREN_MAX).map(child).collect();
    assert_eq!(code(bench.act(DORA, &act)), wrong("/children", "tooMany"));
    act.children.pop();
    bench.act(DORA, &act).unwrap();
    assert_eq!(bench.it().children as usize, CHILDREN_MAX);
}

#[test]
fn a_seal_is_broken_before_another_is_put_on_and_never_used_again() {
    let mut bench = Bench::new(Some("A1"));
    assert_eq!(code(bench.try_kind(OLIVE, K::Resealed)), refused("sealed"));
    assert_eq!(code(bench.try_kind(OLIVE, K::Sealed)), refused("sealed"));
    bench.does(OLIVE, K::Unsealed);
    assert_eq!(bench.it().seal, None);
    assert_eq!(code(bench.try_kind(OLIVE, K::Unsealed)), refused("notSealed"));
    assert_eq!(code(bench.try_kind(OLIVE, K::Sealed)), refused("sealedBefore"));
    let mut act = bench.whole(K::Resealed);
    act.seal = Some("a 1".to_owned());
    assert_eq!(code(bench.act(OLIVE, &act)), wrong("/seal", "sealInUse"));
    bench.seals_elsewhere.insert("A2".to_owned());
    act.seal = Some("a2".to_owned());
    assert_eq!(code(bench.act(OLIVE, &act)), wrong("/seal", "sealInUse"));
    act.seal = Some("A3".to_owned());
    bench.act(OLIVE, &act).unwrap();
    assert_eq!(bench.it().seal.as_deref(), Some("A3"));
    assert_eq!(bench.it().broken_seals, ["A1"]);
}

#[test]
fn what_was_never_sealed_is_sealed_and_not_resealed() {
    let mut bench = Bench::new(None);
    assert_eq!(code(bench.try_kind(OLIVE, K::Resealed)), refused("neverSealed"));
    bench.does(OLIVE, K::Sealed);
    assert!(bench.it().seal.is_some());
}

#[test]
fn an_exhibit_has_as_many_seals_as_its_record_holds() {
    let mut bench = Bench::new(Some("A1"));
    for _ in 1..SEALS_MAX {
        bench.does(OLIVE, K::Unsealed);
        bench.does(OLIVE, K::Resealed);
    }
    bench.does(OLIVE, K::Unsealed);
    assert_eq!(bench.it().broken_seals.len(), SEALS_MAX);
    assert_eq!(code(bench.try_kind(OLIVE, K::Resealed)), refused("tooManySeals"));
}

#[test]
fn a_seal_stays_live_through_every_act_but_its_breaking() {
    let mut bench = Bench::new(Some("A1"));
    bench.does(OLIVE, K::Viewed);
    bench.does(OLIVE, K::Photographed);
    bench.does(OLIVE, K::ConditionNoted);
    bench.hand_over(OLIVE, STAN);
    bench.does(STAN, K::BookedIn);
    bench.does(STAN, K::BookedOut);
    bench.does(STAN, K::Returned);
    assert_eq!(bench.it().seal.as_deref(), Some("A1"));
}

#[test]
fn it_does_not_leave_the_service_while_it_is_examined_and_then_nothing_more_happens() {
    let mut bench = in_laboratory(None);
    bench.is_under_examination = true;
    assert_eq!(code(bench.try_kind(DORA, K::Returned)), refused("underExamination"));
    bench.is_under_examination = false;
    bench.does(DORA, K::Returned);
    assert_eq!(bench.it().state(), ExhibitState::ReleasedFromService);
    for kind in K::ALL {
        let word = match kind {
            K::Accepted | K::Refused | K::OfferWithdrawn => "notOffered",
            _ => "leftTheService",
        };
        assert_eq!(code(bench.try_kind(DORA, *kind)), refused(word), "{kind:?}");
    }
}

#[test]
fn what_the_laboratory_had_and_gave_back_is_not_called_declared() {
    let mut bench = in_laboratory(None);
    bench.hand_over(DORA, OTTO);
    assert_eq!(bench.it().state(), ExhibitState::HandedBack);
    assert!(!bench.it().is_held_by_the_unit());
}

#[test]
fn an_act_lies_between_the_last_one_and_now() {
    let mut bench = Bench::new(None);
    let viewed = |occurred_at| Act { occurred_at, ..Bench::new(None).whole(K::Viewed) };
    let early = viewed(seized().plus_millis(-1));
    assert_eq!(code(bench.act(OLIVE, &early)), wrong("/occurredAt", "beforeTheLastAct"));
    bench.act(OLIVE, &viewed(seized())).unwrap();
    bench.act(OLIVE, &viewed(seized().plus_millis(5))).unwrap();
    let between = viewed(seized().plus_millis(4));
    assert_eq!(code(bench.act(OLIVE, &between)), wrong("/occurredAt", "beforeTheLastAct"));
    let late = viewed(bench.now.plus_millis(CLOCK_TOLERANCE_MS + 1));
    assert_eq!(code(bench.act(OLIVE, &late)), wrong("/occurredAt", "inTheFuture"));
    let on_the_edge = viewed(bench.now.plus_millis(CLOCK_TOLERANCE_MS));
    bench.act(OLIVE, &on_the_edge).unwrap();
}

#[test]
fn each_kind_of_act_asks_for_its_members_and_for_no_others() {
    for kind in K::ALL {
        let bare = |bench: &Bench| Act {
            to: None,
            to_name: None,
            location: None,
            seal: None,
            condition: None,
            reason: None,
            children: Vec::new(),
            ..bench.whole(*kind)
        };
        let mut bench = Bench::new(None);
        let act = bare(&bench);
        let wanted: Vec<String> = needs(*kind).iter().map(|member| format!("/{member}")).collect();
        let answer = code(bench.act(OLIVE, &act));
        let missing: Vec<&String> =
            answer.iter().filter(|(_, code)| *code == "required").map(|(at, _)| at).collect();
        assert!(missing.iter().all(|at| wanted.contains(*at)), "{kind:?}: {answer:?}");
        assert_eq!(missing.len(), wanted.len(), "{kind:?}: {answer:?}");
        let full = Act {
            to: Some(OTTO.parse().unwrap()),
            to_name: Some("Somebody".into()),
            location: Some("Bay 2".into()),
            seal: Some("N9".into()),
            condition: Some("Whole".into()),
            witness: Some("Will".into()),
            reason: Some("Because".into()),
            children: vec![(Derivation::PartOf, details("AP/1/9", None))],
            ..bench.whole(*kind)
        };
        let answer = code(bench.act(OLIVE, &full));
        let extra: Vec<&str> = answer
            .iter()
            .filter(|(_, code)| *code == "notExpected")
            .map(|(at, _)| at.trim_start_matches('/'))
            .collect();
        let expected: Vec<&str> = ["children", "location", "seal", "to", "toName"]
            .into_iter()
            .filter(|member| !needs(*kind).contains(member))
            .filter(|member| *member != "toName" || *kind != K::Offered)
            .collect();
        assert_eq!(extra, expected, "{kind:?}");
    }
}

#[test]
fn texts_have_limits_on_both_sides() {
    let mut bench = in_laboratory(None);
    let line = |more: usize| Some("x".repeat(LINE_CHARS_MAX + more));
    let words = |more: usize| Some("x".repeat(PARAGRAPH_CHARS_MAX + more));
    let act = |bench: &Bench, more: usize| Act {
        to_name: line(more),
        condition: words(more),
        witness: line(more),
        reason: words(more),
        ..bench.whole(K::Offered)
    };
    let long = act(&bench, 1);
    let named = code(bench.act(DORA, &long));
    let wanted = ["/condition", "/reason", "/toName", "/witness"];
    assert_eq!(named.keys().map(String::as_str).collect::<Vec<_>>(), wanted);
    let fits = act(&bench, 0);
    bench.act(DORA, &fits).unwrap();
    bench.does(STAN, K::Accepted);
    let booked = |bench: &Bench, more| Act { location: line(more), ..bench.whole(K::BookedIn) };
    let long = booked(&bench, 1);
    assert_eq!(code(bench.act(STAN, &long)), wrong("/location", "tooLong"));
    let sealed = |bench: &Bench, more: usize| Act {
        seal: Some("9".repeat(REFERENCE_CHARS_MAX + more)),
        ..bench.whole(K::Sealed)
    };
    let long = sealed(&bench, 1);
    assert_eq!(code(bench.act(STAN, &long)), wrong("/seal", "tooLong"));
    let fits = sealed(&bench, 0);
    bench.act(STAN, &fits).unwrap();
    let fits = booked(&bench, 0);
    bench.act(STAN, &fits).unwrap();
}
