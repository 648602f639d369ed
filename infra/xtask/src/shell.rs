//! Where the workspace is, and running programs in it.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The repository and where its build goes.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The workspace that the current directory is in.
    ///
    /// # Errors
    /// There is none, or its manifest cannot be read.
    pub fn find() -> Result<Workspace, String> {
        let here = env::current_dir().map_err(|error| format!("no current directory: {error}"))?;
        let is_root = |folder: &&Path| {
            let manifest = fs::read_to_string(folder.join("Cargo.toml"));
            manifest.is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
        };
        let root = here.ancestors().find(is_root).ok_or("run this inside the repository")?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        Ok(Workspace { root: root.to_owned(), target: root.join(target) })
    }

    /// The repository's own folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A program built for release.
    pub fn program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    /// A folder for what a stage makes: below the build's, so that it is never committed.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(name)
    }

    /// An empty folder for what a stage makes.
    ///
    /// # Errors
    /// It cannot be emptied or made.
    pub fn fresh(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.scratch(name);
        let emptied = if folder.exists() { fs::remove_dir_all(&folder) } else { Ok(()) };
        let made = emptied.and_then(|()| fs::create_dir_all(&folder));
        made.map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }

    /// A program, to be run in the repository's folder without standard input and without settings
    /// of the service that happen to be in the environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("CONTINUITY") {
                command.env_remove(name);
            }
        }
        command
    }

    /// The `cargo` that started this.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments);
        command
    }
}

/// Runs a program and lets it speak; an exit code other than 0 is an error.
///
/// # Errors
/// It cannot be started, or it failed.
pub fn run(command: &mut Command) -> Result<(), String> {
    let shown = shown(command);
    let status =
        command.status().map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` failed: {status}")) }
}

/// Runs a program and answers what it said on standard output.
///
/// # Errors
/// It cannot be started, it failed (with the end of what it said), or it spoke no UTF-8.
pub fn output(command: &mut Command) -> Result<String, String> {
    let shown = shown(command);
    let output =
        command.output().map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{shown}` failed: {}\n{}{}", output.status, tail(&said), tail(&complaint)))
}

/// The last lines of a text.
pub fn tail(text: &str) -> String {
    const LINES: usize = 30;
    let lines: Vec<&str> = text.lines().collect();
    let mut end = lines[lines.len().saturating_sub(LINES)..].join("\n");
    end.push('\n');
    end
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
