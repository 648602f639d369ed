//! A service that keeps one upload in memory and misbehaves on request.

use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Bytes in each block of this service.
pub const BLOCK_BYTES: usize = 1000;

/// How a request goes wrong. Each is used up by one request that it fits.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answered with this status before anything is done; to be tried again at once.
    Busy(u16),
    /// Answered with a problem that has field errors.
    Problem,
    /// Answered with a redirect.
    Redirect(String),
    /// The connection closes before anything is done.
    Lost,
    /// Everything is done, and the connection closes before the answer.
    AnswerLost,
    /// The receipt is of other bytes.
    WrongReceipt,
    /// While it is answered, somebody adds to this file.
    Touches(PathBuf),
}

#[derive(Default)]
struct Kept {
    faults: Vec<(&'static str, VecDeque<Fault>)>,
    always: Option<u16>,
    verdict: &'static str,
    key: String,
    size: usize,
    state: &'static str,
    blocks: BTreeMap<u32, Vec<u8>>,
    seen: Vec<String>,
}

/// The service; it stops when dropped.
pub struct Flaky {
    /// Where it is.
    pub url: String,
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
    thread: Option<JoinHandle<()>>,
}

struct Request {
    line: String,
    key: String,
    token: String,
    body: Vec<u8>,
}

impl Flaky {
    /// A service whose upload worker comes to this verdict at once.
    pub fn start(verdict: &'static str) -> Flaky {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::new(Mutex::new(Kept { verdict, ..Kept::default() }));
        let shared = Arc::clone(&kept);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let Some(request) = read(&stream) else { return };
                answer(stream, request, &mut shared.lock().unwrap());
            }
        });
        Flaky { url: format!("http://{address}"), address, kept, thread: Some(thread) }
    }

    /// The next requests whose line begins so go wrong so.
    pub fn plan(&self, begins: &'static str, faults: &[Fault]) {
        self.kept.lock().unwrap().faults.push((begins, faults.iter().cloned().collect()));
    }

    /// Every request is answered so.
    pub fn always(&self, status: u16) {
        self.kept.lock().unwrap().always = Some(status);
    }

    /// What all requests so far began with, in order.
    pub fn seen(&self) -> Vec<String> {
        self.kept.lock().unwrap().seen.clone()
    }

    /// How many requests so far began so.
    pub fn count(&self, begins: &str) -> usize {
        self.seen().iter().filter(|line| line.starts_with(begins)).count()
    }

    /// The bytes of all blocks in order.
    pub fn bytes(&self) -> Vec<u8> {
        self.kept.lock().unwrap().blocks.values().flatten().copied().collect()
    }
}

impl Drop for Flaky {
    fn drop(&mut self) {
        // A connection that says nothing ends the loop.
        drop(TcpStream::connect(self.address));
        let _ = self.thread.take().unwrap().join();
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut from = BufReader::new(stream);
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    if line.is_empty() {
        return None;
    }
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        from.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    from.read_exact(&mut body).unwrap();
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let line = line.rsplit_once(' ').unwrap().0.to_owned();
    Some(Request { line, key: header("idempotency-key"), token: header("authorization"), body })
}

fn answer(stream: TcpStream, request: Request, kept: &mut Kept) {
    kept.seen.push(request.line.clone());
    if let Some(status) = kept.always {
        return reply(&stream, status, &[("retry-after", "0")], &json!({}));
    }
    assert_eq!(request.token, "Bearer t0ken");
    let fault = kept
        .faults
        .iter_mut()
        .filter(|(begins, _)| request.line.starts_with(begins))
        .find_map(|(_, faults)| faults.pop_front());
    match &fault {
        Some(Fault::Lost) => return,
        Some(Fault::Busy(status)) => {
            return reply(&stream, *status, &[("retry-after", "0")], &json!({}));
        }
        Some(Fault::Redirect(to)) => return reply(&stream, 307, &[("location", to)], &json!({})),
        Some(Fault::Problem) => return reply(&stream, 422, &[], &problem()),
        Some(Fault::Touches(path)) => {
            let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(b"more").unwrap();
        }
        Some(Fault::AnswerLost | Fault::WrongReceipt) | None => {}
    }
    let (status, replayed, mut body) = act(&request, kept);
    match fault {
        Some(Fault::AnswerLost) => return,
        Some(Fault::WrongReceipt) => body["sha256"] = json!("0".repeat(64)),
        _ => {}
    }
    let headers: &[_] = if replayed { &[("idempotency-replayed", "true")] } else { &[] };
    reply(&stream, status, headers, &body);
}

/// Does what the API does: status, whether it is a replay, body.
fn act(request: &Request, kept: &mut Kept) -> (u16, bool, Value) {
    let (method, path) = request.line.split_once(' ').unwrap();
    let rest = path.strip_prefix("/api/v1/cases/c/").unwrap();
    match (method, rest) {
        ("POST", "examinations/x/files") => {
            let replayed = kept.key == request.key;
            assert!(replayed || kept.key.is_empty(), "another upload was begun");
            if !replayed {
                let asked: Value = serde_json::from_slice(&request.body).unwrap();
                kept.key.clone_from(&request.key);
                kept.size = usize::try_from(asked["sizeBytes"].as_u64().unwrap()).unwrap();
                kept.state = "uploading";
            }
            (
                201,
                replayed,
                json!({
                    "file": file(kept), "blockSizeBytes": BLOCK_BYTES,
                    "blocks": kept.size.div_ceil(BLOCK_BYTES), "blockAddress": "unused"
                }),
            )
        }
        ("GET", "files/f1") => (200, false, file(kept)),
        ("GET", "files/f1/blocks") => (200, false, blocks(kept)),
        ("POST", "files/f1/completion") => {
            assert!(request.body.is_empty());
            assert_eq!(kept.blocks.len(), kept.size.div_ceil(BLOCK_BYTES), "completed too soon");
            kept.state = kept.verdict;
            (200, false, file(kept))
        }
        ("PUT", _) => {
            let index = rest.strip_prefix("files/f1/blocks/").unwrap().parse().unwrap();
            let before = kept.blocks.insert(index, request.body.clone());
            assert!(before.is_none_or(|before| before == request.body), "other bytes");
            (
                200,
                false,
                json!({
                    "index": index, "sizeBytes": request.body.len(),
                    "sha256": ledger::hash::sha256(&request.body).to_string()
                }),
            )
        }
        _ => panic!("unexpected: {}", request.line),
    }
}

fn file(kept: &Kept) -> Value {
    json!({
        "id": "f1", "caseId": "c", "examinationId": "x", "role": "image", "state": kept.state,
        "sizeBytes": kept.size, "sha256": "", "uploadedBy": {"id": "p", "name": "P"},
        "announcedAt": "2026-11-22T09:32:00.000Z", "released": false, "etag": "\"1\""
    })
}

fn blocks(kept: &Kept) -> Value {
    let all = u32::try_from(kept.size.div_ceil(BLOCK_BYTES)).unwrap();
    let missing: Vec<Value> = (0..all)
        .filter(|index| !kept.blocks.contains_key(index))
        .map(|index| json!({"from": index, "to": index}))
        .collect();
    json!({
        "fileId": "f1", "sizeBytes": kept.size, "blockSizeBytes": BLOCK_BYTES, "blocks": all,
        "stored": kept.blocks.len(), "missing": missing
    })
}

fn problem() -> Value {
    json!({
        "type": "/problems/invalid", "title": "It breaks a rule", "status": 422,
        "detail": "Each field is listed.", "code": "invalid",
        "errors": [
            {"pointer": "/name", "code": "tooLong", "detail": "At most 200 characters."},
            {"pointer": "/role", "code": "unknownCode", "detail": "Choose\u{1b}[2J a code."}
        ]
    })
}

fn reply(mut stream: &TcpStream, status: u16, headers: &[(&str, &str)], body: &Value) {
    let body = body.to_string();
    let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    head.push_str("connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
}
