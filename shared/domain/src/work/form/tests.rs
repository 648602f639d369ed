use serde_json::{Map, Value, json};

use super::*;

fn lists() -> CodeLists {
    let list: CodeList = serde_json::from_value(json!({
        "key": "colours", "title": "Colours",
        "codes": [{ "key": "red", "title": "Red" },
                  { "key": "puce", "title": "Puce", "withdrawn": true }],
    }))
    .unwrap();
    CodeLists::from([("colours".to_owned(), list)])
}

fn form_of(kind: Value, required: bool) -> Form {
    serde_json::from_value(json!({
        "key": "f", "version": "1.0.0", "title": "F",
        "fields": [{ "key": "x", "label": "X", "kind": kind, "required": required,
                     "personal": false }],
    }))
    .unwrap()
}

/// The code of the fault that one value of one kind has, or "ok".
fn verdict(kind: &Value, value: Value) -> String {
    let values = Map::from_iter([("x".to_owned(), value)]);
    match validate(&form_of(kind.clone(), true), &lists(), &values, "") {
        Ok(_) => "ok".to_owned(),
        Err(Refusal::Invalid(errors)) => errors[0].code.to_string(),
        Err(other) => panic!("unexpected {other:?}"),
    }
}

#[test]
fn text_is_limited_in_characters_not_bytes() {
    let kind = json!({ "type": "text", "max": 3 });
    assert_eq!(verdict(&kind, json!("éàü")), "ok");
    assert_eq!(verdict(&kind, json!("éàüx")), "tooLong");
    assert_eq!(verdict(&kind, json!(3)), "wrongType");
    assert_eq!(verdict(&kind, json!("   ")), "required");
    assert_eq!(verdict(&kind, json!(null)), "wrongType");
}

#[test]
fn control_and_direction_characters_are_refused() {
    let line = json!({ "type": "text", "max": 50 });
    let lines = json!({ "type": "long_text", "max": 50 });
    for bad in ['\0', '\u{7}', '\u{7f}', '\u{202e}', '\u{2066}', '\u{2028}'] {
        assert_eq!(verdict(&line, json!(format!("a{bad}b"))), "badCharacter", "{bad:?}");
        assert_eq!(verdict(&lines, json!(format!("a{bad}b"))), "badCharacter", "{bad:?}");
    }
    assert_eq!(verdict(&line, json!("a\nb")), "badCharacter");
    assert_eq!(verdict(&lines, json!("a\r\n\tb")), "ok");
    assert_eq!(verdict(&line, json!("שלום مرحبا 👩‍🔬")), "ok");
}

#[test]
fn integers_are_whole_and_within_both_limits() {
    let kind = json!({ "type": "integer", "min": -1, "max": 5 });
    for (value, expected) in [
        (json!(-1), "ok"),
        (json!(5), "ok"),
        (json!(-2), "outOfRange"),
        (json!(6), "outOfRange"),
        (json!(1.0), "wrongType"),
        (json!("1"), "wrongType"),
        (json!(u64::MAX), "wrongType"),
    ] {
        assert_eq!(verdict(&kind, value.clone()), expected, "{value}");
    }
}

#[test]
fn decimals_are_text_with_a_limited_number_of_places() {
    let kind = json!({ "type": "decimal", "places": 2 });
    for good in ["0", "-0.5", "12.50", "123456789012345.67"] {
        assert_eq!(verdict(&kind, json!(good)), "ok", "{good}");
    }
    for bad in [
        "1.234",
        "01",
        ".5",
        "5.",
        "+1",
        "1e3",
        "1,5",
        "--1",
        "1.2.3",
        "1234567890123456",
        "NaN",
        "٣",
    ] {
        assert_eq!(verdict(&kind, json!(bad)), "notADecimal", "{bad}");
    }
    assert_eq!(verdict(&kind, json!(1.5)), "wrongType");
}

#[test]
fn choices_and_codes_must_be_offered() {
    let choice = json!({ "type": "choice", "options": [{ "key": "a", "title": "A" }] });
    assert_eq!(verdict(&choice, json!("a")), "ok");
    assert_eq!(verdict(&choice, json!("A")), "notAnOption");
    let code = json!({ "type": "code", "list": "colours" });
    assert_eq!(verdict(&code, json!("red")), "ok");
    assert_eq!(verdict(&code, json!("puce")), "notAnOption");
    let missing = json!({ "type": "code", "list": "shapes" });
    assert_eq!(verdict(&missing, json!("red")), "codeListMissing");
}

#[test]
fn instants_need_an_offset_and_a_real_date() {
    let kind = json!({ "type": "date_time" });
    for good in
        ["2026-03-01T14:30:00Z", "2026-03-01T14:30:00.123456789+01:00", "2024-02-29T00:00:00-05:30"]
    {
        assert_eq!(verdict(&kind, json!(good)), "ok", "{good}");
    }
    for bad in [
        "2026-03-01T14:30:00",
        "2026-03-01 14:30:00Z",
        "2026-02-29T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T14:30Z",
        "2026-03-01T14:30:00Z[UTC]",
        "2026-03-01T14:30:00.Z",
        "2026-03-01",
        "20260301T143000Z",
        "2026-03-01T14:30:00+0100",
        "é026-03-01T14:30:00Z",
        "Z",
    ] {
        assert_eq!(verdict(&kind, json!(bad)), "notAnInstant", "{bad}");
    }
}

#[test]
fn hashes_and_references_have_one_spelling() {
    let sha = json!({ "type": "sha256" });
    assert_eq!(verdict(&sha, json!("0a".repeat(32))), "ok");
    assert_eq!(verdict(&sha, json!("0A".repeat(32))), "notASha256");
    assert_eq!(verdict(&sha, json!("0a".repeat(31))), "notASha256");
    let reference = json!({ "type": "reference", "of": "exhibit" });
    assert_eq!(verdict(&reference, json!("AP/1/1")), "ok");
    assert_eq!(verdict(&reference, json!("x".repeat(REFERENCE_CHARS_MAX))), "ok");
    assert_eq!(verdict(&reference, json!("x".repeat(REFERENCE_CHARS_MAX + 1))), "notAReference");
    assert_eq!(verdict(&reference, json!("a b")), "notAReference");
}

#[test]
fn device_numbers_carry_a_check_digit() {
    let imei = json!({ "type": "text", "max": 15, "shape": "imei" });
    assert_eq!(verdict(&imei, json!("490154203237518")), "ok");
    assert_eq!(verdict(&imei, json!("490154203237519")), "notAnImei");
    assert_eq!(verdict(&imei, json!("49015420323751")), "notAnImei");
    let iccid = json!({ "type": "text", "max": 20, "shape": "iccid" });
    assert_eq!(verdict(&iccid, json!("8944110068256270054")), "ok");
    assert_eq!(verdict(&iccid, json!("8944110068256270055")), "notAnIccid");
    assert_eq!(verdict(&iccid, json!("4990154203237518005")), "notAnIccid");
}

#[test]
fn every_bad_field_is_named_at_once_with_its_pointer() {
    let form: Form = serde_json::from_value(json!({
        "key": "f", "version": "1.0.0", "title": "F", "fields": [
            { "key": "a", "label": "A", "kind": { "type": "yes_no" }, "required": true, "personal": false },
            { "key": "b", "label": "B", "kind": { "type": "yes_no" }, "required": true, "personal": false },
            { "key": "c", "label": "C", "kind": { "type": "yes_no" }, "required": false, "personal": false }],
    }))
    .unwrap();
    let values = json!({ "b": "yes", "d/~e": 1 });
    let Err(Refusal::Invalid(errors)) =
        validate(&form, &lists(), values.as_object().unwrap(), "/values")
    else {
        panic!("the values must be refused")
    };
    let named: Vec<String> =
        errors.iter().map(|error| format!("{} {}", error.pointer, error.code)).collect();
    assert_eq!(named, ["/values/a required", "/values/b wrongType", "/values/d~1~0e unknownField"]);
    let answers =
        validate(&form, &lists(), json!({ "a": true, "b": false }).as_object().unwrap(), "")
            .unwrap();
    assert_eq!(answers.len(), 2);
}

#[test]
fn a_blank_optional_answer_is_no_answer() {
    let form = form_of(json!({ "type": "text", "max": 5 }), false);
    let values = json!({ "x": "  " });
    assert!(validate(&form, &lists(), values.as_object().unwrap(), "").unwrap().is_empty());
}

#[test]
fn stray_members_beside_a_kind_are_refused() {
    let parsed: Result<FieldKind, _> =
        serde_json::from_value(json!({ "type": "yes_no", "max": 3 }));
    assert!(parsed.is_err());
}
