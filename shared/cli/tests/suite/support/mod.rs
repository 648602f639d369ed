//! Running the program, and services for it to talk to.

mod flaky;
mod real;

pub use flaky::{Fault, Flaky};
pub use real::{Real, people};

use std::process::Command;

/// What a run of the program left.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs the program without any environment but these variables.
pub fn continuity_with(variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let ran = Command::new(env!("CARGO_BIN_EXE_continuity"))
        .env_clear()
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .unwrap();
    Ran {
        code: ran.status.code().unwrap(),
        out: String::from_utf8(ran.stdout).unwrap(),
        err: String::from_utf8(ran.stderr).unwrap(),
    }
}

/// Runs the program in an empty environment.
pub fn continuity(arguments: &[&str]) -> Ran {
    continuity_with(&[], arguments)
}

impl Ran {
    /// This run, which has to have ended so.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// This run, which has to have said that on standard error.
    #[track_caller]
    pub fn complains(self, text: &str) -> Ran {
        assert!(self.err.contains(text), "not said: {text}: {self:#?}");
        self
    }
}
