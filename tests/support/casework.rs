//! Casework brought to where a test begins, through the API and nothing else.

use super::{Answer, TestApp, people};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seals are used once, so each body has its own.
static BAGS: AtomicU64 = AtomicU64::new(1);

/// The body of a request with three exhibits of two disciplines: a handset and a knife, and a glass
/// that a gatekeeper may refuse.
#[must_use]
pub fn request_body() -> Value {
    let bag = BAGS.fetch_add(1, Ordering::Relaxed);
    let seal = |letter: char| format!("{letter}{bag:07}");
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
            exhibit("AP/1", "A mobile handset, black", "digital", &seal('H'), "phone_examination"),
            exhibit("AP/2", "A kitchen knife", "physical", &seal('K'), "mark_recovery"),
            exhibit("AP/3", "A drinking glass", "physical", &seal('G'), "mark_recovery")
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
    submitted_with(app, &request_body()).await
}

/// An officer has submitted this.
pub async fn submitted_with(app: &TestApp, body: &Value) -> Casework {
    let answer = app.person(people::OFFICER).post("/api/v1/requests", body).await;
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

impl Casework {
    /// `/api/v1/cases/<id>/exhibits/<id>` of the exhibit submitted as number `n`, from 0.
    #[must_use]
    pub fn exhibit(&self, n: usize) -> String {
        format!("{}/exhibits/{}", self.case, self.exhibits[n])
    }
}

/// What a gatekeeper says who accepts all of a request.
#[must_use]
pub fn accept_all(work: &Casework) -> Value {
    let exhibits: Vec<Value> =
        work.exhibits.iter().map(|id| json!({"exhibitId": id, "accepted": true})).collect();
    json!({"outcome": "accept", "exhibits": exhibits})
}

/// A gatekeeper has accepted all of it.
pub async fn accepted(app: &TestApp) -> Casework {
    let mut work = authorised(app).await;
    let ask = app.person(people::GATEKEEPER).if_match(&work.last.etag());
    let target = format!("{}/triage", work.request);
    work.last = ask.post(&target, &accept_all(&work)).await.expect(200);
    work
}

/// Records an act on an exhibit as it now is, at the present time unless the body says another.
pub async fn act(app: &TestApp, person: &str, exhibit: &str, mut body: Value) -> Answer {
    let read = app.person(people::AUDITOR).get(exhibit).await.expect(200);
    if body.get("occurredAt").is_none() {
        body["occurredAt"] = json!(app.now().to_string());
    }
    let ask = app.person(person).if_match(&read.etag());
    ask.post(&format!("{exhibit}/continuity"), &body).await
}

/// One person hands an exhibit over to another, who takes it.
pub async fn hand_over(app: &TestApp, exhibit: &str, from: &str, to: &str) {
    let _ = act(app, from, exhibit, json!({"kind": "offered", "to": to})).await.expect(200);
    let _ = act(app, to, exhibit, json!({"kind": "accepted"})).await.expect(200);
}

/// The officer has brought every exhibit to the store officer, who has put it into the store.
pub async fn received(app: &TestApp) -> Casework {
    let mut work = accepted(app).await;
    for n in 0..work.exhibits.len() {
        let exhibit = work.exhibit(n);
        hand_over(app, &exhibit, people::OFFICER, people::STORE).await;
        let body = json!({"kind": "booked_in", "location": format!("Bay {n}")});
        let _ = act(app, people::STORE, &exhibit, body).await.expect(200);
    }
    work.last = app.person(people::OFFICER).get(&work.request).await.expect(200);
    work
}

/// The case, exported and verified as a stranger would.
pub async fn verified_bundle(app: &TestApp, case: &str) -> ledger::verify::Report {
    let body = json!({"recipient": "A stranger", "purpose": "To check"});
    let made = app.person(people::REPORTER).post(&format!("{case}/exports"), &body).await;
    let bundle = made.expect(201).text("/bundle");
    app.fire("sequence_log").await.unwrap();
    let packed = app.person(people::REPORTER).get(&bundle).await.expect(200);
    let files = unpacked(&packed.body);
    let pem = app.app.store.signer.public_key_pem();
    let key = ledger::note::VerifyingKey::from_pem(pem).unwrap();
    match ledger::verify::verify_files(&files, &key.fingerprint()) {
        ledger::verify::Verdict::Verified(report) => report,
        ledger::verify::Verdict::Refused(failures) => panic!("{failures:?}"),
    }
}

/// The files of a packed bundle, without the folder they are in.
#[must_use]
pub fn unpacked(packed: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(packed).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let (_, inside) = path.split_once('/').unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(inside.to_owned(), bytes);
    }
    files
}
