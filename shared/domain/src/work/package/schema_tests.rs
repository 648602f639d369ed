//! The published schemas and the types say the same, both ways: same members, same compulsory
//! members, same variants.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::*;
use crate::work::form::{Choice, Code, Field, FieldKind, ReferenceOf, Shape};
use crate::work::map::{
    Action, Condition, Gate, Join, Next, PauseReason, REVIEW_KINDS, STEP_ROLES, Skip, Stage, Step,
    Subject,
};

fn schema(name: &str) -> Value {
    let path = format!("../modules/schema/{name}.schema.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn texts(list: &Value) -> Vec<String> {
    sorted(list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()))
}

/// Asserts that an object schema and a type agree, given a sample with every member present.
fn agree<T: DeserializeOwned + Serialize>(schema: &Value, sample: Value) {
    let parsed: T = serde_json::from_value(sample.clone()).unwrap();
    let written = serde_json::to_value(&parsed).unwrap();
    assert_eq!(written, sample, "the sample has every member and nothing at its default");
    let members: Map<String, Value> = sample.as_object().unwrap().clone();
    let published = schema["properties"].as_object().unwrap();
    assert_eq!(sorted(members.keys().cloned()), sorted(published.keys().cloned()));
    assert_eq!(schema["additionalProperties"], json!(false));
    let compulsory = members.keys().filter(|name| {
        let mut without = members.clone();
        without.remove(*name);
        serde_json::from_value::<T>(Value::Object(without)).is_err()
    });
    assert_eq!(sorted(compulsory.cloned()), texts(&schema["required"]), "{sample}");
    let mut stray = members.clone();
    stray.insert("stray".to_owned(), json!(1));
    assert!(serde_json::from_value::<T>(Value::Object(stray)).is_err(), "{sample}");
}

/// The variants a type knows, from what it says about one it does not know.
fn variants<T: DeserializeOwned>(unknown: Value) -> Vec<String> {
    let Err(error) = serde_json::from_value::<T>(unknown) else { panic!("the variant is unknown") };
    let message = error.to_string();
    let (_, known) = message.split_once("expected").unwrap();
    sorted(known.split('`').skip(1).step_by(2).map(str::to_owned))
}

/// Asserts that a tagged `oneOf` and an enum agree, given a sample of every variant.
fn agree_tagged<T: DeserializeOwned + Serialize>(schema: &Value, tag: &str, samples: Value) {
    let branches = schema["oneOf"].as_array().unwrap();
    let name_of = |branch: &Value| branch["properties"][tag]["const"].as_str().unwrap().to_owned();
    assert_eq!(sorted(branches.iter().map(name_of)), variants::<T>(json!({ tag: "?" })));
    let samples = samples.as_array().unwrap();
    assert_eq!(samples.len(), branches.len());
    for sample in samples {
        let name = sample[tag].as_str().unwrap();
        let branch = branches.iter().find(|branch| name_of(branch) == name).unwrap();
        agree::<T>(branch, sample.clone());
    }
}

#[test]
fn the_map_schema_is_the_map_model() {
    let schema = schema("map");
    let defs = &schema["$defs"];
    let stage = json!({ "key": "s", "title": "S", "officer_wording": "W" });
    let reason = json!({ "key": "p", "title": "P" });
    let condition = json!({ "test": "answered", "field": "x" });
    let next = json!({ "to": ["end"], "when": condition });
    let step = json!({
        "key": "a", "title": "A", "stage": "s", "roles": ["officer"], "competence": "c",
        "form": "f@1.0.0", "gates": [{ "gate": "exhibits_held" }], "next": [next], "join": "all",
        "target_working_hours": 1, "requires_notes": true, "witness": true,
        "actions": [{ "act": "record_note" }], "skip": { "roles": ["officer"] },
    });
    agree::<Stage>(&defs["stage"], stage.clone());
    agree::<PauseReason>(&defs["pause_reason"], reason.clone());
    agree::<Skip>(&defs["skip"], json!({ "roles": [] }));
    agree::<Next>(&defs["next"], next);
    agree::<Step>(&defs["step"], step.clone());
    agree::<ProcessMap>(
        &schema,
        json!({ "key": "m", "version": "1.0.0", "title": "M", "discipline": "d",
                "subject": "examination", "stages": [stage], "steps": [step], "start": ["a"],
                "pause_reasons": [reason] }),
    );
    agree_tagged::<Condition>(
        &defs["condition"],
        "test",
        json!([{ "test": "is", "field": "x", "value": true },
               { "test": "one_of", "field": "x", "values": [1] }, condition]),
    );
    agree_tagged::<Gate>(
        &defs["gate"],
        "gate",
        json!([{ "gate": "exhibits_held" }, { "gate": "equipment_in_service" },
               { "gate": "method_in_force" }, { "gate": "second_person", "step": "a" },
               { "gate": "review_passed", "kind": "technical" }, { "gate": "note_recorded" },
               { "gate": "finding_recorded" }, { "gate": "file_verified", "role": "r" }]),
    );
    agree_tagged::<Action>(
        &defs["action"],
        "act",
        json!([{ "act": "record_continuity" }, { "act": "record_note" },
               { "act": "record_finding" }, { "act": "add_file", "role": "r" },
               { "act": "prepare_result" }]),
    );
}

#[test]
fn the_closed_lists_of_words_are_the_same() {
    let map = schema("map");
    let defs = &map["$defs"];
    let owned = |names: &[&str]| sorted(names.iter().map(|name| (*name).to_owned()));
    assert_eq!(texts(&defs["role"]["enum"]), owned(&STEP_ROLES));
    let gates = defs["gate"]["oneOf"].as_array().unwrap();
    let review = gates.iter().find(|gate| gate["properties"]["kind"].is_object()).unwrap();
    assert_eq!(texts(&review["properties"]["kind"]["enum"]), owned(&REVIEW_KINDS));
    let join = &defs["step"]["properties"]["join"]["enum"];
    assert_eq!(texts(join), variants::<Join>(json!("?")));
    assert_eq!(texts(&map["properties"]["subject"]["enum"]), variants::<Subject>(json!("?")));
    let form = schema("form");
    assert_eq!(texts(&form["$defs"]["shape"]["enum"]), variants::<Shape>(json!("?")));
    let of = &form["$defs"]["reference_of"]["enum"];
    assert_eq!(texts(of), variants::<ReferenceOf>(json!("?")));
}

#[test]
fn the_form_schema_is_the_form_model() {
    let schema = schema("form");
    let defs = &schema["$defs"];
    let option = json!({ "key": "a", "title": "A" });
    let field = json!({ "key": "x", "label": "X", "hint": "H", "kind": { "type": "yes_no" },
                        "required": true, "personal": false });
    agree::<Choice>(&defs["choice"], option.clone());
    agree::<Field>(&defs["field"], field.clone());
    agree::<Form>(
        &schema,
        json!({ "key": "f", "version": "1.0.0", "title": "F", "fields": [field] }),
    );
    agree_tagged::<FieldKind>(
        &defs["kind"],
        "type",
        json!([{ "type": "text", "max": 1, "shape": "imei" }, { "type": "long_text", "max": 1 },
               { "type": "integer", "min": 0, "max": 1, "unit": "mm" },
               { "type": "decimal", "places": 1, "unit": "mm" },
               { "type": "choice", "options": [option] }, { "type": "code", "list": "l" },
               { "type": "yes_no" }, { "type": "date_time" }, { "type": "sha256" },
               { "type": "reference", "of": "exhibit" }]),
    );
}

#[test]
fn the_code_list_and_package_schemas_are_their_models() {
    let lists = schema("code-list");
    let code = json!({ "key": "c", "title": "C", "hint": "H", "withdrawn": true, "group": "g",
                       "discipline": "d", "map": "m" });
    agree::<Code>(&lists["$defs"]["code"], code.clone());
    agree::<CodeList>(
        &lists,
        json!({ "key": "l", "title": "L", "grouped_by": "k", "codes": [code] }),
    );
    let package = schema("package");
    let defs = &package["$defs"];
    let change = json!({ "version": "1.0.0", "date": "2026-01-01", "note": "N" });
    let requirement = json!({ "name": "n", "version": "1.0.0" });
    let about = json!({ "name": "n", "version": "1.0.0", "publisher": "P", "title": "T",
                        "licence": "MIT", "changes": [change], "requires": [requirement] });
    agree::<ChangeNote>(&defs["change"], change);
    agree::<Requirement>(&defs["requirement"], requirement);
    agree::<PackageDescription>(&defs["about"], about.clone());
    agree::<ModulePackage>(
        &package,
        json!({ "about": about, "maps": [], "forms": [], "code_lists": [] }),
    );
}
