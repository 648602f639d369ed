//! Strict reading of JSON: every fault of a body found at once, each with its pointer.
//!
//! First the text becomes a tree; that pass refuses what JSON allows but nobody should send:
//! duplicate members, deep nesting, control characters, bidirectional overrides. Then the tree
//! becomes the wanted type through a deserialiser that knows where it is. A fault does not end the
//! reading: the place is mended with a stand-in value and the reading starts again, so the next
//! fault is found too.

use super::pointed::{Fault, Pointed};
use domain::refusal::FieldError;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

/// How deep objects and arrays may be nested: the outermost is level 1.
pub const DEPTH_MAX: usize = 32;

/// How many faults are listed at most; a body with more is worth no more work.
pub const FAULTS_MAX: usize = 32;

/// Reads a body as `T`, or lists what is wrong with it.
///
/// # Errors
/// Every fault found, at most [`FAULTS_MAX`], never empty. The values are not repeated.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Vec<FieldError>> {
    let mut tree = tree(bytes)?;
    let mut faults: Vec<FieldError> = Vec::new();
    let mut mended = Vec::new();
    loop {
        match T::deserialize(Pointed::new(&tree, &mended)) {
            Ok(value) if faults.is_empty() => return Ok(value),
            Ok(_) => return Err(faults),
            Err(fault) => {
                let seen = faults.iter().any(|known| known.pointer == fault.pointer());
                if !seen {
                    faults.push(fault.to_error());
                }
                if seen || faults.len() >= FAULTS_MAX || !mend(&mut tree, &mut mended, &fault) {
                    return Err(faults);
                }
            }
        }
    }
}

/// Reads text as a JSON tree, refusing duplicates, depth, control and override characters.
///
/// # Errors
/// Every fault found, at most [`FAULTS_MAX`], never empty.
pub fn tree(bytes: &[u8]) -> Result<Value, Vec<FieldError>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(vec![error("", "notUtf8", "The body is not UTF-8 text.")]);
    };
    let faults = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_str(text);
    let node = Node { faults: &faults, path: String::new(), depth: 0 };
    let outcome = node.deserialize(&mut reader).and_then(|tree| reader.end().map(|()| tree));
    let mut faults = faults.into_inner();
    match outcome {
        Ok(tree) if faults.is_empty() => Ok(tree),
        Ok(_) => Err(faults),
        Err(_) if faults.iter().any(|fault| fault.code == "tooDeep") => Err(faults),
        Err(fault) => {
            let place = format!("line {}, column {}", fault.line(), fault.column());
            faults.push(error("", "notJson", &format!("Not JSON at {place}.")));
            Err(faults)
        }
    }
}

fn error(pointer: &str, code: &'static str, detail: &str) -> FieldError {
    FieldError { pointer: pointer.to_owned(), code: code.into(), detail: detail.to_owned() }
}

/// Makes the place of a fault readable, so that reading can go on behind it. False when it cannot.
fn mend(tree: &mut Value, mended: &mut Vec<String>, fault: &Fault) -> bool {
    if fault.is_unknown_member() {
        let Some((parent, name)) = fault.split() else { return false };
        let Some(Value::Object(members)) = tree.pointer_mut(parent) else { return false };
        return members.remove(&name).is_some();
    }
    if fault.pointer().is_empty() {
        return false;
    }
    if fault.is_missing_member() {
        let Some((parent, name)) = fault.split() else { return false };
        let Some(Value::Object(members)) = tree.pointer_mut(parent) else { return false };
        members.insert(name, Value::Null);
    }
    mended.push(fault.pointer().to_owned());
    true
}

/// Appends one step to a JSON pointer (RFC 6901 §3).
pub(super) fn step(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether text holds a character that has no place in a record: C0 controls but tab and line
/// breaks, DEL, and the overrides that make text read differently from what it says.
fn hostile(text: &str) -> Option<(&'static str, &'static str)> {
    text.chars().find_map(|c| match c {
        '\t' | '\n' | '\r' => None,
        '\0'..='\u{1f}' | '\u{7f}' => {
            Some(("controlCharacter", "Holds a control character that is not allowed."))
        }
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(("directionOverride", "Holds a character that changes the direction of text."))
        }
        _ => None,
    })
}

/// One place of the tree being read.
struct Node<'f> {
    faults: &'f RefCell<Vec<FieldError>>,
    path: String,
    depth: usize,
}

impl Node<'_> {
    fn fault(&self, path: &str, code: &'static str, detail: &str) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < FAULTS_MAX {
            faults.push(error(path, code, detail));
        }
    }

    fn check(&self, path: &str, text: &str) {
        if let Some((code, detail)) = hostile(text) {
            self.fault(path, code, detail);
        }
    }

    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth < DEPTH_MAX {
            return Ok(self.depth + 1);
        }
        let detail = format!("Nested deeper than {DEPTH_MAX} levels.");
        self.fault(&self.path, "tooDeep", &detail);
        Err(E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        self.check(&self.path, value);
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut list = Vec::new();
        loop {
            let path = format!("{}/{}", self.path, list.len());
            match items.next_element_seed(Node { faults: self.faults, path, depth })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut map = serde_json::Map::new();
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = step(&self.path, &name);
            self.check(&path, &name);
            if !names.insert(name.clone()) {
                self.fault(&path, "duplicateMember", "This member is here more than once.");
            }
            let value = members.next_value_seed(Node { faults: self.faults, path, depth })?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Sample {
        title: String,
        count: u32,
        #[serde(default)]
        note: Option<String>,
        #[serde(default)]
        items: Vec<Item>,
        kind: SampleKind,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Item {
        reference: String,
        #[serde(default)]
        seal: Option<domain::ids::CaseId>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum SampleKind {
        Phone,
        Laptop,
    }

    fn found(text: &str) -> Vec<(String, String)> {
        let faults = read::<Sample>(text.as_bytes()).unwrap_err();
        faults.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
    }

    fn fault(pointer: &str, code: &str) -> (String, String) {
        (pointer.to_owned(), code.to_owned())
    }

    #[test]
    fn a_right_body_is_read() {
        let sample: Sample =
            read(br#"{"title":"a","count":1,"kind":"laptop","items":[{"reference":"AB/1"}]}"#)
                .unwrap();
        assert_eq!(sample.items[0].reference, "AB/1");
        assert_eq!(sample.note, None);
    }

    #[test]
    fn every_fault_is_listed_at_once_with_its_pointer() {
        let text = r#"{"title":5,"count":"x","kind":"tank","extra":1,
            "items":[{"reference":"a"},{"seal":"zz"},{"reference":[],"b~/c":1}]}"#;
        let mut faults = found(text);
        faults.sort();
        assert_eq!(
            faults,
            [
                fault("/count", "wrongType"),
                fault("/extra", "unknownMember"),
                fault("/items/1/reference", "missingMember"),
                fault("/items/1/seal", "notValid"),
                fault("/items/2/b~0~1c", "unknownMember"),
                fault("/items/2/reference", "wrongType"),
                fault("/kind", "unknownValue"),
                fault("/title", "wrongType"),
            ]
        );
    }

    #[test]
    fn a_duplicate_member_is_named_wherever_it_is() {
        let text = r#"{"title":"a","title":"b","items":[{"reference":"x","reference":"y"}]}"#;
        assert_eq!(
            found(text),
            [fault("/title", "duplicateMember"), fault("/items/0/reference", "duplicateMember")]
        );
    }

    #[test]
    fn a_name_spelt_with_an_escape_is_still_a_duplicate() {
        assert_eq!(found(r#"{"a":1,"\u0061":2}"#), [fault("/a", "duplicateMember")]);
    }

    #[test]
    fn thirty_two_levels_are_read_and_thirty_three_are_not() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(tree(nested(DEPTH_MAX).as_bytes()).is_ok());
        let faults = tree(nested(DEPTH_MAX + 1).as_bytes()).unwrap_err();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].code, "tooDeep");
    }

    #[test]
    fn a_very_deep_body_does_not_overflow_the_stack() {
        assert_eq!(tree("[".repeat(1_000_000).as_bytes()).unwrap_err()[0].code, "tooDeep");
    }

    #[test]
    fn control_characters_and_overrides_are_refused_but_line_breaks_are_not() {
        for (text, code) in [
            (r#"{"title":"a\u0000b"}"#, "controlCharacter"),
            (r#"{"title":"a\u001bb"}"#, "controlCharacter"),
            ("{\"title\":\"a\u{202e}b\"}", "directionOverride"),
            (r#"{"title":"\u2066"}"#, "directionOverride"),
        ] {
            assert_eq!(found(text), [fault("/title", code)], "{text}");
        }
        assert!(tree(br#""tab\t line\r\n""#).is_ok());
    }

    #[test]
    fn what_is_not_json_or_not_utf8_is_refused() {
        for text in ["", "{", "nul", "{} {}", "{'a':1}", "[1,]", "{\"a\":NaN}", "\"\\ud800\""] {
            assert_eq!(tree(text.as_bytes()).unwrap_err()[0].code, "notJson", "{text}");
        }
        assert_eq!(tree(b"\"\xff\"").unwrap_err()[0].code, "notUtf8");
    }

    #[test]
    fn a_missing_member_is_named_even_in_an_empty_body() {
        assert_eq!(
            found("{}"),
            [
                fault("/title", "missingMember"),
                fault("/count", "missingMember"),
                fault("/kind", "missingMember")
            ]
        );
        assert_eq!(found("[]"), [fault("", "wrongType")]);
    }

    #[test]
    fn a_number_too_large_for_its_field_is_refused_where_it_stands() {
        let text = r#"{"title":"a","count":4294967296,"kind":"phone"}"#;
        assert_eq!(found(text), [fault("/count", "notValid")]);
        let text = r#"{"title":"a","count":1.5,"kind":"phone"}"#;
        assert_eq!(found(text), [fault("/count", "wrongType")]);
    }

    #[test]
    fn the_list_of_faults_is_bounded() {
        let members: Vec<String> = (0..100).map(|n| format!("\"x{n}\":1")).collect();
        assert_eq!(found(&format!("{{{}}}", members.join(","))).len(), FAULTS_MAX);
    }

    #[test]
    fn no_value_is_repeated_in_a_fault() {
        let text = r#"{"title":5,"count":"canary","kind":"canary"}"#;
        for fault in read::<Sample>(text.as_bytes()).unwrap_err() {
            assert!(!fault.detail.contains("canary"), "{}", fault.detail);
        }
    }
}
