//! `GET …/cases/{caseId}/log`.

use ledger::hash::leaf_hash;
use ledger::header::Header;
use serde_json::Value;
use store::sequencer::run_once;
use tests::support::casework::{authorised, submitted};
use tests::support::{TestApp, people};

#[tokio::test]
async fn every_entry_can_be_checked_and_says_whether_it_is_anchored() {
    let app = TestApp::new();
    let work = authorised(&app).await;
    let target = format!("{}/log", work.case);
    let before = app.person(people::AUDITOR).get(&target).await.expect(200).json();
    let entries = before["value"].as_array().unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["case.opened", "submission.made", "submission.authority_decided"]);
    let mut last = String::new();
    for (n, entry) in entries.iter().enumerate() {
        let text = entry["header"].as_str().unwrap();
        let header = Header::parse(text.as_bytes()).unwrap();
        assert_eq!(header.seq, n as u64);
        assert_eq!(entry["leaf"], leaf_hash(text.as_bytes()).to_string());
        assert_eq!(entry["withheld"], 0);
        assert_eq!(entry["anchored"], false);
        assert!(entry.get("logIndex").is_none());
        if n > 0 {
            assert_eq!(header.prev.to_string(), last, "the chain holds");
        }
        last = entry["leaf"].as_str().unwrap().to_owned();
    }
    assert_eq!(entries[2]["disclosures"]["actor"]["id"], people::SUPERVISOR);
    let _ = run_once(&app.app.store, &app.app.edge.config.origin).await.unwrap();
    let after = app.person(people::AUDITOR).get(&target).await.expect(200).json();
    for entry in after["value"].as_array().unwrap() {
        assert_eq!(entry["anchored"], true);
        assert!(entry["logIndex"].is_u64());
    }
}

#[tokio::test]
async fn pages_follow_the_events_and_skip_none() {
    let app = TestApp::new();
    let work = authorised(&app).await;
    let mut target = format!("{}/log?maxpagesize=1", work.case);
    for n in 0..3 {
        let page = app.person(people::AUDITOR).get(&target).await.expect(200).json();
        assert_eq!(page["value"].as_array().unwrap().len(), 1);
        assert_eq!(page["value"][0]["seq"], n);
        match page.get("nextLink").and_then(Value::as_str) {
            Some(next) => target = next[next.find("/api/").unwrap()..].to_owned(),
            None => assert_eq!(n, 2),
        }
    }
}

#[tokio::test]
async fn the_log_is_for_who_reads_the_record() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let target = format!("{}/log", work.case);
    let answer = app.person(people::OFFICER).get(&target).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).get(&target).await.expect(404);
    let ask = app.person(people::AUDITOR).without_reason();
    let _ = ask.get(&target).await.expect_problem(400, "reasonRequired", &[]);
    let _ = app.nobody().get(&target).await.expect(401);
}
