//! Whether one value is an answer of its field's kind.

use serde_json::Value;

use super::{CodeLists, DECIMAL_WHOLE_DIGITS_MAX, FieldKind, REFERENCE_CHARS_MAX, Shape};

/// What is wrong with a value: a stable code and a plain-English sentence.
pub(in crate::work) struct ValueFault {
    pub(super) code: &'static str,
    pub(super) detail: String,
}

fn fault(code: &'static str, detail: impl Into<String>) -> Result<(), ValueFault> {
    Err(ValueFault { code, detail: detail.into() })
}

/// Checks one value that was given and is not blank.
pub(in crate::work) fn check(
    kind: &FieldKind,
    lists: &CodeLists,
    value: &Value,
) -> Result<(), ValueFault> {
    match kind {
        FieldKind::YesNo {} => match value {
            Value::Bool(_) => Ok(()),
            _ => fault("wrongType", "answer true or false."),
        },
        FieldKind::Integer { min, max, .. } => check_integer(*min, *max, value),
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Choice { .. }
        | FieldKind::Code { .. }
        | FieldKind::DateTime {}
        | FieldKind::Sha256 {}
        | FieldKind::Reference { .. } => match value.as_str() {
            Some(text) => check_text_value(kind, lists, text),
            None => fault("wrongType", "the answer must be text."),
        },
    }
}

fn check_integer(min: i64, max: i64, value: &Value) -> Result<(), ValueFault> {
    match value.as_i64() {
        Some(number) if (min..=max).contains(&number) => Ok(()),
        Some(_) => fault("outOfRange", format!("the number must be from {min} to {max}.")),
        None => fault("wrongType", "the answer must be a whole number."),
    }
}

fn check_text_value(kind: &FieldKind, lists: &CodeLists, text: &str) -> Result<(), ValueFault> {
    match kind {
        FieldKind::Text { max, shape } => {
            check_free_text(text, *max, false)?;
            match shape {
                Some(shape) => check_shape(*shape, text),
                None => Ok(()),
            }
        }
        FieldKind::LongText { max } => check_free_text(text, *max, true),
        FieldKind::Decimal { places, .. } if is_decimal(text, *places) => Ok(()),
        FieldKind::Decimal { places: 0, .. } => {
            fault("notADecimal", "write a whole number in figures, such as 12.")
        }
        FieldKind::Decimal { places, .. } => fault(
            "notADecimal",
            format!(
                "write a number in figures, such as 12.5, with at most {places} decimal places."
            ),
        ),
        FieldKind::Choice { options } if options.iter().any(|option| option.key == text) => Ok(()),
        FieldKind::Choice { .. } => fault("notAnOption", "choose one of the options."),
        FieldKind::Code { list } => match lists.get(list) {
            Some(found) if found.offers(text) => Ok(()),
            Some(_) => fault("notAnOption", "choose a code that is on the list and in use."),
            None => fault("codeListMissing", format!("the code list {list} is not installed.")),
        },
        FieldKind::DateTime {} if is_instant(text) => Ok(()),
        FieldKind::DateTime {} => {
            fault("notAnInstant", "write a date and time such as 2026-03-01T14:30:00Z.")
        }
        FieldKind::Sha256 {} if is_sha256(text) => Ok(()),
        FieldKind::Sha256 {} => {
            fault("notASha256", "a SHA-256 has 64 hexadecimal digits in lower case.")
        }
        FieldKind::Reference { .. } if is_reference(text) => Ok(()),
        FieldKind::Reference { .. } => fault(
            "notAReference",
            format!(
                "a reference has at most {REFERENCE_CHARS_MAX} letters, digits and . _ : / - signs."
            ),
        ),
        FieldKind::YesNo {} | FieldKind::Integer { .. } => {
            fault("wrongType", "the answer must not be text.")
        }
    }
}

fn check_free_text(text: &str, max: u32, several_lines: bool) -> Result<(), ValueFault> {
    match text_fault(text, max, several_lines) {
        None => Ok(()),
        Some(TextFault::TooLong) => {
            fault("tooLong", format!("the text must have at most {max} characters."))
        }
        Some(TextFault::BadCharacter(bad)) => fault(
            "badCharacter",
            format!("the text contains U+{:04X}, which is not allowed.", u32::from(bad)),
        ),
    }
}

/// Why free text is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TextFault {
    /// More characters than allowed.
    TooLong,
    /// A control character, or one that overrides the direction in which text is shown and could
    /// make a record read differently from what it says.
    BadCharacter(char),
}

/// What is wrong with free text, if anything. Length is counted in characters, not bytes. Line
/// breaks and tabs are allowed only where the text may have several lines.
pub fn text_fault(text: &str, chars_max: u32, several_lines: bool) -> Option<TextFault> {
    let is_bad = |c: char| {
        let is_layout = several_lines && matches!(c, '\n' | '\r' | '\t');
        (c.is_control() && !is_layout)
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if let Some(bad) = text.chars().find(|c| is_bad(*c)) {
        return Some(TextFault::BadCharacter(bad));
    }
    (text.chars().count() > chars_max as usize).then_some(TextFault::TooLong)
}

fn check_shape(shape: Shape, text: &str) -> Result<(), ValueFault> {
    let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    match shape {
        Shape::Imei if digits_only && text.len() == 15 && passes_luhn(text) => Ok(()),
        Shape::Imei => {
            fault("notAnImei", "an IMEI has 15 digits and the last must agree with the others.")
        }
        Shape::Iccid
            if digits_only
                && matches!(text.len(), 19 | 20)
                && text.starts_with("89")
                && passes_luhn(text) =>
        {
            Ok(())
        }
        Shape::Iccid => fault(
            "notAnIccid",
            "a SIM number has 19 or 20 digits, begins with 89, and its last digit must agree with the others.",
        ),
    }
}

/// The Luhn check (ISO/IEC 7812-1 annex B) over text already known to be digits.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let weighted = if place % 2 == 1 { digit * 2 } else { digit };
            weighted / 10 + weighted % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

fn is_decimal(text: &str, places: u32) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let no_padding = whole == "0" || !whole.starts_with('0');
    digits(whole)
        && no_padding
        && whole.len() <= DECIMAL_WHOLE_DIGITS_MAX
        && fraction.is_none_or(|part| digits(part) && part.len() <= places as usize)
}

/// RFC 3339 §5.6, with an upper-case `T` and `Z`. The shape is checked here because the time
/// library also reads forms that other readers of a record would not.
fn is_instant(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(clock_end) = bytes.iter().skip(11).position(|byte| matches!(byte, b'Z' | b'+' | b'-'))
    else {
        return false;
    };
    let (stamp, offset) = bytes.split_at(11 + clock_end);
    let matches_shape = |part: &[u8], shape: &[u8]| {
        part.len() == shape.len()
            && part.iter().zip(shape).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let (seconds, fraction) = stamp.split_at(stamp.len().min(19));
    let fraction_fits = fraction.is_empty()
        || ((2..=10).contains(&fraction.len())
            && fraction[0] == b'.'
            && fraction[1..].iter().all(u8::is_ascii_digit));
    matches_shape(seconds, b"0000-00-00T00:00:00")
        && fraction_fits
        && (offset == b"Z" || matches_shape(offset, b"+00:00") || matches_shape(offset, b"-00:00"))
        && text.parse::<jiff::Timestamp>().is_ok()
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_reference(text: &str) -> bool {
    text.len() <= REFERENCE_CHARS_MAX
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-')
        })
}
