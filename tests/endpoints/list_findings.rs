//! `GET …/findings`.

use tests::support::lab::{found, preparing};
use tests::support::{TestApp, people};

#[tokio::test]
async fn findings_come_in_pages() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let first = found(&app, &lab).await;
    app.pass_millis(1_000);
    let second = found(&app, &lab).await;
    let target = format!("{}/findings?maxpagesize=1", lab.examination);
    let page = app.person(people::DIGITAL).get(&target).await.expect(200);
    assert_eq!(page.text("/value/0/id"), first);
    let next = page.text("/nextLink");
    let next = next.strip_prefix("http://127.0.0.1:7071").unwrap();
    let page = app.person(people::DIGITAL).get(next).await.expect(200);
    assert_eq!(page.text("/value/0/id"), second);
}

#[tokio::test]
async fn findings_are_not_for_those_who_asked() {
    let app = TestApp::new();
    let lab = preparing(&app).await;
    let target = format!("{}/findings", lab.examination);
    let _ = app.person(people::OFFICER).get(&target).await.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::STORE).get(&target).await.expect_problem(403, "roleNeeded", &[]);
    let _ = app.person(people::OTHER_OFFICER).get(&target).await.expect(404);
    let _ = app.nobody().get(&target).await.expect(401);
    let unknown = format!("{}/examinations/{}/findings", lab.work.case, "0".repeat(32));
    let _ = app.person(people::DIGITAL).get(&unknown).await.expect(404);
}
