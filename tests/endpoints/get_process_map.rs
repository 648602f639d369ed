//! `GET /api/v1/process-maps/{mapKey}/{version}`.

use domain::work::map::ProcessMap;
use domain::work::package::{builtin, content_hash};
use tests::support::{TestApp, people};

#[tokio::test]
async fn a_map_is_shown_as_published_with_every_form_its_steps_name() {
    let app = TestApp::new();
    for map in builtin().maps() {
        let target = format!("/api/v1/process-maps/{}/{}", map.key, map.version);
        let answer = app.person(people::DIGITAL).without_reason().get(&target).await.expect(200);
        let json = answer.json();
        let shown: ProcessMap = serde_json::from_value(json["map"].clone()).unwrap();
        assert_eq!(&shown, map);
        assert_eq!(json["contentHash"], content_hash(map));
        let forms: Vec<String> = json["forms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| format!("{}@{}", f["key"].as_str().unwrap(), f["version"].as_str().unwrap()))
            .collect();
        for step in &map.steps {
            assert!(step.form.iter().all(|form| forms.contains(form)), "{}", step.key);
        }
        let ask = app.person(people::DIGITAL).header("if-none-match", &answer.etag());
        let _ = ask.get(&target).await.expect(304);
    }
}

#[tokio::test]
async fn an_unknown_map_or_version_is_not_found() {
    let app = TestApp::new();
    let key = &builtin().maps().next().unwrap().key;
    for target in [format!("{key}/9.9.9"), "unknown/1.0.0".to_owned()] {
        let target = format!("/api/v1/process-maps/{target}");
        let answer = app.person(people::DIGITAL).get(&target).await;
        let _ = answer.expect_problem(404, "notFound", &[]);
    }
    let _ = app.nobody().get(&format!("/api/v1/process-maps/{key}/1.0.0")).await.expect(401);
}
