//! Bodies that can be read, with one member that is not what it should be.

use super::schema::Place;
use super::{Case, Expected, refuse_all, with_body};
use crate::faults::Asked;
use serde_json::{Value, json};

/// More characters than any text may have.
const OVER_LONG: usize = 20_001;
/// Refused by the reader or by a rule, with the place.
const REFUSED: &[u16] = &[400, 422];
/// As well where an identifier names nothing that the caller may know of.
const NOTHING_THERE: &[u16] = &[400, 404, 409, 422];

/// The body with something else at a place, whose object is there.
fn with(body: &Value, pointer: &str, value: Value) -> Value {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        object => object[name] = value,
    }
    body
}

/// Spoils the places that fit, with each of the values.
async fn spoil(fits: fn(&Place) -> bool, values: impl Fn(&Place) -> Vec<(Value, Expected)>) {
    refuse_all(|asked, schema| {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let places = schema.places(&body);
        let mut cases = Vec::new();
        for place in places.iter().filter(|place| fits(place)) {
            for (value, expected) in values(place) {
                let what = format!("{} as {:.60}", place.pointer, value.to_string());
                let spoilt = with(&body, &place.pointer, value).to_string();
                let expected = expected.at(&place.pointer);
                cases.push(Case { what, asked: with_body(asked, spoilt), expected });
            }
        }
        cases
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_has_one_type() {
    let others = |place: &Place| {
        let sent = place.value.as_ref();
        let is = |kind: fn(&Value) -> bool| sent.is_some_and(kind);
        let of_lists = !is(Value::is_array);
        let of_objects = !is(Value::is_object);
        let mut values = Vec::new();
        if !is(Value::is_number) {
            values.extend([json!(-1), json!(1.5), json!(u64::MAX)]);
        }
        if !is(Value::is_boolean) {
            values.push(json!(false));
        }
        if !is(Value::is_string) {
            values.push(json!("7"));
        }
        values.extend(of_lists.then(|| json!(["a"])));
        values.extend(of_objects.then(|| json!({"a": "b"})));
        values.extend(place.required.then_some(Value::Null));
        let wrong = |value| (value, Expected::status(&[400]));
        values.into_iter().map(wrong).collect()
    };
    spoil(|place| place.value.is_some(), others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_has_to_be_here_is_missed() {
    refuse_all(|asked, schema| {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let places = schema.places(&body);
        let needed = places.iter().filter(|place| place.required);
        let without = |place: &Place| {
            let mut body = body.clone();
            let (parent, name) = place.pointer.rsplit_once('/').unwrap();
            let removed = body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
            assert!(removed.is_some(), "the sample has no {}", place.pointer);
            let expected = Expected::status(&[400]).at(&place.pointer).code("missingMember");
            let what = format!("without {}", place.pointer);
            Case { what, asked: with_body(asked, body.to_string()), expected }
        };
        needed.map(without).collect()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_hides_overflows_or_says_nothing() {
    let values = |_: &Place| {
        let unseen = |text: &str, code| (json!(text), Expected::status(&[400]).code(code));
        vec![
            unseen("AP\u{0}1", "controlCharacter"),
            unseen("AP\u{1b}[2J", "controlCharacter"),
            unseen("AP\u{7f}", "controlCharacter"),
            unseen("AP\u{202e}1", "directionOverride"),
            unseen("AP\u{2066}1", "directionOverride"),
            (json!("AP\u{200b}1"), Expected::status(REFUSED)),
            (json!("AP\u{85}1"), Expected::status(REFUSED)),
            (json!("AP\u{feff}1"), Expected::status(REFUSED)),
            (json!("x".repeat(OVER_LONG)), Expected::status(REFUSED)),
            (json!("€".repeat(OVER_LONG)), Expected::status(REFUSED)),
            (json!(""), Expected::status(REFUSED)),
            (json!(" \t "), Expected::status(REFUSED)),
        ]
    };
    spoil(|place| place.text, values).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_is_taken_that_is_not_utf_8() {
    refuse_all(|asked, schema| {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let places = schema.places(&body);
        let spoilt = |(place, bytes): (&Place, &[u8])| {
            let text = with(&body, &place.pointer, json!("MARK")).to_string();
            let (before, after) = text.split_once("MARK").unwrap();
            let body = [before.as_bytes(), bytes, after.as_bytes()].concat();
            let expected = Expected::status(&[400]).at("").code("notUtf8");
            let what = format!("{} as {bytes:x?}", place.pointer);
            Case { what, asked: with_body(asked, body), expected }
        };
        // A byte alone, an overlong form, half a surrogate pair, and beyond the last character.
        let wrong: [&[u8]; 4] = [b"\xe9", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"];
        let texts = places.iter().filter(|place| place.text);
        texts.flat_map(|place| wrong.map(|bytes| (place, bytes))).map(spoilt).collect()
    })
    .await;
}

fn is_time(place: &Place) -> bool {
    place.value.as_ref().and_then(Value::as_str).is_some_and(|text| text.ends_with('Z'))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_happened_in_the_future_or_at_no_time() {
    let values = |_: &Place| {
        let times = ["2027-11-22T09:32:00Z", "9999-12-30T21:00:00Z"];
        let future = times.map(|time| (json!(time), Expected::status(&[422])));
        let none =
            ["soon", "2026-02-30T00:00:00Z", "2026-11-20", "2026-11-20T10:00:00", "1790000000"]
                .map(|time| (json!(time), Expected::status(&[400])));
        future.into_iter().chain(none).collect()
    };
    spoil(is_time, values).await;
}

fn is_id(place: &Place) -> bool {
    let text = place.value.as_ref().and_then(Value::as_str).unwrap_or_default();
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_identifier_is_taken_that_names_nothing() {
    let values = |place: &Place| {
        let own = place.value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        let all =
            ["0".repeat(32), "f".repeat(32), own.to_uppercase(), format!(" {own}"), "../..".into()];
        let mut all = all.to_vec();
        all.retain(|id| *id != own);
        all.into_iter().map(|id| (json!(id), Expected::status(NOTHING_THERE))).collect()
    };
    spoil(is_id, values).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_is_taken_that_names_nothing() {
    refuse_all(|asked, _| {
        let parts: Vec<&str> = asked.target.split('/').collect();
        let ids = parts.iter().enumerate().filter(|(_, part)| part.len() == 32);
        let mut cases = Vec::new();
        for (n, _) in ids {
            let unknown = "0".repeat(32);
            for id in [unknown.as_str(), "x", "%00", "..%2f..", "%2e%2e", "%ff", "a%20b", "~"] {
                let mut parts = parts.clone();
                parts[n] = id;
                let target = parts.join("/");
                let what = format!("to {target}");
                let expected = Expected::status(&[400, 404]);
                cases.push(Case { what, asked: Asked { target, ..asked.clone() }, expected });
            }
        }
        cases
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_is_a_number_of_bytes() {
    let fits = |place: &Place| place.pointer == "/sizeBytes";
    let values = |_: &Place| {
        let unreadable = [json!(-1), json!(1.5), json!(1e30), json!("24"), json!(24.0)];
        let broken = [json!(0), json!(u64::MAX)];
        let unreadable = unreadable.map(|value| (value, Expected::status(&[400])));
        let broken = broken.map(|value| (value, Expected::status(&[422])));
        unreadable.into_iter().chain(broken).collect()
    };
    spoil(fits, values).await;
}
