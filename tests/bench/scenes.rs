//! What is measured.

use super::load::{Connection, Response, rate};
use super::service::{Service, binary, head};
use super::{CLIENTS, TIME, report, yardstick};
use domain::time::Timestamp;
use functions::config::Config;
use functions::issuer::Issuer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tests::support::casework::{exhibit, request_body};
use tests::support::people;

type Outcome = Result<(), Box<dyn Error>>;

/// How large the uploaded file is.
const UPLOAD_BYTES: u64 = 1024 * 1024 * 1024;
/// How many connections an upload uses at once.
const LANES: usize = 3;
/// How many starts are timed.
const STARTS: usize = 9;
static KEYS: AtomicU64 = AtomicU64::new(0);

struct Stage {
    service: Service,
    data: tempfile::TempDir,
}

impl Stage {
    fn new() -> Result<Stage, Box<dyn Error>> {
        let data = tempfile::tempdir()?;
        Ok(Stage { service: Service::start(&binary()?, data.path())?, data })
    }

    fn token(&self, person: &str) -> Result<String, Box<dyn Error>> {
        token(self.data.path(), person)
    }
}

fn token(data: &Path, person: &str) -> Result<String, Box<dyn Error>> {
    let directory = data.to_str().ok_or("the directory has no plain name")?.to_owned();
    let variables = BTreeMap::from([("CONTINUITY_DATA".to_owned(), directory)]);
    let issuer = Issuer::open(&Config::from_env(&variables)?)?;
    let person = issuer.person(person).ok_or("no such sample person")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let now = Timestamp::from_millis(i64::try_from(now)?);
    Ok(issuer.token(person, now, Duration::from_secs(7_200)))
}

fn key() -> String {
    format!("bench-{}", KEYS.fetch_add(1, Ordering::Relaxed))
}

fn wants(response: Response, status: u16) -> io::Result<Response> {
    if response.status == status {
        return Ok(response);
    }
    let body = String::from_utf8_lossy(&response.body).into_owned();
    Err(io::Error::other(format!("{} instead of {status}: {body}", response.status)))
}

fn post(
    connection: &mut Connection,
    path: &str,
    token: &str,
    more: &str,
    body: &[u8],
    status: u16,
) -> io::Result<Response> {
    wants(connection.ask(&head("POST", path, token, &key(), more), body)?, status)
}

/// A request with ten exhibits, as the budget has it.
fn ten_exhibits() -> Vec<u8> {
    let mut body = request_body();
    let exhibits: Vec<Value> = (0..10)
        .map(|n| {
            exhibit(&format!("AP/{n}"), "A kitchen knife", "physical", &key(), "mark_recovery")
        })
        .collect();
    body["exhibits"] = json!(exhibits);
    body.to_string().into_bytes()
}

/// Start to first answer, and what an idle service holds in memory.
pub fn start() -> Outcome {
    let stage = Stage::new()?;
    report("idle resident memory", stage.service.memory_mib("VmRSS")?, "MiB", None);
    let data = stage.data;
    drop(stage.service);
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let service = Service::start(&binary()?, data.path())?;
        times.push(service.started_in.as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    report("start to first answer, median", times[STARTS / 2], "ms", None);
    let size = std::fs::metadata(binary()?)?.len();
    report("binary", size as f64 / 1_048_576.0, "MiB", None);
    Ok(())
}

/// Status lookups with their durable access records, beside warp alone.
pub fn status() -> Outcome {
    let stage = Stage::new()?;
    let (reference, length) = one_case(&stage)?;
    let found = lookups(&stage, &[reference])?;
    let bare = yardstick::warp_json(length)?;
    let plain = rate(
        CLIENTS,
        TIME,
        |_| Connection::open(bare),
        |connection| {
            let line = "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n";
            wants(connection.ask(line, b"")?, 200).map(|_| ())
        },
    )?;
    report("status lookup", found, "requests/s", Some(("bare warp JSON endpoint", plain)));
    Ok(())
}

fn one_case(stage: &Stage) -> Result<(String, usize), Box<dyn Error>> {
    let mut connection = Connection::open(stage.service.port)?;
    let officer = stage.token(people::OFFICER)?;
    let made = post(&mut connection, "/api/v1/requests", &officer, "", &ten_exhibits(), 201)?;
    let made: Value = serde_json::from_slice(&made.body)?;
    let reference = made["reference"].as_str().ok_or("no reference")?.to_owned();
    let path = format!("/api/v1/status?reference={reference}");
    let shown = wants(connection.ask(&head("GET", &path, &officer, "-", ""), b"")?, 200)?;
    Ok((reference, shown.body.len()))
}

fn lookups(stage: &Stage, references: &[String]) -> Result<f64, Box<dyn Error>> {
    let officer = stage.token(people::OFFICER)?;
    let heads: Vec<String> = references
        .iter()
        .map(|reference| {
            head("GET", &format!("/api/v1/status?reference={reference}"), &officer, "-", "")
        })
        .collect();
    Ok(rate(
        CLIENTS,
        TIME,
        |client| Ok((Connection::open(stage.service.port)?, client)),
        |(connection, turn)| {
            *turn = turn.wrapping_add(7_919);
            let head = &heads[*turn % heads.len()];
            wants(connection.ask(head, b"")?, 200).map(|_| ())
        },
    )?)
}

/// Requests with ten exhibits each, durable.
pub fn submissions() -> Outcome {
    let stage = Stage::new()?;
    let officer = stage.token(people::OFFICER)?;
    let made = rate(
        CLIENTS,
        TIME,
        |_| Connection::open(stage.service.port),
        |connection| {
            let body = ten_exhibits();
            post(connection, "/api/v1/requests", &officer, "", &body, 201).map(|_| ())
        },
    )?;
    report("submissions with 10 exhibits, durable", made, "submissions/s", None);
    Ok(())
}

/// Acts of continuity on different cases, durable, beside SQLite alone writing the same rows.
pub fn continuity() -> Outcome {
    let stage = Stage::new()?;
    let officer = stage.token(people::OFFICER)?;
    let act = json!({"kind": "photographed", "occurredAt": "2026-11-21T10:00:00Z"}).to_string();
    let made = rate(
        CLIENTS,
        TIME,
        |_| {
            let mut connection = Connection::open(stage.service.port)?;
            let body = ten_exhibits();
            let made = post(&mut connection, "/api/v1/requests", &officer, "", &body, 201)?;
            let made: Value = serde_json::from_slice(&made.body)?;
            let case = made["caseId"].as_str().unwrap_or_default();
            let exhibit = made["exhibits"][0]["exhibitId"].as_str().unwrap_or_default();
            let path = format!("/api/v1/cases/{case}/exhibits/{exhibit}");
            let read = connection.ask(&head("GET", &path, &officer, "-", ""), b"")?;
            let etag = wants(read, 200)?.etag.unwrap_or_default();
            Ok((connection, format!("{path}/continuity"), etag))
        },
        |(connection, path, etag)| {
            let more = format!("if-match: {etag}\r\n");
            let done = post(connection, path, &officer, &more, act.as_bytes(), 200)?;
            *etag = done.etag.unwrap_or_default();
            Ok(())
        },
    )?;
    let alone = yardstick::sqlite_events(stage.data.path(), TIME)?;
    report(
        "continuity events, durable",
        made,
        "events/s",
        Some(("SQLite alone writing the same rows in groups", alone)),
    );
    Ok(())
}

/// One GiB in blocks, hashed and promoted, beside `openssl dgst` and `cp`.
pub fn upload() -> Outcome {
    let stage = Stage::new()?;
    let file = stage.data.path().join("bench.bin");
    let digest = write_file(&file)?;
    let path = file.to_str().ok_or("the directory has no plain name")?;
    let hashing = yardstick::command("openssl", &["dgst", "-sha256", path])?;
    let copy = stage.data.path().join("bench.copy");
    let to = format!("of={}", copy.to_str().ok_or("the directory has no plain name")?);
    let from = format!("if={path}");
    let copying = yardstick::command("cp", &[path, &to[3..]])?;
    std::fs::remove_file(&copy)?;
    let durable = ["bs=8M", "conv=fsync", "status=none"];
    let durable = yardstick::command("dd", &[&from, &to, durable[0], durable[1], durable[2]])?;
    std::fs::remove_file(&copy)?;
    let took = send_file(&stage, &file, &digest)?;
    let speed = |time: Duration| UPLOAD_BYTES as f64 / 1_048_576.0 / time.as_secs_f64();
    let yardstick = ("the slower of openssl dgst -sha256 and cp", speed(hashing.max(copying)));
    report("upload and hash of 1 GiB, durable", speed(took), "MiB/s", Some(yardstick));
    let yardstick = ("the slower of openssl and a durable copy", speed(hashing.max(durable)));
    report("upload and hash of 1 GiB, durable", speed(took), "MiB/s", Some(yardstick));
    report("peak memory while uploading", stage.service.memory_mib("VmHWM")?, "MiB", None);
    Ok(())
}

fn write_file(path: &Path) -> Result<String, Box<dyn Error>> {
    let mut file = std::fs::File::create(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0_u8; 1024 * 1024];
    for n in 0..UPLOAD_BYTES / piece.len() as u64 {
        piece[..8].copy_from_slice(&n.to_be_bytes());
        hash.update(&piece);
        file.write_all(&piece)?;
    }
    file.sync_all()?;
    Ok(hex::encode(hash.finalize()))
}

fn send_file(stage: &Stage, file: &Path, digest: &str) -> Result<Duration, Box<dyn Error>> {
    let mut connection = Connection::open(stage.service.port)?;
    let (case, examination) = begin_examination(stage, &mut connection)?;
    let digital = stage.token(people::DIGITAL)?;
    let began = Instant::now();
    let announce = json!({
        "name": "bench.bin", "sizeBytes": UPLOAD_BYTES, "sha256": digest,
        "role": "extraction_report"
    });
    let path = format!("/api/v1/cases/{case}/examinations/{examination}/files");
    let announce = announce.to_string();
    let begun = post(&mut connection, &path, &digital, "", announce.as_bytes(), 201)?;
    let begun: Value = serde_json::from_slice(&begun.body)?;
    let id = begun["file"]["id"].as_str().ok_or("no file id")?;
    let size = usize::try_from(begun["blockSizeBytes"].as_u64().ok_or("no block size")?)?;
    let base = format!("/api/v1/cases/{case}/files/{id}");
    send_blocks(stage, file, &base, &digital, size)?;
    let done = head("POST", &format!("{base}/completion"), &digital, &key(), "");
    let done = connection.ask(&done, b"{}")?;
    if done.status >= 300 {
        wants(done, 202)?;
    }
    loop {
        let read = connection.ask(&head("GET", &base, &digital, "-", ""), b"")?;
        let read: Value = serde_json::from_slice(&wants(read, 200)?.body)?;
        match read["state"].as_str() {
            Some("verified") => return Ok(began.elapsed()),
            Some("quarantined") => return Err("the file was quarantined".into()),
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Sends every block, on as many connections at once as our uploaders use.
fn send_blocks(stage: &Stage, file: &Path, base: &str, token: &str, size: usize) -> io::Result<()> {
    let blocks = UPLOAD_BYTES.div_ceil(size as u64);
    let lane = |lane: u64| -> io::Result<()> {
        let mut connection = Connection::open(stage.service.port)?;
        let mut source = std::fs::File::open(file)?;
        let mut block = vec![0; size];
        for index in (lane..blocks).step_by(LANES) {
            source.seek(io::SeekFrom::Start(index * size as u64))?;
            source.read_exact(&mut block)?;
            let line = format!(
                "PUT {base}/blocks/{index} HTTP/1.1\r\nhost: 127.0.0.1\r\n\
                 authorization: Bearer {token}\r\ncontent-type: application/octet-stream\r\n"
            );
            wants(connection.ask(&line, &block)?, 200)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES as u64).map(|n| scope.spawn(move || lane(n))).collect();
        lanes
            .into_iter()
            .try_for_each(|one| one.join().unwrap_or_else(|_| Err(io::Error::other("a lane died"))))
    })
}

/// A case whose handset is with the digital unit, with an examination planned.
fn begin_examination(
    stage: &Stage,
    connection: &mut Connection,
) -> Result<(String, String), Box<dyn Error>> {
    let body = request_body().to_string();
    let officer = stage.token(people::OFFICER)?;
    let made = post(connection, "/api/v1/requests", &officer, "", body.as_bytes(), 201)?;
    let path = made.location.ok_or("no location")?;
    let etag = made.etag.ok_or("no etag")?;
    let request: Value = serde_json::from_slice(&made.body)?;
    let supervisor = stage.token(people::SUPERVISOR)?;
    let yes = json!({"authorised": true, "level": "supervisor"}).to_string();
    let more = format!("if-match: {etag}\r\n");
    let authority = format!("{path}/authority");
    let made = post(connection, &authority, &supervisor, &more, yes.as_bytes(), 200)?;
    let items: Vec<Value> = request["exhibits"]
        .as_array()
        .ok_or("no exhibits")?
        .iter()
        .map(|item| json!({"exhibitId": item["exhibitId"], "accepted": true}))
        .collect();
    let accept = json!({"outcome": "accept", "exhibits": items}).to_string();
    let more = format!("if-match: {}\r\n", made.etag.ok_or("no etag")?);
    let gatekeeper = stage.token(people::GATEKEEPER)?;
    let triage = format!("{path}/triage");
    let made = post(connection, &triage, &gatekeeper, &more, accept.as_bytes(), 200)?;
    let made: Value = serde_json::from_slice(&made.body)?;
    let examination = made["examinations"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["service"] == "phone_examination"))
        .and_then(|one| one["examinationId"].as_str())
        .ok_or("no examination")?;
    let case = request["caseId"].as_str().ok_or("no case")?;
    Ok((case.to_owned(), examination.to_owned()))
}

/// Status lookups among 10,000 and among 100,000 cases.
pub fn growth() -> Outcome {
    let stage = Stage::new()?;
    let mut references = Vec::new();
    fill(&stage, &mut references, 10_000)?;
    let few = lookups(&stage, &references)?;
    fill(&stage, &mut references, 100_000)?;
    let many = lookups(&stage, &references)?;
    report("status lookup among 10,000 cases", few, "requests/s", None);
    let yardstick = ("the same among 10,000 cases", few);
    report("status lookup among 100,000 cases", many, "requests/s", Some(yardstick));
    Ok(())
}

fn fill(stage: &Stage, references: &mut Vec<String>, cases: usize) -> Outcome {
    let officer = stage.token(people::OFFICER)?;
    let missing = cases - references.len();
    let made: io::Result<Vec<Vec<String>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let share = missing / CLIENTS + usize::from(client < missing % CLIENTS);
                let officer = &officer;
                scope.spawn(move || {
                    let mut connection = Connection::open(stage.service.port)?;
                    let mut made = Vec::with_capacity(share);
                    for _ in 0..share {
                        let body = request_body().to_string();
                        let path = "/api/v1/requests";
                        let answer =
                            post(&mut connection, path, officer, "", body.as_bytes(), 201)?;
                        let answer: Value = serde_json::from_slice(&answer.body)?;
                        made.push(answer["reference"].as_str().unwrap_or_default().to_owned());
                    }
                    Ok(made)
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("a client died"))))
            .collect()
    });
    references.extend(made?.into_iter().flatten());
    Ok(())
}
