//! Forms and code lists: what a step asks for, and the check that an answer is one.
//!
//! Values are JSON. There are no floating-point values anywhere: a decimal is text, kept as it
//! was typed, so that "2.50" does not become 2.5 and lose what its author claimed to know.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::refusal::{FieldError, Refusal};

mod value;
pub(super) use value::check as check_value;
pub use value::{TextFault, text_fault};

#[cfg(test)]
mod tests;

/// Longest single-line text a form may allow, in characters.
pub const TEXT_CHARS_MAX: u32 = 500;
/// Longest multi-line text a form may allow, in characters.
pub const LONG_TEXT_CHARS_MAX: u32 = 10_000;
/// Most decimal places a form may allow.
pub const DECIMAL_PLACES_MAX: u32 = 9;
/// Most digits before the decimal point.
pub const DECIMAL_WHOLE_DIGITS_MAX: usize = 15;
/// Greatest whole number, either side of zero, that every JSON reader keeps exactly (RFC 8259 §6).
pub const INTEGER_MAX: i64 = 9_007_199_254_740_991;
/// Longest reference to another record, in characters.
pub const REFERENCE_CHARS_MAX: usize = 64;
/// Most fields on one form.
pub const FIELDS_MAX: usize = 60;
/// Most unknown members named in one refusal; a longer list helps nobody.
pub const UNKNOWN_MEMBERS_NAMED_MAX: usize = 20;

/// Code lists by key.
pub type CodeLists = BTreeMap<String, CodeList>;

/// A form in one version. Like a map it never changes once published; steps name it as
/// `key@version`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Stable key across versions.
    pub key: String,
    /// Version as `major.minor.patch`.
    pub version: String,
    /// Plain-English name.
    pub title: String,
    /// Fields in the order they are asked.
    pub fields: Vec<Field>,
}

impl Form {
    /// How a step names this exact form: `key@version`.
    pub fn reference(&self) -> String {
        format!("{}@{}", self.key, self.version)
    }

    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

/// One question on a form.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Key within the form and member name of the answer.
    pub key: String,
    /// Label shown above the answer.
    pub label: String,
    /// Help shown with the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What an answer may be.
    pub kind: FieldKind,
    /// Whether the step cannot complete without an answer.
    pub required: bool,
    /// Whether the answer may identify a living person and so must be erasable on its own.
    pub personal: bool,
}

/// What an answer may be. Variants without members are written with braces so that stray members
/// are refused.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldKind {
    /// One line of text.
    Text {
        /// Most characters.
        max: u32,
        /// A published numbering scheme the text must follow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<Shape>,
    },
    /// Text that may have several lines.
    LongText {
        /// Most characters.
        max: u32,
    },
    /// A whole number.
    Integer {
        /// Least value allowed.
        min: i64,
        /// Greatest value allowed.
        max: i64,
        /// Unit shown beside the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
    },
    /// A decimal number, sent as text such as `-12.50`.
    Decimal {
        /// Most digits after the point.
        places: u32,
        /// Unit shown beside the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
    },
    /// One of the options written here.
    Choice {
        /// The options, in the order shown.
        options: Vec<Choice>,
    },
    /// One of the codes of a code list that are still in use.
    Code {
        /// Key of the code list.
        list: String,
    },
    /// True or false.
    YesNo {},
    /// An instant as RFC 3339 text with an offset.
    DateTime {},
    /// A SHA-256 as 64 lower-case hexadecimal digits.
    Sha256 {},
    /// The id or reference of another record. Whether it exists is for the caller to check.
    Reference {
        /// What kind of record.
        of: ReferenceOf,
    },
}

/// A published numbering scheme.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// International mobile equipment identity: 15 digits, the last a Luhn check digit
    /// (3GPP TS 23.003 §6.2.1 and annex B).
    Imei,
    /// Integrated circuit card identifier of a SIM: 19 or 20 digits beginning 89, the last a Luhn
    /// check digit (ITU-T E.118).
    Iccid,
}

/// What a reference points to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceOf {
    /// An exhibit of the case.
    Exhibit,
    /// A file of the case.
    File,
    /// A piece of equipment in the register.
    Equipment,
    /// A method version in the register.
    Method,
    /// A person known to the service.
    Person,
}

/// One option of a choice.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Key, which is the value stored.
    pub key: String,
    /// Plain-English name.
    pub title: String,
}

/// A force's list of codes. Codes are never removed, only marked as no longer in use, because old
/// records still hold them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// Key of the list.
    pub key: String,
    /// Plain-English name.
    pub title: String,
    /// Key of the list whose codes group these, such as the kinds that exhibit categories fall
    /// under. With it every code names its group; without it none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouped_by: Option<String>,
    /// The codes in the order shown.
    pub codes: Vec<Code>,
}

impl CodeList {
    /// The code with this key, in use or not.
    pub fn code(&self, key: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.key == key)
    }

    /// Whether a new record may use this code.
    pub fn offers(&self, key: &str) -> bool {
        self.code(key).is_some_and(|code| !code.withdrawn)
    }
}

/// One code.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Key, which is the value stored.
    pub key: String,
    /// Plain-English name.
    pub title: String,
    /// Help shown with the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether new records may no longer use it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub withdrawn: bool,
    /// Key of the code in another list that this one falls under, such as the exhibit kind of an
    /// exhibit category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// For a service: the discipline that does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discipline: Option<String>,
    /// For a service: key of the process map that the work follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Checks answers against a form and returns them in key order.
///
/// Every fault is reported at once as [`Refusal::Invalid`], each with a pointer that begins with
/// `base_pointer` (an RFC 6901 pointer to the object that holds the answers): `required`,
/// `unknownField`, or the code of what is wrong with the value. A blank text counts as no answer
/// and is left out of the result; `null` is not a way to say "no answer".
pub fn validate(
    form: &Form,
    lists: &CodeLists,
    values: &Map<String, Value>,
    base_pointer: &str,
) -> Result<BTreeMap<String, Value>, Refusal> {
    let mut errors = Vec::new();
    let mut answers = BTreeMap::new();
    for field in &form.fields {
        let given = values.get(&field.key).filter(|value| !is_blank(value));
        let error = match given {
            None if field.required => Some(("required", "Give an answer.".to_owned())),
            None => None,
            Some(value) => match value::check(&field.kind, lists, value) {
                Ok(()) => {
                    answers.insert(field.key.clone(), value.clone());
                    None
                }
                Err(fault) => Some((fault.code, fault.detail)),
            },
        };
        if let Some((code, detail)) = error {
            let detail = format!("{}: {detail}", field.label);
            let pointer = pointer(base_pointer, &field.key);
            errors.push(FieldError { pointer, code: code.into(), detail });
        }
    }
    let known: BTreeSet<&str> = form.fields.iter().map(|field| field.key.as_str()).collect();
    let unknown = values.keys().filter(|key| !known.contains(key.as_str()));
    for key in unknown.take(UNKNOWN_MEMBERS_NAMED_MAX) {
        errors.push(FieldError {
            pointer: pointer(base_pointer, key),
            code: "unknownField".into(),
            detail: "This form has no such field.".to_owned(),
        });
    }
    if errors.is_empty() { Ok(answers) } else { Err(Refusal::Invalid(errors)) }
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Appends a member name to an RFC 6901 pointer.
fn pointer(base: &str, member: &str) -> String {
    format!("{base}/{}", member.replace('~', "~0").replace('/', "~1"))
}
