//! The case: the service's file for one investigation, the unit of access and of the log.

use crate::event::Recorded;
use crate::ids::CaseId;
use crate::people::{CaseScope, PersonRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The protective marking of a record (Government Security Classifications).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marking {
    /// OFFICIAL.
    Official,
    /// OFFICIAL-SENSITIVE: what casework is unless somebody says otherwise.
    #[default]
    OfficialSensitive,
}

/// `case.opened`: a case begins with its first submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseOpened {
    /// The case, which is also its chain.
    pub case_id: CaseId,
    /// Force-unique reference, such as `SMP-2026-0000042`.
    pub lab_reference: String,
    /// The force's crime number, unverified.
    #[serde(default)]
    pub crime_reference: Option<String>,
    /// The operation's name.
    #[serde(default)]
    pub operation_name: Option<String>,
    /// Home Office class and subclass.
    #[serde(default)]
    pub offence_code: Option<String>,
    /// The investigating unit.
    pub unit: String,
    /// Who investigates.
    pub officer_in_case: PersonRef,
    /// How it is to be handled.
    pub marking: Marking,
}

/// A case as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The case.
    pub id: CaseId,
    /// Force-unique reference.
    pub lab_reference: String,
    /// The force's crime number.
    pub crime_reference: Option<String>,
    /// The operation's name.
    pub operation_name: Option<String>,
    /// Home Office class and subclass.
    pub offence_code: Option<String>,
    /// Who investigates.
    pub officer_in_case: PersonRef,
    /// How it is to be handled.
    pub marking: Marking,
    /// Who may reach it.
    pub scope: CaseScope,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// How many submissions it has.
    pub submissions: u32,
    /// How many exhibits it has.
    pub exhibits: u32,
}

impl Case {
    /// The case that `case.opened` makes.
    #[must_use]
    pub fn opened(event: &CaseOpened, recorded: &Recorded) -> Case {
        let officers = [event.officer_in_case.id.clone(), recorded.actor.id.clone()];
        Case {
            id: event.case_id.clone(),
            lab_reference: event.lab_reference.clone(),
            crime_reference: event.crime_reference.clone(),
            operation_name: event.operation_name.clone(),
            offence_code: event.offence_code.clone(),
            officer_in_case: event.officer_in_case.clone(),
            marking: event.marking,
            scope: CaseScope {
                unit: event.unit.clone(),
                officers: officers.into_iter().collect(),
                disciplines: std::collections::BTreeSet::new(),
            },
            opened_at: recorded.time,
            submissions: 0,
            exhibits: 0,
        }
    }
}

/// The laboratory reference of the force's `number`th case, in the year of its opening.
#[must_use]
pub fn lab_reference(force: &str, year: i16, number: u64) -> String {
    format!("{force}-{year}-{number:07}")
}
