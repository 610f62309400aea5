//! Listening, draining, closing.

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use retell::EventStore;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::api::TicketApi;
use super::{local_router, router};

/// Where the service listens unless it is said otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7717";

/// How long the head of a request may take, and a connection may be idle.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// The largest head of a request, in bytes.
const HEAD_BYTES: usize = 64 << 10;
/// How many connections are open at the same time; others wait to be accepted.
const CONNECTIONS: usize = 4_096;
/// How long to wait when the system has no room for another connection.
const BREATH: Duration = Duration::from_millis(100);

/// Why the service cannot run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Somebody else listens there.
    #[error(
        "{listen} is in use: end the program that listens there, or choose another address with \
         --listen (port 0 takes a free one)"
    )]
    InUse {
        /// The address.
        listen: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}: {source}; write an address of this machine, like {DEFAULT_LISTEN}")]
    Listen {
        /// The address.
        listen: String,
        /// Why not.
        source: io::Error,
    },
    /// The signals that end the service cannot be waited for.
    #[error("cannot wait for the signals that end the service: {0}")]
    Signals(io::Error),
    /// It cannot be told where the service listens.
    #[error("the output cannot be written: {0}")]
    Output(io::Error),
}

/// Begins to listen on an address like `127.0.0.1:7717`; port 0 takes a free one.
///
/// # Errors
/// [`ServeError::InUse`], [`ServeError::Listen`].
pub async fn bind(listen: &str) -> Result<TcpListener, ServeError> {
    TcpListener::bind(listen).await.map_err(|source| {
        let listen = listen.to_owned();
        match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::InUse { listen },
            _ => ServeError::Listen { listen, source },
        }
    })
}

/// Serves the tickets until SIGTERM or Ctrl-C; then answers what it was asked
/// and closes the store.
///
/// Prints where it listens once it answers there.
///
/// # Errors
/// [`ServeError`]; the store is closed then too.
pub async fn run(listener: TcpListener, api: TicketApi, out: &mut impl Write) -> Result<(), ServeError> {
    let store = Arc::clone(api.store());
    let (shutdown, address) = match begin(&listener, out) {
        Ok(begun) => begun,
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    };
    let router = if address.ip().is_loopback() { local_router(api) } else { router(api) };
    let drained = Server::new(listener).serve(router, store, shutdown).await;
    // The work is done: nothing depends on whether anybody reads this.
    let _unread = writeln!(out, "{drained}").and_then(|()| out.flush());
    Ok(())
}

fn begin<W: Write>(
    listener: &TcpListener,
    out: &mut W,
) -> Result<(impl Future<Output = ()> + use<W>, SocketAddr), ServeError> {
    let address = listener
        .local_addr()
        .map_err(|source| ServeError::Listen { listen: "the address".to_owned(), source })?;
    // First the signals, then the word that it listens: who reads it may send one.
    let shutdown = told_to_end().map_err(ServeError::Signals)?;
    writeln!(out, "listening on http://{address}").and_then(|()| out.flush()).map_err(ServeError::Output)?;
    Ok((shutdown, address))
}

#[cfg(unix)]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Where Ctrl-C cannot be waited for, the service runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// How the service came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every request was answered.
    Whole,
    /// Some took too long.
    Cut {
        /// How many connections were cut off.
        connections: usize,
    },
}

impl std::fmt::Display for Drained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole => f.write_str("ended: every request was answered, and the store is closed"),
            Self::Cut { connections } => {
                write!(
                    f,
                    "ended: the store is closed; connections that took too long and were cut off: {connections}"
                )
            }
        }
    }
}

/// A service that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    drain: Duration,
}

impl Server {
    /// How long requests that are being worked on may take after the service
    /// was told to end, unless it is said otherwise.
    pub const DRAIN: Duration = Duration::from_secs(10);

    /// A service on this listener.
    #[must_use]
    pub fn new(listener: TcpListener) -> Self {
        Self { listener, drain: Self::DRAIN }
    }

    /// Waits at most so long for requests that are being worked on.
    #[must_use]
    pub fn drain_within(self, drain: Duration) -> Self {
        Self { drain, ..self }
    }

    /// Serves until `shutdown`; then takes no further connections, answers the
    /// requests that are being worked on, and closes the store.
    ///
    /// What a store was handed is stored even if its connection is cut off.
    pub async fn serve(
        self,
        router: Router,
        store: Arc<dyn EventStore>,
        shutdown: impl Future<Output = ()>,
    ) -> Drained {
        let Self { listener, drain } = self;
        let (end, ending) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some(_ended) = connections.join_next() => {}
                accepted = listener.accept(), if connections.len() < CONNECTIONS => match accepted {
                    Ok((socket, _)) => {
                        connections.spawn(connection(socket, router.clone(), ending.clone()));
                    }
                    Err(error) if is_of_one_connection(&error) => {}
                    // No file handles are left, for example: it gets better when connections end.
                    Err(_) => tokio::time::sleep(BREATH).await,
                },
            }
        }
        drop(listener);
        end.send_replace(true);
        let all = async { while connections.join_next().await.is_some() {} };
        let drained = match tokio::time::timeout(drain, all).await {
            Ok(()) => Drained::Whole,
            Err(_) => {
                let left = connections.len();
                connections.shutdown().await;
                Drained::Cut { connections: left }
            }
        };
        store.close().await;
        drained
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves one connection until its end, or until its last answer once the
/// service ends.
async fn connection(socket: TcpStream, router: Router, mut ending: watch::Receiver<bool>) {
    // Without it answers are slower, not wrong.
    let _slower = socket.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    // A connection that breaks has nobody left to tell.
    tokio::select! {
        _broken = connection.as_mut() => return,
        _told = ending.wait_for(|ending| *ending) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _broken = connection.await;
}
