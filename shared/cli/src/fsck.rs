//! `continuity fsck`: checks an embedded store from end to end. Repairs nothing.

use crate::outcome::{Exit, Failure, Outcome, printable};
use crate::settings;
use std::io::Write;
use std::path::PathBuf;
use store::EmbeddedOptions;
use store::fsck::{PROBLEMS_MAX, Report, fsck};

/// The arguments of `continuity fsck`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The store's data directory; CONTINUITY_DATA or ./data unless given.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The anchor's directory; CONTINUITY_ANCHOR or <data>/anchor unless given.
    #[arg(long, value_name = "DIR")]
    anchor: Option<PathBuf>,
    /// The keys' directory; CONTINUITY_KEYS or <data>/keys unless given.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Also read every stored file and every page of the database.
    #[arg(long)]
    deep: bool,
}

/// Prints each problem on a line and then what was read. The log's name is the setting
/// `CONTINUITY_ORIGIN`, as for the service.
///
/// # Errors
/// Unusable: the store is in use, is none, or cannot be read at all.
pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Outcome {
    let config = settings::config(&[
        ("CONTINUITY_DATA", arguments.data.as_deref()),
        ("CONTINUITY_ANCHOR", arguments.anchor.as_deref()),
        ("CONTINUITY_KEYS", arguments.keys.as_deref()),
    ])?;
    let options = EmbeddedOptions {
        data: config.data,
        anchor: config.anchor,
        keys: config.keys,
        origin: config.origin,
    };
    let report = fsck(&options, arguments.deep).map_err(Failure::unusable)?;
    print(&report, out)
}

fn print(report: &Report, out: &mut dyn Write) -> Outcome {
    for problem in &report.problems {
        writeln!(out, "problem: {}: {}", printable(&problem.place), printable(&problem.what))?;
    }
    for warning in &report.warnings {
        writeln!(out, "warning: {}: {}", printable(&warning.place), printable(&warning.what))?;
    }
    writeln!(
        out,
        "read: {} streams, {} events, {} documents, {} rows, {} leaves, {} files",
        report.streams, report.events, report.documents, report.rows, report.leaves, report.files
    )?;
    match report.problems.len() {
        0 => writeln!(out, "clean").map(|()| Exit::Done).map_err(Failure::from),
        PROBLEMS_MAX => {
            writeln!(out, "not clean: {PROBLEMS_MAX} problems or more")?;
            Ok(Exit::Refused)
        }
        count => {
            writeln!(out, "not clean: {count} problem(s)")?;
            Ok(Exit::Refused)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::fsck::Problem;

    #[test]
    fn each_problem_has_its_line_and_makes_the_store_unclean() {
        let problem = |n: u32| Problem { place: format!("stream {n}"), what: "bad\u{7}".into() };
        let report = Report {
            problems: vec![problem(1), problem(2)],
            warnings: vec![problem(3)],
            ..Report::default()
        };
        let mut text = Vec::new();
        assert_eq!(print(&report, &mut text).unwrap(), Exit::Refused);
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with("problem: stream 1: bad?\nproblem: stream 2: bad?\n"), "{text}");
        assert!(text.contains("\nwarning: stream 3: bad?\n"), "{text}");
        assert!(text.ends_with("not clean: 2 problem(s)\n"), "{text}");
    }

    #[test]
    fn warnings_alone_leave_a_store_clean() {
        let warning = Problem { place: "file".into(), what: "nobody refers to it".into() };
        let report = Report { warnings: vec![warning], ..Report::default() };
        let mut text = Vec::new();
        assert_eq!(print(&report, &mut text).unwrap(), Exit::Done);
        assert!(String::from_utf8(text).unwrap().ends_with("\nclean\n"));
    }
}
