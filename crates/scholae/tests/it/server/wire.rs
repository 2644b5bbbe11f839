//! Connections byte by byte.

use crate::support::Reply;
use h2::client::SendRequest;
use hyper::body::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Whatever should happen happens within this time, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A connection of a client.
pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    /// Connects to a server: `http://127.0.0.1:1234`.
    pub async fn connect(url: &str) -> Self {
        Self::try_connect(url).await.expect("connected")
    }

    /// The same to a server that may have ended.
    pub async fn try_connect(url: &str) -> Option<Self> {
        TcpStream::connect(url.trim_start_matches("http://")).await.ok().map(Self::of)
    }

    pub fn of(stream: TcpStream) -> Self {
        Self { stream, read: Vec::new() }
    }

    /// The same from another address of this machine.
    pub async fn connect_from(address: [u8; 4], url: &str) -> Self {
        Self::of(socket_from(address, url).await.expect("connected"))
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).await.expect("sent");
    }

    /// The same on a connection that may have ended.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        timeout(PATIENCE, self.stream.write_all(bytes.as_ref())).await.expect("it is taken, or the connection ends")
    }

    /// Sends a request without a body, and reads its answer.
    pub async fn get(&mut self, path: &str, host: &str) -> Reply {
        self.try_get(path, host).await.expect("an answer")
    }

    /// The same on a connection that may have ended.
    pub async fn try_get(&mut self, path: &str, host: &str) -> Option<Reply> {
        self.try_send(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await.ok()?;
        self.reply().await
    }

    /// Sends a request, and reads its answer.
    pub async fn ask(&mut self, request: &str) -> Reply {
        self.send(request).await;
        self.reply().await.expect("an answer")
    }

    /// Reads an answer; none when the connection ends before.
    pub async fn reply(&mut self) -> Option<Reply> {
        let end = loop {
            match self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                Some(at) => break at + 4,
                None => self.more().await?,
            }
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).expect("UTF-8");
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().expect("a status");
        let pairs = lines.filter_map(|line| line.split_once(": "));
        let headers: HeaderMap = pairs
            .map(|(name, value)| {
                (name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("text"))
            })
            .collect();
        let length =
            headers.get("content-length").map_or(0, |length| length.to_str().expect("text").parse().expect("n"));
        while self.read.len() < length {
            self.more().await?;
        }
        let text = String::from_utf8_lossy(&self.read.drain(..length).collect::<Vec<_>>()).into_owned();
        Some(Reply { status, headers, text })
    }

    /// Waits until the server has ended the connection, whatever comes before.
    pub async fn ended(&mut self) {
        while self.more().await.is_some() {}
    }

    /// Reads what comes; none when the connection has ended.
    async fn more(&mut self) -> Option<()> {
        let mut bytes = [0; 16 * 1024];
        match timeout(PATIENCE, self.stream.read(&mut bytes)).await.expect("something comes, or an end") {
            Ok(0) | Err(_) => None,
            Ok(count) => {
                self.read.extend_from_slice(&bytes[..count]);
                Some(())
            }
        }
    }
}

/// Connects from another address of this machine: all of 127.0.0.0/8 are.
pub async fn socket_from(address: [u8; 4], url: &str) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((address, 0)))?;
    socket.connect(url.trim_start_matches("http://").parse().expect("an address")).await
}

/// A connection of HTTP/2, with this much room for each answer at first.
pub async fn http2(stream: TcpStream, window: u32) -> SendRequest<Bytes> {
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(window);
    let (requests, connection) = builder.handshake(stream).await.expect("a handshake");
    tokio::spawn(async move {
        let _ended = connection.await;
    });
    requests
}
