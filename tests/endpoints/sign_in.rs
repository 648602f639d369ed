//! `POST /sign-in`.

use bytes::Bytes;
use tests::support::{Answer, TestApp, people};

async fn post(app: &TestApp, form: &str, site: &str) -> Answer {
    let ask = app.nobody().header("content-type", "application/x-www-form-urlencoded");
    let ask = ask.header("sec-fetch-site", site);
    ask.send("POST", "/sign-in", Bytes::copy_from_slice(form.as_bytes())).await
}

#[tokio::test]
async fn the_token_on_the_page_speaks_for_the_person_chosen() {
    let app = TestApp::new();
    let form = format!("person={}", people::OFFICER);
    let answer = post(&app, &form, "same-origin").await.expect(200);
    let page = String::from_utf8_lossy(&answer.body).into_owned();
    let from = page.find("readonly>").unwrap() + "readonly>".len();
    let token = &page[from..from + page[from..].find('<').unwrap()];
    let ask = app.nobody().header("authorization", &format!("Bearer {token}"));
    let _ = ask.get("/api/v1/requests").await.expect(200);
}

#[tokio::test]
async fn nobody_unknown_and_nobody_from_another_site_signs_in() {
    let app = TestApp::new();
    for form in ["person=somebody", "", "other=smp-officer-1"] {
        let answer = post(&app, form, "none").await;
        let _ = answer.expect_problem(400, "unknownPerson", &[]);
    }
    let form = format!("person={}", people::OFFICER);
    let answer = post(&app, &form, "cross-site").await;
    let _ = answer.expect_problem(403, "otherOrigin", &[]);
    let _ = app.nobody().post("/sign-in", &serde_json::json!({})).await.expect(415);
    let long = format!("person={}", "x".repeat(1_024));
    let _ = post(&app, &long, "none").await.expect(413);
}
