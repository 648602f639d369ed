//! `GET …/files/{fileId}/content`.

use tests::support::lab::{
    announced, announcement, id_of, planned, prepared_with, preparing, released, sent, sha256,
    verified, work_uploads,
};
use tests::support::{TestApp, people};

const BYTES: &[u8] = b"0123456789";

#[tokio::test]
async fn a_verified_file_is_offered_for_saving_and_never_shown() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = verified(&app, &lab.examination, "photo \"1\" ŷ.html", BYTES).await;
    let content = format!("{file}/content");
    let answer = app.person(people::AUDITOR).get(&content).await.expect(200);
    assert_eq!(answer.body, BYTES);
    let expected = [
        ("content-type", "application/octet-stream"),
        ("content-length", "10"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "private, no-store"),
        (
            "content-disposition",
            "attachment; filename=\"photo _1_ _.html\"; \
             filename*=UTF-8''photo%20%221%22%20%C5%B7.html",
        ),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), value);
    }
    assert_eq!(answer.etag(), format!("\"{}\"", sha256(BYTES)));
    assert!(answer.header("repr-digest").starts_with("sha-256=:"));
    let ask = app.person(people::AUDITOR).header("if-none-match", &answer.etag());
    let _ = ask.get(&content).await.expect(304);
}

#[tokio::test]
async fn one_range_is_served_at_a_time() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = verified(&app, &lab.examination, "a.bin", BYTES).await;
    let content = format!("{file}/content");
    for (range, body, part) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let ask = app.person(people::DIGITAL).header("range", range);
        let answer = ask.get(&content).await.expect(206);
        assert_eq!((answer.body.as_ref(), answer.header("content-range")), (body.as_bytes(), part));
    }
    for range in ["bytes=0-1,4-5", "lines=1-2"] {
        let ask = app.person(people::DIGITAL).header("range", range);
        assert_eq!(ask.get(&content).await.expect(200).body, BYTES);
    }
    let ask = app.person(people::DIGITAL).header("range", "bytes=10-");
    let answer = ask.get(&content).await.expect_problem(416, "rangeNotSatisfiable", &[]);
    assert_eq!(answer.header("content-range"), "bytes */10");
    let ask = app.person(people::DIGITAL).header("range", "bytes=0-3");
    let answer = ask.header("if-range", "\"other\"").get(&content).await;
    assert_eq!(answer.expect(200).body, BYTES);
}

#[tokio::test]
async fn only_verified_bytes_leave() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let file = announced(&app, &lab.examination, &announcement("a", BYTES)).await;
    let content = format!("{file}/content");
    let answer = app.person(people::DIGITAL).get(&content).await;
    let _ = answer.expect_problem(409, "fileNotVerified", &[]);
    sent(&app, &file, b"9876543210").await;
    work_uploads(&app).await;
    let read = app.person(people::DIGITAL).get(&file).await.expect(200);
    assert_eq!(read.text("/state"), "quarantined");
    let answer = app.person(people::DIGITAL).get(&content).await;
    let _ = answer.expect_problem(409, "fileNotVerified", &[]);
}

#[tokio::test]
async fn officers_get_what_has_been_released_and_nobody_else_anything() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let file = verified(&app, &lab.examination, "a.bin", BYTES).await;
    let content = format!("{file}/content");
    let _ = app.person(people::OFFICER).get(&content).await.expect(404);
    let _ = app.person(people::STORE).get(&content).await.expect(404);
    let outcome = prepared_with(&app, lab, &[id_of(&file)]).await;
    let _ = released(&app, outcome).await;
    assert_eq!(app.person(people::OFFICER).get(&content).await.expect(200).body, BYTES);
    let _ = app.person(people::OTHER_OFFICER).get(&content).await.expect(404);
    let _ = app.person(people::ADMINISTRATOR).get(&content).await.expect(404);
    let _ = app.nobody().get(&content).await.expect(401);
    let answer = app.person(people::AUDITOR).without_reason().get(&content).await;
    let _ = answer.expect_problem(400, "reasonRequired", &[]);
}
