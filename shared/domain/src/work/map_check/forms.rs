//! Whether a form and a code list are sound in themselves.

use super::{Faults, MapFault, TITLE_CHARS_MAX, WORDING_CHARS_MAX};
use crate::work::form::{
    CodeList, CodeLists, DECIMAL_PLACES_MAX, FIELDS_MAX, Field, FieldKind, Form, INTEGER_MAX,
    LONG_TEXT_CHARS_MAX, TEXT_CHARS_MAX,
};

/// Most options of one choice; longer lists belong in a code list.
const OPTIONS_MAX: usize = 50;
/// Most codes of one code list.
const CODES_MAX: usize = 2_000;

/// Every fault of a form, given the code lists it may use.
pub fn check_form(form: &Form, lists: &CodeLists) -> Vec<MapFault> {
    let mut faults = Faults::default();
    let name = format!("the form {}", form.key);
    faults.key(None, &name, &form.key);
    faults.version(&name, &form.version);
    faults.text(None, &format!("The title of {name}"), &form.title, TITLE_CHARS_MAX);
    if form.fields.is_empty() || form.fields.len() > FIELDS_MAX {
        faults.add("formSize", None, format!("{name} must have 1 to {FIELDS_MAX} fields."));
    }
    faults.unique(&format!("fields of {name}"), form.fields.iter().map(|field| field.key.as_str()));
    for field in &form.fields {
        check_field(&mut faults, form, field, lists);
    }
    faults.0
}

fn check_field(faults: &mut Faults, form: &Form, field: &Field, lists: &CodeLists) {
    let name = format!("{} of the form {}", field.key, form.key);
    faults.key(None, &name, &field.key);
    faults.text(None, &format!("The label of {name}"), &field.label, TITLE_CHARS_MAX);
    if let Some(hint) = &field.hint {
        faults.text(None, &format!("The hint of {name}"), hint, WORDING_CHARS_MAX);
    }
    let in_limits = match &field.kind {
        FieldKind::Text { max, shape: _ } => (1..=TEXT_CHARS_MAX).contains(max),
        FieldKind::LongText { max } => (1..=LONG_TEXT_CHARS_MAX).contains(max),
        FieldKind::Integer { min, max, unit } => {
            check_unit(faults, &name, unit.as_deref());
            min <= max && *min >= -INTEGER_MAX && *max <= INTEGER_MAX
        }
        FieldKind::Decimal { places, unit } => {
            check_unit(faults, &name, unit.as_deref());
            *places <= DECIMAL_PLACES_MAX
        }
        FieldKind::Choice { options } => {
            faults.unique(
                &format!("options of {name}"),
                options.iter().map(|option| option.key.as_str()),
            );
            for option in options {
                faults.key(None, &format!("an option of {name}"), &option.key);
                faults.text(None, &format!("An option of {name}"), &option.title, TITLE_CHARS_MAX);
            }
            (1..=OPTIONS_MAX).contains(&options.len())
        }
        FieldKind::Code { list } => {
            let usable =
                lists.get(list).is_some_and(|found| found.codes.iter().any(|code| !code.withdrawn));
            if !usable {
                let detail = format!("{name} asks for a code of {list}, which offers none.");
                faults.add("unknownCodeList", None, detail);
            }
            true
        }
        FieldKind::YesNo {}
        | FieldKind::DateTime {}
        | FieldKind::Sha256 {}
        | FieldKind::Reference { .. } => true,
    };
    if !in_limits {
        faults.add("fieldLimits", None, format!("The limits of {name} allow no sensible answer."));
    }
}

fn check_unit(faults: &mut Faults, name: &str, unit: Option<&str>) {
    if let Some(unit) = unit {
        faults.text(None, &format!("The unit of {name}"), unit, TITLE_CHARS_MAX);
    }
}

/// Every fault of a code list.
pub fn check_code_list(list: &CodeList) -> Vec<MapFault> {
    let mut faults = Faults::default();
    let name = format!("the code list {}", list.key);
    faults.key(None, &name, &list.key);
    faults.text(None, &format!("The title of {name}"), &list.title, TITLE_CHARS_MAX);
    if list.codes.is_empty() || list.codes.len() > CODES_MAX {
        faults.add("codeListSize", None, format!("{name} must have 1 to {CODES_MAX} codes."));
    }
    faults.unique(&format!("codes of {name}"), list.codes.iter().map(|code| code.key.as_str()));
    for code in &list.codes {
        faults.key(None, &format!("{} in {name}", code.key), &code.key);
        faults.text(
            None,
            &format!("The title of {} in {name}", code.key),
            &code.title,
            TITLE_CHARS_MAX,
        );
        if let Some(hint) = &code.hint {
            let what = format!("The hint of {} in {name}", code.key);
            faults.text(None, &what, hint, WORDING_CHARS_MAX);
        }
    }
    faults.0
}
