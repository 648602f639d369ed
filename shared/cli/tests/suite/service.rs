//! The commands that talk to the real service or to its store.

use crate::support::{Real, continuity, continuity_with, people};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;

fn text(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_token_printed_while_the_service_runs_is_taken_by_it() {
    let service = Real::start();
    let list = service.get(people::OFFICER, "/api/v1/requests");
    assert_eq!(list["value"], serde_json::json!([]));
}

#[test]
fn a_person_nobody_knows_is_answered_with_those_who_are_known_but_not_their_names() {
    let service = Real::start();
    let data = service.data();
    let ran = continuity(&["token", "--as", "nobody", "--data", text(&data)]).expect(2);
    let ran = ran.complains("smp-officer-1  officer").complains("smp-manager-1");
    assert!(ran.out.is_empty());
    assert!(!ran.err.contains("Olive"), "{}", ran.err);
}

#[test]
fn a_token_is_not_made_where_no_service_has_been() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let arguments = ["token", "--as", people::OFFICER, "--data", text(&data)];
    continuity(&arguments).expect(2).complains("there are no keys here");
    assert!(!data.exists());
    let azure = [("WEBSITE_INSTANCE_ID", "1"), ("CONTINUITY_STORE", "azure")];
    std::fs::create_dir_all(data.join("keys")).unwrap();
    continuity_with(&azure, &arguments).expect(2).complains("must not run in Azure");
}

#[test]
fn the_settings_are_those_of_the_service() {
    let service = Real::start();
    let data = service.data();
    let ran = continuity_with(
        &[("CONTINUITY_DATA", text(&data)), ("CONTINUITY_TOKEN", "old")],
        &["token", "--as", people::OFFICER, "--minutes", "1"],
    );
    assert_eq!(ran.expect(0).out.split('.').count(), 3);
    let slip = [("CONTINUITY_DATE", text(&data))];
    continuity_with(&slip, &["fingerprint"]).expect(2).complains("did you mean CONTINUITY_DATA?");
}

#[test]
fn the_fingerprint_is_that_of_the_key_the_service_shows() {
    let service = Real::start();
    let data = service.data();
    let printed = continuity(&["fingerprint", "--data", text(&data)]).expect(0).out;
    let keys = data.join("keys");
    assert_eq!(continuity(&["fingerprint", "--keys", text(&keys)]).expect(0).out, printed);
    let pem = ureq::get(format!("{}/api/v1/log-key", service.url)).call().unwrap();
    let pem = pem.into_body().read_to_string().unwrap();
    let key = ledger::note::VerifyingKey::from_pem(&pem).unwrap();
    assert_eq!(printed, format!("{}\n", key.fingerprint()));
    let nowhere = service.place("nowhere");
    continuity(&["fingerprint", "--keys", text(&nowhere)]).expect(2).complains("log.pem");
}

#[test]
fn the_openapi_document_is_the_one_that_is_served() {
    let service = Real::start();
    let printed: Value = serde_json::from_str(&continuity(&["openapi"]).expect(0).out).unwrap();
    let served = service.get(people::OFFICER, "/api/v1/openapi.json");
    assert_eq!(printed, served);
    assert_eq!(printed["openapi"].as_str().unwrap().split('.').next(), Some("3"));
}

#[test]
fn a_store_is_checked_once_its_service_has_stopped() {
    let mut service = Real::start();
    service.submitted();
    let data = service.data();
    let arguments = ["fsck", "--data", text(&data), "--deep"];
    continuity(&arguments).expect(2).complains("stop it first");
    service.stop();
    let ran = continuity(&arguments).expect(0);
    assert!(ran.out.ends_with("clean\n"), "{}", ran.out);
    let nowhere = service.place("nowhere");
    continuity(&["fsck", "--data", text(&nowhere)]).expect(2);
    assert!(!nowhere.exists(), "checking made a store");
}

#[test]
fn a_damaged_store_is_named_line_by_line() {
    let mut service = Real::start();
    let (case, _, _) = service.submitted();
    // An export waits for the anchor, so that there is something in it.
    let out = service.place("case.tar");
    let arguments =
        ["export", "--case", &case, "--recipient", "r", "--purpose", "p", "--out", text(&out)];
    service.run(people::MANAGER, &arguments).expect(0);
    service.stop();
    let data = service.data();
    let anchored = data.join("anchor");
    let victim = first_file(&anchored).expect("the log was anchored");
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&victim, mode).unwrap();
    std::fs::write(&victim, "other").unwrap();
    let ran = continuity(&["fsck", "--data", text(&data)]).expect(1);
    assert!(ran.out.starts_with("problem: "), "{}", ran.out);
    assert!(ran.out.contains("\nnot clean: "), "{}", ran.out);
}

fn first_file(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.into_iter().find_map(|path| if path.is_dir() { first_file(&path) } else { Some(path) })
}

#[test]
fn a_case_is_exported_unpacked_and_verified_by_us_and_by_sha256sum() {
    let service = Real::start();
    let (case, _, _) = service.submitted();
    let (out, into) = (service.place("case.tar"), service.place("case"));
    let arguments = [
        "export",
        "--case",
        &case,
        "--recipient",
        "Crown Prosecution Service",
        "--purpose",
        "Disclosure",
        "--out",
        text(&out),
        "--extract",
        text(&into),
    ];
    let ran = service.run(people::MANAGER, &arguments).expect(0);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], text(&out));
    let size: u64 = lines[1].strip_prefix("tree size: ").unwrap().parse().unwrap();
    assert!(size > 0);
    let bag = lines[2].strip_prefix("unpacked: ").unwrap();
    assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o077, 0);

    let data = service.data();
    let fingerprint = continuity(&["fingerprint", "--data", text(&data)]).expect(0).out;
    for place in [text(&out), bag] {
        let ran = continuity(&["verify", place, "--fingerprint", fingerprint.trim_end()]).expect(0);
        assert!(ran.out.contains(&format!("\ntree size: {size}\n")), "{}", ran.out);
    }
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let status = std::process::Command::new("sha256sum")
            .args(["--quiet", "-c", manifest])
            .current_dir(bag)
            .status()
            .unwrap();
        assert!(status.success(), "{manifest}");
    }
    service.run(people::MANAGER, &arguments).expect(2).complains("exists already");
}

#[test]
fn an_export_that_is_refused_leaves_no_file() {
    let service = Real::start();
    let (case, _, _) = service.submitted();
    let out = service.place("case.tar");
    let run = |person, case: &str, recipient: &str| {
        let arguments = [
            "export",
            "--case",
            case,
            "--recipient",
            recipient,
            "--purpose",
            "p",
            "--out",
            text(&out),
        ];
        service.run(person, &arguments)
    };
    run(people::OFFICER, &case, "r").expect(1);
    run(people::MANAGER, "case_unknown", "r").expect(1).complains("404");
    run(people::MANAGER, &case, " ").expect(1).complains("/recipient: ");
    run(people::MANAGER, "../x", "r").expect(2);
    let left: Vec<_> = std::fs::read_dir(out.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["data"]);
}

#[test]
fn a_file_is_sent_to_the_service_interrupted_finished_and_verified() {
    let service = Real::start();
    let (case, examination) = service.accepted();
    let path = service.place("extraction.zip");
    let bytes: Vec<u8> = (0..17 * 1024 * 1024_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    let place = format!("/api/v1/cases/{case}/examinations/{examination}");
    let arguments = ["upload", text(&path), "--examination", &place, "--role", "extraction_report"];

    service.run(people::OFFICER, &arguments).expect(1).complains("403");
    let mut stopping = arguments.to_vec();
    stopping.extend(["--stop-after", "1"]);
    service.run(people::DIGITAL, &stopping).expect(3).complains("3 of 3 block(s) to send");
    let ran = service.run(people::DIGITAL, &arguments).expect(0);
    let ran = ran.complains("going on with ").complains("2 of 3 block(s) to send");
    let words: Vec<&str> = ran.out.split_whitespace().collect();
    assert_eq!(words[0], "verified");
    assert_eq!(words[2], ledger::hash::sha256(&bytes).to_string());
    let file = service.get(people::DIGITAL, &format!("/api/v1/cases/{case}/files/{}", words[1]));
    assert_eq!(file["state"], "verified");
    assert_eq!(file["name"], "extraction.zip");
    assert_eq!(file["found"]["sha256"], words[2]);
    assert_eq!(service.run(people::DIGITAL, &arguments).expect(0).out, ran.out);

    let wrong = ["upload", text(&path), "--examination", &place, "--role", "unheard-of"];
    service.run(people::DIGITAL, &wrong).expect(1).complains("/role: ");
}
