use super::*;
use crate::casework::authority::{self, Decide};
use crate::casework::submission::{Into, Known, Submit, SubmitItem, submit};
use crate::casework::triage::{self, Outcome};
use crate::casework::withdrawal;
use crate::context::Context;
use crate::document::Documents;
use crate::event::Recorded;
use crate::exhibits::exhibit::ExhibitDetails;
use crate::ids::IdSupply;
use crate::people::{Caller, Role};
use crate::time::Timestamp;
use crate::work::package::builtin;
use std::collections::BTreeSet;

fn caller(id: &str, role: Role) -> Caller {
    Caller {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        number: "1".to_owned(),
        force: "SMP".to_owned(),
        unit: "North".to_owned(),
        roles: BTreeSet::from([role]),
        disciplines: BTreeSet::new(),
        competences: BTreeSet::new(),
        token_id: "t".to_owned(),
        strength: "test".to_owned(),
    }
}

/// One request and what is decided about it, all at one instant: order is by number, not by time.
struct Bench {
    documents: Documents,
    ids: IdSupply,
    seq: u64,
}

const NOW: i64 = 1_795_000_000_000;

impl Bench {
    fn new() -> Bench {
        let mut bench = Bench { documents: Documents::new(), ids: IdSupply::new([1; 32]), seq: 0 };
        let details = ExhibitDetails {
            reference: "AP/1".to_owned(),
            disambiguator: None,
            description: Some("A knife".to_owned()),
            kind: "physical".to_owned(),
            category: None,
            produced_by: None,
            seized_at: None,
            seized_place: None,
            seal: None,
            hazards: Vec::new(),
            victim_or_witness_property: false,
        };
        let service = "mark_recovery".to_owned();
        let command = Submit {
            crime_reference: None,
            operation_name: None,
            offence_code: None,
            circumstances: "As first told.".to_owned(),
            questions: vec![("Who?".to_owned(), service.clone())],
            legal_basis: "pace_s19".to_owned(),
            contact: None,
            target_date: None,
            items: vec![SubmitItem { details, services: vec![service], condition: None }],
        };
        let into = Into::NewCase { case_id: [9; 16].into(), lab_reference: "SMP-1".to_owned() };
        bench
            .run("olive", |_, context| {
                submit(
                    &command,
                    &into,
                    Known { reference_is_taken: &|_| false, seal_is_taken: &|_| false },
                    builtin(),
                    context,
                )
            })
            .unwrap();
        bench
    }

    fn it(&self) -> &Submission {
        self.documents.all::<Submission>().next().unwrap()
    }

    fn run(
        &mut self,
        who: &str,
        decide: impl FnOnce(&Documents, &mut Context<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> Result<(), Refusal> {
        let who = caller(who, Role::Officer);
        let now = Timestamp::from_millis(NOW);
        let mut context = Context { caller: &who, now, ids: &mut self.ids };
        for event in decide(&self.documents, &mut context)? {
            let recorded = Recorded { seq: self.seq, time: now, actor: who.actor(), event };
            self.documents.apply(&recorded).unwrap();
            self.seq += 1;
        }
        Ok(())
    }

    fn authority(&mut self, who: &str, authorised: bool) -> Result<(), Refusal> {
        let reason = (!authorised).then(|| "No.".to_owned());
        let command = Decide { authorised, level: "supervisor".to_owned(), reason };
        let submission = self.it().clone();
        self.run(who, |_, context| authority::decide(&submission, &command, builtin(), context))
    }

    fn triage(&mut self, who: &str, outcome: Outcome) -> Result<(), Refusal> {
        let submission = self.it().clone();
        let item = |item: &crate::casework::submission::Item| triage::DecideItem {
            exhibit_id: item.exhibit_id.clone(),
            accepted: true,
            reason_code: None,
        };
        let (items, reason) = match outcome {
            Outcome::Accept => (submission.items.iter().map(item).collect(), None),
            Outcome::Refuse => (Vec::new(), Some("unsuitable")),
            _ => (Vec::new(), Some("details_missing")),
        };
        let reason_code = reason.map(str::to_owned);
        let command = triage::Decide { outcome, reason_code, note: None, items };
        self.run(who, |_, context| triage::decide(&submission, &command, builtin(), context))
    }

    fn again(&mut self, who: &str) -> Result<(), Refusal> {
        let command =
            Resubmit { circumstances: None, contact: None, note: "Put right.".to_owned() };
        let submission = self.it().clone();
        self.run(who, |_, _| decide(&submission, &command))
    }

    fn withdraw(&mut self) -> Result<(), Refusal> {
        let submission = self.it().clone();
        self.run("olive", |documents, _| {
            let examinations: Vec<_> = documents.all().collect();
            withdrawal::decide(&submission, "Not needed.", &examinations, builtin())
        })
    }
}

fn code(answer: Result<(), Refusal>) -> &'static str {
    match answer {
        Ok(()) => "",
        Err(Refusal::WrongState { code, .. }) => code,
        Err(Refusal::SecondPersonNeeded { .. }) => "second",
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn decisions_before_a_resubmission_no_longer_count_though_they_are_kept() {
    let mut bench = Bench::new();
    bench.authority("susan", true).unwrap();
    bench.triage("sidney", Outcome::Return).unwrap();
    assert_eq!(bench.it().state(), State::Returned);
    bench.again("olive").unwrap();
    assert_eq!(bench.it().state(), State::AwaitingAuthority);
    bench.authority("susan", true).unwrap();
    assert_eq!(bench.it().state(), State::AwaitingTriage);
    bench.triage("sidney", Outcome::Accept).unwrap();
    assert_eq!(bench.it().state(), State::Accepted);
    assert_eq!((bench.it().authority.len(), bench.it().triage.len()), (2, 2));
}

#[test]
fn only_what_was_returned_or_refused_authority_is_asked_again() {
    let mut bench = Bench::new();
    assert_eq!(code(bench.again("olive")), "notReturned");
    bench.authority("susan", true).unwrap();
    assert_eq!(code(bench.again("olive")), "notReturned");
    bench.triage("sidney", Outcome::Defer).unwrap();
    assert_eq!(code(bench.again("olive")), "notReturned");
    bench.triage("sidney", Outcome::Refuse).unwrap();
    assert_eq!(code(bench.again("olive")), "notReturned");
    let mut bench = Bench::new();
    bench.withdraw().unwrap();
    assert_eq!(code(bench.again("olive")), "notReturned");
}

#[test]
fn whoever_asked_again_does_not_decide_either() {
    let mut bench = Bench::new();
    bench.authority("susan", false).unwrap();
    assert_eq!(bench.it().state(), State::AuthorityRefused);
    bench.again("susan").unwrap();
    assert_eq!(code(bench.authority("susan", true)), "second");
    assert_eq!(code(bench.authority("olive", true)), "second");
    bench.authority("stella", true).unwrap();
    assert_eq!(code(bench.triage("susan", Outcome::Accept)), "second");
    assert_eq!(code(bench.triage("olive", Outcome::Accept)), "second");
    bench.triage("sidney", Outcome::Accept).unwrap();
}

#[test]
fn a_request_is_put_right_ten_times_at_most() {
    let mut bench = Bench::new();
    for _ in 0..RESUBMISSIONS_MAX {
        bench.authority("susan", false).unwrap();
        bench.again("olive").unwrap();
    }
    bench.authority("susan", false).unwrap();
    assert_eq!(code(bench.again("olive")), "tooManyResubmissions");
}

#[test]
fn only_what_is_corrected_changes() {
    let mut bench = Bench::new();
    bench.authority("susan", false).unwrap();
    let submission = bench.it().clone();
    let command = Resubmit {
        circumstances: Some("As now told.".to_owned()),
        contact: None,
        note: "Put right.".to_owned(),
    };
    bench.run("olive", |_, _| decide(&submission, &command)).unwrap();
    assert_eq!(bench.it().circumstances.as_deref(), Some("As now told."));
    assert_eq!(bench.it().contact, submission.contact);
    assert_eq!(bench.it().questions, submission.questions);
}

#[test]
fn a_withdrawal_cancels_what_is_not_over_and_happens_once() {
    let mut bench = Bench::new();
    bench.authority("susan", true).unwrap();
    bench.triage("sidney", Outcome::Accept).unwrap();
    bench.withdraw().unwrap();
    assert_eq!(bench.it().state(), State::Withdrawn);
    assert!(bench.it().examinations.iter().all(|progress| progress.cancelled));
    assert_eq!(code(bench.withdraw()), "submissionOver");
    let mut bench = Bench::new();
    bench.authority("susan", true).unwrap();
    bench.triage("sidney", Outcome::Refuse).unwrap();
    assert_eq!(code(bench.withdraw()), "submissionOver");
}
