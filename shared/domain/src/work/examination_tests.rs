//! Who may record in an examination, and when.

use super::*;
use crate::work::case_bench::{CaseBench, code, somebody};
use crate::work::note;

fn note(bench: &mut CaseBench, who: &str) -> Result<(), Refusal> {
    let who = somebody(who);
    bench.decide(&who, |bench, context| {
        note::record(bench.examination(), "Seen.", context.now, None, context)
    })
}

#[test]
fn nothing_is_recorded_before_work_begins_or_by_who_does_not_do_it() {
    let mut bench = CaseBench::new();
    assert_eq!(bench.examination().state(), ExaminationState::Planned);
    assert_eq!(code(note(&mut bench, "ann")), "examinationNotStarted");
    let ann = somebody("ann");
    bench.step(&ann, "receive", &StepCommand::Claim).unwrap();
    assert_eq!(code(note(&mut bench, "ann")), "examinationNotStarted");
    bench.step(&ann, "receive", &StepCommand::Start).unwrap();
    note(&mut bench, "ann").unwrap();
    assert_eq!(code(note(&mut bench, "bob")), "notAtWork");
    assert_eq!(code(bench.find(&somebody("bob"))), "notAtWork");
    assert_eq!(code(bench.prepare(&somebody("bob"), Vec::new(), Vec::new())), "/findings required");
}

#[test]
fn who_has_done_a_step_still_notes_after_it_is_done() {
    let mut bench = CaseBench::new();
    bench.do_step(&somebody("ann"), "receive");
    note(&mut bench, "ann").unwrap();
    assert_eq!(bench.examination().notes, 1);
}

#[test]
fn nothing_is_added_to_finished_work() {
    let ann = somebody("ann");
    let mut bench = CaseBench::preparing(&ann);
    bench.cancel(&ann).unwrap();
    assert_eq!(bench.examination().state(), ExaminationState::Cancelled);
    assert_eq!(code(note(&mut bench, "ann")), "examinationOver");
    assert_eq!(code(bench.find(&ann)), "examinationOver");
    assert_eq!(code(bench.announce(&ann, 3)), "examinationOver");
    assert_eq!(code(bench.step(&ann, "prepare_result", &StepCommand::Claim)), "workEnded");
}

#[test]
fn an_open_step_names_what_each_person_lacks() {
    let bench = CaseBench::preparing(&somebody("ann"));
    let library = crate::work::package::builtin();
    let mut clerk = somebody("clerk");
    clerk.roles.clear();
    let needs = |who: &Caller| {
        let (_, open) = open_steps(bench.examination(), &[], library, who).unwrap();
        let codes = open[0].needs.iter().map(|need| need.code.as_str()).collect::<Vec<_>>();
        codes.join(" ")
    };
    assert_eq!(needs(&somebody("ann")), "");
    assert_eq!(needs(&clerk), "roleNeeded");
}

#[test]
fn taking_a_step_is_not_yet_work_and_beginning_it_is() {
    let mut bench = CaseBench::new();
    let ann = somebody("ann");
    bench.step(&ann, "receive", &StepCommand::Claim).unwrap();
    assert!(bench.examination().contributors.is_empty());
    bench.step(&ann, "receive", &StepCommand::Start).unwrap();
    assert!(bench.examination().contributors.contains(&ann.id));
}
