//! The stages of the one test command.

use crate::shell::{self, Workspace};
use crate::{bundle, kill, quickstart, tidy};
use std::time::{Duration, Instant};

/// One stage: its name, whether it belongs to the fast ones, and what it does.
struct Stage {
    name: &'static str,
    fast: bool,
    run: fn(&Workspace, u32) -> Result<(), String>,
}

/// All stages, in order. Each stands alone once those before it have run at some time.
const STAGES: &[Stage] = &[
    Stage { name: "fmt", fast: true, run: |workspace, _| fmt(workspace) },
    Stage { name: "tidy", fast: true, run: |workspace, _| tidy::run(workspace.root()) },
    Stage { name: "clippy", fast: true, run: |workspace, _| clippy(workspace) },
    Stage { name: "test", fast: true, run: |workspace, _| test_workspace(workspace) },
    Stage { name: "release", fast: false, run: |workspace, _| release(workspace) },
    Stage { name: "quickstart", fast: false, run: |workspace, _| quickstart::run(workspace) },
    Stage { name: "bundle", fast: false, run: |workspace, _| bundle::run(workspace) },
    Stage { name: "kill", fast: false, run: |workspace, kills| kill::run(workspace, kills, None) },
];

/// Runs the stages, all or the fast ones, and stops at the first that fails. The last line says
/// how many passed.
///
/// # Errors
/// The stage that failed, and why.
pub fn test(workspace: &Workspace, fast: bool, kills: u32) -> Result<(), String> {
    let stages: Vec<&Stage> = STAGES.iter().filter(|stage| stage.fast || !fast).collect();
    let mut times = Vec::new();
    for (done, stage) in stages.iter().enumerate() {
        println!("==> {} ({} of {})", stage.name, done + 1, stages.len());
        match timed(stage, workspace, kills) {
            Ok(took) => times.push((stage.name, took)),
            Err(reason) => {
                println!("{done} passed, 1 failed");
                return Err(format!("stage {} failed: {reason}", stage.name));
            }
        }
    }
    println!("==> all stages");
    for (name, took) in &times {
        println!("{name:<12} {:>7.1} s", took.as_secs_f64());
    }
    println!("{} passed, 0 failed", times.len());
    Ok(())
}

/// Runs one stage by its name.
///
/// # Errors
/// There is no such stage, or it failed.
pub fn one(workspace: &Workspace, name: &str) -> Result<(), String> {
    let stage = STAGES.iter().find(|stage| stage.name == name).ok_or_else(|| {
        let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        format!("there is no stage {name}; there are {}", names.join(", "))
    })?;
    timed(stage, workspace, kill::TIMES)
        .map(drop)
        .map_err(|reason| format!("stage {name} failed: {reason}"))
}

fn timed(stage: &Stage, workspace: &Workspace, kills: u32) -> Result<Duration, String> {
    let begun = Instant::now();
    (stage.run)(workspace, kills)?;
    let took = begun.elapsed();
    println!("<== {} passed in {:.1} s", stage.name, took.as_secs_f64());
    Ok(took)
}

fn fmt(workspace: &Workspace) -> Result<(), String> {
    shell::run(&mut workspace.cargo(&["fmt", "--all", "--check"]))
}

fn clippy(workspace: &Workspace) -> Result<(), String> {
    let arguments =
        ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    shell::run(&mut workspace.cargo(&arguments))
}

fn test_workspace(workspace: &Workspace) -> Result<(), String> {
    shell::run(&mut workspace.cargo(&["test", "--workspace", "--locked", "--quiet"]))
}

fn release(workspace: &Workspace) -> Result<(), String> {
    let arguments = ["build", "--release", "--locked", "-p", "functions", "-p", "cli"];
    shell::run(&mut workspace.cargo(&arguments))
}
