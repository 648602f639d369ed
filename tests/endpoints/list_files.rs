//! `GET …/examinations/{examinationId}/files`.

use tests::support::lab::{announced, announcement, examination_of, planned};
use tests::support::{TestApp, people};

#[tokio::test]
async fn an_examination_lists_its_own_files_in_pages() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let files = format!("{}/files", lab.examination);
    for name in ["a.txt", "b.txt"] {
        app.pass_millis(1_000);
        let _ = announced(&app, &lab.examination, &announcement(name, b"abc")).await;
    }
    let fingerprints = examination_of(&lab.work, "mark_recovery");
    let list = app.person(people::DIGITAL).get(&format!("{fingerprints}/files")).await;
    assert!(list.expect(200).json()["value"].as_array().unwrap().is_empty());
    let page = app.person(people::DIGITAL).get(&format!("{files}?maxpagesize=1")).await;
    let page = page.expect(200);
    assert_eq!(page.text("/value/0/name"), "a.txt");
    let next = page.text("/nextLink");
    let next = next.strip_prefix("http://127.0.0.1:7071").unwrap();
    let page = app.person(people::DIGITAL).get(next).await.expect(200);
    assert_eq!(page.text("/value/0/name"), "b.txt");
    assert!(page.json().get("nextLink").is_none());
}

#[tokio::test]
async fn the_list_is_for_those_who_read_examinations() {
    let app = TestApp::new();
    let lab = planned(&app).await;
    let files = format!("{}/files", lab.examination);
    let _ = app.person(people::OFFICER).get(&files).await.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::STORE).get(&files).await.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).get(&files).await.expect(404);
    let _ = app.nobody().get(&files).await.expect(401);
    let unknown = format!("{}/examinations/{}/files", lab.work.case, "0".repeat(32));
    let _ = app.person(people::DIGITAL).get(&unknown).await.expect(404);
}
