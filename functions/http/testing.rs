//! A small application for the edge's own tests, and requests to put to it.

use super::caller::TokenValidator;
use super::paging::Sealer;
use super::service::handle_once;
use super::{Edge, Endpoint, Routes, State};
use crate::config::Config;
use crate::issuer::Issuer;
use crate::triggers::Trigger;
use bytes::Bytes;
use domain::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// 2026-11-22T09:32:00Z.
pub(crate) const NOW: i64 = 1_795_339_920_000;

pub(crate) struct TestApp {
    pub edge: Edge,
    _directory: tempfile::TempDir,
}

impl State for TestApp {
    fn edge(&self) -> &Edge {
        &self.edge
    }
}

/// An application with its own directory, key and issuer, at a fixed time.
pub(crate) fn app(settings: &[(&str, &str)]) -> Arc<TestApp> {
    app_with(settings, |_| {})
}

pub(crate) fn app_with(settings: &[(&str, &str)], change: impl Fn(&mut Config)) -> Arc<TestApp> {
    let directory = tempfile::tempdir().unwrap();
    let mut variables: BTreeMap<String, String> =
        settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let data = directory.path().to_str().unwrap().to_owned();
    variables.insert("CONTINUITY_DATA".into(), data);
    let mut config = Config::from_env(&variables).unwrap();
    change(&mut config);
    let issuer = Arc::new(Issuer::open(&config).unwrap());
    let tokens = TokenValidator::new(vec![issuer.rules().unwrap()]);
    let edge = Edge {
        config: Arc::new(config),
        tokens: Arc::new(tokens),
        issuer: Some(issuer),
        clock: Arc::new(|| Timestamp::from_millis(NOW)),
        sealer: Arc::new(Sealer::new(&[7; 32])),
    };
    Arc::new(TestApp { edge, _directory: directory })
}

/// A table that lives as long as the test process.
pub(crate) fn routes(
    endpoints: Vec<Endpoint<TestApp>>,
    triggers: Vec<Trigger<TestApp>>,
) -> Arc<Routes<TestApp>> {
    let (endpoints, triggers) = (Vec::leak(endpoints), Vec::leak(triggers));
    Arc::new(Routes::new(endpoints, triggers).unwrap())
}

/// A valid `Authorization` for one of the sample people.
pub(crate) fn bearer(app: &TestApp, person: &str) -> String {
    let issuer = app.edge.issuer.as_ref().unwrap();
    let person = issuer.person(person).unwrap();
    let life = Duration::from_secs(3600);
    format!("Bearer {}", issuer.token(person, Timestamp::from_millis(NOW), life))
}

/// One request in process.
pub(crate) async fn send(
    app: &Arc<TestApp>,
    routes: &Arc<Routes<TestApp>>,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> http::Response<Bytes> {
    let mut request = http::Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
    handle_once(Arc::clone(app), Arc::clone(routes), request).await
}

/// A problem's body.
pub(crate) fn problem(response: &http::Response<Bytes>) -> serde_json::Value {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    serde_json::from_slice(response.body()).unwrap()
}
