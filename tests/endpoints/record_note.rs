//! `POST …/notes`.

use serde_json::json;
use tests::support::lab::{begin_step, planned, preparing};
use tests::support::{TestApp, people};

#[tokio::test]
async fn who_does_the_work_notes_it_at_the_time() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let notes = format!("{}/notes", lab.examination);
    let _ = begin_step(&app, people::STORE, &lab.examination, "receive").await;
    let body = json!({"text": "Seal A100001 intact.", "occurredAt": "2026-11-22T09:31:00Z"});
    let note = app.person(people::STORE).post(&notes, &body).await.expect(201);
    assert_eq!(note.text("/text"), "Seal A100001 intact.");
    assert_eq!(note.text("/occurredAt"), "2026-11-22T09:31:00.000Z");
    assert_eq!(note.text("/author/id"), people::STORE);
    let now = app.person(people::STORE).post(&notes, &json!({"text": "No damage."})).await;
    assert_eq!(now.expect(201).text("/occurredAt"), app.now().to_string());
    let read = app.person(people::DIGITAL).get(&lab.examination).await.expect(200);
    assert_eq!(read.json()["record"]["notes"], 2);
}

#[tokio::test]
async fn a_note_is_corrected_by_another_of_its_author_and_stays_as_it_is() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let notes = format!("{}/notes", lab.examination);
    let first = app.person(people::DIGITAL).post(&notes, &json!({"text": "Locked by PIN."})).await;
    let first = first.expect(201).text("/id");
    let body = json!({"text": "Locked by pattern.", "corrects": first});
    let _ = app.person(people::DIGITAL).post(&notes, &body).await.expect(201);
    let answer = app.person(people::STORE).post(&notes, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/corrects"]);
    let body = json!({"text": "x", "corrects": "0".repeat(32)});
    let answer = app.person(people::DIGITAL).post(&notes, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/corrects"]);
    let body = json!({"text": "x", "corrects": "first"});
    let answer = app.person(people::DIGITAL).post(&notes, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/corrects"]);
}

#[tokio::test]
async fn a_retry_records_one_note() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let notes = format!("{}/notes", lab.examination);
    let body = json!({"text": "Once."});
    let first = app.person(people::DIGITAL).key("n").post(&notes, &body).await.expect(201);
    let again = app.person(people::DIGITAL).key("n").post(&notes, &body).await.expect(201);
    assert_eq!(again.body, first.body);
    let list = app.person(people::DIGITAL).get(&notes).await.expect(200).json();
    assert_eq!(list["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_bad_field_is_named_at_once_and_the_length_has_a_limit() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let notes = format!("{}/notes", lab.examination);
    let body = json!({"text": " ", "occurredAt": "2036-01-01T00:00:00Z"});
    let answer = app.person(people::DIGITAL).post(&notes, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/text", "/occurredAt"]);
    let max = domain::text::NOTE_CHARS_MAX;
    let body = json!({"text": "a".repeat(max)});
    let _ = app.person(people::DIGITAL).post(&notes, &body).await.expect(201);
    let body = json!({"text": "a".repeat(max + 1)});
    let answer = app.person(people::DIGITAL).post(&notes, &body).await;
    let _ = answer.expect_problem(422, "invalid", &["/text"]);
}

#[tokio::test]
async fn who_does_not_do_the_work_does_not_note_it() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let notes = format!("{}/notes", lab.examination);
    let body = json!({"text": "I was there."});
    let answer = app.person(people::DIGITAL).post(&notes, &body).await;
    let _ = answer.expect_problem(409, "examinationNotStarted", &[]);
    let _ = begin_step(&app, people::STORE, &lab.examination, "receive").await;
    let answer = app.person(people::DIGITAL).post(&notes, &body).await;
    let _ = answer.expect_problem(403, "notAtWork", &[]);
    let answer = app.person(people::AUDITOR).post(&notes, &body).await;
    let _ = answer.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).post(&notes, &body).await.expect(404);
    let _ = app.nobody().post(&notes, &body).await.expect(401);
    let answer = app.person(people::STORE).without_key().post(&notes, &body).await;
    let _ = answer.expect_problem(400, "idempotencyKeyMissing", &[]);
    let unknown = format!("{}/examinations/{}/notes", lab.work.case, "0".repeat(32));
    let _ = app.person(people::STORE).post(&unknown, &body).await.expect(404);
}
