//! How a command ends: an exit code that scripts can branch on, and lines for a person.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// How a command ended. The numbers are part of the command line's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what it was asked, and what it looked at is sound.
    Done = 0,
    /// What it looked at is not sound, or the service refused.
    Refused = 1,
    /// It could not be run: wrong arguments, an unreadable file, a service that does not answer.
    Unusable = 2,
    /// It stopped before the end; the same command again goes on from there.
    Unfinished = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command did not do what it was asked, in lines for a person.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code to exit with.
    pub(crate) exit: Exit,
    /// One or more lines, safe to print.
    pub(crate) lines: Vec<String>,
}

/// What every command answers with.
pub(crate) type Outcome<T = Exit> = Result<T, Failure>;

impl Failure {
    /// It could not be run.
    pub(crate) fn unusable(line: impl fmt::Display) -> Failure {
        Failure { exit: Exit::Unusable, lines: vec![printable(&line.to_string())] }
    }

    /// It ran, and the answer is no.
    pub(crate) fn refused(line: impl fmt::Display) -> Failure {
        Failure { exit: Exit::Refused, lines: vec![printable(&line.to_string())] }
    }

    /// A file or folder could not be used.
    pub(crate) fn at(path: &std::path::Path) -> impl FnOnce(io::Error) -> Failure + '_ {
        move |error| Failure::unusable(format_args!("{}: {error}", path.display()))
    }

    /// Writes the lines; the first says who speaks.
    pub(crate) fn print(&self, err: &mut dyn Write) -> io::Result<()> {
        for (n, line) in self.lines.iter().enumerate() {
            writeln!(err, "{}{line}", if n == 0 { "continuity: " } else { "  " })?;
        }
        Ok(())
    }
}

/// Standard output that cannot be written to, such as a pipe whose reader has gone.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::unusable(format_args!("the output cannot be written: {error}"))
    }
}

/// Text from elsewhere, made safe for a terminal: control characters, which could move the cursor
/// or hide a line, and characters that reverse the reading order come out as `?`.
pub(crate) fn printable(text: &str) -> String {
    let unsafe_for_terminals = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if unsafe_for_terminals(c) { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_cannot_drive_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Kb\r\nc\u{202e}d"), "a?[2Kb??c?d");
        assert_eq!(printable("naïve – text"), "naïve – text");
    }

    #[test]
    fn only_the_first_line_says_who_speaks() {
        let failure = Failure { exit: Exit::Refused, lines: vec!["no".into(), "why".into()] };
        let mut text = Vec::new();
        failure.print(&mut text).unwrap();
        assert_eq!(text, b"continuity: no\n  why\n");
    }
}
