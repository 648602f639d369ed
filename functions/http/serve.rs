//! The accept loop: our own, because warp's never gives up on a slow client and drops the
//! connection on a panic.
//!
//! Bound to 127.0.0.1 only. The process ends with a code the Functions host understands: never 0
//! after a failure, since the host does not restart after 0.

use super::connection::{self, Limits};
use super::service::EdgeService;
use super::{Routes, State};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;
/// How long accepting pauses when the system has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The code after a signal asked us to stop and all work was finished.
pub const EXIT_STOPPED: u8 = 0;
/// The code after a failure, such as settings that cannot work.
pub const EXIT_FAILED: u8 = 1;
/// The code that asks the host for a restart that it does not count as an error.
pub const EXIT_RESTART: u8 = 200;

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Asked to stop, and every request was answered.
    Drained,
    /// Asked to stop, and some requests were cut off when the time for finishing was over.
    CutOff {
        /// How many connections were closed on.
        connections: usize,
    },
}

impl Ended {
    /// The process's exit code: cutting requests off is a failure. A host that is still there
    /// after a stop is asked for a restart, since it would not restart after 0.
    #[must_use]
    pub fn exit_code(self, hosted: bool) -> ExitCode {
        ExitCode::from(self.code(hosted))
    }

    fn code(self, hosted: bool) -> u8 {
        match self {
            Ended::Drained if hosted => EXIT_RESTART,
            Ended::Drained => EXIT_STOPPED,
            Ended::CutOff { .. } => EXIT_FAILED,
        }
    }
}

/// Listens on 127.0.0.1. Port 0 takes any free port. A port that a killed predecessor held is
/// taken at once.
///
/// # Errors
/// The port is taken, or the system refuses. The caller then exits with [`EXIT_FAILED`].
pub fn bind(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    socket.listen(BACKLOG)
}

/// Serves until `stop` is done, then finishes what is under way, for at most the setting's time.
pub async fn serve<A: State>(
    app: Arc<A>,
    routes: Arc<Routes<A>>,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Ended {
    let config = Arc::clone(&app.edge().config);
    let limits =
        Limits { head: config.limits.header, idle: config.limits.idle, stall: config.limits.stall };
    let room = Arc::new(Semaphore::new(config.limits.connections));
    let service = EdgeService::new(app, routes);
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &room) => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Some((stream, place)) = accepted else { continue };
        let (service, stopped) = (service.clone(), stopped.clone());
        connections.spawn(async move {
            connection::run(stream, service, limits, stopped).await;
            drop(place);
        });
    }
    drop(listener);
    // Nobody listening means no connection is left.
    let _ = stopping.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    match tokio::time::timeout(config.limits.drain, all).await {
        Ok(()) => Ended::Drained,
        Err(_) => Ended::CutOff { connections: connections.len() },
    }
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(kind = ?error.kind(), "accept failed");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Done when the process is asked to stop: SIGTERM or SIGINT.
///
/// # Errors
/// The signals cannot be listened to.
pub async fn stop_signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
