//! Listening: HTTP/1.1 and HTTP/2 on one address, until told to stop.

use crate::connection::{Connection, Order};
use crate::connections::{Admitted, Connections};
use crate::forwarded::{Forwarded, OnForwarded};
use crate::io::Socket;
use crate::limits::{HEAD, Http2, Limits, MAX_RESETS, SEND_BUFFER};
use crate::service::{Requests, Site};
use crate::{router, shutdown};
use futures_util::FutureExt as _;
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use std::future::Future;
use std::io::{ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use web::App;

/// How often connections are looked at, unless a limit is so short that it must be more often.
const WATCH: Duration = Duration::from_millis(250);
/// The same while bodies take all the memory that they may: much more comes in that time.
const WATCH_CLOSELY: Duration = Duration::from_millis(25);
/// How long nobody is accepted after the process could not open another file.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers requests until `stop` is done; then takes no new ones and finishes those that have begun, as far as there is
/// time. `forwarded` is told once when requests come through a proxy that the configuration does not know of.
///
/// # Errors
/// When the address cannot be listened on any more.
pub async fn serve(
    listener: TcpListener,
    app: App,
    limits: Limits,
    forwarded: OnForwarded,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let connections = Arc::new(Connections::new(limits.clone()));
    watch(&connections)?;
    let forwarded = Forwarded::new(&app.config, forwarded);
    let site = Arc::new(Site { router: router(app.clone()), app: app.clone(), forwarded, limits });
    let files = app.watch_files();
    let mut stop = std::pin::pin!(stop);
    let accepted = loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break Ok(()),
        };
        match accepted {
            Ok((stream, peer)) => admit(&connections, &site, stream, peer),
            Err(error) if concerns_one(&error) => {}
            Err(error) if is_out_of_files(&error) => {
                connections.refusals.of_files();
                connections.evict_idle();
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => break Err(error),
        }
    };
    // Who has connected already is answered too.
    while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
        admit(&connections, &site, stream, peer);
    }
    drop(listener);
    app.end();
    shutdown::finish(&connections).await;
    if let Some(files) = files {
        files.abort();
    }
    accepted
}

fn admit(connections: &Arc<Connections>, site: &Arc<Site>, stream: TcpStream, peer: SocketAddr) {
    if let Some(admitted) = connections.admit(peer) {
        tokio::spawn(carry(admitted, Arc::clone(site), stream));
    }
}

/// Carries the requests of one connection to its end.
async fn carry(admitted: Admitted, site: Arc<Site>, stream: TcpStream) {
    // Answers are written whole: waiting for more to send would only make them late.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY cannot be set");
    }
    let connection = &admitted.connection;
    let builder = builder(Arc::clone(connection), connection.http2);
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(connection)));
    let requests = Requests { site, connection: Arc::clone(connection) };
    let mut serving = std::pin::pin!(builder.serve_connection(socket, requests));
    loop {
        let order = tokio::select! {
            ended = serving.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error, "a connection broke off");
                }
                break;
            }
            order = connection.told() => order,
        };
        match order {
            Order::Stay => {}
            Order::Leave => serving.as_mut().graceful_shutdown(),
            Order::Cut => break,
        }
    }
}

fn builder(connection: Arc<Connection>, http2: Http2) -> Builder<Streams> {
    let mut builder = Builder::new(Streams(connection));
    // The times are kept by what watches the connections, for both protocols alike.
    builder.http1().max_buf_size(HEAD).header_read_timeout(None);
    builder
        .http2()
        .max_header_list_size(HEAD as u32)
        .max_concurrent_streams(http2.streams)
        .initial_stream_window_size(http2.stream_window)
        .initial_connection_window_size(http2.connection_window)
        .max_send_buf_size(SEND_BUFFER)
        .max_local_error_reset_streams(MAX_RESETS);
    builder
}

/// Begins what answers a stream of HTTP/2.
#[derive(Clone)]
struct Streams(Arc<Connection>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, answering: F) {
        self.0.set_task(tokio::spawn(answering).abort_handle());
    }
}

/// Looks at the connections again and again as long as they are there: on a thread of its own, which has its turn
/// however much there is to do on those that answer.
fn watch(connections: &Arc<Connections>) -> Result<()> {
    let Limits { head_timeout, write_timeout, idle_timeout, .. } = connections.limits;
    let every = WATCH.min(head_timeout.min(write_timeout).min(idle_timeout) / 4).max(Duration::from_millis(1));
    let watched = Arc::downgrade(connections);
    let look = move || {
        while let Some(connections) = watched.upgrade() {
            connections.check();
            let next = if connections.is_memory_full() { every.min(WATCH_CLOSELY) } else { every };
            drop(connections);
            std::thread::sleep(next);
        }
    };
    std::thread::Builder::new().name("connections".to_owned()).spawn(look).map(drop)
}

/// Whether it was one connection that could not be accepted (accept(2), "Error handling").
fn concerns_one(error: &std::io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted};
    use ErrorKind::{NetworkDown, NetworkUnreachable, TimedOut};
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | Interrupted
            | NetworkDown
            | NetworkUnreachable
            | TimedOut
    )
}

/// Whether the process, or the machine, has no room for another connection.
fn is_out_of_files(error: &std::io::Error) -> bool {
    use rustix::io::Errno;
    let number = error.raw_os_error();
    [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM].iter().any(|errno| number == Some(errno.raw_os_error()))
}
