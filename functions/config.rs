//! Every setting, read once, checked all together.
//!
//! The environment comes in as a map, so nothing below `main` can ask it again.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// One setting that an operator may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What it does, with its unit and limits.
    pub meaning: &'static str,
    /// What holds when it is not set; none when that depends on other settings.
    pub default: Option<&'static str>,
    /// Whether its value must not be shown.
    pub secret: bool,
}

const fn setting(
    name: &'static str,
    default: Option<&'static str>,
    meaning: &'static str,
) -> Setting {
    Setting { name, meaning, default, secret: false }
}

/// Every setting there is. The example file and the deployment are made from this table.
pub const SETTINGS: &[Setting] = &[
    setting("CONTINUITY_ANCHOR", None, "Directory of the anchor; <data>/anchor unless set."),
    setting(
        "CONTINUITY_ANCHOR_SECONDS",
        Some("8"),
        "Time a bundle waits for its anchor, 0 to 60 s.",
    ),
    setting("CONTINUITY_BODY_BYTES", Some("1048576"), "Largest JSON body, 1024 to 1048576 bytes."),
    setting("CONTINUITY_CONNECTIONS", Some("512"), "Most connections at once, 1 to 10000."),
    setting("CONTINUITY_DATA", Some("./data"), "Directory of the embedded store."),
    setting("CONTINUITY_DRAIN_SECONDS", Some("8"), "Time to finish when stopping, 1 to 600 s."),
    setting(
        "CONTINUITY_FORCE",
        Some("SMP"),
        "Code of the force: 2 to 8 capital letters or digits.",
    ),
    setting("CONTINUITY_HEADER_SECONDS", Some("10"), "Time for a request's head, 1 to 60 s."),
    setting("CONTINUITY_IDLE_SECONDS", Some("75"), "Time between two requests, 1 to 600 s."),
    setting("CONTINUITY_KEYS", None, "Directory of the keys; <data>/keys unless set."),
    setting("CONTINUITY_LOG", Some("info"), "Which log lines are written: a tracing filter."),
    setting(
        "CONTINUITY_ORIGIN",
        Some("continuity.example/smp"),
        "Name of the log in checkpoints: host and path, without blanks or plus signs.",
    ),
    setting(
        "CONTINUITY_PORT",
        Some("7071"),
        "Port on 127.0.0.1, 0 for any free one; the Functions host's own choice wins.",
    ),
    setting(
        "CONTINUITY_READ_REASON",
        Some("required"),
        "Whether looking into a case needs a reason (header Access-Reason): required or optional.",
    ),
    setting("CONTINUITY_REQUEST_SECONDS", Some("30"), "Time to answer a request, 1 to 230 s."),
    setting(
        "CONTINUITY_STALL_SECONDS",
        Some("30"),
        "Time between two pieces of a body, 1 to 230 s.",
    ),
    setting(
        "CONTINUITY_STORE",
        None,
        "embedded or azure; embedded unless set, but required in Azure, where it must be azure.",
    ),
    setting("CONTINUITY_TOKEN_MINUTES", Some("60"), "Life of an embedded token, 1 to 720 min."),
    setting("CONTINUITY_TRIGGER_SECONDS", Some("540"), "Time for a trigger's work, 1 to 3600 s."),
    setting("CONTINUITY_UPLOAD_SECONDS", Some("600"), "Time to take in a block, 1 to 3600 s."),
];

/// What the command line reads its bearer token from: no setting of the service, and no mistake when
/// it is set beside them.
const CLIENT_TOKEN: &str = "CONTINUITY_TOKEN";

/// The host's way to say which port to listen on.
pub const HOST_PORT: &str = "FUNCTIONS_CUSTOMHANDLER_PORT";

/// Variables of which any one says that this runs in Azure. Core Tools on a developer's machine
/// sets none of them.
pub const AZURE_SIGNS: &[&str] = &[
    "WEBSITE_INSTANCE_ID",
    "WEBSITE_SITE_NAME",
    "WEBSITE_POD_NAME",
    "LEGION_SERVICE_HOST",
    "FUNCTIONS_EXTENSION_VERSION",
    "IDENTITY_ENDPOINT",
];

/// Which store keeps the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// SQLite and files in one directory of this machine.
    Embedded,
    /// Cosmos DB and Blob Storage.
    Azure,
}

/// Sizes and times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest JSON body in bytes.
    pub body_bytes: usize,
    /// Most connections at once.
    pub connections: usize,
    /// Time for a request's head.
    pub header: Duration,
    /// Time a connection may idle. Longer than the host's own 60 s, so that the host never writes
    /// to a connection that we are just closing.
    pub idle: Duration,
    /// Time between two pieces of a body.
    pub stall: Duration,
    /// Time to answer.
    pub request: Duration,
    /// Time to take in a block of an upload.
    pub upload: Duration,
    /// Time for a trigger's work.
    pub trigger: Duration,
    /// Time a bundle waits for its anchor.
    pub anchor: Duration,
    /// Time to finish when stopping.
    pub drain: Duration,
}

/// The settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The embedded store's directory.
    pub data: PathBuf,
    /// The keys' directory.
    pub keys: PathBuf,
    /// The anchor's directory.
    pub anchor: PathBuf,
    /// The port on 127.0.0.1; 0 for any.
    pub port: u16,
    /// Whether the Functions host started us.
    pub hosted: bool,
    /// Whether this runs in Azure.
    pub in_azure: bool,
    /// The store.
    pub store: StoreKind,
    /// The force's code.
    pub force: String,
    /// The log's name.
    pub origin: String,
    /// The log filter.
    pub log: String,
    /// Whether looking into a case needs a reason.
    pub reason_required: bool,
    /// How long an embedded token lives.
    pub token_life: Duration,
    /// Sizes and times.
    pub limits: Limits,
}

/// Everything that is wrong with the settings, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblems(pub Vec<String>);

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigProblems {}

impl Config {
    /// Reads the settings from the environment's variables.
    ///
    /// # Errors
    /// Every problem at once, each naming its variable: a value out of its limits, an unknown
    /// `CONTINUITY_` variable (with the nearest known one), a store that cannot be used here.
    pub fn from_env(variables: &BTreeMap<String, String>) -> Result<Config, ConfigProblems> {
        let mut reader = Reader { variables, problems: Vec::new() };
        reader.refuse_unknown();
        let in_azure = reader.in_azure();
        let data = PathBuf::from(reader.text("CONTINUITY_DATA"));
        let (port, hosted) = reader.port();
        let config = Config {
            keys: reader
                .optional("CONTINUITY_KEYS")
                .map_or_else(|| data.join("keys"), PathBuf::from),
            anchor: reader
                .optional("CONTINUITY_ANCHOR")
                .map_or_else(|| data.join("anchor"), PathBuf::from),
            data,
            port,
            hosted,
            in_azure,
            store: reader.store(in_azure),
            force: reader.checked("CONTINUITY_FORCE", is_force, "2 to 8 capital letters or digits"),
            origin: reader.checked(
                "CONTINUITY_ORIGIN",
                ledger::header::is_origin,
                "host and path of letters, digits and . _ - /",
            ),
            log: reader.checked("CONTINUITY_LOG", is_filter, "a tracing filter such as info"),
            reason_required: reader.checked(
                "CONTINUITY_READ_REASON",
                |text| matches!(text, "required" | "optional"),
                "required or optional",
            ) == "required",
            token_life: Duration::from_secs(60 * reader.number("CONTINUITY_TOKEN_MINUTES", 1, 720)),
            limits: reader.limits(),
        };
        if reader.problems.is_empty() { Ok(config) } else { Err(ConfigProblems(reader.problems)) }
    }
}

struct Reader<'v> {
    variables: &'v BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn optional(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    fn text(&self, name: &str) -> String {
        let default = SETTINGS.iter().find(|setting| setting.name == name);
        let default = default.and_then(|setting| setting.default).unwrap_or_default();
        self.optional(name).unwrap_or(default).to_owned()
    }

    fn checked(&mut self, name: &str, fits: fn(&str) -> bool, form: &str) -> String {
        let text = self.text(name);
        if !fits(&text) {
            self.problems.push(format!("{name} must be {form}"));
        }
        text
    }

    fn number(&mut self, name: &str, least: u64, most: u64) -> u64 {
        match self.text(name).parse() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                self.problems.push(format!("{name} must be a number from {least} to {most}"));
                least
            }
        }
    }

    fn seconds(&mut self, name: &str, most: u64) -> Duration {
        Duration::from_secs(self.number(name, 1, most))
    }

    fn limits(&mut self) -> Limits {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Limits {
            body_bytes: size(self.number("CONTINUITY_BODY_BYTES", 1024, 1_048_576)),
            connections: size(self.number("CONTINUITY_CONNECTIONS", 1, 10_000)),
            header: self.seconds("CONTINUITY_HEADER_SECONDS", 60),
            idle: self.seconds("CONTINUITY_IDLE_SECONDS", 600),
            stall: self.seconds("CONTINUITY_STALL_SECONDS", 230),
            request: self.seconds("CONTINUITY_REQUEST_SECONDS", 230),
            upload: self.seconds("CONTINUITY_UPLOAD_SECONDS", 3600),
            trigger: self.seconds("CONTINUITY_TRIGGER_SECONDS", 3600),
            anchor: Duration::from_secs(self.number("CONTINUITY_ANCHOR_SECONDS", 0, 60)),
            drain: self.seconds("CONTINUITY_DRAIN_SECONDS", 600),
        }
    }

    /// The port and whether the host chose it.
    fn port(&mut self) -> (u16, bool) {
        if let Some(port) = self.optional(HOST_PORT) {
            let port = port.parse().ok().filter(|port| *port != 0);
            if port.is_none() {
                self.problems.push(format!("{HOST_PORT} must be a number from 1 to 65535"));
            }
            return (port.unwrap_or_default(), true);
        }
        let port = self.number("CONTINUITY_PORT", 0, u64::from(u16::MAX));
        (u16::try_from(port).unwrap_or_default(), false)
    }

    fn in_azure(&self) -> bool {
        AZURE_SIGNS.iter().any(|sign| self.optional(sign).is_some())
    }

    fn store(&mut self, in_azure: bool) -> StoreKind {
        let (kind, problem) = match (self.optional("CONTINUITY_STORE"), in_azure) {
            (Some("azure"), _) => (StoreKind::Azure, None),
            (Some("embedded"), false) | (None, false) => (StoreKind::Embedded, None),
            (Some("embedded"), true) => (
                StoreKind::Embedded,
                Some("CONTINUITY_STORE=embedded keeps records on a disk that Azure throws away"),
            ),
            (None, true) => {
                (StoreKind::Azure, Some("CONTINUITY_STORE must be set in Azure: azure"))
            }
            (Some(_), _) => {
                (StoreKind::Embedded, Some("CONTINUITY_STORE must be embedded or azure"))
            }
        };
        self.problems.extend(problem.map(str::to_owned));
        kind
    }

    fn refuse_unknown(&mut self) {
        let known = |name: &str| {
            name == CLIENT_TOKEN || SETTINGS.iter().any(|setting| setting.name == name)
        };
        let names = self.variables.keys().filter(|name| name.starts_with("CONTINUITY_"));
        let unknown: Vec<_> = names.filter(|name| !known(name)).collect();
        for name in unknown {
            let nearest = SETTINGS.iter().min_by_key(|setting| distance(name, setting.name));
            let nearest = nearest.map_or("", |setting| setting.name);
            self.problems.push(format!("{name} is no setting; did you mean {nearest}?"));
        }
    }
}

fn is_force(text: &str) -> bool {
    (2..=8).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_filter(text: &str) -> bool {
    tracing_subscriber::EnvFilter::try_new(text).is_ok()
}

/// How many single-character changes lead from one name to another (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, a) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = line + 1;
        for (column, b) in to.iter().enumerate() {
            let changed = corner + usize::from(a != *b);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

/// The text of `local.settings.example.json`, made from [`SETTINGS`].
#[must_use]
pub fn local_settings_example() -> String {
    let mut values = serde_json::Map::new();
    values.insert("AzureWebJobsStorage".into(), "UseDevelopmentStorage=true".into());
    values.insert("FUNCTIONS_WORKER_RUNTIME".into(), "custom".into());
    for setting in SETTINGS {
        if let Some(default) = setting.default {
            values.insert(setting.name.into(), default.into());
        }
    }
    let file = serde_json::json!({ "IsEncrypted": false, "Values": values });
    format!("{file:#}\n")
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
