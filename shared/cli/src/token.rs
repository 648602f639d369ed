//! `continuity token`: a bearer token for one of the embedded issuer's people.
//!
//! Uses the issuer's key and nothing of the store, so it works while the service runs.

use crate::outcome::{Exit, Failure, Outcome, printable};
use crate::settings;
use domain::time::Timestamp;
use functions::issuer::Issuer;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The longest life of a token in minutes: the setting `CONTINUITY_TOKEN_MINUTES` has the same.
const MINUTES_MAX: u64 = 720;

/// The arguments of `continuity token`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Whom the token speaks for: a person's id, such as smp-officer-1.
    #[arg(long = "as", value_name = "PERSON")]
    person: String,
    /// The service's data directory; CONTINUITY_DATA or ./data unless given.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The service's keys directory; CONTINUITY_KEYS or <data>/keys unless given.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// How long it lives, 1 to 720 minutes; CONTINUITY_TOKEN_MINUTES or 60 unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MINUTES_MAX))]
    minutes: Option<u64>,
}

/// Prints the token alone on a line.
///
/// # Errors
/// Unusable: settings, keys or people that cannot be read, and a person who is not among them.
pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Outcome {
    let config = settings::config(&[
        ("CONTINUITY_DATA", arguments.data.as_deref()),
        ("CONTINUITY_KEYS", arguments.keys.as_deref()),
    ])?;
    // The issuer would make its key here, and a store refuses a directory that is not empty.
    if !config.keys.is_dir() {
        return Err(Failure::unusable(format_args!(
            "{}: there are no keys here; start the service once, or name its directory with --data",
            config.keys.display()
        )));
    }
    let issuer = Issuer::open(&config).map_err(Failure::unusable)?;
    let person =
        issuer.person(&arguments.person).ok_or_else(|| unknown(&issuer, &arguments.person))?;
    let life = arguments.minutes.map_or(config.token_life, |n| Duration::from_secs(60 * n));
    writeln!(out, "{}", issuer.token(person, now(), life))?;
    Ok(Exit::Done)
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Ids and roles only: names are nobody's business here.
fn unknown(issuer: &Issuer, asked: &str) -> Failure {
    let mut lines = vec![format!("nobody here has the id `{}`; known are:", printable(asked))];
    lines.extend(issuer.people().iter().map(|person| {
        let roles: Vec<&str> = person.roles.iter().map(|role| role.code()).collect();
        printable(&format!("{}  {}", person.id, roles.join(", ")))
    }));
    Failure { exit: Exit::Unusable, lines }
}
