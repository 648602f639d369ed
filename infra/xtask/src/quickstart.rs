//! The quickstart of the documents, run as a newcomer would, against the real service.

use crate::service::Service;
use crate::shell::{self, Workspace};
use std::env;
use std::path::PathBuf;

/// Where everything of the last run lies.
const SCRATCH: &str = "quickstart";
/// The script, from the root.
const SCRIPT: &str = "docs/quickstart.sh";

/// The data directory of the last run.
pub fn data(workspace: &Workspace) -> PathBuf {
    workspace.scratch(SCRATCH).join("data")
}

/// The bundle that the last run left.
pub fn bundle(workspace: &Workspace) -> PathBuf {
    workspace.scratch(SCRATCH).join("out").join("bundle")
}

/// Starts the service on a fresh directory, runs the script against it, stops it, and checks the
/// store deeply. What it made stays, for the stage `bundle` and for looking at.
///
/// # Errors
/// Any of that fails, or the script left no bundle.
pub fn run(workspace: &Workspace) -> Result<(), String> {
    let script = workspace.root().join(SCRIPT);
    if !script.is_file() {
        return Err(format!("{SCRIPT} does not exist"));
    }
    let scratch = workspace.fresh(SCRATCH)?;
    let (data, out) = (data(workspace), scratch.join("out"));
    std::fs::create_dir(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let service = Service::start(workspace, &data, &scratch.join("service.log"))?;
    let cli = workspace.program("continuity");
    let programs = cli.parent().map(PathBuf::from).into_iter();
    let others = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(programs.chain(env::split_paths(&others)))
        .map_err(|error| format!("PATH: {error}"))?;
    let told = shell::run(
        workspace
            .command("bash")
            .arg(&script)
            .arg(format!("http://127.0.0.1:{}", service.port()))
            .env("CONTINUITY_DATA", &data)
            .env("CONTINUITY", &cli)
            .env("OUT", &out)
            .env("PATH", path),
    );
    told.map_err(|reason| service.failed(&reason))?;
    service.stop()?;
    shell::run(workspace.command(&cli).args(["fsck", "--deep", "--data"]).arg(&data))?;
    if bundle(workspace).join("bagit.txt").is_file() {
        Ok(())
    } else {
        Err(format!("{SCRIPT} left no bundle in $OUT/bundle"))
    }
}
