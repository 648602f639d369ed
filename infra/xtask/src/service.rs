//! The real service, as a process of our own.

use crate::client;
use crate::shell::{Workspace, tail};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The longest wait for a service to be ready, or to end when asked.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a waiting task looks again.
const PAUSE: Duration = Duration::from_millis(10);
/// What stands before the port in the line in which the service says where it is.
const ADDRESS: &str = "http://127.0.0.1:";

/// A running service. Dropping it kills it.
pub struct Service {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Service {
    /// Starts the release build on a data directory and any free port, and waits until it is
    /// ready. What it says goes to the end of `log`.
    ///
    /// # Errors
    /// It is not built, ends, or is not ready in time.
    pub fn start(workspace: &Workspace, data: &Path, log: &Path) -> Result<Service, String> {
        let program = workspace.program("continuity-service");
        let file = || File::options().create(true).append(true).open(log);
        let errors = file().map_err(|error| format!("{}: {error}", log.display()))?;
        let mut said = file().map_err(|error| format!("{}: {error}", log.display()))?;
        let mut child = workspace
            .command(&program)
            .env("CONTINUITY_DATA", data)
            .env("CONTINUITY_PORT", "0")
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        let stdout = child.stdout.take().ok_or("the service has no standard output")?;
        let (found, port) = mpsc::channel();
        // The thread ends with the process, whose output it must go on reading until then.
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(port) = port_in(&line) {
                    // Nobody listens for a second port.
                    let _ = found.send(port);
                }
                // A log that cannot be written is missed only when something else has failed.
                let _ = writeln!(said, "{line}");
            }
        });
        let mut service = Service { child, port: 0, log: log.to_owned() };
        service.port = port
            .recv_timeout(PATIENCE)
            .map_err(|_| service.failed("it did not say which port it listens on"))?;
        service.wait_until_ready()?;
        Ok(service)
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failed(&format!("it ended while starting: {status}")));
            }
            match client::send(self.port, "GET", "/api/health/ready", &[], b"") {
                Ok(answer) if answer.status == 200 => return Ok(()),
                _ => thread::sleep(PAUSE),
            }
        }
        Err(self.failed("/api/health/ready did not answer 200 in time"))
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the service said last, with what is wrong.
    pub fn failed(&self, what: &str) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        format!("the service: {what}; it said last ({}):\n{}", self.log.display(), tail(&log))
    }

    /// Kills it without warning, as a power cut would.
    ///
    /// # Errors
    /// It had ended by itself before.
    pub fn kill(mut self) -> Result<(), String> {
        if let Ok(Some(status)) = self.child.try_wait() {
            return Err(self.failed(&format!("it ended by itself: {status}")));
        }
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed.map(drop).map_err(|error| format!("the service cannot be killed: {error}"))
    }

    /// Asks it to stop and waits until it has.
    ///
    /// # Errors
    /// It does not stop in time, or not with success.
    pub fn stop(mut self) -> Result<(), String> {
        let pid = self.child.id().to_string();
        crate::shell::run(Command::new("kill").args(["-TERM", &pid]))?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(self.failed(&format!("it stopped with {status}"))),
                Ok(None) => thread::sleep(PAUSE),
                Err(error) => return Err(format!("the service cannot be waited for: {error}")),
            }
        }
        Err(self.failed("it did not stop when asked"))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Either call fails only when the process has ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn port_in(line: &str) -> Option<u16> {
    let after = &line[line.find(ADDRESS)? + ADDRESS.len()..];
    let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    after[..digits].parse().ok().filter(|port| *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_line_that_names_it() {
        assert_eq!(port_in("Continuity is ready at http://127.0.0.1:40123"), Some(40_123));
        assert_eq!(port_in("  API  http://127.0.0.1:7071/api/v1"), Some(7_071));
        assert_eq!(port_in("http://127.0.0.1:/"), None);
        assert_eq!(port_in("http://127.0.0.1:99999"), None);
        assert_eq!(port_in("nothing"), None);
    }
}
