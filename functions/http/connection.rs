//! One connection, watched: cut off are a slow head, a client that does not read its answer, and
//! a connection that idles too long.
//!
//! hyper has one clock for head and idling, so it gets the longer time, and a watch of our own
//! covers the time from the first byte of a request to the end of its head, and blocked writes.

use super::service::{EdgeService, LocalAddress, Response};
use bytes::Bytes;
use http::Request;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until};

/// The most memory a request's head may take, in bytes; beyond it hyper answers 431.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// How long a connection may take for what.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From a request's first byte to the end of its head.
    pub head: Duration,
    /// Between requests.
    pub idle: Duration,
    /// Until the client takes the next piece of its answer.
    pub stall: Duration,
}

/// What the client is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing yet.
    Idle,
    /// Sending a head since then.
    Head(Instant),
    /// Waiting for an answer, or reading it.
    Busy,
}

/// What the watch knows, shared by the socket, the service and the watch.
#[derive(Clone, Copy, Debug)]
struct Seen {
    phase: Phase,
    /// Since when the client has not taken what we want to send.
    blocked: Option<Instant>,
}

/// Changes only while the connection is polled, since socket, service and answer live inside it:
/// whoever looks after each poll misses nothing, and nobody has to be woken.
struct Watch {
    seen: Mutex<Seen>,
}

impl Watch {
    fn new() -> Watch {
        let seen = Seen { phase: Phase::Idle, blocked: None };
        Watch { seen: Mutex::new(seen) }
    }

    fn set(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// When the client's time is up, if nothing changes before.
    fn deadline(&self, limits: Limits) -> Option<Instant> {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let head = match seen.phase {
            Phase::Head(since) => Some(since + limits.head),
            Phase::Idle | Phase::Busy => None,
        };
        let blocked = seen.blocked.map(|since| since + limits.stall);
        head.into_iter().chain(blocked).min()
    }

    /// Ready when the client has taken longer than it may; else `alarm` is set for when it will
    /// have. Most requests come and go within one poll and never set it.
    fn poll_too_slow(
        &self,
        limits: Limits,
        alarm: &mut Option<Pin<Box<Sleep>>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let Some(deadline) = self.deadline(limits) else {
            *alarm = None;
            return Poll::Pending;
        };
        let alarm = alarm.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        alarm.as_mut().poll(cx)
    }
}

/// Serves a connection until either side ends it, a limit is passed, or `stopped` turns true and
/// the request under way is answered.
pub(super) async fn run(
    stream: TcpStream,
    service: EdgeService,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    // A reply of several pieces should not wait for the client's acknowledgement of the first.
    let _ = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr() else { return };
    let watched = Arc::new(Watch::new());
    let socket = Watched { io: TokioIo::new(stream), watch: Arc::clone(&watched) };
    let answering = Arc::clone(&watched);
    let answer = service_fn(move |mut request: Request<Incoming>| {
        let (service, busy) = (service.clone(), Busy::new(Arc::clone(&answering)));
        request.extensions_mut().insert(LocalAddress(local));
        async move {
            let response: Response = service.call(request).await;
            Ok::<_, Infallible>(response.map(|body| Answer { body, _busy: busy }))
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(socket, answer);
    let mut connection = std::pin::pin!(connection);
    let (mut alarm, mut asked) = (None, false);
    loop {
        let served = poll_fn(|cx| match connection.as_mut().poll(cx) {
            // A broken connection is the client's business; its requests left their own lines.
            Poll::Ready(_) => Poll::Ready(()),
            Poll::Pending => watched.poll_too_slow(limits, &mut alarm, cx),
        });
        tokio::select! {
            () = served => return,
            _ = stopped.wait_for(|stopped| *stopped), if !asked => {
                asked = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// While this lives, a request is being answered.
struct Busy(Arc<Watch>);

impl Busy {
    fn new(watch: Arc<Watch>) -> Busy {
        watch.set(|seen| seen.phase = Phase::Busy);
        Busy(watch)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.set(|seen| seen.phase = Phase::Idle);
    }
}

/// An answer's body, which ends the request's time when it is gone.
struct Answer<B> {
    body: B,
    _busy: Busy,
}

impl<B: Body<Data = Bytes> + Unpin> Body for Answer<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that notes when a request's first byte comes in.
struct Watched {
    io: TokioIo<TcpStream>,
    watch: Arc<Watch>,
}

impl Watched {
    fn note_write(&self, pending: bool) {
        self.watch.set(|seen| {
            seen.blocked = pending.then(|| seen.blocked.unwrap_or_else(Instant::now));
        });
    }
}

impl Read for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        if read.is_ready() {
            self.watch.set(|seen| {
                if seen.phase == Phase::Idle {
                    seen.phase = Phase::Head(Instant::now());
                }
            });
        }
        read
    }
}

impl Write for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.note_write(written.is_pending());
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, buffers);
        self.note_write(written.is_pending());
        written
    }
}
