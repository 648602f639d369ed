//! The service: reads its settings, opens its store, serves its table.
//!
//! Started by hand it needs nothing else: it keeps its records in one directory and rings its own
//! timers. Started by the Functions host it serves on the host's port and waits to be called.

use domain::time::Timestamp;
use functions::app::{App, Parts};
use functions::config::{Config, StoreKind};
use functions::http::Routes;
use functions::http::caller::TokenValidator;
use functions::http::serve::{EXIT_FAILED, bind, serve, stop_signal};
use functions::issuer::Issuer;
use functions::secrets::{SECRETS_FILE, Secrets};
use functions::{ENDPOINTS, TRIGGERS, standalone};
use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use store::embedded::{Embedded, EmbeddedOptions};
use store::model::StreamId;
use store::ports::Store;
use tokio::task::JoinSet;

fn main() -> ExitCode {
    match start() {
        Ok(code) => code,
        Err(error) => {
            // One line: the host shows the last lines of stderr to operators.
            eprintln!("Continuity cannot start: {error}");
            ExitCode::from(EXIT_FAILED)
        }
    }
}

fn start() -> Result<ExitCode, Box<dyn Error>> {
    let variables: BTreeMap<String, String> = std::env::vars().collect();
    let config = Config::from_env(&variables)?;
    functions::http::trace::init(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(config))
}

async fn run(config: Config) -> Result<ExitCode, Box<dyn Error>> {
    if config.store == StoreKind::Azure {
        return Err(
            "this build keeps records on one machine only: CONTINUITY_STORE=embedded".into()
        );
    }
    let (port, hosted) = (config.port, config.hosted);
    let app = Arc::new(assemble(config).await?);
    let routes = Arc::new(Routes::new(ENDPOINTS, TRIGGERS).map_err(|faults| faults.join("; "))?);
    let listener = bind(port).map_err(|error| format!("port {port} of 127.0.0.1: {error}"))?;
    let address = listener.local_addr()?;
    let _pump = if hosted { JoinSet::new() } else { standalone::start(&app, TRIGGERS) };
    if !hosted {
        greet(&app, address.port());
    }
    let stop = async {
        if let Err(error) = stop_signal().await {
            tracing::error!(error = &error as &dyn Error, "signals cannot be listened to");
        }
    };
    let ended = serve(app, routes, listener, stop).await;
    Ok(ended.exit_code(hosted))
}

async fn assemble(config: Config) -> Result<App, Box<dyn Error>> {
    let options = EmbeddedOptions {
        data: config.data.clone(),
        anchor: config.anchor.clone(),
        keys: config.keys.clone(),
        origin: config.origin.clone(),
    };
    let (store, _) = Embedded::open(&options)?;
    refuse_without_its_secrets(&config, &store).await?;
    let issuer = Issuer::open(&config)?;
    Ok(App::new(Parts {
        tokens: TokenValidator::new(vec![issuer.rules()?]),
        secrets: Secrets::open(&config.keys, &fill)?,
        issuer: Some(issuer),
        config,
        store,
        clock: Arc::new(now),
        entropy: Arc::new(fill),
    }))
}

/// New secrets beside an old record would make a second case of a request that is sent again.
async fn refuse_without_its_secrets(config: &Config, store: &Store) -> Result<(), Box<dyn Error>> {
    let path = config.keys.join(SECRETS_FILE);
    // The stream of access records is there from the beginning, and a case is one more.
    let streams = store.streams.streams(None, 2).await?;
    if path.try_exists()? || streams.iter().all(StreamId::is_access) {
        return Ok(());
    }
    let path = path.display();
    Err(format!(
        "{path} is missing; restore it from a backup. If there is none, put 64 random bytes there: \
         a request from before that is sent again then counts as a new one"
    )
    .into())
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness");
}

/// Says where to look and who can sign in.
fn greet(app: &App, port: u16) {
    let address = format!("http://127.0.0.1:{port}");
    println!("Continuity is ready at {address}");
    println!("  sign in      {address}/sign-in");
    println!("  API          {address}/api/v1  (described by {address}/api/v1/openapi.json)");
    println!("  records      {}", app.edge.config.data.display());
    println!("  tour         docs/quickstart.sh {address}");
    if let Some(issuer) = &app.edge.issuer {
        println!("Sample people who can sign in:");
        for person in issuer.people() {
            let roles: Vec<&str> = person.roles.iter().map(|role| role.code()).collect();
            println!("  {:<22} {:<18} {}", person.id, person.name, roles.join(", "));
        }
    }
}
