//! What the same machine does in the same run without us: a bare warp endpoint, SQLite alone,
//! `openssl` and a plain copy.

use rusqlite::{Connection, params};
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use warp::Filter;

/// How many events' rows go into one transaction: what 32 clients can have under way.
const GROUP: usize = 32;

/// Serves a JSON text of this length at `/` with warp alone; gives the port.
pub fn warp_json(bytes: usize) -> io::Result<u16> {
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(bytes.saturating_sub(11)));
    let runtime = tokio::runtime::Runtime::new()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0)))?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        runtime.block_on(async {
            let route = warp::any().map(move || {
                warp::reply::with_header(body.clone(), "content-type", "application/json")
            });
            warp::serve(route).incoming(listener).run().await;
        });
    });
    Ok(port)
}

/// The rows of one continuity event as the store writes them, in bytes.
pub const EVENT_ROWS: &[usize] = &[520, 1_400, 1_900, 900, 1_900, 650, 650, 650];

/// Events a second when SQLite alone writes rows of these sizes, durably, in groups.
pub fn sqlite_events(directory: &Path, time: Duration) -> Result<f64, Box<dyn std::error::Error>> {
    let mut db = Connection::open(directory.join("yardstick.db"))?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch("CREATE TABLE row (k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID")?;
    let bodies: Vec<Vec<u8>> = EVENT_ROWS.iter().map(|size| vec![b'x'; *size]).collect();
    let (mut events, began) = (0_u64, Instant::now());
    while began.elapsed() < time {
        let group = db.transaction()?;
        {
            let mut insert = group.prepare_cached("INSERT INTO row VALUES (?1, ?2)")?;
            for _ in 0..GROUP {
                for (n, body) in bodies.iter().enumerate() {
                    insert.execute(params![format!("{n}/{:016x}", mix(events)), body])?;
                }
                events += 1;
            }
        }
        group.commit()?;
    }
    Ok(events as f64 / began.elapsed().as_secs_f64())
}

/// Spreads keys as identifiers do.
fn mix(n: u64) -> u64 {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// How long a command takes.
pub fn command(program: &str, arguments: &[&str]) -> io::Result<Duration> {
    let began = Instant::now();
    let output = Command::new(program).args(arguments).output()?;
    if output.status.success() {
        Ok(began.elapsed())
    } else {
        Err(io::Error::other(format!("{program} failed")))
    }
}
