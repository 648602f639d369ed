//! Conditions on the ways on from a step: whether they ask a question the form answers, and
//! whether each way can ever be taken.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Faults;
use crate::work::form::{CodeLists, Field, FieldKind, Form, check_value};
use crate::work::map::{Condition, Step};

/// Checks the conditions of one step against its form.
pub(super) fn check(faults: &mut Faults, step: &Step, form: Option<&Form>, lists: &CodeLists) {
    let before = faults.0.len();
    for condition in step.next.iter().filter_map(|next| next.when.as_ref()) {
        check_condition(faults, step, condition, form, lists);
    }
    // A misplaced default hides the ways after it and is reported by itself.
    let default_last = step.next.iter().rev().skip(1).all(|next| next.when.is_some());
    if faults.0.len() == before && default_last {
        let taken = open_ways(step, form, lists);
        for position in (0..step.next.len()).filter(|position| !taken.contains(position)) {
            let detail = format!(
                "Way on number {} can never be taken: the ones before it cover every answer.",
                position + 1
            );
            faults.add("branchNeverTaken", Some(&step.key), detail);
        }
    }
}

fn check_condition(
    faults: &mut Faults,
    step: &Step,
    condition: &Condition,
    form: Option<&Form>,
    lists: &CodeLists,
) {
    let at = Some(step.key.as_str());
    let key = condition.field();
    let Some(field) = form.and_then(|form| form.field(key)) else {
        // A form that is missing altogether has been reported.
        if form.is_some() || step.form.is_none() {
            let detail = format!("A condition looks at {key}, which the step's form does not ask.");
            faults.add("conditionField", at, detail);
        }
        return;
    };
    let values: &[Value] = match condition {
        Condition::Answered { .. } => {
            if field.required {
                let detail =
                    format!("{key} is always answered, so asking whether it is says nothing.");
                faults.add("conditionKind", at, detail);
            }
            return;
        }
        Condition::Is { value, .. } => std::slice::from_ref(value),
        Condition::OneOf { values, .. } => values,
    };
    if !is_countable(&field.kind) {
        let detail = format!("{key} is neither a choice, a code, yes or no, nor a whole number.");
        faults.add("conditionKind", at, detail);
    } else if values.is_empty()
        || values.iter().any(|value| check_value(&field.kind, lists, value).is_err())
    {
        let detail = format!("A condition compares {key} with a value it can never have.");
        faults.add("conditionValue", at, detail);
    }
}

fn is_countable(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Choice { .. }
        | FieldKind::Code { .. }
        | FieldKind::YesNo {}
        | FieldKind::Integer { .. } => true,
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::DateTime {}
        | FieldKind::Sha256 {}
        | FieldKind::Reference { .. } => false,
    }
}

/// Positions in `next` that some set of valid answers leads along. Exact, because each condition
/// looks at one field and fields are answered independently: a way is open if every field has an
/// answer that fails the earlier conditions on it and meets the way's own.
pub(super) fn open_ways(step: &Step, form: Option<&Form>, lists: &CodeLists) -> BTreeSet<usize> {
    let conditions: Vec<Option<&Condition>> =
        step.next.iter().map(|next| next.when.as_ref()).collect();
    let is_open = |position: usize| {
        let earlier: Vec<&Condition> = conditions[..position].iter().flatten().copied().collect();
        let own = conditions[position];
        let fields: BTreeSet<&str> =
            earlier.iter().copied().chain(own).map(Condition::field).collect();
        fields.into_iter().all(|key| {
            let Some(field) = form.and_then(|form| form.field(key)) else { return true };
            possible_answers(field, lists, &conditions).iter().any(|answer| {
                let fails = |condition: &&Condition| !condition.holds_for(answer.as_ref());
                let meets = |condition: &Condition| condition.holds_for(answer.as_ref());
                earlier.iter().filter(|condition| condition.field() == key).all(fails)
                    && own.filter(|condition| condition.field() == key).is_none_or(meets)
            })
        })
    };
    let skipped = step.skip.is_some().then(|| step.next.len().checked_sub(1)).flatten();
    (0..step.next.len())
        .filter(|position| is_open(*position) || skipped == Some(*position))
        .collect()
}

/// Answers that between them behave like every valid answer as far as the conditions can tell.
/// No answer at all is one of them where the field is optional.
fn possible_answers(
    field: &Field,
    lists: &CodeLists,
    conditions: &[Option<&Condition>],
) -> Vec<Option<Value>> {
    let mut answers: Vec<Option<Value>> = match &field.kind {
        FieldKind::Choice { options } => {
            options.iter().map(|option| Some(Value::from(option.key.as_str()))).collect()
        }
        FieldKind::Code { list } => lists
            .get(list)
            .iter()
            .flat_map(|found| &found.codes)
            .filter(|code| !code.withdrawn)
            .map(|code| Some(Value::from(code.key.as_str())))
            .collect(),
        FieldKind::YesNo {} => vec![Some(Value::Bool(true)), Some(Value::Bool(false))],
        FieldKind::Integer { min, max, .. } => integers(*min, *max, &field.key, conditions),
        // Only "answered" may be asked of these, so any one answer stands for all.
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::DateTime {}
        | FieldKind::Sha256 {}
        | FieldKind::Reference { .. } => vec![Some(Value::from("an answer"))],
    };
    if !field.required {
        answers.push(None);
    }
    answers
}

/// The whole numbers that conditions mention, and one that none mentions if there is one.
fn integers(
    min: i64,
    max: i64,
    key: &str,
    conditions: &[Option<&Condition>],
) -> Vec<Option<Value>> {
    let on_field = conditions.iter().flatten().filter(|condition| condition.field() == key);
    let mentioned: BTreeSet<i64> = on_field
        .flat_map(|condition| match condition {
            Condition::Is { value, .. } => std::slice::from_ref(value),
            Condition::OneOf { values, .. } => values.as_slice(),
            Condition::Answered { .. } => &[],
        })
        .filter_map(Value::as_i64)
        .collect();
    let unmentioned = (min..=max).find(|number| !mentioned.contains(number));
    mentioned.into_iter().chain(unmentioned).map(|number| Some(Value::from(number))).collect()
}
