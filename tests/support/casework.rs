//! Casework brought to where a test begins, through the API and nothing else.

use super::{Answer, TestApp, people};
use serde_json::{Value, json};

/// The body of a request with three exhibits of two disciplines: a handset and a knife, and a glass
/// that a gatekeeper may refuse.
#[must_use]
pub fn request_body() -> Value {
    json!({
        "crimeReference": "01/12345/26",
        "operationName": "Harbour",
        "circumstances": "A robbery at knife point; the suspect's handset was seized on arrest.",
        "questions": [
            {"text": "Who was in touch with the suspect that day?", "service": "phone_examination"},
            {"text": "Whose fingerprints are on the knife?", "service": "mark_recovery"}
        ],
        "legalBasis": "pace_s19",
        "exhibits": [
            exhibit("AP/1", "A mobile handset, black", "digital", "A100001", "phone_examination"),
            exhibit("AP/2", "A kitchen knife", "physical", "A100002", "mark_recovery"),
            exhibit("AP/3", "A drinking glass", "physical", "A100003", "mark_recovery")
        ]
    })
}

/// One exhibit of a request.
#[must_use]
pub fn exhibit(reference: &str, what: &str, kind: &str, seal: &str, service: &str) -> Value {
    json!({
        "exhibit": {
            "reference": reference,
            "description": what,
            "kind": kind,
            "producedBy": "PC Price",
            "seizedAt": "2026-11-20T10:00:00Z",
            "seizedPlace": "12 Sample Street",
            "seal": seal
        },
        "services": [service]
    })
}

/// A case in the making.
#[derive(Debug)]
pub struct Casework {
    /// `/api/v1/cases/<id>`.
    pub case: String,
    /// `/api/v1/cases/<id>/requests/<id>`.
    pub request: String,
    /// The exhibits' ids, in the order submitted.
    pub exhibits: Vec<String>,
    /// The last answer about the request.
    pub last: Answer,
}

/// An officer has submitted.
pub async fn submitted(app: &TestApp) -> Casework {
    let answer = app.person(people::OFFICER).post("/api/v1/requests", &request_body()).await;
    let answer = answer.expect(201);
    let json = answer.json();
    let exhibits = json["exhibits"].as_array().unwrap();
    Casework {
        case: format!("/api/v1/cases/{}", answer.text("/caseId")),
        request: answer.header("location").to_owned(),
        exhibits: exhibits.iter().map(|e| e["exhibitId"].as_str().unwrap().to_owned()).collect(),
        last: answer,
    }
}

/// A supervisor has authorised.
pub async fn authorised(app: &TestApp) -> Casework {
    let mut work = submitted(app).await;
    let ask = app.person(people::SUPERVISOR).if_match(&work.last.etag());
    let body = json!({"authorised": true, "level": "supervisor"});
    work.last = ask.post(&format!("{}/authority", work.request), &body).await.expect(200);
    work
}
