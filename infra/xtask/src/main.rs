//! The tasks of this repository: `cargo xtask test` is the one test command.

mod bundle;
mod client;
mod kill;
mod quickstart;
mod service;
mod shell;
mod stages;
mod tidy;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs every check, stops at the first failure, and ends with `N passed, 0 failed`.
    Test {
        /// Only what needs no release build: fmt, tidy, clippy, test.
        #[arg(long)]
        fast: bool,
        /// How often the service is killed.
        #[arg(long, default_value_t = kill::TIMES, value_parser = clap::value_parser!(u32).range(1..))]
        kills: u32,
    },
    /// Runs one stage of `test` by its name.
    Stage {
        /// One of: fmt, tidy, clippy, test, release, quickstart, bundle, kill.
        name: String,
    },
    /// Measures: one JSON line a figure, each beside a yardstick of the same run.
    Bench {
        /// Only these scenes: start, status, submissions, continuity, upload, growth.
        scenes: Vec<String>,
    },
    /// Checks the rules of the house that no compiler checks.
    Tidy,
    /// Kills the real service again and again while clients write, and looks for what was lost.
    Kill {
        /// How often.
        #[arg(long, default_value_t = kill::TIMES, value_parser = clap::value_parser!(u32).range(1..))]
        times: u32,
        /// The seed of a run to repeat; a fresh one unless given.
        #[arg(long)]
        seed: Option<u64>,
    },
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let done = shell::Workspace::find().and_then(|workspace| match task {
        Task::Test { fast, kills } => stages::test(&workspace, fast, kills),
        Task::Stage { name } => stages::one(&workspace, &name),
        Task::Bench { scenes } => bench(&workspace, &scenes),
        Task::Tidy => tidy::run(workspace.root()),
        Task::Kill { times, seed } => kill::run(&workspace, times, seed),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Builds service and benchmarks for release and runs the benchmarks against the real binary.
fn bench(workspace: &shell::Workspace, scenes: &[String]) -> Result<(), String> {
    let build = ["build", "--release", "--locked", "-p", "functions", "-p", "tests", "--bins"];
    shell::run(&mut workspace.cargo(&build))?;
    let mut bench = workspace.command(workspace.program("bench"));
    bench.args(scenes).env("CONTINUITY_SERVICE", workspace.program("continuity-service"));
    shell::run(&mut bench)
}
