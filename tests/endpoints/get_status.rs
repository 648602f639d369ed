//! `GET /api/v1/status`.

use serde_json::json;
use tests::support::casework::{accepted, received, request_body, submitted};
use tests::support::{TestApp, people};

const PATH: &str = "/api/v1/status?reference=";

#[tokio::test]
async fn a_request_is_found_by_its_reference_however_it_is_typed() {
    let app = TestApp::new();
    let work = received(&app).await;
    for typed in ["SMP-2026-0000001-S1", "smp-2026-0000001-s1", "SMP-2026-0000001-S1%20"] {
        let answer = app.person(people::OFFICER).get(&format!("{PATH}{typed}")).await.expect(200);
        assert_eq!(answer.text("/requests/0/id"), work.last.text("/id"), "{typed}");
        assert_eq!(answer.text("/requests/0/state"), "in_progress");
        assert_eq!(answer.text("/requests/0/exhibits/0/reference"), "AP/1");
        assert_eq!(answer.text("/requests/0/examinations/0/progress"), "waiting");
        assert_eq!(answer.json()["exhibits"], json!([]));
        assert_eq!(answer.json()["truncated"], false);
    }
}

#[tokio::test]
async fn a_laboratory_reference_leads_to_all_its_requests() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let mut body = request_body();
    body["caseId"] = json!(work.last.text("/caseId"));
    for n in 0..3 {
        body["exhibits"][n]["exhibit"]["reference"] = json!(format!("BQ/{n}"));
        body["exhibits"][n]["exhibit"]["seal"] = json!(format!("B20000{n}"));
    }
    let _ = app.person(people::OFFICER).post("/api/v1/requests", &body).await.expect(201);
    let ask = app.person(people::OFFICER);
    let answer = ask.get(&format!("{PATH}SMP-2026-0000001")).await.expect(200);
    assert_eq!(answer.text("/requests/0/reference"), "SMP-2026-0000001-S1");
    assert_eq!(answer.text("/requests/1/reference"), "SMP-2026-0000001-S2");
}

#[tokio::test]
async fn an_exhibit_is_found_by_its_barcode_and_beside_the_case_by_its_label() {
    let app = TestApp::new();
    let work = accepted(&app).await;
    let exhibit = app.person(people::OFFICER).get(&work.exhibit(1)).await.expect(200);
    let barcode = exhibit.text("/barcode");
    let typed = format!("{}-{}", &barcode[..4].to_lowercase(), &barcode[4..]);
    let label = "SMP-2026-0000001&exhibit=ap%2F2";
    let beside_request = "SMP-2026-0000001-S1&exhibit=AP%2F2";
    for target in [barcode.as_str(), typed.as_str(), label, beside_request] {
        let answer = app.person(people::OFFICER).get(&format!("{PATH}{target}")).await.expect(200);
        assert_eq!(answer.text("/exhibits/0/id"), work.exhibits[1], "{target}");
        assert_eq!(answer.text("/exhibits/0/state"), "declared");
        assert!(!String::from_utf8_lossy(&answer.body).contains("Olive"), "names no holder");
    }
}

#[tokio::test]
async fn the_same_answer_is_not_sent_twice() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let target = format!("{PATH}SMP-2026-0000001-S1");
    let first = app.person(people::OFFICER).get(&target).await.expect(200);
    let ask = app.person(people::OFFICER).header("if-none-match", &first.etag());
    let _ = ask.get(&target).await.expect(304);
    let ask = app.person(people::SUPERVISOR).if_match(&work.last.etag());
    let body = json!({"authorised": true, "level": "supervisor"});
    let _ = ask.post(&format!("{}/authority", work.request), &body).await.expect(200);
    let ask = app.person(people::OFFICER).header("if-none-match", &first.etag());
    let _ = ask.get(&target).await.expect(200);
}

#[tokio::test]
async fn what_one_may_not_know_of_is_not_found() {
    let app = TestApp::new();
    let work = submitted(&app).await;
    let exhibit = app.person(people::OFFICER).get(&work.exhibit(0)).await.expect(200);
    let barcode = exhibit.text("/barcode");
    for target in ["SMP-2026-0000001-S1", "SMP-2026-0000001", barcode.as_str()] {
        for person in [people::OTHER_OFFICER, people::ADMINISTRATOR] {
            let answer = app.person(person).get(&format!("{PATH}{target}")).await;
            let _ = answer.expect_problem(404, "notFound", &[]);
        }
    }
    let ask = app.person(people::OFFICER);
    let _ = ask.get(&format!("{PATH}SMP-2026-0000002")).await.expect_problem(404, "notFound", &[]);
}

#[tokio::test]
async fn without_a_reference_or_a_token_nothing_is_looked_up() {
    let app = TestApp::new();
    let answer = app.person(people::OFFICER).get("/api/v1/status").await;
    let _ = answer.expect_problem(400, "badParameter", &[]);
    let _ = app.nobody().get(&format!("{PATH}SMP-2026-0000001")).await.expect(401);
}
