//! `GET /api/v1/cases/{caseId}/exports/{exportId}/bundle`.

use ledger::note::VerifyingKey;
use ledger::verify::{Verdict, verify_files};
use serde_json::json;
use tests::support::casework::{submitted, unpacked};
use tests::support::{TestApp, people};

async fn exported(app: &TestApp) -> String {
    let work = submitted(app).await;
    let body = json!({"recipient": "Defence expert", "purpose": "<b>Disclosure</b>"});
    let path = format!("{}/exports", work.case);
    app.person(people::REPORTER).post(&path, &body).await.expect(201).text("/bundle")
}

#[tokio::test]
async fn the_bundle_verifies_and_a_changed_byte_is_found() {
    let app = TestApp::new();
    let path = exported(&app).await;
    app.fire("sequence_log").await.unwrap();
    let answer = app.person(people::REPORTER).get(&path).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/x-tar");
    assert!(answer.header("content-disposition").contains("SMP-2026-0000001-2.tar"));
    let mut files = unpacked(&answer.body);
    let key = VerifyingKey::from_pem(app.app.store.signer.public_key_pem()).unwrap();
    let Verdict::Verified(report) = verify_files(&files, &key.fingerprint()) else {
        panic!("the bundle does not verify");
    };
    assert_eq!((report.events, report.withheld), (3, 0));
    let page = String::from_utf8(files["data/continuity.html"].clone()).unwrap();
    assert!(page.contains("&lt;b&gt;Disclosure&lt;/b&gt;") && !page.contains("<b>"));
    let event = files.get_mut("data/events/000001.json").unwrap();
    event[10] ^= 1;
    let verdict = verify_files(&files, &key.fingerprint());
    let Verdict::Refused(failures) = verdict else { panic!("a changed byte was not found") };
    assert!(failures.iter().any(|failure| failure.to_string().contains("000001")));
}

#[tokio::test]
async fn a_bundle_whose_last_event_is_not_anchored_yet_is_not_given_out() {
    let app = TestApp::with(&[("CONTINUITY_ANCHOR_SECONDS", "0")], |store| store);
    let path = exported(&app).await;
    let answer = app.person(people::REPORTER).get(&path).await;
    let answer = answer.expect_problem(503, "unavailable", &[]);
    assert!(!answer.header("retry-after").is_empty());
}

#[tokio::test]
async fn nobody_reaches_a_bundle_that_they_may_not_export() {
    let app = TestApp::new();
    let path = exported(&app).await;
    let officer = app.person(people::OFFICER).get(&path).await;
    let _ = officer.expect_problem(403, "roleNeeded", &[]);
    let stranger = app.person(people::OTHER_OFFICER).get(&path).await;
    let _ = stranger.expect_problem(404, "notFound", &[]);
    let silent = app.person(people::REPORTER).without_reason().get(&path).await;
    let _ = silent.expect_problem(400, "reasonRequired", &[]);
    let _ = app.nobody().get(&path).await.expect(401);
    let unknown = path.replace("/exports/", "/exports/0");
    let _ = app.person(people::REPORTER).get(&unknown).await.expect(404);
}
