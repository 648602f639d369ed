//! The application under test: embedded store, own directory, own clock.

use super::Ask;
use domain::time::Timestamp;
use functions::app::{App, Parts};
use functions::config::Config;
use functions::http::Routes;
use functions::http::caller::TokenValidator;
use functions::http::trace::TraceContext;
use functions::issuer::Issuer;
use functions::secrets::Secrets;
use functions::triggers::{Firing, Payload, TimerFired};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use store::embedded::{Embedded, EmbeddedOptions};
use store::ports::Store;
use tempfile::TempDir;

/// The sample force's people, by what they are.
pub mod people {
    /// Investigates in North CID.
    pub const OFFICER: &str = "smp-officer-1";
    /// Investigates in South CID: another unit.
    pub const OTHER_OFFICER: &str = "smp-officer-2";
    /// Supervises North CID.
    pub const SUPERVISOR: &str = "smp-supervisor-1";
    /// Gatekeeper of the submissions unit.
    pub const GATEKEEPER: &str = "smp-submissions-1";
    /// Keeps the store.
    pub const STORE: &str = "smp-store-1";
    /// Practises digital forensics.
    pub const DIGITAL: &str = "smp-digital-1";
    /// Practises digital forensics too.
    pub const OTHER_DIGITAL: &str = "smp-digital-2";
    /// Practises fingerprints.
    pub const FINGERPRINTS: &str = "smp-fingerprints-1";
    /// Practises fingerprints too.
    pub const OTHER_FINGERPRINTS: &str = "smp-fingerprints-2";
    /// Reviews.
    pub const REVIEWER: &str = "smp-reviewer-1";
    /// Reports and releases.
    pub const REPORTER: &str = "smp-reporting-1";
    /// Manages the forensic unit.
    pub const MANAGER: &str = "smp-manager-1";
    /// Reads with log.
    pub const AUDITOR: &str = "smp-auditor-1";
    /// Runs the system.
    pub const ADMINISTRATOR: &str = "smp-administrator-1";
}

/// When every test begins: 2026-11-22T09:32:00Z.
pub const BEGIN_MS: i64 = 1_795_339_920_000;

/// One application with everything it keeps.
pub struct TestApp {
    /// The application.
    pub app: Arc<App>,
    /// Its table.
    pub routes: Arc<Routes>,
    now: Arc<AtomicI64>,
    keys: AtomicU64,
    directory: TempDir,
}

impl TestApp {
    /// A new application on an empty embedded store.
    #[must_use]
    pub fn new() -> TestApp {
        TestApp::with(&[], |store| store)
    }

    /// A new application with settings of its own, its store wrapped.
    #[must_use]
    pub fn with(settings: &[(&str, &str)], wrap: impl FnOnce(Store) -> Store) -> TestApp {
        if std::env::var_os("CONTINUITY_TEST_LOG").is_some() {
            // Only the first of many applications can set the log up.
            let _ = functions::http::trace::init("info");
        }
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let mut variables: BTreeMap<String, String> =
            settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        variables.insert("CONTINUITY_DATA".into(), data.to_str().unwrap().into());
        let config = Config::from_env(&variables).unwrap();
        let options = EmbeddedOptions {
            data: config.data.clone(),
            anchor: config.anchor.clone(),
            keys: config.keys.clone(),
            origin: config.origin.clone(),
        };
        let (store, _) = Embedded::open(&options).unwrap();
        let issuer = Issuer::open(&config).unwrap();
        let drawn = AtomicU64::new(0);
        let fill = move |bytes: &mut [u8]| {
            let turn = drawn.fetch_add(1, Ordering::Relaxed);
            for (n, chunk) in bytes.chunks_mut(32).enumerate() {
                let block = Sha256::digest(format!("{turn}/{n}"));
                chunk.copy_from_slice(&block[..chunk.len()]);
            }
        };
        let now = Arc::new(AtomicI64::new(BEGIN_MS));
        let clock = Arc::clone(&now);
        let app = App::new(Parts {
            tokens: TokenValidator::new(vec![issuer.rules().unwrap()]),
            secrets: Secrets::open(&config.keys, &fill).unwrap(),
            issuer: Some(issuer),
            config,
            store: wrap(store),
            clock: Arc::new(move || Timestamp::from_millis(clock.load(Ordering::Relaxed))),
            entropy: Arc::new(fill),
        });
        let routes = Arc::new(Routes::new(functions::ENDPOINTS, functions::TRIGGERS).unwrap());
        TestApp { app: Arc::new(app), routes, now, keys: AtomicU64::new(0), directory }
    }

    /// Asks as one of the sample people.
    #[must_use]
    pub fn person(&self, id: &str) -> Ask<'_> {
        let issuer = self.app.edge.issuer.as_ref().unwrap();
        let person = issuer.person(id).unwrap_or_else(|| panic!("no sample person {id}"));
        let token = issuer.token(person, self.now(), Duration::from_secs(3600));
        Ask::new(self, Some(format!("Bearer {token}")))
    }

    /// Asks without signing in.
    #[must_use]
    pub fn nobody(&self) -> Ask<'_> {
        Ask::new(self, None)
    }

    /// What the clock says.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::Relaxed))
    }

    /// Moves the clock.
    pub fn pass_millis(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::Relaxed);
    }

    /// Fires a timer, as the host or the pump would.
    pub async fn fire(&self, name: &str) -> Result<(), functions::http::Problem> {
        self.fire_with(name, Payload::Timer(TimerFired { past_due: false, last: None })).await
    }

    /// Fires a trigger with what came.
    pub async fn fire_with(
        &self,
        name: &str,
        payload: Payload,
    ) -> Result<(), functions::http::Problem> {
        let trigger = functions::TRIGGERS.iter().find(|trigger| trigger.name == name);
        let trigger = trigger.unwrap_or_else(|| panic!("no trigger {name}"));
        let firing = Firing {
            app: Arc::clone(&self.app),
            payload,
            at: self.now(),
            invocation_id: None,
            trace: TraceContext::from_headers(&http::HeaderMap::new()),
        };
        (trigger.handle)(&firing).await
    }

    /// The directory that holds the data.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// An idempotency key not used before.
    pub(super) fn fresh_key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }
}

impl Default for TestApp {
    fn default() -> TestApp {
        TestApp::new()
    }
}
