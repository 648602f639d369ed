//! Code lists and process maps on the wire.

use crate::http::Problem;
use contract::reference::{
    CodeListSummary, CodeListView, CodeView, ProcessMapSummary, ProcessMapView,
};
use domain::work::form::{Code, CodeList};
use domain::work::map::ProcessMap;
use domain::work::package::{Library, content_hash};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A code list in the list of them.
#[must_use]
pub fn code_list_summary(list: &CodeList) -> CodeListSummary {
    CodeListSummary { key: list.key.clone(), title: list.title.clone(), codes: list.codes.len() }
}

/// A code list.
#[must_use]
pub fn code_list(list: &CodeList) -> CodeListView {
    CodeListView {
        key: list.key.clone(),
        title: list.title.clone(),
        grouped_by: list.grouped_by.clone(),
        codes: list.codes.iter().map(code).collect(),
    }
}

fn code(code: &Code) -> CodeView {
    CodeView {
        key: code.key.clone(),
        title: code.title.clone(),
        hint: code.hint.clone(),
        withdrawn: code.withdrawn,
        group: code.group.clone(),
        discipline: code.discipline.clone(),
        map: code.map.clone(),
    }
}

/// A version of a process map in the list of them.
#[must_use]
pub fn map_summary(map: &ProcessMap, library: &Library) -> ProcessMapSummary {
    ProcessMapSummary {
        key: map.key.clone(),
        version: map.version.clone(),
        title: map.title.clone(),
        discipline: map.discipline.clone(),
        is_latest: library.latest(&map.key).is_some_and(|latest| latest.version == map.version),
        content_hash: content_hash(map),
    }
}

/// A version of a process map with the forms it names, each once, as published.
pub fn map(map: &ProcessMap, library: &Library) -> Result<ProcessMapView, Problem> {
    let named: BTreeSet<&str> = map.steps.iter().filter_map(|step| step.form.as_deref()).collect();
    let forms = named.into_iter().filter_map(|form| library.form(form));
    Ok(ProcessMapView {
        content_hash: content_hash(map),
        map: published(map)?,
        forms: forms.map(published).collect::<Result<_, _>>()?,
    })
}

fn published(document: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(document)
        .map_err(|error| Problem::internal(format!("published document has no JSON form: {error}")))
}
