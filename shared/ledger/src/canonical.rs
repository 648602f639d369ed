//! JSON with one meaning and one encoding: the subset of RFC 8785 (JCS) that the log writes.
//!
//! Numbers are integers within ±(2^53 − 1), so that every language reads them exactly; keys are
//! unique and sorted by UTF-16 code units; there is no white space; strings use the shortest
//! escapes. Whatever parses but would be written differently is refused by [`check`].

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How many arrays and objects may be nested inside each other.
pub const MAX_DEPTH: usize = 32;

/// The largest integer, and without its sign the smallest: 2^53 − 1.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Why bytes or a value are not canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// The bytes are not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Not JSON at all, or followed by more bytes.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// An object names the same member twice.
    #[error("the member {0:?} appears twice")]
    DuplicateKey(String),
    /// A number with a fraction or an exponent, or minus zero.
    #[error("a number is not an integer")]
    NotInteger,
    /// An integer beyond ±(2^53 − 1).
    #[error("an integer is beyond ±(2^53 − 1)")]
    IntegerRange,
    /// More than [`MAX_DEPTH`] levels.
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// JSON, but not written in the one accepted way.
    #[error("not in canonical form")]
    NotCanonical,
}

/// Reads one JSON value strictly; surrounding white space is allowed, anything else is not.
///
/// # Errors
/// Every variant of [`CanonicalError`] except `NotCanonical`.
pub fn parse(bytes: &[u8]) -> Result<Value, CanonicalError> {
    let text = std::str::from_utf8(bytes).map_err(|_| CanonicalError::NotUtf8)?;
    let found = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    Strict { depth: 0, found: &found }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| found.take().unwrap_or(CanonicalError::Syntax(error.to_string())))
}

/// Reads one JSON value that must already be in canonical form, byte for byte.
///
/// # Errors
/// Any [`CanonicalError`].
pub fn check(bytes: &[u8]) -> Result<Value, CanonicalError> {
    let value = parse(bytes)?;
    if to_bytes(&value) == bytes { Ok(value) } else { Err(CanonicalError::NotCanonical) }
}

/// Asks whether a value built in memory keeps the rules that [`parse`] enforces on bytes.
///
/// # Errors
/// `NotInteger`, `IntegerRange` or `TooDeep`.
pub fn validate(value: &Value) -> Result<(), CanonicalError> {
    validate_at(value, 0)
}

fn validate_at(value: &Value, depth: usize) -> Result<(), CanonicalError> {
    match value {
        Value::Number(number) => integer(number).map(|_| ()),
        Value::Array(_) | Value::Object(_) if depth >= MAX_DEPTH => Err(CanonicalError::TooDeep),
        Value::Array(items) => items.iter().try_for_each(|item| validate_at(item, depth + 1)),
        Value::Object(members) => {
            members.values().try_for_each(|member| validate_at(member, depth + 1))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

fn integer(number: &Number) -> Result<i64, CanonicalError> {
    match number.as_i64() {
        Some(value) if value.abs_diff(0) <= MAX_INTEGER.unsigned_abs() => Ok(value),
        Some(_) => Err(CanonicalError::IntegerRange),
        None if number.is_u64() => Err(CanonicalError::IntegerRange),
        None => Err(CanonicalError::NotInteger),
    }
}

/// Writes a value in canonical form. A value that [`validate`] refuses is still written, in a form
/// that [`parse`] will refuse in its turn.
pub fn to_bytes(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push(b'{');
            for (position, (name, member)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_scalar(&name, out);
                out.push(b':');
                write(member, out);
            }
            out.push(b'}');
        }
        scalar => write_scalar(scalar, out),
    }
}

fn write_scalar(scalar: &impl serde::Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, scalar).expect("writing a scalar to memory cannot fail");
}

/// Builds a value while refusing what has two meanings. The reason is left in `found` because the
/// parser's own error type can only carry text.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    found: &'a Cell<Option<CanonicalError>>,
}

impl Strict<'_> {
    fn refuse<E: Error>(&self, reason: CanonicalError) -> E {
        let error = E::custom(&reason);
        self.found.set(Some(reason));
        error
    }

    fn deeper<E: Error>(&self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse(CanonicalError::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, found: self.found })
    }

    fn number<E: Error>(&self, number: Number) -> Result<Value, E> {
        integer(&number).map_err(|reason| self.refuse(reason))?;
        Ok(Value::Number(number))
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.number(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.number(value.into())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Err(self.refuse(CanonicalError::NotInteger))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let member = members.next_value_seed(inner)?;
            if object.insert(name.clone(), member).is_some() {
                return Err(self.refuse(CanonicalError::DuplicateKey(name)));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn keys_sort_by_utf16_code_units_as_in_rfc_8785() {
        let value = parse("{\"\u{fb33}\":1,\"\u{1f600}\":2,\"\\r\":3,\"1\":4}".as_bytes()).unwrap();
        let text = String::from_utf8(to_bytes(&value)).unwrap();
        assert_eq!(text, "{\"\\r\":3,\"1\":4,\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }

    #[test]
    fn strings_use_the_shortest_escapes() {
        let value = Value::String("\u{8}\t\n\u{c}\r\"\\/\u{0}\u{1f}\u{7f}é\u{2028}".to_owned());
        let text = String::from_utf8(to_bytes(&value)).unwrap();
        assert_eq!(text, "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0000\\u001f\u{7f}é\u{2028}\"");
        assert_eq!(check(text.as_bytes()), Ok(value));
    }

    #[test]
    fn whatever_has_two_meanings_is_refused() {
        use CanonicalError as E;
        assert_eq!(parse(br#"{"a":1,"a":1}"#), Err(E::DuplicateKey("a".to_owned())));
        assert_eq!(parse(br#"{"a":1,"\u0061":1}"#), Err(E::DuplicateKey("a".to_owned())));
        for float in ["1.0", "1e2", "-0", "18446744073709551616"] {
            assert_eq!(parse(float.as_bytes()), Err(E::NotInteger), "{float}");
        }
        assert_eq!(parse(b"\"\xff\""), Err(E::NotUtf8));
        for text in ["1 2", "[1,]", "", "\"\\ud800\"", "NaN", "01", "{} x", "\u{feff}1"] {
            assert!(matches!(parse(text.as_bytes()), Err(E::Syntax(_))), "{text}");
        }
    }

    #[test]
    fn integers_stop_at_two_to_the_53_minus_one() {
        for good in ["9007199254740991", "-9007199254740991", "0"] {
            assert!(check(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in ["9007199254740992", "-9007199254740992", "18446744073709551615"] {
            assert_eq!(parse(bad.as_bytes()), Err(CanonicalError::IntegerRange), "{bad}");
        }
    }

    #[test]
    fn depth_stops_at_its_limit_in_bytes_and_in_memory() {
        let deepest = parse(nested(MAX_DEPTH).as_bytes()).unwrap();
        assert_eq!(validate(&deepest), Ok(()));
        assert_eq!(parse(nested(MAX_DEPTH + 1).as_bytes()), Err(CanonicalError::TooDeep));
        assert_eq!(validate(&Value::Array(vec![deepest])), Err(CanonicalError::TooDeep));
        assert_eq!(parse(nested(100_000).as_bytes()), Err(CanonicalError::TooDeep));
    }

    #[test]
    fn another_spelling_of_the_same_value_is_not_canonical() {
        for text in [" 1", "1\n", "{\"b\":1,\"a\":2}", "[1, 2]", "\"\\/\"", "\"\\u0041\""] {
            assert_eq!(check(text.as_bytes()), Err(CanonicalError::NotCanonical), "{text}");
        }
    }
}
