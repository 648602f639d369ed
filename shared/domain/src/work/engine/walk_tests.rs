//! Random walks over the built-in maps: whatever valid commands come in whatever order, work goes
//! on or ends, and no step completes without what it demands.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::work::form::{FieldKind, Form, Shape};
use crate::work::map::{Facts, Gate, ProcessMap, REVIEW_KINDS, STEP_ROLES, Step};
use crate::work::package::builtin;

/// Commands after which a walk that keeps choosing at random must have ended: each loop is left
/// with a chance of at least one in fifteen, so the odds against are astronomical.
const COMMANDS_MAX: usize = 6_000;
const PEOPLE: [&str; 4] = ["ann", "bob", "cat", "dan"];

/// A small generator of our own, so that one number, printed on failure, repeats the walk.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn chance(&mut self) -> bool {
        self.roll(2) == 0
    }
}

fn answer(kind: &FieldKind, dice: &mut Dice) -> Value {
    let lists = builtin().code_lists();
    match kind {
        FieldKind::Text { shape: Some(Shape::Imei), .. } => json!("490154203237518"),
        FieldKind::Text { shape: Some(Shape::Iccid), .. } => json!("8944110068256270054"),
        FieldKind::Text { .. } | FieldKind::LongText { .. } => json!("seen"),
        FieldKind::Integer { min, max, .. } => {
            if dice.chance() {
                json!(min)
            } else {
                json!(max)
            }
        }
        FieldKind::Decimal { places: 0, .. } => json!("-7"),
        FieldKind::Decimal { .. } => json!("20.5"),
        FieldKind::Choice { options } => json!(options[dice.roll(options.len())].key),
        FieldKind::Code { list } => {
            let codes = &lists[list].codes;
            json!(codes[dice.roll(codes.len())].key)
        }
        FieldKind::YesNo {} => json!(dice.chance()),
        FieldKind::DateTime {} => json!("2026-03-01T14:30:00+01:00"),
        FieldKind::Sha256 {} => json!("ab".repeat(32)),
        FieldKind::Reference { .. } => json!("AP/1"),
    }
}

fn answers(form: Option<&Form>, dice: &mut Dice) -> Map<String, Value> {
    let fields = form.map(|form| form.fields.as_slice()).unwrap_or_default();
    let mut given = Map::new();
    for field in fields {
        if field.required || dice.chance() {
            given.insert(field.key.clone(), answer(&field.kind, dice));
        }
    }
    given
}

fn good_facts(map: &ProcessMap) -> Facts {
    let roles = builtin().code_list("file_roles").unwrap().codes.iter();
    Facts {
        exhibits_held: true,
        notes: 1,
        findings: 1,
        verified_files_by_role: roles.map(|role| (role.key.clone(), 1)).collect(),
        reviews_passed: REVIEW_KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
        competences: map.steps.iter().filter_map(|step| step.competence.clone()).collect(),
        equipment_ok: Some(true),
        method_ok: Some(true),
    }
}

fn poor_facts(map: &ProcessMap, dice: &mut Dice) -> Facts {
    let good = good_facts(map);
    let verdict = |dice: &mut Dice| [None, Some(false), Some(true)][dice.roll(3)];
    Facts {
        exhibits_held: dice.chance(),
        notes: dice.roll(2) as u32,
        findings: dice.roll(2) as u32,
        verified_files_by_role: if dice.chance() {
            good.verified_files_by_role
        } else {
            BTreeMap::new()
        },
        reviews_passed: if dice.chance() { good.reviews_passed } else { BTreeSet::new() },
        competences: if dice.chance() { good.competences } else { BTreeSet::new() },
        equipment_ok: verdict(dice),
        method_ok: verdict(dice),
    }
}

/// Says again, without the engine, whether a step may complete.
fn demands_are_met(
    step: &Step,
    form: Option<&Form>,
    values: &Map<String, Value>,
    facts: &Facts,
) -> bool {
    let fields = form.map(|form| form.fields.as_slice()).unwrap_or_default();
    fields.iter().all(|field| !field.required || values.contains_key(&field.key))
        && (!step.requires_notes || facts.notes > 0)
        && step.gates.iter().all(|gate| match gate {
            Gate::NoteRecorded {} => facts.notes > 0,
            Gate::FindingRecorded {} => facts.findings > 0,
            Gate::FileVerified { role } => facts.verified_files_by_role.contains_key(role),
            Gate::ExhibitsHeld {} | Gate::EquipmentInService {} | Gate::MethodInForce {} => true,
            Gate::SecondPerson { .. } | Gate::ReviewPassed { .. } => true,
        })
}

struct Walk<'a> {
    map: &'a ProcessMap,
    instance: WorkInstance,
    record: Vec<(String, String, Timestamp)>,
    dice: Dice,
    roles: BTreeSet<String>,
    clock: i64,
}

impl Walk<'_> {
    fn decide(
        &mut self,
        item: &WorkItem,
        person: &str,
        facts: &Facts,
        values: &Map<String, Value>,
    ) -> Result<WorkChange, Refusal> {
        let (instance, map, step) = (&self.instance, self.map, item.step.as_str());
        let actor = Actor { person, roles: &self.roles };
        let form = map
            .step(step)
            .and_then(|step| step.form.as_deref())
            .and_then(|form| builtin().form(form));
        match item.state {
            ItemState::Ready => claim(instance, map, step, actor),
            ItemState::Claimed => start(instance, map, step, actor, facts),
            ItemState::Paused => resume(instance, map, step, actor, facts),
            ItemState::InProgress => {
                if self.dice.roll(8) == 0 && item.pauses.len() < PAUSES_MAX {
                    return pause(instance, map, step, actor, &map.pause_reasons[0].key);
                }
                let completion = Completion {
                    form,
                    code_lists: builtin().code_lists(),
                    values,
                    values_pointer: "/values",
                    witness: None,
                };
                complete(instance, map, step, actor, facts, completion)
            }
            ItemState::Done | ItemState::Skipped | ItemState::Cancelled => Err(Refusal::NotFound),
        }
    }

    /// One accepted command, after one that may lack something and must then be refused.
    fn advance(&mut self) -> Result<(), TestCaseError> {
        let open: Vec<WorkItem> = self.instance.open_items().cloned().collect();
        prop_assert!(!open.is_empty(), "running work has something to do");
        let item = open[self.dice.roll(open.len())].clone();
        let step = self.map.step(&item.step).unwrap();
        let form = step.form.as_deref().and_then(|form| builtin().form(form));

        let mut poor_values = answers(form, &mut self.dice);
        if let Some(key) = poor_values.keys().next().cloned()
            && self.dice.chance()
        {
            poor_values.remove(&key);
        }
        let facts = poor_facts(self.map, &mut self.dice);
        let assignee = item.assignee.clone().unwrap_or_else(|| "ann".to_owned());
        if let Ok(WorkChange::Completed { .. }) =
            self.decide(&item, &assignee, &facts, &poor_values)
        {
            prop_assert!(
                demands_are_met(step, form, &poor_values, &facts),
                "{} completed without its demands",
                item.step
            );
        }

        let values = answers(form, &mut self.dice);
        let facts = good_facts(self.map);
        let mut accepted = None;
        for person in PEOPLE {
            let person = item.assignee.as_deref().unwrap_or(person);
            if let Ok(change) = self.decide(&item, person, &facts, &values) {
                accepted = Some((change, person.to_owned()));
                break;
            }
        }
        let Some((change, person)) = accepted else {
            return Err(TestCaseError::fail(format!("nobody can go on with {item:?}")));
        };
        self.clock += 1_000;
        let now = Timestamp::from_millis(self.clock);
        let before = self.instance.clone();
        apply(&mut self.instance, &change, &person, now);
        prop_assert_ne!(&before, &self.instance, "an accepted change changes something");
        let mut again = before;
        apply(&mut again, &change, &person, now);
        prop_assert_eq!(&again, &self.instance);
        self.record.push((serde_json::to_string(&change).unwrap(), person, now));
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_walk_goes_on_until_it_ends_and_replays_to_the_same_state(
        seed in any::<u64>(),
        which in 0..2_usize,
    ) {
        let map = builtin().maps().nth(which).unwrap();
        let began = begin(map, Timestamp::from_millis(0));
        let mut walk = Walk {
            map,
            instance: began.clone(),
            record: Vec::new(),
            dice: Dice(seed),
            roles: STEP_ROLES.iter().map(|role| (*role).to_owned()).collect(),
            clock: 0,
        };
        while !walk.instance.is_ended() && walk.record.len() < COMMANDS_MAX {
            walk.advance()?;
        }
        prop_assert!(walk.instance.is_ended(), "the walk never ended");
        prop_assert!(walk.instance.open_items().next().is_none());

        let text = serde_json::to_string(&began).unwrap();
        let mut replayed: WorkInstance = serde_json::from_str(&text).unwrap();
        for (change, person, at) in &walk.record {
            apply(&mut replayed, &serde_json::from_str(change).unwrap(), person, *at);
        }
        prop_assert_eq!(replayed, walk.instance);
    }
}
