//! Laboratory work brought to where a test begins, through the API and nothing else.

use super::casework::{Casework, received};
use super::{Answer, TestApp, people};
use functions::intake;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// An examination in the making: of the handset, by the digital unit.
#[derive(Debug)]
pub struct Lab {
    /// Its case.
    pub work: Casework,
    /// `/api/v1/cases/<id>/examinations/<id>`.
    pub examination: String,
    /// The question it answers.
    pub question: String,
}

/// A result in the making.
#[derive(Debug)]
pub struct Outcome {
    /// Its examination.
    pub lab: Lab,
    /// `/api/v1/cases/<id>/results/<id>`.
    pub result: String,
    /// The last answer about the result.
    pub last: Answer,
}

/// The examination that a service led to.
#[must_use]
pub fn examination_of(work: &Casework, service: &str) -> String {
    let json = work.last.json();
    let found = json["examinations"].as_array().unwrap().iter().find(|e| e["service"] == service);
    let id = found.unwrap_or_else(|| panic!("no examination: {json}"))["examinationId"].clone();
    format!("{}/examinations/{}", work.case, id.as_str().unwrap())
}

/// Everything has been received, and nobody has begun.
pub async fn planned(app: &TestApp) -> Lab {
    let work = received(app).await;
    let examination = examination_of(&work, "phone_examination");
    let json = work.last.json();
    let questions = json["questions"].as_array().unwrap();
    let question = questions.iter().find(|q| q["service"] == "phone_examination").unwrap();
    let question = question["id"].as_str().unwrap().to_owned();
    Lab { work, examination, question }
}

/// Takes a step further, on the examination as it now is.
pub async fn advance(
    app: &TestApp,
    person: &str,
    examination: &str,
    step: &str,
    body: Value,
) -> Answer {
    let read = app.person(people::AUDITOR).get(examination).await.expect(200);
    let ask = app.person(person).if_match(&read.etag());
    ask.post(&format!("{examination}/steps/{step}/transitions"), &body).await
}

/// Claims and starts a step.
pub async fn begin_step(app: &TestApp, person: &str, examination: &str, step: &str) -> Answer {
    let _ = advance(app, person, examination, step, json!({"to": "claimed"})).await.expect(200);
    advance(app, person, examination, step, json!({"to": "started"})).await.expect(200)
}

/// Does a whole step, with these answers on its form.
pub async fn do_step(
    app: &TestApp,
    person: &str,
    examination: &str,
    step: &str,
    form: Value,
) -> Answer {
    let _ = begin_step(app, person, examination, step).await;
    let body = json!({"to": "completed", "form": form});
    advance(app, person, examination, step, body).await.expect(200)
}

/// The answers of a store officer who checks an exhibit in.
#[must_use]
pub fn exhibit_check() -> Value {
    json!({"seals_match": true, "references_match": true, "condition": "as_described",
           "packaging": "tamper_evident_bag"})
}

/// The answers that conclude an examination.
#[must_use]
pub fn conclusion() -> Value {
    json!({"exhibits_next": "retain", "resealed": true})
}

/// A practitioner has begun to prepare the result: the handset turned out not to be examinable.
pub async fn preparing(app: &TestApp) -> Lab {
    let lab = planned(app).await;
    let examination = lab.examination.as_str();
    let _ = do_step(app, people::STORE, examination, "receive", exhibit_check()).await;
    let isolation = json!({"isolation": "faraday_box", "power_state": "off",
                           "isolated_at": "2026-11-22T09:00:00Z"});
    let _ = do_step(app, people::DIGITAL, examination, "isolate", isolation).await;
    let identity = json!({"device_type": "phone", "make": "Sample", "model": "One",
                          "condition": "as_described", "locked": true, "examinable": false,
                          "why_not": "Water damage."});
    let _ = do_step(app, people::DIGITAL, examination, "identify", identity).await;
    let _ = begin_step(app, people::DIGITAL, examination, "prepare_result").await;
    lab
}

/// A finding of the practitioner's, by its id.
pub async fn found(app: &TestApp, lab: &Lab) -> String {
    let body = json!({"questionId": lab.question, "statement": "Nothing can be read."});
    let ask = app.person(people::DIGITAL);
    ask.post(&format!("{}/findings", lab.examination), &body).await.expect(201).text("/id")
}

/// The body of a result that rests on one finding.
#[must_use]
pub fn result_body(lab: &Lab, finding: &str, files: &[String]) -> Value {
    json!({"questionId": lab.question, "conclusion": "The handset gave no data.",
           "findings": [finding], "files": files})
}

/// The practitioner has put a result forward, with files.
pub async fn prepared_with(app: &TestApp, lab: Lab, files: &[String]) -> Outcome {
    let finding = found(app, &lab).await;
    let body = result_body(&lab, &finding, files);
    let ask = app.person(people::DIGITAL);
    let last = ask.post(&format!("{}/results", lab.examination), &body).await.expect(201);
    Outcome { result: last.header("location").to_owned(), lab, last }
}

/// The practitioner has put a result forward.
pub async fn prepared(app: &TestApp) -> Outcome {
    let lab = preparing(app).await;
    prepared_with(app, lab, &[]).await
}

/// Somebody reviews a result as it now is.
pub async fn review(app: &TestApp, outcome: &Outcome, person: &str, body: &Value) -> Answer {
    let ask = app.person(person).if_match(&outcome.last.etag());
    ask.post(&format!("{}/reviews", outcome.result), body).await
}

/// Both reviews of a result have passed.
pub async fn passed(app: &TestApp, mut outcome: Outcome) -> Outcome {
    let technical = json!({"kind": "technical", "passed": true});
    outcome.last = review(app, &outcome, people::OTHER_DIGITAL, &technical).await.expect(200);
    let administrative = json!({"kind": "administrative", "passed": true});
    outcome.last = review(app, &outcome, people::REVIEWER, &administrative).await.expect(200);
    outcome
}

/// Somebody releases a result as it now is.
pub async fn release(app: &TestApp, outcome: &Outcome, person: &str) -> Answer {
    let ask = app.person(person).if_match(&outcome.last.etag());
    ask.post(&format!("{}/release", outcome.result), &json!({})).await
}

/// A reviewed result is out.
pub async fn released(app: &TestApp, outcome: Outcome) -> Outcome {
    let mut outcome = passed(app, outcome).await;
    outcome.last = release(app, &outcome, people::REPORTER).await.expect(200);
    outcome
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The body that announces these bytes.
#[must_use]
pub fn announcement(name: &str, bytes: &[u8]) -> Value {
    json!({"name": name, "sizeBytes": bytes.len(), "sha256": sha256(bytes), "role": "photograph"})
}

/// The practitioner has announced a file: `/api/v1/cases/<id>/files/<id>`.
pub async fn announced(app: &TestApp, examination: &str, body: &Value) -> String {
    let ask = app.person(people::DIGITAL);
    let answer = ask.post(&format!("{examination}/files"), body).await.expect(201);
    answer.header("location").to_owned()
}

/// The practitioner has sent every byte and said so; nobody has looked yet.
pub async fn sent(app: &TestApp, file: &str, bytes: &[u8]) {
    let block = usize::try_from(domain::files::BLOCK_BYTES).unwrap();
    for (index, bytes) in bytes.chunks(block).enumerate() {
        let target = format!("{file}/blocks/{index}");
        let _ = app.person(people::DIGITAL).put(&target, bytes.to_vec()).await.expect(200);
    }
    let target = format!("{file}/completion");
    let _ = app.person(people::DIGITAL).post(&target, &json!({})).await.expect(200);
}

/// The upload worker looks at everything that waits, as the pump would have it.
pub async fn work_uploads(app: &TestApp) {
    for file in intake::waiting(&app.app, 100).await.unwrap() {
        let message = intake::message_for(&file.case_id, &file.file_id);
        app.fire_with("process_upload", message).await.unwrap();
    }
}

/// A file of these bytes has been uploaded and verified.
pub async fn verified(app: &TestApp, examination: &str, name: &str, bytes: &[u8]) -> String {
    let file = announced(app, examination, &announcement(name, bytes)).await;
    sent(app, &file, bytes).await;
    work_uploads(app).await;
    file
}

/// The last part of an address: the id of what it names.
#[must_use]
pub fn id_of(address: &str) -> String {
    address.rsplit('/').next().unwrap_or_default().to_owned()
}
