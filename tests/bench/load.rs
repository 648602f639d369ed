//! A small, even load: keep-alive connections that ask as fast as they are answered.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// One keep-alive connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// What came back.
pub struct Response {
    pub status: u16,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

impl Connection {
    pub fn open(port: u16) -> io::Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Connection { stream: BufReader::with_capacity(64 * 1024, stream) })
    }

    /// Sends one request whole and reads its answer whole.
    pub fn ask(&mut self, head: &str, body: &[u8]) -> io::Result<Response> {
        let stream = self.stream.get_mut();
        let mut message = Vec::with_capacity(head.len() + body.len() + 64);
        message.extend_from_slice(head.as_bytes());
        message.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        message.extend_from_slice(body);
        stream.write_all(&message)?;
        self.read()
    }

    fn read(&mut self) -> io::Result<Response> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no status: {line:?}")))?;
        let (mut length, mut etag, mut location) = (0, None, None);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().map_err(io::Error::other)?,
                "etag" => etag = Some(value.to_owned()),
                "location" => location = Some(value.to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Response { status, etag, location, body })
    }
}

/// Runs `clients` threads for `time`, each calling `step` with its own state, and gives the calls
/// a second. A step that fails ends the benchmark.
pub fn rate<S: Send>(
    clients: usize,
    time: Duration,
    state: impl Fn(usize) -> io::Result<S> + Sync,
    step: impl Fn(&mut S) -> io::Result<()> + Sync,
) -> io::Result<f64> {
    let calls: io::Result<Vec<(u64, Duration)>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..clients)
            .map(|client| {
                let (state, step) = (&state, &step);
                scope.spawn(move || {
                    let mut state = state(client)?;
                    step(&mut state)?;
                    let (mut calls, began) = (0, Instant::now());
                    while began.elapsed() < time {
                        step(&mut state)?;
                        calls += 1;
                    }
                    Ok((calls, began.elapsed()))
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("a client died"))))
            .collect()
    });
    Ok(calls?.iter().map(|(calls, took)| *calls as f64 / took.as_secs_f64()).sum())
}
