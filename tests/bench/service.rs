//! The real service as a process of its own, and the head lines to ask it with.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running service; stopped when dropped.
pub struct Service {
    child: Child,
    pub port: u16,
    /// From starting the process to its first answer.
    pub started_in: Duration,
}

impl Service {
    /// Starts the release binary on a data directory and waits for its first answer.
    pub fn start(binary: &Path, data: &Path) -> io::Result<Service> {
        let began = Instant::now();
        let mut child = Command::new(binary)
            .env_clear()
            .env("CONTINUITY_DATA", data)
            .env("CONTINUITY_PORT", "0")
            .env("CONTINUITY_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no stdout"))?;
        let mut lines = BufReader::new(stdout);
        let mut first = String::new();
        lines.read_line(&mut first)?;
        let port = first.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.ok_or_else(|| io::Error::other(format!("no port in {first:?}")))?;
        // Nobody reads on, but the pipe has to stay drained.
        std::thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
        let mut connection = super::load::Connection::open(port)?;
        connection.ask("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n", b"")?;
        Ok(Service { child, port, started_in: began.elapsed() })
    }

    /// A figure of /proc/<pid>/status in MiB, such as `VmHWM`.
    pub fn memory_mib(&self, figure: &str) -> io::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with(figure));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|n| n.parse().ok());
        kib.map(|kib: f64| kib / 1024.0).ok_or_else(|| io::Error::other("no such figure"))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may be gone already; nothing is lost either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The release binary, which `cargo xtask bench` has built.
pub fn binary() -> io::Result<PathBuf> {
    let path = PathBuf::from(std::env::var_os("CONTINUITY_SERVICE").ok_or_else(|| {
        io::Error::other("CONTINUITY_SERVICE names no binary: use `cargo xtask bench`")
    })?);
    if path.exists() { Ok(path) } else { Err(io::Error::other("CONTINUITY_SERVICE is missing")) }
}

/// A request's head, without its length.
pub fn head(method: &str, path: &str, token: &str, key: &str, more: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\
         idempotency-key: {key}\r\naccess-reason: benchmark\r\n\
         content-type: application/json\r\n{more}"
    )
}
