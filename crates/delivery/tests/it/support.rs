//! A school in a temporary folder, and receivers that do as they are told.

use delivery::DeliveryConfig;
use delivery::guard::Policy;
use school::events::Topic;
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::deliveries::{AttemptRow, DeliveryRow};
use store::webhooks::WebhookRow;
use store::{DeliveryId, Location, ServerKey, SiteId, Store, StoreError, UserId, WebhookNumber};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub struct School {
    pub store: Store,
    pub key: ServerKey,
    pub site: SiteId,
    pub api_key: String,
    pub folder: tempfile::TempDir,
}

pub fn open(folder: &Path) -> Store {
    let path = folder.join("school.db");
    if !path.exists() {
        testing::sqlite::fresh_database(&path);
    }
    Store::open(&Location::Sqlite(path), 2).expect("a store")
}

impl School {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::on(open(folder.path()), folder).await
    }

    pub async fn on(store: Store, folder: tempfile::TempDir) -> Self {
        let key = ServerKey::from_text("0123456789abcdef0123456789abcdef").expect("a key");
        let sealing = key.clone();
        let (site, api_key) = store
            .write(None, move |tx| {
                let new = school::sites::NewSite {
                    subdomain: "demo".to_owned(),
                    name: "Demo".to_owned(),
                    plan: school::sites::Plan::Grow,
                    currency: "usd".to_owned(),
                    support_email: "help@example.org".to_owned(),
                };
                let (site, api_key) = school::sites::create(tx, &sealing, &new)?;
                let site = school::sites::update(tx, &site, |site| site.owner_user_id = Some(UserId::new(7)))?;
                Ok::<_, school::Error>((site.id, api_key))
            })
            .await
            .expect("a school");
        Self { store, key, site, api_key, folder }
    }

    pub async fn webhook(&self, topic: Topic, target_url: &str) -> WebhookNumber {
        let (site, target_url) = (self.site, target_url.to_owned());
        let made = self.store.write(site, move |tx| {
            let number = WebhookNumber::next(tx)?;
            let now = store::now() * 1_000_000;
            let row = WebhookRow {
                number,
                id: format!("{now:019}{number:04}"),
                app_id: None,
                topic: topic as i64,
                target_url: target_url.clone(),
                active: true,
                off_reason: None,
                created_at_ns: now,
                created_by: "1".to_owned(),
                updated_at_ns: now,
                updated_by: "1".to_owned(),
                failing_since: None,
            };
            store::webhooks::insert(tx, site, &row)?;
            Ok::<_, StoreError>(number)
        });
        made.await.expect("a webhook")
    }

    /// Events, each in a write of its own kind.
    pub async fn happen(&self, topic: Topic, count: i64) {
        let site = self.site;
        let happened = self.store.write(site, move |tx| {
            for number in 0..count {
                school::events::record(tx, site, topic, &json!({ "id": number, "first_name": "Jörg <b>" }))?;
            }
            Ok::<_, school::Error>(())
        });
        happened.await.expect("events");
    }

    pub async fn row(&self, webhook: WebhookNumber) -> WebhookRow {
        let site = self.site;
        self.store.read(move |tx| store::webhooks::get(tx, site, webhook)).await.expect("a row").expect("a webhook")
    }

    /// The deliveries of a webhook with their attempts, by id.
    pub async fn deliveries(&self, webhook: WebhookNumber) -> Vec<(DeliveryRow, Vec<AttemptRow>)> {
        let site = self.site;
        let read = self.store.read(move |tx| {
            let mut found = Vec::new();
            for id in (1..=1000).map(DeliveryId::new) {
                let Some(row) = store::deliveries::get(tx, site, id)? else { continue };
                if row.webhook == webhook {
                    let attempts = store::deliveries::attempts(tx, site, id)?;
                    found.push((row, attempts));
                }
            }
            Ok::<_, StoreError>(found)
        });
        read.await.expect("deliveries")
    }

    /// Waits until a webhook's deliveries are as they should be.
    pub async fn until(
        &self,
        webhook: WebhookNumber,
        right: impl Fn(&[(DeliveryRow, Vec<AttemptRow>)]) -> bool,
    ) -> Vec<(DeliveryRow, Vec<AttemptRow>)> {
        let begun = Instant::now();
        loop {
            let deliveries = self.deliveries(webhook).await;
            if right(&deliveries) {
                return deliveries;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "never became right: {deliveries:#?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Everything is welcome; a second of the table of pauses takes a millisecond.
pub fn config() -> DeliveryConfig {
    let config = DeliveryConfig::new(Policy::development()).with_timeout(Duration::from_secs(3));
    DeliveryConfig { retry_unit: Duration::from_millis(1), ..config }
}

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Heard {
    pub at: Instant,
    pub head: String,
    pub body: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// What a receiver does with a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Answers so, and keeps the connection.
    With(&'static str, String),
    /// Answers so byte by byte, with a pause after each.
    Slowly(&'static str, Duration),
    /// Answers with this many megabytes.
    Flood(usize),
    /// Reads and says nothing.
    Hang,
    /// Closes.
    Close,
}

pub fn ok() -> Answer {
    Answer::With("200 OK", String::new())
}

/// A receiver that answers the n-th request (from 0) as it is told.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    written: Arc<Mutex<usize>>,
}

impl Receiver {
    pub async fn new(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hooks?from=scholae", listener.local_addr().expect("an address"));
        let receiver = Self { url, heard: Arc::default(), written: Arc::default() };
        let (answer, ours) = (Arc::new(answer), receiver.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(ours.clone().serve(stream, Arc::clone(&answer)));
            }
        });
        receiver
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("heard").clone()
    }

    /// How many bytes of a flood went out.
    pub fn written(&self) -> usize {
        *self.written.lock().expect("written")
    }

    async fn serve(self, mut stream: TcpStream, answer: Arc<impl Fn(usize) -> Answer>) {
        let mut buffer = Vec::new();
        while let Some(heard) = read(&mut stream, &mut buffer).await {
            let number = {
                let mut all = self.heard.lock().expect("heard");
                all.push(heard);
                all.len() - 1
            };
            let done = match answer(number) {
                Answer::With(status, body) => {
                    let location = if status.starts_with('3') { "Location: /elsewhere\r\n" } else { "" };
                    let text = format!("HTTP/1.1 {status}\r\n{location}Content-Length: {}\r\n\r\n{body}", body.len());
                    stream.write_all(text.as_bytes()).await
                }
                Answer::Slowly(text, pause) => {
                    for byte in text.bytes() {
                        if stream.write_all(&[byte]).await.is_err() {
                            return;
                        }
                        tokio::time::sleep(pause).await;
                    }
                    Ok(())
                }
                Answer::Flood(megabytes) => {
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", megabytes << 20);
                    let mut result = stream.write_all(head.as_bytes()).await;
                    for _ in 0..megabytes << 4 {
                        if result.is_err() {
                            break;
                        }
                        result = stream.write_all(&[b'x'; 1 << 16]).await;
                        *self.written.lock().expect("written") += 1 << 16;
                    }
                    result
                }
                Answer::Hang => {
                    tokio::time::sleep(Duration::from_secs(600)).await;
                    Ok(())
                }
                Answer::Close => return,
            };
            if done.is_err() {
                return;
            }
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Heard> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let heard = Heard { at: Instant::now(), head, body: String::new() };
            let length: usize = heard.header("content-length").parse().unwrap_or(0);
            if buffer.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&buffer[end + 4..end + 4 + length]).into_owned();
                buffer.drain(..end + 4 + length);
                return Some(Heard { body, ..heard });
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}
