//! `continuity`: what a forensic service does from a command line, and what a stranger needs to
//! check its records.
//!
//! One file per command. Exit codes: 0 done and sound, 1 refused or not sound, 2 cannot be run,
//! 3 stopped before the end. Results go to standard output, everything else to standard error.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

mod client;
mod digest;
mod export;
mod fingerprint;
mod fsck;
mod openapi;
mod outcome;
mod settings;
mod tarball;
mod token;
mod upload;
mod verify;

use clap::{Parser, Subcommand};
use outcome::Outcome;
use std::io::Write;
use std::process::ExitCode;

/// Forensic case management whose records can be checked by anybody.
#[derive(Debug, Parser)]
#[command(name = "continuity", version, propagate_version = true)]
#[command(after_help = "Exit codes: 0 done and sound, 1 refused or not sound, 2 cannot be run, \
                        3 stopped before the end (the same command again goes on).")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a bearer token that speaks for one of the embedded issuer's people.
    Token(token::Arguments),
    /// Check an evidence bundle offline, as a folder or as a tar file.
    Verify(verify::Arguments),
    /// Check an embedded store from end to end while the service is stopped.
    Fsck(fsck::Arguments),
    /// Send a file to an examination; run again after an interruption, it goes on.
    Upload(upload::Arguments),
    /// Record that a case leaves, and fetch it as a sealed bundle.
    Export(export::Arguments),
    /// Print the OpenAPI document of this build.
    Openapi,
    /// Print the fingerprint of the log's public key, which is to be published.
    Fingerprint(fingerprint::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    match run(&arguments.command, &mut out, &mut err).and_then(|exit| Ok((out.flush()?, exit).1)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            // When not even this can be written, the code still says it.
            let _ = failure.print(&mut err);
            failure.exit.into()
        }
    }
}

fn run(command: &Command, out: &mut dyn Write, err: &mut dyn Write) -> Outcome {
    match command {
        Command::Token(arguments) => token::run(arguments, out),
        Command::Verify(arguments) => verify::run(arguments, out),
        Command::Fsck(arguments) => fsck::run(arguments, out),
        Command::Upload(arguments) => upload::run(arguments, out, err),
        Command::Export(arguments) => export::run(arguments, out, err),
        Command::Openapi => openapi::run(out),
        Command::Fingerprint(arguments) => fingerprint::run(arguments, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn each_command_is_read_as_the_manual_writes_it() {
        for line in [
            "continuity token --as smp-officer-1 --data d --minutes 5",
            "continuity verify bag --fingerprint 00",
            "continuity fsck --data d --anchor a --keys k --deep",
            "continuity upload f --case c --examination x --role image --stop-after 3",
            "continuity upload f --examination /api/v1/cases/c/examinations/x --role image",
            "continuity export --case c --recipient r --purpose p --out o.tar --extract d",
            "continuity openapi",
            "continuity fingerprint --keys k",
        ] {
            parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn what_is_missing_or_out_of_its_limits_is_refused() {
        for line in [
            "continuity",
            "continuity token",
            "continuity token --as a --minutes 0",
            "continuity token --as a --minutes 721",
            "continuity verify",
            "continuity upload f --role image",
            "continuity upload f --examination x --role image --stop-after 0",
            "continuity upload f --examination x --role image --wait 3601",
            "continuity upload f --examination x --role image --attempt 0",
            "continuity export --case c --recipient r --purpose p",
            "continuity export --case c --recipient r --purpose p --out o --wait 3601",
            "continuity unheard-of",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
        assert!(parse("continuity token --as a --minutes 720").is_ok());
        assert!(parse("continuity upload f --examination x --role i --wait 3600").is_ok());
    }
}
