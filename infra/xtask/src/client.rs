//! A small HTTP client: one request a connection, whole answers or none.

use serde_json::Value;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// The longest wait for a connection, for a piece of an answer, or for sending a piece.
const PATIENCE: Duration = Duration::from_secs(15);
/// The largest answer, in bytes.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What came back, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// A text in the JSON body, empty if it is not there.
    pub fn text(&self, pointer: &str) -> String {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// Sends one request to the service on this machine and reads the whole answer. An answer that
/// breaks off is an error: it acknowledges nothing.
///
/// # Errors
/// No connection, a connection that broke, or an answer that is not HTTP/1.1.
pub fn send(
    port: u16,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut request = format!(
        "{method} {target} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\
         content-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    stream.write_all(&bytes)?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    parse(&answer).ok_or_else(|| io::Error::other("the answer broke off"))
}

/// Reads an answer; `None` unless all of it is there.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(':'))
        .map(|pair| pair.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())))
        .collect::<Option<_>>()?;
    let rest = &bytes[end + 4..];
    let mut answer = Answer { status, headers, body: Vec::new() };
    answer.body = if answer.header("transfer-encoding").contains("chunked") {
        unchunk(rest)?
    } else if status == 204 || status == 304 {
        Vec::new()
    } else {
        let length: usize = answer.header("content-length").parse().ok()?;
        rest.get(..length)?.to_vec()
    };
    Some(answer)
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..line]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[line + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_answer_is_read() {
        let text =
            b"HTTP/1.1 201 Created\r\nLocation: /a\r\nContent-Length: 9\r\n\r\n{\"a\":\"b\"}";
        let answer = parse(text).unwrap();
        assert_eq!((answer.status, answer.header("location")), (201, "/a"));
        assert_eq!(answer.text("/a"), "b");
    }

    #[test]
    fn an_answer_that_breaks_off_anywhere_is_none() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";
        for length in 0..text.len() {
            assert_eq!(parse(&text[..length]), None, "{length}");
        }
        let text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
        assert_eq!(parse(text).unwrap().body, b"ab");
        for length in 0..text.len() - 5 {
            assert_eq!(parse(&text[..length]), None, "{length}");
        }
    }
}
