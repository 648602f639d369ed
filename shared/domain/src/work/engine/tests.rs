//! Commands and guards, one at a time.

use std::collections::BTreeMap;

use serde_json::json;

use super::bench::{Bench, at, code, map_of, roles, step, with};
use super::*;
use crate::refusal::Refusal;

#[test]
fn a_straight_map_runs_to_its_end() {
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["b"]), step("b", &["end"])])));
    assert_eq!(bench.open(), ["a#1"]);
    bench.do_step("a", "ann");
    assert_eq!(bench.open(), ["b#1"]);
    bench.do_step("b", "bob");
    assert!(bench.instance.is_ended());
    assert_eq!(bench.instance.ended.as_ref().unwrap().kind, EndingKind::Completed);
    assert_eq!(code(bench.claim("a", "ann")), "workEnded");
}

#[test]
fn another_version_of_the_map_is_refused() {
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["end"])])));
    bench.map.version = "1.0.1".to_owned();
    assert_eq!(code(bench.claim("a", "ann")), "mapVersionMismatch");
    let refused = cancel(&bench.instance, &bench.map, "Not needed.").map(drop);
    assert_eq!(code(refused), "mapVersionMismatch");
}

#[test]
fn each_command_is_refused_in_every_state_but_its_own() {
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["b"]), step("b", &["end"])])));
    assert_eq!(code(bench.claim("b", "ann")), "stepNotOpen");
    assert_eq!(code(bench.claim("x", "ann")), "notFound");
    assert_eq!(code(bench.start("a", "ann")), "stepNotClaimed");
    bench.claim("a", "ann").unwrap();
    assert_eq!(code(bench.claim("a", "bob")), "stepNotStarted");
    assert_eq!(code(bench.complete("a", "ann")), "stepNotStarted");
    bench.start("a", "ann").unwrap();
    assert_eq!(code(bench.start("a", "ann")), "stepInProgress");
    assert_eq!(code(bench.resume("a", "ann")), "stepInProgress");
    bench.pause("a", "ann", "welfare").unwrap();
    assert_eq!(code(bench.complete("a", "ann")), "stepPaused");
}

#[test]
fn only_the_assignee_goes_on_with_a_step() {
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["end"])])));
    bench.claim("a", "ann").unwrap();
    assert_eq!(code(bench.start("a", "bob")), "notAssignee");
    bench.start("a", "ann").unwrap();
    assert_eq!(code(bench.pause("a", "bob", "welfare")), "notAssignee");
    assert_eq!(code(bench.complete("a", "bob")), "notAssignee");
}

#[test]
fn a_role_that_is_not_on_the_step_may_not_claim_it() {
    let bench = Bench::new(map_of(&["a"], json!([step("a", &["end"])])));
    let roles = roles(&["store_officer"]);
    let actor = Actor { person: "sam", roles: &roles };
    assert_eq!(code(claim(&bench.instance, &bench.map, "a", actor).map(drop)), "roleNeeded");
}

#[test]
fn a_pause_needs_a_reason_of_the_map_and_does_not_count() {
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["end"])])));
    bench.begin_step("a", "ann");
    assert_eq!(code(bench.pause("a", "ann", "lunch")), "/reason unknownPauseReason");
    bench.pause("a", "ann", "welfare").unwrap();
    bench.clock += 3600;
    assert_eq!(bench.instance.work_items[0].running_ms(at(bench.clock)), Some(60_000));
    bench.resume("a", "ann").unwrap();
    bench.complete("a", "ann").unwrap();
    let item = &bench.instance.work_items[0];
    assert_eq!(item.pauses.len(), 1);
    assert_eq!(item.running_ms(at(999_999)), Some(120_000));
}

#[test]
fn a_hundred_pauses_are_enough() {
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["end"])])));
    bench.begin_step("a", "ann");
    for _ in 0..PAUSES_MAX {
        bench.pause("a", "ann", "welfare").unwrap();
        bench.resume("a", "ann").unwrap();
    }
    assert_eq!(code(bench.pause("a", "ann", "welfare")), "tooManyPauses");
    bench.complete("a", "ann").unwrap();
}

#[test]
fn a_step_handed_back_while_paused_keeps_its_pause_until_somebody_starts_it() {
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["end"])])));
    bench.begin_step("a", "ann");
    bench.pause("a", "ann", "welfare").unwrap();
    let practitioner = roles(&["practitioner"]);
    let bob = Actor { person: "bob", roles: &practitioner };
    let refused = hand_back(&bench.instance, &bench.map, "a", bob).map(drop);
    assert_eq!(code(refused), "notAssignee");
    let managers = roles(&["forensic_manager"]);
    let manager = Actor { person: "meg", roles: &managers };
    let change = hand_back(&bench.instance, &bench.map, "a", manager).unwrap();
    bench.carry_out(change, "meg");
    assert!(bench.instance.work_items[0].paused.is_some());
    bench.do_step("a", "bob");
    let item = &bench.instance.work_items[0];
    assert!(item.paused.is_none());
    assert_eq!(item.pauses.len(), 1);
    assert_eq!(item.performed_by, roles(&["ann", "bob"]));
}

#[test]
fn every_gate_says_what_is_missing() {
    let guarded = with(
        with(step("a", &["end"]), "competence", json!("comparing")),
        "gates",
        json!([
            { "gate": "exhibits_held" }, { "gate": "equipment_in_service" },
            { "gate": "method_in_force" }, { "gate": "review_passed", "kind": "technical" },
            { "gate": "note_recorded" }, { "gate": "finding_recorded" },
            { "gate": "file_verified", "role": "mark_image" },
        ]),
    );
    let mut bench = Bench::new(map_of(&["a"], json!([guarded])));
    bench.claim("a", "ann").unwrap();
    assert_eq!(code(bench.start("a", "ann")), "competenceMissing");
    bench.facts.competences = roles(&["comparing"]);
    assert_eq!(code(bench.start("a", "ann")), "exhibitsNotHeld");
    bench.facts.exhibits_held = true;
    assert_eq!(code(bench.start("a", "ann")), "equipmentUnknown");
    bench.facts.equipment_ok = Some(false);
    assert_eq!(code(bench.start("a", "ann")), "equipmentOutOfService");
    bench.facts.equipment_ok = Some(true);
    assert_eq!(code(bench.start("a", "ann")), "methodUnknown");
    bench.facts.method_ok = Some(false);
    assert_eq!(code(bench.start("a", "ann")), "methodNotInForce");
    bench.facts.method_ok = Some(true);
    assert_eq!(code(bench.start("a", "ann")), "reviewNotPassed");
    bench.facts.reviews_passed = roles(&["technical"]);
    bench.start("a", "ann").unwrap();
    assert_eq!(code(bench.complete("a", "ann")), "noteMissing");
    bench.facts.notes = 1;
    assert_eq!(code(bench.complete("a", "ann")), "findingMissing");
    bench.facts.findings = 1;
    assert_eq!(code(bench.complete("a", "ann")), "fileNotVerified");
    bench.facts.verified_files_by_role = BTreeMap::from([("mark_image".to_owned(), 1)]);
    bench.complete("a", "ann").unwrap();
}

#[test]
fn a_competence_that_lapsed_during_a_pause_stops_the_step() {
    let guarded = with(step("a", &["end"]), "competence", json!("comparing"));
    let mut bench = Bench::new(map_of(&["a"], json!([guarded])));
    bench.facts.competences = roles(&["comparing"]);
    bench.begin_step("a", "ann");
    bench.pause("a", "ann", "welfare").unwrap();
    bench.facts.competences.clear();
    assert_eq!(code(bench.resume("a", "ann")), "competenceMissing");
}

#[test]
fn one_refusal_names_everything_that_is_missing() {
    let gates = json!([{ "gate": "exhibits_held" }, { "gate": "method_in_force" }]);
    let mut bench = Bench::new(map_of(&["a"], json!([with(step("a", &["end"]), "gates", gates)])));
    bench.claim("a", "ann").unwrap();
    let Err(Refusal::WrongState { detail, .. }) = bench.start("a", "ann") else {
        panic!("the start must be refused")
    };
    assert!(detail.contains("exhibit") && detail.contains("method"), "{detail}");
}

#[test]
fn nobody_who_had_a_hand_in_a_step_may_check_it() {
    let gates = json!([{ "gate": "second_person", "step": "a" }]);
    let steps = json!([step("a", &["b"]), with(step("b", &["end"]), "gates", gates)]);
    let mut bench = Bench::new(map_of(&["a"], steps));
    bench.begin_step("a", "ann");
    bench.pause("a", "ann", "welfare").unwrap();
    let managers = roles(&["forensic_manager"]);
    let manager = Actor { person: "meg", roles: &managers };
    let change = hand_back(&bench.instance, &bench.map, "a", manager).unwrap();
    bench.carry_out(change, "meg");
    bench.do_step("a", "bob");
    assert_eq!(code(bench.claim("b", "ann")), "secondPersonNeeded");
    assert_eq!(code(bench.claim("b", "bob")), "secondPersonNeeded");
    bench.do_step("b", "meg");
    assert!(bench.instance.is_ended());
}

#[test]
fn a_witness_is_somebody_else() {
    let mut bench =
        Bench::new(map_of(&["a"], json!([with(step("a", &["end"]), "witness", json!(true))])));
    bench.begin_step("a", "ann");
    assert_eq!(code(bench.complete("a", "ann")), "/witness required");
    let own = bench.complete_with("a", "ann", json!({}), Some("ann"));
    assert_eq!(code(own), "secondPersonNeeded");
    bench.complete_with("a", "ann", json!({}), Some("bob")).unwrap();
    assert_eq!(bench.instance.work_items[0].witnessed_by.as_deref(), Some("bob"));
}
