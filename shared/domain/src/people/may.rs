//! The one decision about access: what a role may do, to which cases.
//!
//! Deny by default. A case outside a caller's scope does not exist for them
//! ([`Refusal::NotFound`]); inside it, an act their roles do not include is
//! [`Refusal::NotAllowed`]. Rules about *this* piece of work (nobody reviews their own) live with
//! their nouns and come on top.

use crate::ids::PersonId;
use crate::people::{Caller, Role};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Everything a caller may ask to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Submit a request, or add one to a case.
    Submit,
    /// See that a case exists: its references, its requests and their status.
    ReadStatus,
    /// See the queue of requests that wait for triage.
    ReadTriageQueue,
    /// Authorise or refuse a request.
    DecideAuthority,
    /// Accept, return or refuse what was requested.
    Triage,
    /// Withdraw a request.
    Withdraw,
    /// See exhibits, where they are and who holds them.
    ReadExhibits,
    /// Record an act in an exhibit's continuity.
    RecordContinuity,
    /// See lists of work.
    ReadWork,
    /// Take, begin and finish steps of an examination, and make notes of it. The process map says
    /// which roles each step takes, and the engine holds to it; so this is granted to every role that
    /// a map may give a step.
    DoWork,
    /// Record findings and put results forward, having begun a step.
    RecordFindings,
    /// See an examination's steps: which are open, for whom, and who has them; nothing of what was
    /// noted, answered or found.
    ReadSteps,
    /// See examinations, notes, findings and unreleased results.
    ReadExaminations,
    /// Bring in a file.
    Upload,
    /// Review a result.
    Review,
    /// Release a result.
    Release,
    /// See the whole case record and its log.
    ReadRecord,
    /// Export a case as a bundle.
    Export,
}

/// What decides whether a case is in somebody's scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseScope {
    /// The investigating unit.
    pub unit: String,
    /// The officer in the case and whoever submitted to it.
    pub officers: BTreeSet<PersonId>,
    /// The disciplines at work in it, by key.
    pub disciplines: BTreeSet<String>,
}

/// Which cases a role reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Those of their unit, and those they are an officer of.
    Unit,
    /// Those in which one of their disciplines works.
    Discipline,
    /// All of the force's.
    Force,
}

/// The matrix: for each role, what it may do and how far it reaches. A role that is not here may do
/// nothing with casework, administrators among them (invariant 25).
const GRANTS: &[(Role, Reach, &[Act])] = &[
    (
        Role::Officer,
        Reach::Unit,
        &[Act::Submit, Act::ReadStatus, Act::Withdraw, Act::ReadExhibits, Act::RecordContinuity],
    ),
    (
        Role::SceneExaminer,
        Reach::Unit,
        &[
            Act::Submit,
            Act::ReadStatus,
            Act::Withdraw,
            Act::ReadExhibits,
            Act::RecordContinuity,
            Act::ReadWork,
            Act::ReadSteps,
            Act::DoWork,
        ],
    ),
    (Role::Supervisor, Reach::Unit, &[Act::ReadStatus, Act::DecideAuthority, Act::ReadExhibits]),
    (
        Role::SubmissionsOfficer,
        Reach::Force,
        &[
            Act::ReadStatus,
            Act::ReadTriageQueue,
            Act::Triage,
            Act::ReadExhibits,
            Act::RecordContinuity,
            Act::ReadWork,
            Act::ReadSteps,
            Act::DoWork,
        ],
    ),
    (
        Role::StoreOfficer,
        Reach::Force,
        &[
            Act::ReadStatus,
            Act::ReadExhibits,
            Act::RecordContinuity,
            Act::ReadWork,
            Act::ReadSteps,
            Act::DoWork,
        ],
    ),
    (
        Role::Practitioner,
        Reach::Discipline,
        &[
            Act::ReadStatus,
            Act::ReadExhibits,
            Act::RecordContinuity,
            Act::ReadWork,
            Act::ReadSteps,
            Act::DoWork,
            Act::RecordFindings,
            Act::ReadExaminations,
            Act::Upload,
            Act::Review,
            Act::ReadRecord,
        ],
    ),
    (Role::Reviewer, Reach::Force, REVIEWS),
    (Role::ReportingScientist, Reach::Force, RELEASES),
    (Role::ForensicManager, Reach::Force, MANAGES),
    (Role::QualityManager, Reach::Force, READS),
    (Role::DisclosureOfficer, Reach::Force, READS_AND_EXPORTS),
    (Role::RecordsOfficer, Reach::Force, READS),
    (Role::Auditor, Reach::Force, READS),
];

const READS: &[Act] = &[
    Act::ReadStatus,
    Act::ReadExhibits,
    Act::ReadWork,
    Act::ReadSteps,
    Act::ReadExaminations,
    Act::ReadRecord,
];
const READS_AND_EXPORTS: &[Act] = &[
    Act::ReadStatus,
    Act::ReadExhibits,
    Act::ReadSteps,
    Act::ReadExaminations,
    Act::ReadRecord,
    Act::Export,
];
const REVIEWS: &[Act] = &[
    Act::ReadStatus,
    Act::ReadExhibits,
    Act::ReadWork,
    Act::ReadSteps,
    Act::DoWork,
    Act::RecordFindings,
    Act::ReadExaminations,
    Act::ReadRecord,
    Act::Review,
];
const RELEASES: &[Act] = &[
    Act::ReadStatus,
    Act::ReadExhibits,
    Act::ReadWork,
    Act::ReadSteps,
    Act::DoWork,
    Act::RecordFindings,
    Act::ReadExaminations,
    Act::ReadRecord,
    Act::Review,
    Act::Release,
    Act::Export,
];
const MANAGES: &[Act] = &[
    Act::ReadStatus,
    Act::ReadTriageQueue,
    Act::Triage,
    Act::ReadExhibits,
    Act::ReadWork,
    Act::ReadSteps,
    Act::DoWork,
    Act::RecordFindings,
    Act::ReadExaminations,
    Act::ReadRecord,
    Act::Release,
    Act::Export,
];

fn reaches(caller: &Caller, reach: Reach, scope: &CaseScope) -> bool {
    match reach {
        Reach::Unit => caller.unit == scope.unit || scope.officers.contains(&caller.id),
        Reach::Discipline => !caller.disciplines.is_disjoint(&scope.disciplines),
        Reach::Force => true,
    }
}

/// Whether the caller may do this to a case of this scope.
pub fn may(caller: &Caller, act: Act, scope: &CaseScope) -> Result<(), Refusal> {
    let in_reach = || {
        GRANTS
            .iter()
            .filter(|(role, reach, _)| caller.is(*role) && reaches(caller, *reach, scope))
            .map(|(_, _, acts)| acts)
    };
    if in_reach().any(|acts| acts.contains(&act)) {
        Ok(())
    } else if in_reach().any(|acts| acts.contains(&Act::ReadStatus)) {
        Err(refused(act))
    } else {
        Err(Refusal::NotFound)
    }
}

/// Whether the caller may do this at all, before any case is named: submitting, or seeing a list.
/// What the list shows is decided row by row, or by the list's own key.
pub fn may_anywhere(caller: &Caller, act: Act) -> Result<(), Refusal> {
    let may = GRANTS.iter().any(|(role, _, acts)| caller.is(*role) && acts.contains(&act));
    if may { Ok(()) } else { Err(refused(act)) }
}

/// Whether the caller may do this in every case of the force, so that a list of all of them may be
/// shown.
#[must_use]
pub fn may_everywhere(caller: &Caller, act: Act) -> bool {
    GRANTS.iter().any(|(role, reach, acts)| {
        *reach == Reach::Force && caller.is(*role) && acts.contains(&act)
    })
}

/// The disciplines whose work the caller may see listed: their own, if a role of theirs reaches by
/// discipline.
#[must_use]
pub fn listed_disciplines(caller: &Caller, act: Act) -> BTreeSet<String> {
    let by_discipline = GRANTS.iter().any(|(role, reach, acts)| {
        *reach == Reach::Discipline && caller.is(*role) && acts.contains(&act)
    });
    if by_discipline { caller.disciplines.clone() } else { BTreeSet::new() }
}

fn refused(act: Act) -> Refusal {
    let roles: Vec<&str> = GRANTS
        .iter()
        .filter(|(_, _, acts)| acts.contains(&act))
        .map(|(role, _, _)| role.code())
        .collect();
    Refusal::not_allowed(
        "roleNeeded",
        format!("Your roles do not include this. It needs one of: {}.", roles.join(", ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(role: Role) -> Caller {
        Caller {
            id: "p1".parse().unwrap(),
            name: "P".into(),
            number: "1".into(),
            force: "SMP".into(),
            unit: "North".into(),
            roles: BTreeSet::from([role]),
            disciplines: BTreeSet::from(["digital".to_owned()]),
            competences: BTreeSet::new(),
            token_id: "t".into(),
            strength: "test".into(),
        }
    }

    fn scope(unit: &str, discipline: &str) -> CaseScope {
        CaseScope {
            unit: unit.into(),
            officers: BTreeSet::new(),
            disciplines: BTreeSet::from([discipline.to_owned()]),
        }
    }

    #[test]
    fn an_administrator_may_do_nothing_with_casework() {
        for act in [Act::ReadStatus, Act::ReadRecord, Act::Export, Act::Submit] {
            let answer = may(&caller(Role::Administrator), act, &scope("North", "digital"));
            assert_eq!(answer, Err(Refusal::NotFound));
        }
    }

    #[test]
    fn a_case_of_another_unit_does_not_exist_for_an_officer_unless_it_is_theirs() {
        let officer = caller(Role::Officer);
        let mut elsewhere = scope("South", "digital");
        assert_eq!(may(&officer, Act::ReadStatus, &elsewhere), Err(Refusal::NotFound));
        elsewhere.officers.insert(officer.id.clone());
        assert_eq!(may(&officer, Act::ReadStatus, &elsewhere), Ok(()));
    }

    #[test]
    fn inside_their_scope_a_caller_is_told_which_role_they_lack() {
        let answer = may(&caller(Role::Officer), Act::ReadExaminations, &scope("North", "digital"));
        assert!(matches!(answer, Err(Refusal::NotAllowed { code: "roleNeeded", .. })));
    }

    #[test]
    fn everybody_a_built_in_map_names_may_do_their_step_and_see_it() {
        for map in crate::work::package::builtin().maps() {
            for (step, role) in map.steps.iter().flat_map(|s| s.roles.iter().map(|r| (&s.key, r))) {
                let somebody = caller(role.parse().unwrap());
                for act in [Act::ReadWork, Act::ReadSteps, Act::DoWork] {
                    let answer = may(&somebody, act, &scope("North", "digital"));
                    assert_eq!(answer, Ok(()), "{step}: {role} {act:?}");
                }
            }
        }
    }

    #[test]
    fn who_only_handles_exhibits_does_not_read_notes_or_record_findings() {
        for role in [Role::StoreOfficer, Role::SubmissionsOfficer, Role::SceneExaminer] {
            for act in [Act::ReadExaminations, Act::RecordFindings, Act::Upload, Act::Review] {
                let answer = may(&caller(role), act, &scope("North", "digital"));
                assert!(matches!(answer, Err(Refusal::NotAllowed { .. })), "{role} {act:?}");
            }
        }
    }

    #[test]
    fn officers_supervisors_auditors_and_quality_managers_do_no_examination_work() {
        for role in [Role::Officer, Role::Supervisor, Role::Auditor, Role::QualityManager] {
            for act in [Act::DoWork, Act::RecordFindings, Act::Upload, Act::Review, Act::Release] {
                let answer = may(&caller(role), act, &scope("North", "digital"));
                assert!(matches!(answer, Err(Refusal::NotAllowed { .. })), "{role} {act:?}");
            }
        }
    }

    #[test]
    fn only_a_role_that_reaches_the_whole_force_lists_all_of_it() {
        let lists_all = |role| may_everywhere(&caller(role), Act::ReadWork);
        assert!(lists_all(Role::ForensicManager) && lists_all(Role::QualityManager));
        assert!(!lists_all(Role::Practitioner) && !lists_all(Role::SceneExaminer));
        let own = listed_disciplines(&caller(Role::Practitioner), Act::ReadWork);
        assert_eq!(own, BTreeSet::from(["digital".to_owned()]));
        assert!(listed_disciplines(&caller(Role::SceneExaminer), Act::ReadWork).is_empty());
    }

    #[test]
    fn a_practitioner_reaches_only_the_cases_their_discipline_works_on() {
        let practitioner = caller(Role::Practitioner);
        assert_eq!(may(&practitioner, Act::DoWork, &scope("South", "digital")), Ok(()));
        assert_eq!(
            may(&practitioner, Act::DoWork, &scope("North", "fingerprints")),
            Err(Refusal::NotFound)
        );
    }
}
