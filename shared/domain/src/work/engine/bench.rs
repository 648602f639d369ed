//! What the tests of the engine share: small maps, and a bench that runs commands on one.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::*;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::work::form::{CodeLists, Form};
use crate::work::map::{Facts, ProcessMap, STEP_ROLES};

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_750_000_000_000 + seconds * 1000)
}

pub(super) fn roles(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(super) fn all_roles() -> BTreeSet<String> {
    roles(&STEP_ROLES)
}

pub(super) fn map_of(start: &[&str], steps: Value) -> ProcessMap {
    serde_json::from_value(json!({
        "key": "test", "version": "1.0.0", "title": "Test", "discipline": "fingerprints",
        "subject": "examination",
        "stages": [{ "key": "work", "title": "Work", "officer_wording": "We are working." }],
        "steps": steps, "start": start,
        "pause_reasons": [{ "key": "welfare", "title": "Break" }],
    }))
    .unwrap()
}

pub(super) fn step(key: &str, to: &[&str]) -> Value {
    json!({ "key": key, "title": key, "stage": "work", "roles": ["practitioner"],
            "next": [{ "to": to }] })
}

pub(super) fn with(mut step: Value, member: &str, value: Value) -> Value {
    step[member] = value;
    step
}

/// Runs commands as one or more people and keeps the instance they lead to.
pub(super) struct Bench {
    pub(super) map: ProcessMap,
    pub(super) instance: WorkInstance,
    pub(super) facts: Facts,
    pub(super) clock: i64,
    pub(super) form: Option<Form>,
}

impl Bench {
    pub(super) fn new(map: ProcessMap) -> Bench {
        let instance = begin(&map, at(0));
        Bench { map, instance, facts: Facts::default(), clock: 0, form: None }
    }

    pub(super) fn carry_out(&mut self, change: WorkChange, person: &str) {
        self.clock += 60;
        apply(&mut self.instance, &change, person, at(self.clock));
    }

    pub(super) fn claim(&mut self, step: &str, person: &str) -> Result<(), Refusal> {
        let roles = all_roles();
        let change = claim(&self.instance, &self.map, step, Actor { person, roles: &roles })?;
        self.carry_out(change, person);
        Ok(())
    }

    pub(super) fn start(&mut self, step: &str, person: &str) -> Result<(), Refusal> {
        let roles = all_roles();
        let actor = Actor { person, roles: &roles };
        let change = start(&self.instance, &self.map, step, actor, &self.facts)?;
        self.carry_out(change, person);
        Ok(())
    }

    pub(super) fn pause(&mut self, step: &str, person: &str, reason: &str) -> Result<(), Refusal> {
        let roles = all_roles();
        let change =
            pause(&self.instance, &self.map, step, Actor { person, roles: &roles }, reason)?;
        self.carry_out(change, person);
        Ok(())
    }

    pub(super) fn resume(&mut self, step: &str, person: &str) -> Result<(), Refusal> {
        let roles = all_roles();
        let actor = Actor { person, roles: &roles };
        let change = resume(&self.instance, &self.map, step, actor, &self.facts)?;
        self.carry_out(change, person);
        Ok(())
    }

    pub(super) fn complete_with(
        &mut self,
        step: &str,
        person: &str,
        values: Value,
        witness: Option<&str>,
    ) -> Result<(), Refusal> {
        let roles = all_roles();
        let values: Map<String, Value> = values.as_object().unwrap().clone();
        let completion = Completion {
            form: self.form.as_ref(),
            code_lists: &CodeLists::new(),
            values: &values,
            values_pointer: "/values",
            witness,
        };
        let actor = Actor { person, roles: &roles };
        let change = complete(&self.instance, &self.map, step, actor, &self.facts, completion)?;
        self.carry_out(change, person);
        Ok(())
    }

    pub(super) fn complete(&mut self, step: &str, person: &str) -> Result<(), Refusal> {
        self.complete_with(step, person, json!({}), None)
    }

    pub(super) fn begin_step(&mut self, step: &str, person: &str) {
        self.claim(step, person).unwrap();
        self.start(step, person).unwrap();
    }

    pub(super) fn do_step(&mut self, step: &str, person: &str) {
        self.begin_step(step, person);
        self.complete(step, person).unwrap();
    }

    pub(super) fn open(&self) -> Vec<String> {
        self.instance
            .open_items()
            .map(|item| format!("{}#{}", item.step, item.occurrence))
            .collect()
    }
}

pub(super) fn code(result: Result<(), Refusal>) -> String {
    match result {
        Ok(()) => "accepted".to_owned(),
        Err(Refusal::Invalid(errors)) => format!("{} {}", errors[0].pointer, errors[0].code),
        Err(Refusal::WrongState { code, .. } | Refusal::NotAllowed { code, .. }) => code.to_owned(),
        Err(Refusal::SecondPersonNeeded { .. }) => "secondPersonNeeded".to_owned(),
        Err(Refusal::NotFound) => "notFound".to_owned(),
    }
}
