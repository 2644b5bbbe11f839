//! What one client, and all of them together, may take of the server.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::Duration;

/// The longest head of a request, and of a header list of HTTP/2, in bytes.
pub(crate) const HEAD: usize = 32 * 1024;
/// Most headers of a request (hyper's own number for HTTP/1.1).
pub(crate) const HEADERS: usize = 100;
/// Most requests at once on a connection of HTTP/2; fewer than 100 are advised against (RFC 9113, section 6.5.2).
const STREAMS: u32 = 100;
/// Where there are more connections than this, new ones may have fewer requests at once, and send less that nobody has
/// read yet: what each takes counts as often as there are connections. Browsers and programs wait for their turn then,
/// and lose nothing.
pub(crate) const MANY_CONNECTIONS: usize = 256;
const STREAMS_OF_MANY: u32 = 16;
const STREAM_WINDOW_OF_MANY: u32 = 32 * 1024;
/// The least that HTTP/2 has (RFC 9113, section 6.9.2).
const CONNECTION_WINDOW_OF_MANY: u32 = 65_535;
/// So many of them need no leave; what goes beyond on all connections together has a limit of its own.
pub(crate) const FEW_STREAMS: usize = 8;
pub(crate) const SHARED_STREAMS: usize = 2048;
/// As much of a body may come on a stream of HTTP/2, and on all streams of a connection, before anybody reads it.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 128 * 1024;
/// As much of an answer is handed to a stream of HTTP/2 before the client makes room for it.
pub(crate) const SEND_BUFFER: usize = 16 * 1024;
/// A client that takes back more requests than this, and more than it lets be answered, is cut off ("rapid reset",
/// CVE-2023-44487).
pub(crate) const MAX_RESETS: usize = 100;
/// A client that is waited for has moved on when as many bytes have come or gone.
pub(crate) const PROGRESS: usize = 64 * 1024;
/// As much of a body is taken however much memory others take.
pub(crate) const UNMETERED_BODY: usize = 8 * 1024;
/// What a request takes beside its bytes, roughly: measured with 8,000 that wait for their bodies.
pub(crate) const REQUEST: usize = 12 * 1024;
/// Who has just connected when the server stops may send a first request for this long.
pub(crate) const FIRST: Duration = Duration::from_secs(1);
/// What is told to end by itself is cut off after this long.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// What a client may do at once on one connection of HTTP/2.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Http2 {
    pub(crate) streams: u32,
    pub(crate) stream_window: u32,
    pub(crate) connection_window: u32,
}

impl Http2 {
    /// On a connection beside so many others.
    pub(crate) const fn beside(connections: usize) -> Self {
        if connections >= MANY_CONNECTIONS {
            Self {
                streams: STREAMS_OF_MANY,
                stream_window: STREAM_WINDOW_OF_MANY,
                connection_window: CONNECTION_WINDOW_OF_MANY,
            }
        } else {
            Self { streams: STREAMS, stream_window: STREAM_WINDOW, connection_window: CONNECTION_WINDOW }
        }
    }
}

/// The limits of a server that its operator may change.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long the head of a request may take, from its first byte.
    pub head_timeout: Duration,
    /// How long a client may take to send 64 KiB of a body, or what is left of it.
    pub body_timeout: Duration,
    /// How long a client may take to accept 64 KiB of an answer, or what is left of it.
    pub write_timeout: Duration,
    /// How long a connection is kept on which nothing is asked.
    pub idle_timeout: Duration,
    /// Most connections at once.
    pub connections: usize,
    /// Most connections at once from one address (of IPv6 from one network of 64 bits); none means no limit.
    pub connections_per_address: Option<usize>,
    /// Most bytes that may be held for clients that are being waited for. Bodies of requests may take half of that: then
    /// they are read on when there is some again. Where even that is too much, those end that have made no progress for
    /// longest.
    pub memory: usize,
    /// How long requests that have begun may take when the server stops.
    pub stop_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(75),
            connections: 4096,
            connections_per_address: Some(512),
            memory: 24 * 1024 * 1024,
            stop_timeout: Duration::from_secs(30),
        }
    }
}

/// Lets this process open as many files at once as it may, and says how many that is; none when there is no limit.
/// Many systems give 1,024, out of habit, to programs that may have many more.
#[must_use]
pub fn raise_open_files() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            current
        }
    }
}
