//! Idempotency keys, versions, other people's cases, and a hand-over to oneself.

use super::{Case, Expected, refuse_all, with_body};
use crate::faults::{Asked, Record, samples};
use functions::http::Mutates;
use functions::http::request::IDEMPOTENCY_KEY_MAX;
use serde_json::{Value, json};
use tests::support::casework::{request_body, submitted};
use tests::support::{TestApp, people};

/// Members whose words may be others without breaking a rule.
const FREE_TEXT: &[&str] =
    &["circumstances", "conclusion", "name", "note", "purpose", "reason", "statement", "text"];

/// The same kind of request, asking for something else.
fn another(asked: &Asked) -> Asked {
    let mut body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    if let Some(name) = FREE_TEXT.iter().find(|name| body.get(**name).is_some()) {
        body[*name] = json!("Something else.");
        return with_body(asked, body.to_string());
    }
    let id = asked.target.split('/').rfind(|part| part.len() == 32).unwrap();
    let target = asked.target.replace(id, &"0".repeat(32));
    Asked { target, ..asked.clone() }
}

async fn unkeyed(app: &TestApp, asked: &Asked, key: Option<&str>) -> tests::support::Answer {
    let ask = app.person(asked.person).header("content-type", asked.content_type);
    let ask = match key {
        Some(key) => ask.key(key),
        None => ask.without_key(),
    };
    let ask = match &asked.if_match {
        Some(etag) => ask.if_match(etag),
        None => ask,
    };
    ask.send(asked.method, &asked.target, asked.body.clone()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_needed_fits_its_limits_and_belongs_to_one_request() {
    for sample in samples() {
        let endpoint = functions::ENDPOINTS.iter().find(|e| e.name == sample.endpoint).unwrap();
        if endpoint.mutates == Mutates::Bytes {
            continue;
        }
        let app = TestApp::new();
        let asked = (sample.prepare)(&app).await;
        let was = Record::of(&app.app.store).await;
        let answer = unkeyed(&app, &asked, None).await;
        let _ = answer.expect_problem(400, "idempotencyKeyMissing", &[]);
        let long = "k".repeat(IDEMPOTENCY_KEY_MAX + 1);
        for key in ["", " ", "a b", "a\tb", long.as_str()] {
            let answer = unkeyed(&app, &asked, Some(key)).await;
            let _ = answer.expect_problem(400, "idempotencyKeyMalformed", &[]);
        }
        assert_eq!(Record::of(&app.app.store).await, was, "{}", sample.endpoint);

        let longest = "k".repeat(IDEMPOTENCY_KEY_MAX);
        let first = asked.send(&app, &longest).await;
        assert!(matches!(first.status, 200..300), "{}: {first:?}", sample.endpoint);
        let done = Record::of(&app.app.store).await;
        let reused = another(&asked).send(&app, &longest).await;
        // What another address names may already be found missing.
        let refused = [("idempotencyKeyReused", 422), ("notFound", 404)];
        let found = (reused.header("x-error-code"), reused.status);
        assert!(refused.contains(&found), "{}: {reused:?}", sample.endpoint);
        assert_eq!(Record::of(&app.app.store).await, done, "{}", sample.endpoint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_of_the_version_that_was_read() {
    refuse_all(|asked, _| {
        if asked.if_match.is_none() {
            return Vec::new();
        }
        let on = |tag: Option<&str>, statuses: &'static [u16]| Case {
            what: format!("on {tag:?}"),
            asked: Asked { if_match: tag.map(str::to_owned), ..asked.clone() },
            expected: Expected::status(statuses),
        };
        let mut cases = vec![on(None, &[428])];
        cases.extend(["\"0\"", "\"999\"", "W/\"1\""].map(|tag| on(Some(tag), &[412])));
        let malformed =
            ["", "*", "1", "\"1\", \"2\"", "\"01\"", "\"-1\"", "\"99999999999999999999\""];
        cases.extend(malformed.map(|tag| on(Some(tag), &[400])));
        cases
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_one_case_is_reached_through_another() {
    for sample in samples() {
        let app = TestApp::new();
        let asked = (sample.prepare)(&app).await;
        let mut body = request_body();
        for exhibit in body["exhibits"].as_array_mut().unwrap() {
            let _ = exhibit["exhibit"].as_object_mut().unwrap().remove("seal");
        }
        let ask = app.person(people::OFFICER);
        let other = ask.post("/api/v1/requests", &body).await.expect(201);
        let mut parts: Vec<&str> = asked.target.split('/').collect();
        let Some(case) = parts.iter().position(|part| *part == "cases") else { continue };
        let foreign = other.text("/caseId");
        parts[case + 1] = &foreign;
        if !parts[case + 2..].iter().any(|part| part.len() == 32) {
            continue;
        }
        let was = Record::of(&app.app.store).await;
        let there = Asked { target: parts.join("/"), ..asked.clone() };
        let answer = there.send(&app, "there").await;
        assert_eq!(answer.status, 404, "{}: {answer:?}", sample.endpoint);
        let exhibit = other.text("/exhibits/0/exhibitId");
        if let Ok(Value::Object(members)) = serde_json::from_slice(&asked.body) {
            for name in members.keys().filter(|name| name.ends_with("Id")) {
                let mut members = members.clone();
                members[name] = json!(exhibit);
                let spoilt = with_body(&asked, Value::Object(members).to_string());
                let answer = spoilt.send(&app, &format!("foreign-{name}")).await;
                let refused = [404, 409, 422].contains(&answer.status);
                assert!(refused, "{} {name}: {answer:?}", sample.endpoint);
            }
        }
        assert_eq!(Record::of(&app.app.store).await, was, "{}", sample.endpoint);
    }
}

#[tokio::test]
async fn nobody_hands_an_exhibit_over_to_themselves() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let exhibit = work.exhibit(0);
    let etag = app.person(people::AUDITOR).get(&exhibit).await.expect(200).etag();
    let was = Record::of(&app.app.store).await;
    for to in [people::OFFICER, "smp-officer-1 ", " ", "", "a b"] {
        let body = json!({"kind": "offered", "to": to, "occurredAt": app.now().to_string()});
        let ask = app.person(people::OFFICER).if_match(&etag);
        let answer = ask.post(&format!("{exhibit}/continuity"), &body).await;
        assert!([409, 422].contains(&answer.status), "{to:?}: {answer:?}");
    }
    assert_eq!(Record::of(&app.app.store).await, was);
}
