//! Where work goes: loops, joins, skipping, cancelling, and answers that choose the way.

use std::collections::BTreeMap;

use serde_json::json;

use super::bench::{Bench, code, map_of, roles, step, with};
use super::*;
use crate::work::form::Form;

fn loop_bench() -> Bench {
    let form: Form = serde_json::from_value(json!({
        "key": "f", "version": "1.0.0", "title": "F", "fields": [
            { "key": "again", "label": "Again?", "kind": { "type": "yes_no" }, "required": true,
              "personal": false }],
    }))
    .unwrap();
    let looping = json!({ "key": "a", "title": "a", "stage": "work", "roles": ["practitioner"],
        "form": "f@1.0.0", "next": [
            { "to": ["a"], "when": { "test": "is", "field": "again", "value": true } },
            { "to": ["end"] }] });
    let mut bench = Bench::new(map_of(&["a"], json!([looping])));
    bench.form = Some(form);
    bench
}

#[test]
fn a_loop_makes_a_new_occurrence_and_keeps_the_old_one() {
    let mut bench = loop_bench();
    bench.begin_step("a", "ann");
    bench.complete_with("a", "ann", json!({ "again": true }), None).unwrap();
    assert_eq!(bench.open(), ["a#2"]);
    bench.begin_step("a", "bob");
    bench.complete_with("a", "bob", json!({ "again": false }), None).unwrap();
    assert!(bench.instance.is_ended());
    assert_eq!(bench.instance.work_items[0].values["again"], json!(true));
}

#[test]
fn a_step_occurs_at_most_a_hundred_times() {
    let mut bench = loop_bench();
    for _ in 1..OCCURRENCES_MAX {
        bench.begin_step("a", "ann");
        bench.complete_with("a", "ann", json!({ "again": true }), None).unwrap();
    }
    bench.begin_step("a", "ann");
    let refused = bench.complete_with("a", "ann", json!({ "again": true }), None);
    assert_eq!(code(refused), "tooManyOccurrences");
    bench.complete_with("a", "ann", json!({ "again": false }), None).unwrap();
}

#[test]
fn answers_are_checked_and_only_a_step_with_a_form_takes_them() {
    let mut bench = loop_bench();
    bench.begin_step("a", "ann");
    assert_eq!(code(bench.complete("a", "ann")), "/values/again required");
    let form = bench.form.take();
    assert_eq!(code(bench.complete("a", "ann")), "formMismatch");
    bench.form = form.map(|form| Form { version: "1.0.1".to_owned(), ..form });
    assert_eq!(code(bench.complete("a", "ann")), "formMismatch");
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["end"])])));
    bench.begin_step("a", "ann");
    let refused = bench.complete_with("a", "ann", json!({ "again": true }), None);
    assert_eq!(code(refused), "/values noForm");
}

#[test]
fn a_join_waits_for_every_branch() {
    let steps = json!([
        step("a", &["b", "c"]),
        step("b", &["d"]),
        step("c", &["d"]),
        with(step("d", &["end"]), "join", json!("all")),
    ]);
    let mut bench = Bench::new(map_of(&["a"], steps));
    bench.do_step("a", "ann");
    assert_eq!(bench.open(), ["b#1", "c#1"]);
    bench.do_step("b", "ann");
    assert_eq!(bench.open(), ["c#1"]);
    assert_eq!(bench.instance.awaits, ["d"]);
    bench.do_step("c", "ann");
    assert_eq!(bench.open(), ["d#1"]);
    assert!(bench.instance.awaits.is_empty());
}

#[test]
fn a_join_does_not_wait_for_a_branch_that_turned_away() {
    let steps = json!([
        step("a", &["b", "c"]),
        step("b", &["d"]),
        step("c", &["end"]),
        with(step("d", &["end"]), "join", json!("all")),
    ]);
    let mut bench = Bench::new(map_of(&["a"], steps));
    bench.do_step("a", "ann");
    bench.do_step("c", "ann");
    bench.do_step("b", "ann");
    assert_eq!(bench.open(), ["d#1"]);
}

#[test]
fn joins_that_wait_for_each_other_do_not_stand_still() {
    let steps = json!([
        with(step("a", &["b"]), "join", json!("all")),
        with(step("b", &["a"]), "join", json!("all")),
        step("s", &["a", "b"]),
    ]);
    let mut bench = Bench::new(map_of(&["s"], steps));
    bench.do_step("s", "ann");
    assert_eq!(bench.open(), ["a#1"]);
}

#[test]
fn an_open_step_reached_again_stays_one_piece_of_work() {
    let steps = json!([step("b", &["d"]), step("c", &["d"]), step("d", &["end"])]);
    let mut bench = Bench::new(map_of(&["b", "c"], steps));
    bench.do_step("b", "ann");
    bench.do_step("c", "ann");
    assert_eq!(bench.open(), ["d#1"]);
    bench.do_step("d", "ann");
    assert!(bench.instance.is_ended());
}

#[test]
fn a_step_is_skipped_only_with_permission_and_a_reason() {
    let skippable = with(step("a", &["b"]), "skip", json!({ "roles": ["forensic_manager"] }));
    let mut bench = Bench::new(map_of(&["a"], json!([skippable, step("b", &["end"])])));
    let practitioner = roles(&["practitioner"]);
    let managers = roles(&["forensic_manager"]);
    let ann = Actor { person: "ann", roles: &practitioner };
    let meg = Actor { person: "meg", roles: &managers };
    let attempt = |actor, reason: &str| skip(&bench.instance, &bench.map, "a", actor, reason);
    assert_eq!(code(attempt(ann, "Not needed.").map(drop)), "mayNotSkip");
    assert_eq!(code(attempt(meg, "  ").map(drop)), "/reason required");
    let longest = "x".repeat(REASON_CHARS_MAX as usize);
    assert_eq!(code(attempt(meg, &longest).map(drop)), "accepted");
    assert_eq!(code(attempt(meg, &format!("{longest}x")).map(drop)), "/reason badText");
    let change = attempt(meg, "Done at the scene.").unwrap();
    bench.carry_out(change, "meg");
    assert_eq!(bench.open(), ["b#1"]);
    assert_eq!(bench.instance.work_items[0].state, ItemState::Skipped);
}

#[test]
fn cancelling_stops_every_open_step() {
    let mut bench =
        Bench::new(map_of(&["a", "b"], json!([step("a", &["end"]), step("b", &["end"])])));
    bench.begin_step("a", "ann");
    let change = cancel(&bench.instance, &bench.map, "Case discontinued.").unwrap();
    bench.carry_out(change, "meg");
    assert!(bench.instance.is_ended());
    assert!(bench.open().is_empty());
}

#[test]
fn a_change_to_an_unknown_item_changes_nothing() {
    let mut bench = Bench::new(map_of(&["a"], json!([step("a", &["end"])])));
    let before = bench.instance.clone();
    let change = WorkChange::Started { step: "a".to_owned(), occurrence: 7 };
    bench.carry_out(change, "ann");
    let change = WorkChange::Completed {
        step: "x".to_owned(),
        occurrence: 1,
        values: BTreeMap::new(),
        witness: None,
        opens: vec![Opening { step: "y".to_owned(), occurrence: 1 }],
        awaits: Vec::new(),
        closes: true,
    };
    bench.carry_out(change, "ann");
    assert_eq!(bench.instance, before);
}
