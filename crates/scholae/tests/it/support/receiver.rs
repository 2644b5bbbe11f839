//! Receivers of webhooks: they do as they are told with each request, and remember it. What they know of signatures
//! is what the documentation tells, and nothing of the server's code.

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use sha2::Sha256;
use standardwebhooks::Webhook;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Heard {
    /// When it was whole.
    pub at: Instant,
    /// What is behind [`Heard::process`].
    pub sender: Sender,
    /// `POST`.
    pub method: String,
    /// The path, with the query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Whether it was answered with a success.
    pub taken: bool,
}

/// The process at the other end of a connection, once that is known.
pub type Sender = Arc<OnceLock<Option<u32>>>;

impl Heard {
    /// The process that sent it, when it is one of those that are watched.
    pub fn process(&self) -> Option<u32> {
        *self.sender.wait()
    }

    /// A header; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }

    /// The event's id.
    #[track_caller]
    pub fn event(&self) -> String {
        self.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Whether the signature is that of the school with this key: the hexadecimal HMAC-SHA256 of the body as it came.
    pub fn is_signed(&self, key: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length");
        mac.update(&self.body);
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        self.header("x-thinkific-hmac-sha256") == hex
    }

    /// Whether the signature after Standard Webhooks is, as their own library makes it, whatever its time.
    pub fn is_signed_after_the_standard(&self, key: &str) -> bool {
        let library = Webhook::from_bytes(key.as_bytes().to_vec()).expect("a key");
        let timestamp = self.header("webhook-timestamp").parse().expect("seconds");
        let expected = library.sign(self.header("webhook-id"), timestamp, &self.body).expect("signed");
        self.header("webhook-signature") == expected
    }

    /// Everything that is written about a request: its method, its headers, both signatures and the envelope.
    #[track_caller]
    pub fn is_as_documented(&self, key: &str, subdomain: &str) {
        assert_eq!((self.method.as_str(), self.header("content-type")), ("POST", "application/json"));
        assert!(self.is_signed(key) && self.is_signed_after_the_standard(key), "unsigned: {:?}", self.headers);
        assert_eq!(self.header("x-thinkific-subdomain"), subdomain);
        let event = self.json();
        let keys: Vec<&String> = event.as_object().expect("an object").keys().collect();
        let envelope =
            ["id", "resource", "action", "tenant_id", "tenant_global_id", "created_at", "timestamp", "payload"];
        assert_eq!(keys, envelope);
        assert_eq!(self.header("webhook-id"), event["id"]);
        // Compact, in the order of its keys: a receiver that writes it anew gets the same bytes.
        assert_eq!(serde_json::to_vec(&event).expect("JSON"), self.body);
        let text = |key: &str| event[key].as_str().unwrap_or_else(|| panic!("{key} is a text"));
        let action = if text("action") == "canceled" { "cancelled" } else { text("action") };
        assert_eq!(self.header("x-thinkific-topic"), format!("{}.{action}", text("resource")));
        assert!(text("tenant_id").bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!((text("id").len(), text("tenant_global_id").len(), text("created_at").len()), (26, 36, 24));
        let seconds = event["timestamp"].as_i64().expect("seconds");
        let created: jiff::Timestamp = text("created_at").parse().expect("a moment");
        assert_eq!(seconds, created.as_second());
        assert!(event["payload"].is_object());
    }
}

/// What a receiver does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Answers with this status, and keeps the connection.
    Status(u16),
    /// Sends elsewhere: to `/trap` of the same receiver.
    Redirect,
    /// Closes the connection without a word.
    Close,
    /// Closes it in the middle of a header.
    HalfAHead,
    /// Says nothing for so long.
    Hang(Duration),
    /// Answers 200 with this many megabytes.
    Flood(usize),
    /// Answers 200, byte by byte, with a pause after each.
    Slowly(Duration),
}

impl Answer {
    fn takes(self) -> bool {
        matches!(self, Self::Status(200..300) | Self::Flood(_) | Self::Slowly(_))
    }
}

/// Something that listens.
#[derive(Clone)]
pub struct Receiver {
    /// Where, without a path: `http://127.0.0.1:1234`.
    pub url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    watched: Arc<Mutex<Vec<u32>>>,
    /// The events that were answered with a success, by path.
    taken: Arc<Mutex<HashMap<String, HashSet<String>>>>,
}

impl Receiver {
    /// Listens, and answers each request as it is told for it.
    pub async fn start(answer: impl Fn(&Heard) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let url = format!("http://{address}");
        let receiver = Self { url, heard: Arc::default(), watched: Arc::default(), taken: Arc::default() };
        let (ours, answer) = (receiver.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let (sender, watched) = (Sender::default(), ours.watched.lock().expect("watched").clone());
                tokio::spawn(ours.clone().serve(stream, Arc::clone(&sender), Arc::clone(&answer)));
                // Linux takes long to tell it where many connections have been: nobody's answer waits for that.
                let find = move || sender.set(watched.into_iter().find(|id| owns(*id, peer, address)));
                tokio::task::spawn_blocking(find);
            }
        });
        receiver
    }

    /// From now on it is noted which of these processes has opened a connection (as Linux tells it).
    pub fn watch(&self, processes: &[u32]) {
        *self.watched.lock().expect("watched") = processes.to_vec();
    }

    /// Everything heard so far, in order.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("heard").clone()
    }

    /// How many events were answered with a success that came to this path.
    pub fn taken(&self, path: &str) -> usize {
        self.taken.lock().expect("taken").get(path).map_or(0, HashSet::len)
    }

    /// How many requests were heard.
    pub fn count(&self) -> usize {
        self.heard.lock().expect("heard").len()
    }

    async fn serve(self, mut stream: TcpStream, sender: Sender, answer: Arc<impl Fn(&Heard) -> Answer>) {
        let mut buffer = Vec::new();
        while let Some(heard) = read(&mut stream, &mut buffer, &sender).await {
            let answer = answer(&heard);
            let at = {
                let mut all = self.heard.lock().expect("heard");
                all.push(heard);
                all.len() - 1
            };
            if self.answer(&mut stream, answer).await.is_err() {
                return;
            }
            if answer.takes() {
                let one = &mut self.heard.lock().expect("heard")[at];
                one.taken = true;
                let (path, event) = (one.path.clone(), one.header("webhook-id").to_owned());
                self.taken.lock().expect("taken").entry(path).or_default().insert(event);
            }
            if matches!(answer, Answer::Close | Answer::HalfAHead) {
                return;
            }
        }
    }

    async fn answer(&self, stream: &mut TcpStream, answer: Answer) -> std::io::Result<()> {
        match answer {
            Answer::Status(status) => {
                stream.write_all(format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n").as_bytes()).await
            }
            Answer::Redirect => {
                let location = format!("{}/trap", self.url);
                let head = format!("HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
                stream.write_all(head.as_bytes()).await
            }
            Answer::Close => Ok(()),
            Answer::HalfAHead => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Le").await,
            Answer::Hang(time) => {
                tokio::time::sleep(time).await;
                Err(std::io::ErrorKind::TimedOut.into())
            }
            Answer::Flood(megabytes) => {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", megabytes << 20);
                stream.write_all(head.as_bytes()).await?;
                for _ in 0..megabytes << 4 {
                    // The other side has read enough of it.
                    if stream.write_all(&[b'x'; 1 << 16]).await.is_err() {
                        break;
                    }
                }
                Ok(())
            }
            Answer::Slowly(pause) => {
                for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" {
                    stream.write_all(&[*byte]).await?;
                    tokio::time::sleep(pause).await;
                }
                Ok(())
            }
        }
    }
}

/// Reads one request; none when the connection has ended.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>, sender: &Sender) -> Option<Heard> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(buffer[..end].to_vec()).expect("ASCII");
            let (first, lines) = head.split_once("\r\n").expect("headers");
            let (method, rest) = first.split_once(' ').expect("a request");
            let path = rest.strip_suffix(" HTTP/1.1").expect("HTTP/1.1").to_owned();
            let headers: HeaderMap = lines
                .split("\r\n")
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| {
                    let name: HeaderName = name.parse().expect("a name");
                    (name, HeaderValue::from_str(value).expect("a value"))
                })
                .collect();
            let length = headers.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
            let whole = end + 4 + length.unwrap_or(0_usize);
            if buffer.len() >= whole {
                let body = buffer[end + 4..whole].to_vec();
                buffer.drain(..whole);
                let (method, at) = (method.to_owned(), Instant::now());
                let sender = Arc::clone(sender);
                return Some(Heard { at, sender, method, path, headers, body, taken: false });
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

/// Whether a process has the socket with this address that is connected to ours: its inode is among those of the process.
fn owns(process: u32, peer: SocketAddr, ours: SocketAddr) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let port = |address: SocketAddr| format!(":{:04X}", address.port());
    let (peer, ours) = (port(peer), port(ours));
    let inode = table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let found = fields.get(1)?.ends_with(&peer) && fields.get(2)?.ends_with(&ours);
        found.then(|| fields.get(9).copied())?
    });
    let Some(inode) = inode else { return false };
    let socket = format!("socket:[{inode}]");
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    files.into_iter().any(|file| std::fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == socket.as_str()))
}
