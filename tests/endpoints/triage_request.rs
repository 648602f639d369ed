//! `POST …/requests/{requestId}/triage`.

use serde_json::{Value, json};
use tests::support::casework::{Casework, accept_all, accepted, authorised, submitted};
use tests::support::{Answer, TestApp, people};

async fn triage(app: &TestApp, work: &Casework, person: &str, body: &Value) -> Answer {
    let ask = app.person(person).if_match(&work.last.etag());
    ask.post(&format!("{}/triage", work.request), body).await
}

#[tokio::test]
async fn what_is_accepted_becomes_one_examination_for_each_service() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    assert_eq!(work.last.text("/state"), "accepted");
    let json = work.last.json();
    let mut services: Vec<&str> = json["examinations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|examination| examination["service"].as_str().unwrap())
        .collect();
    services.sort_unstable();
    assert_eq!(services, ["mark_recovery", "phone_examination"]);
    assert!(json["exhibits"].as_array().unwrap().iter().all(|e| e["accepted"] == true));
    let kinds: Vec<&str> =
        json["decisions"].as_array().unwrap().iter().map(|d| d["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["authority", "triage"]);
}

#[tokio::test]
async fn part_of_it_may_be_accepted_with_a_coded_reason_for_the_rest() {
    let app = TestApp::new();
    let work = authorised(&app).await;
    let mut body = accept_all(&work);
    body["outcome"] = json!("part_accept");
    body["reasonCode"] = json!("not_proportionate");
    body["exhibits"][2]["accepted"] = json!(false);
    let answer = triage(&app, &work, people::GATEKEEPER, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/exhibits/2/reasonCode"]);
    body["exhibits"][2]["reasonCode"] = json!("unsuitable");
    let answer = triage(&app, &work, people::GATEKEEPER, &body).await.expect(200);
    assert_eq!(answer.json()["exhibits"][2]["accepted"], false);
    assert_eq!(answer.text("/exhibits/2/reasonCode"), "unsuitable");
}

#[tokio::test]
async fn a_request_may_be_deferred_and_then_accepted() {
    let app = TestApp::new();
    let mut work = authorised(&app).await;
    let body = json!({"outcome": "defer", "reasonCode": "details_missing"});
    work.last = triage(&app, &work, people::GATEKEEPER, &body).await.expect(200);
    assert_eq!(work.last.text("/state"), "awaiting_triage");
    let answer = triage(&app, &work, people::GATEKEEPER, &accept_all(&work)).await.expect(200);
    assert_eq!(answer.text("/state"), "accepted");
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let app = TestApp::new();
    let work = authorised(&app).await;
    let body = json!({"outcome": "perhaps", "exhibits": [{"exhibitId": "x", "accepted": true}]});
    let answer = triage(&app, &work, people::GATEKEEPER, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/outcome", "/exhibits/0/exhibitId"]);
    let body = json!({
        "outcome": "refuse", "reasonCode": "because", "note": " ",
        "exhibits": [
            {"exhibitId": work.exhibits[0], "accepted": false, "reasonCode": "unsuitable"},
            {"exhibitId": work.exhibits[0], "accepted": false, "reasonCode": "unsuitable"},
            {"exhibitId": "0".repeat(32), "accepted": false, "reasonCode": "unsuitable"}
        ]
    });
    let answer = triage(&app, &work, people::GATEKEEPER, &body).await;
    let wrong =
        ["/reasonCode", "/note", "/exhibits/1/exhibitId", "/exhibits/2/exhibitId", "/exhibits"];
    let _ = answer.expect_problem(422, "invalid", &wrong);
    let mut some = accept_all(&work);
    some["exhibits"].as_array_mut().unwrap().pop();
    let answer = triage(&app, &work, people::GATEKEEPER, &some).await;
    let _ = answer.expect_problem(422, "invalid", &["/exhibits"]);
}

#[tokio::test]
async fn only_the_submissions_unit_triages_and_only_what_waits_for_it() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let answer = triage(&app, &work, people::GATEKEEPER, &accept_all(&work)).await;
    let _ = answer.expect_problem(409, "notAwaitingTriage", &[]);
    let answer = triage(&app, &work, people::OFFICER, &accept_all(&work)).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let answer = triage(&app, &work, people::OTHER_OFFICER, &accept_all(&work)).await;
    let _ = answer.expect_problem(404, "notFound", &[]);
    let target = format!("{}/triage", work.request);
    let _ = app.nobody().if_match("\"1\"").post(&target, &accept_all(&work)).await.expect(401);
}

#[tokio::test]
async fn a_decision_on_an_older_version_is_refused_and_a_retry_is_answered_again() {
    let app = TestApp::new();
    let work = authorised(&app).await;
    let target = format!("{}/triage", work.request);
    let body = accept_all(&work);
    let ask = app.person(people::GATEKEEPER);
    let _ = ask.post(&target, &body).await.expect_problem(428, "ifMatchMissing", &[]);
    let ask = app.person(people::GATEKEEPER).if_match("\"1\"");
    let _ = ask.post(&target, &body).await.expect_problem(412, "stale", &[]);
    let etag = work.last.etag();
    let first = app.person(people::GATEKEEPER).key("k").if_match(&etag).post(&target, &body).await;
    let first = first.expect(200);
    let again = app.person(people::GATEKEEPER).key("k").if_match(&etag).post(&target, &body).await;
    let again = again.expect(200);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotency-replayed"), "true");
}
