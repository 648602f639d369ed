//! A request for each endpoint that writes, named like it.

use super::Asked;
use serde_json::{Value, json};
use tests::support::casework::{accept_all, authorised, request_body, submitted};
use tests::support::lab::{
    Lab, announced, announcement, begin_step, found, passed, planned, prepared_with, result_body,
};
use tests::support::{TestApp, people};

/// The bytes of the sample file: one block.
const BYTES: &[u8] = b"What was on the handset.";

/// A practitioner has begun an examination.
async fn begun(app: &TestApp) -> Lab {
    let lab = planned(app).await;
    let _ = begin_step(app, people::DIGITAL, &lab.examination, "receive").await;
    lab
}

/// A file is announced; nothing of it has been sent.
async fn uploading(app: &TestApp) -> String {
    let lab = begun(app).await;
    announced(app, &lab.examination, &announcement("handset.txt", BYTES)).await
}

pub async fn submit_request(_: &TestApp) -> Asked {
    Asked::post(people::OFFICER, "/api/v1/requests".to_owned(), &request_body())
}

pub async fn decide_authority(app: &TestApp) -> Asked {
    let work = submitted(app).await;
    let body = json!({"authorised": true, "level": "supervisor"});
    Asked::post(people::SUPERVISOR, format!("{}/authority", work.request), &body)
        .on(work.last.etag())
}

pub async fn triage_request(app: &TestApp) -> Asked {
    let work = authorised(app).await;
    Asked::post(people::GATEKEEPER, format!("{}/triage", work.request), &accept_all(&work))
        .on(work.last.etag())
}

pub async fn resubmit_request(app: &TestApp) -> Asked {
    let work = submitted(app).await;
    let no = json!({"authorised": false, "level": "supervisor", "reason": "Say more."});
    let ask = app.person(people::SUPERVISOR).if_match(&work.last.etag());
    let refused = ask.post(&format!("{}/authority", work.request), &no).await.expect(200);
    let body = json!({"note": "Said more.", "circumstances": "A robbery at knife point, by two."});
    Asked::post(people::OFFICER, format!("{}/resubmission", work.request), &body).on(refused.etag())
}

pub async fn withdraw_request(app: &TestApp) -> Asked {
    let work = tests::support::casework::accepted(app).await;
    let body = json!({"reason": "The suspect has pleaded guilty."});
    Asked::post(people::OFFICER, format!("{}/withdrawal", work.request), &body).on(work.last.etag())
}

pub async fn record_continuity(app: &TestApp) -> Asked {
    let work = submitted(app).await;
    let exhibit = work.exhibit(0);
    let read = app.person(people::AUDITOR).get(&exhibit).await.expect(200);
    let now = app.now().to_string();
    let body = json!({"kind": "offered", "to": people::STORE, "occurredAt": now});
    Asked::post(people::OFFICER, format!("{exhibit}/continuity"), &body).on(read.etag())
}

pub async fn export_case(app: &TestApp) -> Asked {
    let work = submitted(app).await;
    let body = json!({"recipient": "Defence expert", "purpose": "Disclosure"});
    Asked::post(people::REPORTER, format!("{}/exports", work.case), &body)
}

pub async fn advance_step(app: &TestApp) -> Asked {
    let lab = planned(app).await;
    let read = app.person(people::AUDITOR).get(&lab.examination).await.expect(200);
    let target = format!("{}/steps/receive/transitions", lab.examination);
    Asked::post(people::STORE, target, &json!({"to": "claimed"})).on(read.etag())
}

pub async fn record_note(app: &TestApp) -> Asked {
    let lab = begun(app).await;
    let body = json!({"text": "The bag was intact."});
    Asked::post(people::DIGITAL, format!("{}/notes", lab.examination), &body)
}

pub async fn record_finding(app: &TestApp) -> Asked {
    let lab = begun(app).await;
    let body = json!({"questionId": lab.question, "statement": "Nothing can be read."});
    Asked::post(people::DIGITAL, format!("{}/findings", lab.examination), &body)
}

pub async fn begin_upload(app: &TestApp) -> Asked {
    let lab = begun(app).await;
    let body = announcement("handset.txt", BYTES);
    Asked::post(people::DIGITAL, format!("{}/files", lab.examination), &body)
}

pub async fn upload_block(app: &TestApp) -> Asked {
    let file = uploading(app).await;
    let asked = Asked::post(people::DIGITAL, format!("{file}/blocks/0"), &Value::Null);
    Asked { method: "PUT", content_type: "application/octet-stream", body: BYTES.into(), ..asked }
}

pub async fn complete_upload(app: &TestApp) -> Asked {
    let file = uploading(app).await;
    let _ = app.person(people::DIGITAL).put(&format!("{file}/blocks/0"), BYTES).await.expect(200);
    let asked = Asked::post(people::DIGITAL, format!("{file}/completion"), &Value::Null);
    Asked { body: bytes::Bytes::new(), ..asked }
}

pub async fn prepare_result(app: &TestApp) -> Asked {
    let lab = begun(app).await;
    let finding = found(app, &lab).await;
    let body = result_body(&lab, &finding, &[]);
    Asked::post(people::DIGITAL, format!("{}/results", lab.examination), &body)
}

pub async fn review_result(app: &TestApp) -> Asked {
    let lab = begun(app).await;
    let outcome = prepared_with(app, lab, &[]).await;
    let body = json!({"kind": "technical", "passed": true});
    Asked::post(people::OTHER_DIGITAL, format!("{}/reviews", outcome.result), &body)
        .on(outcome.last.etag())
}

pub async fn release_result(app: &TestApp) -> Asked {
    let lab = begun(app).await;
    let outcome = prepared_with(app, lab, &[]).await;
    let outcome = passed(app, outcome).await;
    Asked::post(people::REPORTER, format!("{}/release", outcome.result), &json!({}))
        .on(outcome.last.etag())
}
