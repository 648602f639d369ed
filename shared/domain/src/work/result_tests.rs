//! Separation of duties, and what a result rests on.

use super::*;
use crate::work::case_bench::{BYTES, CaseBench, code, somebody};
use crate::work::examination::StepCommand;

/// A bench with a result that `ann` has put forward.
fn prepared() -> (CaseBench, ResultId) {
    let ann = somebody("ann");
    let mut bench = CaseBench::preparing(&ann);
    let finding = bench.find(&ann).unwrap();
    let result = bench.prepare(&ann, vec![finding], Vec::new()).unwrap();
    (bench, result)
}

fn passed() -> (CaseBench, ResultId) {
    let (mut bench, result) = prepared();
    bench.review(&somebody("bob"), &result, ReviewKind::Technical, true).unwrap();
    bench.review(&somebody("cat"), &result, ReviewKind::Administrative, true).unwrap();
    (bench, result)
}

#[test]
fn a_result_is_released_after_two_reviews_by_a_third_person() {
    let (mut bench, result) = passed();
    assert_eq!(bench.result(&result).state(), ResultState::Reviewed);
    assert_eq!(code(bench.release(&somebody("ann"), &result)), "secondPersonNeeded");
    assert_eq!(code(bench.release(&somebody("bob"), &result)), "secondPersonNeeded");
    bench.release(&somebody("cat"), &result).unwrap();
    assert_eq!(bench.result(&result).state(), ResultState::Released);
    assert_eq!(code(bench.release(&somebody("dan"), &result)), "notReviewed");
}

#[test]
fn technical_comes_before_administrative_and_each_comes_once() {
    let (mut bench, result) = prepared();
    let (bob, cat) = (somebody("bob"), somebody("cat"));
    let (technical, administrative) = (ReviewKind::Technical, ReviewKind::Administrative);
    assert_eq!(code(bench.review(&bob, &result, administrative, true)), "reviewNotAwaited");
    bench.review(&bob, &result, technical, true).unwrap();
    assert_eq!(code(bench.review(&cat, &result, technical, true)), "reviewNotAwaited");
    assert_eq!(code(bench.release(&cat, &result)), "notReviewed");
    bench.review(&cat, &result, administrative, true).unwrap();
    assert_eq!(code(bench.review(&cat, &result, administrative, true)), "reviewNotAwaited");
}

#[test]
fn nobody_who_had_a_hand_in_the_work_reviews_it() {
    let (mut bench, result) = prepared();
    let technical = ReviewKind::Technical;
    assert_eq!(
        code(bench.review(&somebody("ann"), &result, technical, true)),
        "secondPersonNeeded"
    );
    let bob = somebody("bob");
    bench.announce(&bob, 3).unwrap();
    assert_eq!(code(bench.review(&bob, &result, technical, true)), "secondPersonNeeded");
    let cat = somebody("cat");
    bench.step(&somebody("ann"), "prepare_result", &StepCommand::Pause("welfare".into())).unwrap();
    bench.step(&somebody("ann"), "prepare_result", &StepCommand::HandBack).unwrap();
    bench.step(&cat, "prepare_result", &StepCommand::Claim).unwrap();
    bench.step(&cat, "prepare_result", &StepCommand::Start).unwrap();
    assert_eq!(code(bench.review(&cat, &result, technical, true)), "secondPersonNeeded");
}

#[test]
fn a_technical_review_needs_the_discipline_and_an_administrative_one_does_not() {
    let (mut bench, result) = prepared();
    let mut clerk = somebody("clerk");
    clerk.disciplines.clear();
    let refused = bench.review(&clerk, &result, ReviewKind::Technical, true);
    assert_eq!(code(refused), "disciplineNeeded");
    bench.review(&somebody("bob"), &result, ReviewKind::Technical, true).unwrap();
    bench.review(&clerk, &result, ReviewKind::Administrative, true).unwrap();
}

#[test]
fn what_a_reviewer_sends_back_stays_back_and_needs_a_word() {
    let (mut bench, result) = prepared();
    let bob = somebody("bob");
    let wordless = bench.decide(&bob, |bench, context| {
        let (found, examination) = (bench.result(&result), bench.examination());
        review(found, examination, ReviewKind::Technical, false, None, context)
    });
    assert_eq!(code(wordless), "/comments required");
    bench.review(&bob, &result, ReviewKind::Technical, false).unwrap();
    assert_eq!(bench.result(&result).state(), ResultState::ReviewFailed);
    let again = bench.review(&somebody("cat"), &result, ReviewKind::Technical, true);
    assert_eq!(code(again), "reviewNotAwaited");
    assert_eq!(code(bench.release(&somebody("cat"), &result)), "notReviewed");
}

#[test]
fn every_result_not_sent_back_has_to_pass_before_the_examination_concludes() {
    let (mut bench, first) = passed();
    assert_eq!(bench.examination().reviews_passed().len(), 2);
    let ann = somebody("ann");
    let finding = bench.find(&ann).unwrap();
    let second = bench.prepare(&ann, vec![finding], Vec::new()).unwrap();
    assert!(bench.examination().reviews_passed().is_empty());
    bench.review(&somebody("bob"), &second, ReviewKind::Technical, false).unwrap();
    assert_eq!(bench.examination().reviews_passed().len(), 2);
    assert_eq!(bench.examination().results.keys().collect::<Vec<_>>(), [&first]);
}

#[test]
fn a_result_rests_on_findings_of_its_own_examination_named_once() {
    let ann = somebody("ann");
    let mut bench = CaseBench::preparing(&ann);
    assert_eq!(code(bench.prepare(&ann, Vec::new(), Vec::new())), "/findings required");
    let finding = bench.find(&ann).unwrap();
    let twice = bench.prepare(&ann, vec![finding.clone(), finding.clone()], Vec::new());
    assert_eq!(code(twice), "/findings/1 duplicate");
    let unknown = "0".repeat(32).parse().unwrap();
    let refused = bench.prepare(&ann, vec![unknown], Vec::new());
    assert_eq!(code(refused), "/findings/0 unknownFinding");
    let many = vec![finding.clone(); PARTS_MAX + 1];
    assert!(code(bench.prepare(&ann, many, Vec::new())).starts_with("/findings tooMany"));
    bench.prepare(&ann, vec![finding], Vec::new()).unwrap();
}

#[test]
fn a_result_carries_verified_files_only() {
    let ann = somebody("ann");
    let mut bench = CaseBench::preparing(&ann);
    let finding = bench.find(&ann).unwrap();
    let good = bench.announce(&ann, BYTES.len() as u64).unwrap();
    let refused = bench.prepare(&ann, vec![finding.clone()], vec![good.clone()]);
    assert_eq!(code(refused), "/files/0 fileNotVerified");
    bench.receive(&ann, &good).unwrap();
    bench.judge(&good);
    let bad = bench.announce(&ann, 4).unwrap();
    bench.judge(&bad);
    let refused = bench.prepare(&ann, vec![finding.clone()], vec![good.clone(), bad]);
    assert_eq!(code(refused), "/files/1 fileNotVerified");
    bench.prepare(&ann, vec![finding], vec![good]).unwrap();
}

#[test]
fn an_examination_has_at_most_a_hundred_results_that_nobody_sent_back() {
    let ann = somebody("ann");
    let mut bench = CaseBench::preparing(&ann);
    let finding = bench.find(&ann).unwrap();
    let mut last = None;
    for _ in 0..RESULTS_MAX {
        last = Some(bench.prepare(&ann, vec![finding.clone()], Vec::new()).unwrap());
    }
    let refused = bench.prepare(&ann, vec![finding.clone()], Vec::new());
    assert_eq!(code(refused), "tooManyResults");
    bench.review(&somebody("bob"), &last.unwrap(), ReviewKind::Technical, false).unwrap();
    bench.prepare(&ann, vec![finding], Vec::new()).unwrap();
}

#[test]
fn a_stopped_examination_releases_nothing_and_its_results_can_only_be_sent_back() {
    let (mut bench, reviewed) = passed();
    let ann = somebody("ann");
    let finding = bench.find(&ann).unwrap();
    let fresh = bench.prepare(&ann, vec![finding.clone()], Vec::new()).unwrap();
    bench.cancel(&somebody("officer")).unwrap();
    assert_eq!(code(bench.release(&somebody("cat"), &reviewed)), "examinationCancelled");
    let bob = somebody("bob");
    let refused = bench.review(&bob, &fresh, ReviewKind::Technical, true);
    assert_eq!(code(refused), "examinationCancelled");
    bench.review(&bob, &fresh, ReviewKind::Technical, false).unwrap();
    let refused = bench.prepare(&ann, vec![finding], Vec::new());
    assert_eq!(code(refused), "examinationOver");
}

#[test]
fn releasing_releases_the_files_and_tells_the_submission() {
    let ann = somebody("ann");
    let mut bench = CaseBench::preparing(&ann);
    let finding = bench.find(&ann).unwrap();
    let file = bench.announce(&ann, 3).unwrap();
    bench.judge(&file);
    let result = bench.prepare(&ann, vec![finding], vec![file.clone()]).unwrap();
    bench.review(&somebody("bob"), &result, ReviewKind::Technical, true).unwrap();
    bench.review(&somebody("cat"), &result, ReviewKind::Administrative, true).unwrap();
    assert!(!bench.file(&file).released);
    bench.release(&somebody("cat"), &result).unwrap();
    assert!(bench.file(&file).released);
    assert_eq!(bench.submission().examinations[0].released[0].result_id, result);
    assert_eq!(bench.examination().released, 1);
}
