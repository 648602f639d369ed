//! The real service on an embedded store of its own, on a port of its own, with its own pump.

use super::{Ran, continuity, continuity_with};
use domain::time::Timestamp;
use functions::app::{App, Parts};
use functions::config::Config;
use functions::http::Routes;
use functions::http::caller::TokenValidator;
use functions::http::serve::{bind, serve};
use functions::issuer::Issuer;
use functions::secrets::Secrets;
use functions::{ENDPOINTS, TRIGGERS, standalone};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Embedded, EmbeddedOptions};
use tempfile::TempDir;
use tokio::sync::oneshot;
use ureq::http::{Response, header};

/// Sample people, by what they are.
pub mod people {
    /// Investigates.
    pub const OFFICER: &str = "smp-officer-1";
    /// Authorises.
    pub const SUPERVISOR: &str = "smp-supervisor-1";
    /// Accepts.
    pub const GATEKEEPER: &str = "smp-submissions-1";
    /// Examines devices.
    pub const DIGITAL: &str = "smp-digital-1";
    /// May export.
    pub const MANAGER: &str = "smp-manager-1";
}

/// The service; it stops when dropped.
pub struct Real {
    /// Where it is.
    pub url: String,
    directory: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    keys: AtomicU64,
}

impl Real {
    /// A service on a new, empty store.
    pub fn start() -> Real {
        let directory = tempfile::tempdir().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, port) = std::sync::mpsc::channel();
        let data = directory.path().join("data");
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.unwrap().block_on(async {
                let app = Arc::new(assemble(&data));
                let routes = Arc::new(Routes::new(ENDPOINTS, TRIGGERS).unwrap());
                let listener = bind(0).unwrap();
                tell.send(listener.local_addr().unwrap().port()).unwrap();
                let _pump = standalone::start(&app, TRIGGERS);
                serve(app, routes, listener, async { drop(stopped.await) }).await;
            });
        });
        let url = format!("http://127.0.0.1:{}", port.recv().unwrap());
        Real { url, directory, stop: Some(stop), thread: Some(thread), keys: AtomicU64::new(0) }
    }

    /// Stops the service and gives the store up.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    /// The store's data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A place for a file that is not the store's.
    pub fn place(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A token as `continuity token` prints it.
    pub fn token(&self, person: &str) -> String {
        let data = self.data();
        let ran =
            continuity(&["token", "--as", person, "--data", data.to_str().unwrap()]).expect(0);
        ran.out.trim_end().to_owned()
    }

    /// Runs the program as a person, at this service.
    pub fn run(&self, person: &str, arguments: &[&str]) -> Ran {
        let token = self.token(person);
        let mut arguments = arguments.to_vec();
        arguments.extend(["--url", &self.url]);
        continuity_with(&[("CONTINUITY_TOKEN", &token)], &arguments)
    }

    /// Reads a JSON resource as a person.
    pub fn get(&self, person: &str, path: &str) -> Value {
        let request = ureq::get(format!("{}{path}", self.url))
            .header("access-reason", "test")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token(person)));
        body(request.call().unwrap())
    }

    /// Posts JSON as a person, on a version if there is one; the ETag and the body of the answer.
    pub fn post(&self, person: &str, path: &str, etag: &str, asked: &Value) -> (String, Value) {
        let key = format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed));
        let mut request = ureq::post(format!("{}{path}", self.url))
            .config()
            .http_status_as_error(false)
            .build()
            .header("idempotency-key", key)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token(person)));
        if !etag.is_empty() {
            request = request.header(header::IF_MATCH, etag);
        }
        let answer = request.send(asked.to_string()).unwrap();
        let (good, tag) =
            (answer.status().is_success(), answer.headers().get(header::ETAG).cloned());
        let said = body(answer);
        assert!(good, "{path}: {said}");
        (tag.map(|tag| tag.to_str().unwrap().to_owned()).unwrap_or_default(), said)
    }

    /// A request has been submitted: the case's id, the request's path and its ETag.
    pub fn submitted(&self) -> (String, String, String) {
        let asked = json!({
            "crimeReference": "01/12345/26",
            "circumstances": "A robbery; the suspect's handset was seized on arrest.",
            "questions": [{"text": "Who was in touch that day?", "service": "phone_examination"}],
            "legalBasis": "pace_s19",
            "exhibits": [{
                "exhibit": {
                    "reference": "AP/1", "description": "A mobile handset", "kind": "digital",
                    "producedBy": "PC Price", "seizedAt": "2026-11-20T10:00:00Z",
                    "seizedPlace": "12 Sample Street", "seal": "A100001"
                },
                "services": ["phone_examination"]
            }]
        });
        let (etag, said) = self.post(people::OFFICER, "/api/v1/requests", "", &asked);
        let case = said["caseId"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/cases/{case}/requests/{}", said["id"].as_str().unwrap());
        (case, path, etag)
    }

    /// A request has been authorised and accepted: the case's id and its examination's.
    pub fn accepted(&self) -> (String, String) {
        let (case, path, etag) = self.submitted();
        let authorised = json!({"authorised": true, "level": "supervisor"});
        let authority = format!("{path}/authority");
        let (etag, said) = self.post(people::SUPERVISOR, &authority, &etag, &authorised);
        let exhibit = &said["exhibits"][0]["exhibitId"];
        let accepted =
            json!({"outcome": "accept", "exhibits": [{"exhibitId": exhibit, "accepted": true}]});
        let (_, said) = self.post(people::GATEKEEPER, &format!("{path}/triage"), &etag, &accepted);
        (case, said["examinations"][0]["examinationId"].as_str().unwrap().to_owned())
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        self.stop();
    }
}

fn body(mut answer: Response<ureq::Body>) -> Value {
    serde_json::from_slice(&answer.body_mut().read_to_vec().unwrap()).unwrap()
}

fn assemble(data: &Path) -> App {
    let variables =
        BTreeMap::from([("CONTINUITY_DATA".to_owned(), data.to_str().unwrap().to_owned())]);
    let config = Config::from_env(&variables).unwrap();
    let options = EmbeddedOptions {
        data: config.data.clone(),
        anchor: config.anchor.clone(),
        keys: config.keys.clone(),
        origin: config.origin.clone(),
    };
    let (store, _) = Embedded::open(&options).unwrap();
    let issuer = Issuer::open(&config).unwrap();
    // Each service has a store of its own, so that it matters only that draws differ.
    let drawn = AtomicU64::new(0);
    let fill = move |bytes: &mut [u8]| {
        let turn = drawn.fetch_add(1, Ordering::Relaxed);
        for (n, chunk) in bytes.chunks_mut(32).enumerate() {
            let block = ledger::hash::sha256(format!("{turn}/{n}").as_bytes());
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
        }
    };
    App::new(Parts {
        tokens: TokenValidator::new(vec![issuer.rules().unwrap()]),
        secrets: Secrets::open(&config.keys, &fill).unwrap(),
        issuer: Some(issuer),
        config,
        store,
        clock: Arc::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
        }),
        entropy: Arc::new(fill),
    })
}
