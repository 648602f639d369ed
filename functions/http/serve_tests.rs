//! The accept loop over real sockets. Nothing here sleeps: a test waits for what must happen.

use super::super::testing::{TestApp, app_with, routes};
use super::super::{Access, Endpoint, Handler, Method, Mutates, Reply, StatusCode};
use super::*;
use crate::config::Config;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Ended>,
}

impl Server {
    async fn end(mut self) -> Ended {
        self.stop.take().unwrap().send(()).unwrap();
        self.ended.await.unwrap()
    }
}

async fn start(change: impl Fn(&mut Config)) -> Server {
    let app = app_with(&[("CONTINUITY_PORT", "0")], change);
    let endpoint = |name, method, route, handle: Handler<TestApp>| Endpoint {
        name,
        method,
        route,
        access: Access::Public,
        mutates: Mutates::No,
        query: &[],
        body_limit: 8,
        handle,
        describe: |_| {},
    };
    let routes = routes(
        vec![
            endpoint("echo", Method::POST, "echo", |_, body| {
                Box::pin(async move {
                    let bytes = body.bytes().await?;
                    Ok(Reply::bytes(StatusCode::OK, "application/octet-stream", bytes))
                })
            }),
            endpoint("floods", Method::GET, "floods", |_, _| {
                Box::pin(async {
                    let piece = || Ok(bytes::Bytes::from_static(&[0; 65_536]));
                    let endless = futures::stream::repeat_with(piece);
                    let kind = http::HeaderValue::from_static("application/octet-stream");
                    Ok(Reply::stream(kind, None, Box::pin(endless)))
                })
            }),
            endpoint("never", Method::GET, "never", |_, _| Box::pin(std::future::pending())),
            endpoint("panics", Method::GET, "panics", |_, _| Box::pin(async { panic!("canary") })),
        ],
        vec![],
    );
    let listener = bind(0).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let stopped = async move {
        let _ = stopped.await;
    };
    let ended = tokio::spawn(serve(app, routes, listener, stopped));
    Server { address, stop: Some(stop), ended }
}

/// Sends bytes and reads until the server closes.
async fn exchange(server: &Server, bytes: &str) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // The server may refuse before it has read everything.
    let _ = stream.write_all(bytes.as_bytes()).await;
    let mut answer = String::new();
    // A connection that is reset after its answer has still given it.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

const SOON: Duration = Duration::from_millis(50);
const LATE: Duration = Duration::from_secs(600);

#[tokio::test]
async fn it_listens_on_loopback_only() {
    assert!(bind(0).unwrap().local_addr().unwrap().ip().is_loopback());
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let first = bind(0).unwrap();
    assert!(bind(first.local_addr().unwrap().port()).is_err());
}

#[tokio::test]
async fn a_slow_head_is_cut_off_although_idling_may_last() {
    let server = start(|config| {
        config.limits.header = SOON;
        config.limits.idle = LATE;
    })
    .await;
    assert_eq!(exchange(&server, "GET / HTTP/1.1\r\nhost: x\r\n").await, "");
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let server = start(|config| config.limits.idle = SOON).await;
    let answer = exchange(&server, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn one_connection_serves_request_after_request() {
    let server = start(|config| config.limits.header = SOON).await;
    let twice =
        "GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(exchange(&server, twice).await.matches("HTTP/1.1 200").count(), 2);
}

#[tokio::test]
async fn a_chunked_body_is_counted_and_413_beyond_the_limit() {
    let server = start(|_| {}).await;
    let head =
        "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let fits = exchange(&server, &format!("{head}4\r\nabcd\r\n4\r\nefgh\r\n0\r\n\r\n")).await;
    assert!(fits.starts_with("HTTP/1.1 200") && fits.ends_with("abcdefgh"), "{fits}");
    let over = exchange(&server, &format!("{head}4\r\nabcd\r\n5\r\nefghi\r\n0\r\n\r\n")).await;
    assert!(over.starts_with("HTTP/1.1 413"), "{over}");
}

#[tokio::test]
async fn connect_and_other_targets_are_400_and_do_not_end_the_process() {
    let server = start(|_| {}).await;
    for target in ["CONNECT x:443", "GET http://x/", "OPTIONS *"] {
        let request = format!("{target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = exchange(&server, &request).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{target}: {answer}");
    }
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_next_request_is_served() {
    let server = start(|_| {}).await;
    let request = "GET /panics HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = exchange(&server, request).await;
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("HTTP/1.1 200"), "{answer}");
    assert!(!answer.contains("canary"));
}

#[tokio::test]
async fn a_head_beyond_its_size_is_431() {
    let server = start(|_| {}).await;
    let request = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(1024 * 1024));
    let answer = exchange(&server, &request).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn stopping_closes_idle_connections_and_is_clean() {
    let server = start(|config| config.limits.idle = LATE).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(server.end().await, Ended::Drained);
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
}

#[tokio::test]
async fn stopping_waits_for_work_but_not_for_ever() {
    let server = start(|config| {
        config.limits.drain = SOON;
        config.limits.request = LATE;
    })
    .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET /never HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    // The first answer shows that the connection is served and the second request is under way.
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(server.end().await, Ended::CutOff { connections: 1 });
}

#[tokio::test]
async fn beyond_the_most_connections_the_next_one_waits() {
    let server = start(|config| config.limits.connections = 1).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    first.read_exact(&mut answer).await.unwrap();
    let request = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let second = exchange(&server, request);
    let mut second = std::pin::pin!(second);
    assert!(futures::poll!(second.as_mut()).is_pending());
    drop(first);
    assert!(second.await.starts_with("HTTP/1.1 200"));
}

#[test]
fn only_a_clean_stop_without_a_host_ends_with_0() {
    assert_eq!(Ended::Drained.code(false), 0);
    assert_eq!(Ended::Drained.code(true), 200);
    assert_eq!(Ended::CutOff { connections: 1 }.code(false), 1);
    assert_eq!(Ended::CutOff { connections: 1 }.code(true), 1);
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut_off() {
    let server = start(|config| {
        config.limits.stall = SOON;
        config.limits.drain = LATE;
    })
    .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /floods HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    // The answer has no end, so only the cut lets the server finish.
    assert_eq!(server.end().await, Ended::Drained);
}
