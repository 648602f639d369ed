use serde_json::{Value, json};

use super::*;

fn lists() -> CodeLists {
    let list = |key: &str, code: &str| {
        let list = json!({ "key": key, "title": key, "codes": [{ "key": code, "title": code }] });
        (key.to_owned(), serde_json::from_value(list).unwrap())
    };
    CodeLists::from([
        list("disciplines", "fingerprints"),
        list("pause_reasons", "welfare"),
        list("file_roles", "mark_image"),
    ])
}

fn forms() -> Value {
    json!([{ "key": "f", "version": "1.0.0", "title": "F", "fields": [
        { "key": "again", "label": "Again?", "kind": { "type": "yes_no" }, "required": true, "personal": false },
        { "key": "count", "label": "Count", "kind": { "type": "integer", "min": 0, "max": 9 }, "required": false, "personal": false },
        { "key": "text", "label": "Text", "kind": { "type": "text", "max": 9 }, "required": true, "personal": false }] }])
}

/// A sound map with a loop, a choice, parallel branches, a join and a check by a second person.
fn sound() -> Value {
    let step = |key: &str, to: &[&str]| {
        json!({ "key": key, "title": key, "stage": "work", "roles": ["practitioner"],
                "gates": [], "actions": [], "next": [{ "to": to }] })
    };
    let mut map = json!({
        "key": "test", "version": "1.0.0", "title": "Test", "discipline": "fingerprints",
        "subject": "examination",
        "stages": [{ "key": "work", "title": "Work", "officer_wording": "We are working." }],
        "start": ["a"],
        "pause_reasons": [{ "key": "welfare", "title": "Break" }],
        "steps": [step("a", &["b", "c"]), step("b", &["d"]), step("c", &["d"]),
                  step("d", &["e"]), step("e", &["end"])],
    });
    map["steps"][0]["form"] = json!("f@1.0.0");
    map["steps"][0]["actions"] = json!([{ "act": "prepare_result" }, { "act": "record_note" }]);
    map["steps"][0]["next"] = json!([
        { "to": ["a"], "when": { "test": "is", "field": "again", "value": true } },
        { "to": ["e"], "when": { "test": "answered", "field": "count" } },
        { "to": ["b", "c"] }]);
    map["steps"][3]["join"] = json!("all");
    map["steps"][4]["gates"] = json!([{ "gate": "second_person", "step": "a" },
                                      { "gate": "review_passed", "kind": "technical" }]);
    map
}

fn faults_of(map: Value, forms: Value) -> Vec<MapFault> {
    let map: ProcessMap = serde_json::from_value(map).unwrap();
    let forms: Vec<Form> = serde_json::from_value(forms).unwrap();
    check(&map, &forms, &lists()).err().unwrap_or_default()
}

/// Changes one place of the sound map and asserts that exactly this fault is found.
fn refused(place: &str, value: Value, code: &str) -> MapFault {
    let mut map = sound();
    set(&mut map, place, value);
    only(faults_of(map, forms()), code)
}

fn set(whole: &mut Value, place: &str, value: Value) {
    let (parent, member) = place.rsplit_once('/').unwrap();
    let parent = whole.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(members) if member == "-" => members.push(value),
        Value::Array(members) => members[member.parse::<usize>().unwrap()] = value,
        _ => parent[member] = value,
    }
}

fn only(faults: Vec<MapFault>, code: &str) -> MapFault {
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, [code], "{faults:#?}");
    faults.into_iter().next().unwrap()
}

#[test]
fn a_sound_map_has_no_faults() {
    assert_eq!(faults_of(sound(), forms()), []);
}

#[test]
fn names_that_lead_nowhere_are_refused() {
    refused("/discipline", json!("astrology"), "unknownDiscipline");
    refused("/pause_reasons/0/key", json!("lunch"), "unknownPauseReason");
    refused("/steps/1/stage", json!("play"), "unknownStage");
    refused("/steps/1/roles", json!(["wizard"]), "unknownRole");
    refused("/steps/1/roles", json!(["system_administrator"]), "unknownRole");
    refused("/steps/1/skip", json!({ "roles": ["analyst"] }), "unknownRole");
    refused("/steps/1/form", json!("f@2.0.0"), "unknownForm");
    refused("/steps/1/next/0/to", json!(["x"]), "unknownStep");
    refused("/start", json!(["x"]), "unknownStep");
    refused("/steps/4/gates/0/step", json!("x"), "unknownGateStep");
    refused("/steps/4/gates/1/kind", json!("spiritual"), "unknownReview");
    refused("/steps/1/actions", json!([{ "act": "add_file", "role": "poem" }]), "unknownFileRole");
}

#[test]
fn an_unknown_file_role_in_a_gate_is_refused() {
    let mut map = sound();
    set(&mut map, "/steps/1/gates", json!([{ "gate": "file_verified", "role": "poem" }]));
    set(&mut map, "/steps/1/actions", json!([{ "act": "add_file", "role": "mark_image" }]));
    let codes: Vec<&str> = faults_of(map, forms()).iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["unknownFileRole", "gateCannotPass"]);
}

#[test]
fn a_step_needs_roles_and_a_sensible_target() {
    refused("/steps/1/roles", json!([]), "noRole");
    refused("/steps/1/skip", json!({ "roles": [] }), "noRole");
    refused("/steps/1/target_working_hours", json!(0), "zeroTarget");
}

#[test]
fn duplicate_and_reserved_keys_are_refused() {
    refused("/steps/-", sound()["steps"][1].clone(), "duplicateKey");
    refused("/start", json!(["a", "a"]), "duplicateKey");
    let stage = json!({ "key": "work", "title": "W", "officer_wording": "W." });
    refused("/stages/-", stage, "duplicateKey");
    let mut map = sound();
    set(&mut map, "/steps/1/key", json!("end"));
    set(&mut map, "/steps/0/next/2/to", json!(["c"]));
    let codes: Vec<&str> = faults_of(map, forms()).iter().map(|fault| fault.code).collect();
    assert!(codes.contains(&"reservedKey"), "{codes:?}");
}

#[test]
fn a_stage_without_a_step_is_refused() {
    let stage = json!({ "key": "play", "title": "P", "officer_wording": "P." });
    refused("/stages/-", stage, "stageUnused");
}

#[test]
fn words_keys_and_versions_have_a_form() {
    refused("/version", json!("1.0"), "badVersion");
    refused("/version", json!("1.0.01"), "badVersion");
    refused("/key", json!("Test"), "badKey");
    refused("/key", json!("x".repeat(KEY_CHARS_MAX + 1)), "badKey");
    refused("/title", json!(" "), "badText");
    refused("/title", json!("x".repeat(TITLE_CHARS_MAX as usize + 1)), "badText");
    refused("/stages/0/officer_wording", json!("a\u{202e}b"), "badText");
    let mut map = sound();
    set(&mut map, "/key", json!("x".repeat(KEY_CHARS_MAX)));
    set(&mut map, "/title", json!("x".repeat(TITLE_CHARS_MAX as usize)));
    assert_eq!(faults_of(map, forms()), []);
}

#[test]
fn a_map_needs_a_start() {
    refused("/start", json!([]), "noStart");
}

#[test]
fn ways_on_are_well_formed() {
    refused("/steps/1/next/0/to", json!([]), "badTargets");
    refused("/steps/1/next/0/to", json!(["d", "d"]), "badTargets");
    refused("/steps/1/next/0/to", json!(["d", "end"]), "endNotAlone");
    let default_first = json!([{ "to": ["b", "c"] },
        { "to": ["a"], "when": { "test": "is", "field": "again", "value": true } }]);
    let mut map = sound();
    set(&mut map, "/steps/0/next", default_first);
    let faults = faults_of(map, forms());
    assert!(faults.iter().all(|fault| fault.code == "defaultNotLast"), "{faults:?}");
}

#[test]
fn conditions_ask_what_the_form_answers() {
    let condition = |condition: Value, code: &str| {
        refused("/steps/0/next/0/when", condition, code);
    };
    condition(json!({ "test": "is", "field": "x", "value": true }), "conditionField");
    condition(json!({ "test": "is", "field": "text", "value": "t" }), "conditionKind");
    condition(json!({ "test": "answered", "field": "again" }), "conditionKind");
    condition(json!({ "test": "is", "field": "again", "value": "yes" }), "conditionValue");
    condition(json!({ "test": "is", "field": "count", "value": 10 }), "conditionValue");
    condition(json!({ "test": "one_of", "field": "count", "values": [] }), "conditionValue");
    let mut map = sound();
    map["steps"][0].as_object_mut().unwrap().remove("form");
    let codes: Vec<&str> = faults_of(map, forms()).iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["conditionField", "conditionField"]);
}

#[test]
fn a_way_that_no_answer_takes_is_refused() {
    let both = json!([
        { "to": ["e"], "when": { "test": "is", "field": "again", "value": true } },
        { "to": ["b", "c"], "when": { "test": "one_of", "field": "again", "values": [false, true] } },
        { "to": ["e"] }]);
    let fault = refused("/steps/0/next", both, "branchNeverTaken");
    assert!(fault.detail.contains("number 3"), "{}", fault.detail);
    let twice = json!([
        { "to": ["e"], "when": { "test": "answered", "field": "count" } },
        { "to": ["a"], "when": { "test": "is", "field": "count", "value": 3 } },
        { "to": ["b", "c"] }]);
    refused("/steps/0/next", twice, "branchNeverTaken");
}

#[test]
fn a_step_nothing_leads_to_is_refused() {
    let lonely = json!({ "key": "z", "title": "Z", "stage": "work", "roles": ["practitioner"],
                         "next": [{ "to": ["e"] }] });
    let fault = refused("/steps/-", lonely, "unreachable");
    assert_eq!(fault.step.as_deref(), Some("z"));
}

#[test]
fn a_dead_end_is_shown_with_a_path_into_it() {
    let fault = refused("/steps/4/next", json!([]), "deadEnd");
    assert_eq!(fault.step.as_deref(), Some("e"));
    assert!(fault.detail.contains("a → e"), "{}", fault.detail);
}

#[test]
fn a_loop_without_a_way_out_is_shown_with_a_path_into_it() {
    let fault = refused("/steps/4/next", json!([{ "to": ["d"] }]), "loopWithoutExit");
    assert!(fault.detail.contains("d, e") && fault.detail.contains("a → "), "{}", fault.detail);
}

#[test]
fn a_way_out_that_no_answer_takes_is_no_way_out() {
    let all_round = json!([
        { "to": ["a"], "when": { "test": "one_of", "field": "again", "values": [true, false] } },
        { "to": ["b", "c"] }]);
    let mut map = sound();
    set(&mut map, "/steps/0/next", all_round);
    let codes: Vec<&str> = faults_of(map, forms()).iter().map(|fault| fault.code).collect();
    assert!(codes.contains(&"branchNeverTaken") && codes.contains(&"loopWithoutExit"), "{codes:?}");
}

#[test]
fn a_gate_that_nobody_can_pass_is_refused() {
    refused("/steps/1/requires_notes", json!(true), "gateCannotPass");
    refused("/steps/1/gates", json!([{ "gate": "finding_recorded" }]), "gateCannotPass");
    refused("/steps/0/actions", json!([{ "act": "record_note" }]), "gateCannotPass");
    let repeated = json!([{ "gate": "exhibits_held" }, { "gate": "exhibits_held" }]);
    refused("/steps/1/gates", repeated, "gateRepeated");
}

#[test]
fn a_second_person_is_compared_only_with_a_step_that_is_always_before() {
    refused("/steps/4/gates/0/step", json!("b"), "gateStepNotBefore");
    refused("/steps/4/gates/0/step", json!("e"), "gateStepNotBefore");
    let mut map = sound();
    set(&mut map, "/steps/0/skip", json!({ "roles": ["forensic_manager"] }));
    let codes: Vec<&str> = faults_of(map, forms()).iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["gateStepNotBefore", "gateCannotPass"], "a skipped step was not done");
}

#[test]
fn a_join_needs_branches() {
    refused("/steps/1/join", json!("all"), "joinNeedsBranches");
}

#[test]
fn maps_are_limited_in_size() {
    let chain = |count: usize| {
        let mut map = sound();
        for number in 0..count {
            let next =
                if number + 1 == count { "end".to_owned() } else { format!("s{}", number + 1) };
            let step = json!({ "key": format!("s{number}"), "title": "S", "stage": "work",
                               "roles": ["practitioner"], "next": [{ "to": [next] }] });
            set(&mut map, "/steps/-", step);
        }
        set(&mut map, "/start", json!(["a", "s0"]));
        faults_of(map, forms())
    };
    assert_eq!(chain(STEPS_MAX - 5), []);
    only(chain(STEPS_MAX - 4), "tooMany");
}

#[test]
fn forms_keep_within_limits_of_their_kind() {
    let with_kind = |kind: Value| {
        let mut forms = forms();
        set(&mut forms, "/0/fields/2/kind", kind);
        faults_of(sound(), forms)
    };
    let option = json!({ "key": "a", "title": "A" });
    for (good, bad) in [
        (json!({ "type": "text", "max": 500 }), json!({ "type": "text", "max": 501 })),
        (json!({ "type": "long_text", "max": 10_000 }), json!({ "type": "long_text", "max": 0 })),
        (
            json!({ "type": "integer", "min": 1, "max": 1 }),
            json!({ "type": "integer", "min": 2, "max": 1 }),
        ),
        (
            json!({ "type": "integer", "min": 0, "max": 9_007_199_254_740_991_i64 }),
            json!({ "type": "integer", "min": 0, "max": 9_007_199_254_740_992_i64 }),
        ),
        (json!({ "type": "decimal", "places": 9 }), json!({ "type": "decimal", "places": 10 })),
        (
            json!({ "type": "choice", "options": [option] }),
            json!({ "type": "choice", "options": [] }),
        ),
    ] {
        assert_eq!(with_kind(good.clone()), [], "{good}");
        only(with_kind(bad), "fieldLimits");
    }
    only(with_kind(json!({ "type": "code", "list": "colours" })), "unknownCodeList");
}

#[test]
fn a_form_has_fields_with_different_keys() {
    let mut none = forms();
    set(&mut none, "/0/fields", json!([]));
    let codes: Vec<&str> = faults_of(sound(), none).iter().map(|fault| fault.code).collect();
    assert!(codes.contains(&"formSize"), "{codes:?}");
    let mut twice = forms();
    set(&mut twice, "/0/fields/2/key", json!("count"));
    only(faults_of(sound(), twice), "duplicateKey");
}
