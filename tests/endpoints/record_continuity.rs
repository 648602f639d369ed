//! `POST …/exhibits/{exhibitId}/continuity`. The rules themselves are tested in the domain.

use serde_json::json;
use tests::support::casework::{accepted, act, hand_over, received, request_body, submitted};
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_handed_over_exhibit_is_received_and_its_request_hears_of_it() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    let body = json!({"kind": "offered", "to": people::STORE, "witness": "PC Price"});
    let offered = act(&app, people::OFFICER, &work.exhibit(0), body).await.expect(200);
    assert_eq!(offered.text("/act/kind"), "offered");
    assert_eq!(offered.text("/exhibit/state"), "in_transit");
    let taken = act(&app, people::STORE, &work.exhibit(0), json!({"kind": "accepted"})).await;
    let taken = taken.expect(200);
    assert_eq!(taken.text("/exhibit/state"), "held");
    assert_eq!(taken.text("/exhibit/custodian/person/id"), people::STORE);
    let read = app.person(people::STORE).get(&work.exhibit(0)).await.expect(200);
    assert_eq!(read.json(), taken.json()["exhibit"]);
    assert_eq!(read.etag(), taken.etag());
    let request = app.person(people::OFFICER).get(&work.request).await.expect(200);
    assert_eq!(request.text("/state"), "partly_received");
    assert!(request.json()["exhibits"][0]["receivedAt"].is_string());
    assert_eq!(received(&TestApp::new()).await.last.text("/state"), "in_progress");
}

#[tokio::test]
async fn a_divided_exhibit_has_sub_exhibits_with_labels_of_their_own() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    hand_over(&app, &work.exhibit(0), people::OFFICER, people::DIGITAL).await;
    let sim = json!({
        "derivation": "part_of",
        "exhibit": {"reference": "AP/1/1", "description": "A SIM card", "kind": "digital"}
    });
    let divided = json!({"kind": "divided", "children": [sim]});
    let sealed = act(&app, people::DIGITAL, &work.exhibit(0), divided.clone()).await;
    let _ = sealed.expect_problem(409, "sealed", &[]);
    let broken = json!({"kind": "unsealed", "reason": "To take the SIM out."});
    let _ = act(&app, people::DIGITAL, &work.exhibit(0), broken).await.expect(200);
    let answer = act(&app, people::DIGITAL, &work.exhibit(0), divided.clone()).await.expect(200);
    assert_eq!(answer.json()["exhibit"]["children"], 1);
    let child = format!("{}/exhibits/{}", work.case, answer.text("/act/children/0/exhibitId"));
    let child = app.person(people::DIGITAL).get(&child).await.expect(200);
    assert_eq!(child.text("/parentId"), work.exhibits[0]);
    assert_eq!(child.text("/barcode"), answer.text("/act/children/0/barcode"));
    assert_eq!(child.text("/custodian/person/id"), people::DIGITAL);
    let again = act(&app, people::DIGITAL, &work.exhibit(0), divided).await;
    let _ = again.expect_problem(422, "invalid", &["/children/0/exhibit/reference"]);
}

#[tokio::test]
async fn a_seal_of_an_exhibit_of_another_case_cannot_be_put_on() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let mut other = request_body();
    for n in 0..3 {
        other["exhibits"][n]["exhibit"]["seal"] = json!(format!("Z{n}"));
    }
    let _ = app.person(people::OFFICER).post("/api/v1/requests", &other).await.expect(201);
    let exhibit = work.exhibit(0);
    let shown = app.person(people::OFFICER).get(&exhibit).await.expect(200);
    let own = shown.text("/seal");
    let broken = json!({"kind": "unsealed", "reason": "To check it."});
    let _ = act(&app, people::OFFICER, &exhibit, broken).await.expect(200);
    let resealed = |seal: &str| json!({"kind": "resealed", "seal": seal});
    let answer = act(&app, people::OFFICER, &exhibit, resealed("z 1")).await;
    let _ = answer.expect_problem(422, "invalid", &["/seal"]);
    let answer = act(&app, people::OFFICER, &exhibit, resealed(&own)).await;
    let _ = answer.expect_problem(422, "invalid", &["/seal"]);
    let answer = act(&app, people::OFFICER, &exhibit, resealed("Z9")).await.expect(200);
    assert_eq!(answer.text("/exhibit/seal"), "Z9");
}

#[tokio::test]
async fn an_exhibit_does_not_leave_the_service_while_it_is_to_be_examined() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    hand_over(&app, &work.exhibit(0), people::OFFICER, people::STORE).await;
    let body = json!({"kind": "returned", "toName": "The owner", "reason": "Not needed."});
    let answer = act(&app, people::STORE, &work.exhibit(0), body.clone()).await;
    let _ = answer.expect_problem(409, "underExamination", &[]);
    let read = app.person(people::OFFICER).get(&work.request).await.expect(200);
    let ask = app.person(people::OFFICER).if_match(&read.etag());
    let reason = json!({"reason": "Guilty plea."});
    let _ = ask.post(&format!("{}/withdrawal", work.request), &reason).await.expect(200);
    let answer = act(&app, people::STORE, &work.exhibit(0), body).await.expect(200);
    assert_eq!(answer.text("/exhibit/state"), "released_from_service");
    assert_eq!(answer.text("/exhibit/custodian/recipient"), "The owner");
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let body = json!({
        "kind": "borrowed", "to": "a b",
        "children": [{
            "derivation": "friend_of",
            "exhibit": {"reference": "AP/9", "description": "x", "kind": "digital"}
        }]
    });
    let answer = act(&app, people::OFFICER, &work.exhibit(0), body).await;
    let _ = answer.expect_problem(422, "invalid", &["/kind", "/to", "/children/0/derivation"]);
    let body = json!({"kind": "booked_in", "occurredAt": "2036-01-01T00:00:00Z", "seal": "9"});
    let answer = act(&app, people::OFFICER, &work.exhibit(0), body).await;
    let _ = answer.expect_problem(422, "invalid", &["/location", "/occurredAt", "/seal"]);
    let body = json!({"kind": "offered", "to": people::OFFICER});
    let answer = act(&app, people::OFFICER, &work.exhibit(0), body).await;
    let _ = answer.expect_problem(422, "invalid", &["/to"]);
}

#[tokio::test]
async fn only_who_may_records_and_only_on_what_they_read() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let viewed = json!({"kind": "viewed", "reason": "To check the label."});
    let answer = act(&app, people::STORE, &work.exhibit(0), viewed.clone()).await;
    let _ = answer.expect_problem(403, "notTheCustodian", &[]);
    let answer = act(&app, people::SUPERVISOR, &work.exhibit(0), viewed.clone()).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let answer = act(&app, people::OTHER_OFFICER, &work.exhibit(0), viewed.clone()).await;
    let _ = answer.expect_problem(404, "notFound", &[]);
    let target = format!("{}/continuity", work.exhibit(0));
    let _ = app.nobody().if_match("\"1\"").post(&target, &viewed).await.expect(401);
    let mut now = viewed;
    now["occurredAt"] = json!(app.now().to_string());
    let answer = app.person(people::OFFICER).post(&target, &now).await;
    let _ = answer.expect_problem(428, "ifMatchMissing", &[]);
    let answer = app.person(people::OFFICER).if_match("\"1\"").post(&target, &now).await;
    let _ = answer.expect_problem(412, "stale", &[]);
}

#[tokio::test]
async fn a_retry_is_answered_with_the_first_answer_and_records_nothing_again() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let etag = app.person(people::OFFICER).get(&work.exhibit(0)).await.expect(200).etag();
    let body = json!({
        "kind": "viewed", "reason": "To check.", "occurredAt": app.now().to_string()
    });
    let target = format!("{}/continuity", work.exhibit(0));
    let ask = || app.person(people::OFFICER).key("k").if_match(&etag);
    let first = ask().post(&target, &body).await.expect(200);
    let again = ask().post(&target, &body).await.expect(200);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let lines = app.person(people::OFFICER).get(&target).await.expect(200);
    assert_eq!(lines.json()["value"].as_array().unwrap().len(), 1);
}
