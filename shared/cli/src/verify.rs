//! `continuity verify`: checks an evidence bundle with nothing but the bundle and the fingerprint.

use crate::outcome::{Exit, Failure, Outcome, printable};
use crate::{digest, tarball};
use ledger::hash::Hash;
use ledger::verify::{MAX_FAILURES, Report, Verdict, verify_bag, verify_files};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where a fingerprint is to be had, said whenever it is missing or wrong.
const WHERE: &str = "the fingerprint of the log's key comes from the force that keeps the log: its \
                     website, its letters, or `continuity fingerprint` on its machine. Never take \
                     it from the bundle: whoever forged a bundle forged that too";

/// The arguments of `continuity verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The bundle: its folder, or a tar file of it, which is read and not unpacked.
    #[arg(value_name = "BAG")]
    bag: PathBuf,
    /// The SHA-256 of the log's public key, as the force publishes it (not from the bundle).
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<String>,
}

/// Prints what the bundle shows, or each failure on a line naming the event or file.
///
/// # Errors
/// Unusable: no fingerprint, or a bundle that cannot be read. Refused: a tar file that is damaged
/// or holds what no bundle holds.
pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Outcome {
    let text = arguments.fingerprint.as_deref().ok_or_else(|| Failure {
        exit: Exit::Unusable,
        lines: vec!["--fingerprint is missing".to_owned(), WHERE.to_owned()],
    })?;
    let fingerprint = digest::parse(text).ok_or_else(|| Failure {
        exit: Exit::Unusable,
        lines: vec!["--fingerprint takes 64 hexadecimal digits".to_owned(), WHERE.to_owned()],
    })?;
    let verdict = check(&arguments.bag, &fingerprint)?;
    print(&verdict, out)
}

fn check(bag: &Path, fingerprint: &Hash) -> Outcome<Verdict> {
    if std::fs::metadata(bag).map_err(Failure::at(bag))?.is_dir() {
        std::fs::read_dir(bag).map_err(Failure::at(bag))?;
        return Ok(verify_bag(bag, fingerprint));
    }
    Ok(verify_files(&tarball::read(bag)?, fingerprint))
}

fn print(verdict: &Verdict, out: &mut dyn Write) -> Outcome {
    match verdict {
        Verdict::Verified(report) => {
            verified(report, out)?;
            Ok(Exit::Done)
        }
        Verdict::Refused(failures) => {
            writeln!(out, "REFUSED")?;
            for failure in failures {
                writeln!(out, "{}", printable(&failure.to_string()))?;
            }
            if failures.len() >= MAX_FAILURES {
                writeln!(out, "checking stopped after {MAX_FAILURES} failures")?;
            }
            Ok(Exit::Refused)
        }
    }
}

fn verified(report: &Report, out: &mut dyn Write) -> Outcome<()> {
    writeln!(out, "VERIFIED")?;
    writeln!(out, "chain: {}", report.chain)?;
    writeln!(out, "events: {}", report.events)?;
    writeln!(out, "values shown: {}", report.shown)?;
    writeln!(out, "values withheld: {} ({} of them erased)", report.withheld, report.erased)?;
    writeln!(out, "log: {}", report.origin)?;
    writeln!(out, "tree size: {}", report.size)?;
    let sizes: Vec<String> = report.checkpoints.iter().map(u64::to_string).collect();
    writeln!(out, "checkpoints: {}", sizes.join(", "))?;
    for warning in &report.warnings {
        writeln!(out, "warning: {}", printable(warning))?;
    }
    Ok(())
}
