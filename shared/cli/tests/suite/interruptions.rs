//! `continuity upload` against a service that misbehaves.

use crate::support::{Fault, Flaky, Ran, continuity_with};
use std::path::PathBuf;
use tempfile::TempDir;

/// A file of five blocks, the last of them short, and a service for it.
struct Sending {
    service: Flaky,
    path: PathBuf,
    bytes: Vec<u8>,
    _directory: TempDir,
}

impl Sending {
    fn to(verdict: &'static str) -> Sending {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image.bin");
        let bytes: Vec<u8> = (0..4321_u32).map(|n| (n % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        Sending { service: Flaky::start(verdict), path, bytes, _directory: directory }
    }

    fn run(&self, more: &[&str]) -> Ran {
        let path = self.path.to_str().unwrap();
        let mut arguments = vec!["upload", path, "--case", "c", "--examination", "x"];
        arguments.extend(["--role", "image", "--url", &self.service.url]);
        arguments.extend(more);
        continuity_with(&[("CONTINUITY_TOKEN", "t0ken")], &arguments)
    }

    fn line(&self, state: &str) -> String {
        format!("{state} f1 {}\n", ledger::hash::sha256(&self.bytes))
    }
}

#[test]
fn a_file_arrives_whole_and_is_said_to_be_verified() {
    let sending = Sending::to("verified");
    let ran = sending.run(&[]).expect(0);
    assert_eq!(ran.out, sending.line("verified"));
    assert_eq!(sending.service.bytes(), sending.bytes);
    assert_eq!(sending.service.count("PUT "), 5);
}

#[test]
fn an_interrupted_upload_goes_on_where_it_stopped() {
    let sending = Sending::to("verified");
    let ran = sending.run(&["--stop-after", "2"]).expect(3);
    assert_eq!(ran.out, sending.line("interrupted"));
    assert_eq!(sending.service.count("PUT "), 2);
    assert_eq!(sending.service.count("POST /api/v1/cases/c/files/f1/completion"), 0);
    let ran = sending.run(&[]).expect(0).complains("going on with f1");
    assert_eq!(ran.out, sending.line("verified"));
    assert_eq!(sending.service.count("PUT "), 5, "{:?}", sending.service.seen());
    assert_eq!(sending.service.bytes(), sending.bytes);
}

#[test]
fn stopping_after_as_many_blocks_as_there_are_leaves_the_completion_to_the_next_run() {
    let sending = Sending::to("verified");
    sending.run(&["--stop-after", "5"]).expect(3);
    assert_eq!(sending.service.count("POST /api/v1/cases/c/files/f1/completion"), 0);
    sending.run(&["--stop-after", "1"]).expect(0);
    assert_eq!(sending.service.count("PUT "), 5);
}

#[test]
fn a_finished_upload_is_found_and_nothing_is_sent_again() {
    let sending = Sending::to("verified");
    sending.run(&[]).expect(0);
    let ran = sending.run(&[]).expect(0);
    assert_eq!(ran.out, sending.line("verified"));
    assert_eq!(sending.service.count("PUT "), 5);
    assert_eq!(sending.service.count("POST /api/v1/cases/c/files/f1/completion"), 1);
}

#[test]
fn a_service_that_is_busy_or_loses_connections_is_asked_again() {
    let sending = Sending::to("verified");
    let service = &sending.service;
    service.plan("POST /api/v1/cases/c/examinations", &[Fault::Busy(503), Fault::AnswerLost]);
    service.plan("PUT /api/v1/cases/c/files/f1/blocks/1", &[Fault::Busy(429), Fault::Busy(504)]);
    service.plan("PUT /api/v1/cases/c/files/f1/blocks/3", &[Fault::AnswerLost]);
    service.plan("POST /api/v1/cases/c/files/f1/completion", &[Fault::Lost]);
    service.plan("GET /api/v1/cases/c/files/f1/blocks", &[Fault::Busy(500), Fault::Busy(408)]);
    let ran = sending.run(&[]).expect(0);
    assert_eq!(ran.out, sending.line("verified"));
    assert_eq!(service.bytes(), sending.bytes);
    assert_eq!(service.count("PUT "), 5 + 2 + 1);
}

#[test]
fn patience_has_an_end() {
    let sending = Sending::to("verified");
    sending.service.always(503);
    sending.run(&[]).expect(2).complains("503");
    assert_eq!(sending.service.seen().len(), 6);
}

#[test]
fn a_quarantined_file_is_a_refusal_and_the_way_out_is_said() {
    let sending = Sending::to("quarantined");
    let ran = sending.run(&[]).expect(1).complains("--attempt");
    assert_eq!(ran.out, sending.line("quarantined"));
}

#[test]
fn a_file_not_looked_at_in_time_is_unfinished_and_not_an_error() {
    let sending = Sending::to("received");
    let ran = sending.run(&["--wait", "0"]).expect(3).complains("Run this again");
    assert_eq!(ran.out, sending.line("received"));
}

#[test]
fn a_receipt_of_other_bytes_stops_the_upload_before_it_is_completed() {
    let sending = Sending::to("verified");
    sending.service.plan("PUT /api/v1/cases/c/files/f1/blocks/2", &[Fault::WrongReceipt]);
    sending.run(&[]).expect(1).complains("block 2");
    assert_eq!(sending.service.count("POST /api/v1/cases/c/files/f1/completion"), 0);
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_not_completed() {
    let sending = Sending::to("verified");
    let touch = Fault::Touches(sending.path.clone());
    sending.service.plan("PUT /api/v1/cases/c/files/f1/blocks/0", &[touch]);
    sending.run(&[]).expect(2).complains("changed while");
    assert_eq!(sending.service.count("POST /api/v1/cases/c/files/f1/completion"), 0);
}

#[test]
fn a_problem_is_shown_with_every_field_and_cannot_drive_the_terminal() {
    let sending = Sending::to("verified");
    sending.service.plan("POST ", &[Fault::Problem]);
    let ran = sending.run(&[]).expect(1);
    assert_eq!(
        ran.err,
        "continuity: It breaks a rule (422 invalid)\n  Each field is listed.\n  \
         /name: At most 200 characters. (tooLong)\n  /role: Choose?[2J a code. (unknownCode)\n"
    );
    assert_eq!(sending.service.seen().len(), 1);
}

#[test]
fn the_token_does_not_follow_a_redirect() {
    let sending = Sending::to("verified");
    let other = Flaky::start("verified");
    let elsewhere = format!("{}/api/v1/cases/c/files/f1", other.url);
    sending.service.plan("POST ", &[Fault::Redirect(elsewhere.clone())]);
    sending.run(&[]).expect(1);
    sending.service.plan("GET ", &[Fault::Redirect(elsewhere)]);
    sending.run(&[]).expect(1);
    assert!(other.seen().is_empty());
}

#[test]
fn a_proxy_of_the_environment_does_not_see_the_token() {
    let sending = Sending::to("verified");
    let proxy = Flaky::start("verified");
    let path = sending.path.to_str().unwrap();
    let variables = [
        ("CONTINUITY_TOKEN", "t0ken"),
        ("http_proxy", proxy.url.as_str()),
        ("HTTP_PROXY", proxy.url.as_str()),
        ("ALL_PROXY", proxy.url.as_str()),
    ];
    let place = format!("{}/api/v1/cases/c/examinations/x", sending.service.url);
    let ran = continuity_with(
        &variables,
        &["upload", path, "--examination", &place, "--role", "i", "--url", &sending.service.url],
    );
    ran.expect(0);
    assert!(proxy.seen().is_empty());
}

#[test]
fn what_cannot_be_sent_is_said_before_the_service_is_asked() {
    let sending = Sending::to("verified");
    let path = sending.path.to_str().unwrap().to_owned();
    let at = ["--case", "c", "--examination", "x", "--role", "i", "--url", &sending.service.url];
    let run = |variables: &[(&str, &str)], file: &str| {
        let mut arguments = vec!["upload", file];
        arguments.extend(at);
        continuity_with(variables, &arguments)
    };
    let token = [("CONTINUITY_TOKEN", "t0ken")];
    run(&[], &path).expect(2).complains("CONTINUITY_TOKEN");
    run(&[("CONTINUITY_TOKEN", "a b")], &path).expect(2).complains("not a bearer token");
    run(&token, "/nowhere/at/all").expect(2).complains("/nowhere/at/all");
    run(&token, sending.path.parent().unwrap().to_str().unwrap()).expect(2).complains("is no file");
    std::fs::write(&sending.path, "").unwrap();
    run(&token, &path).expect(2).complains("is empty");
    assert!(sending.service.seen().is_empty());
}
