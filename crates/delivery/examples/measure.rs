//! How quickly deliveries go out: `cargo run --release -p delivery --example measure [EVENTS]`.
//!
//! Latency is from the answer of the write that caused an event (its commit is on the disk) to the first byte at the
//! receiver; throughput from starting the sender with a full queue until every result is written down. Store, sender
//! and receivers share the machine. `MEASURE_DATABASE=postgres://…` measures on an empty database of PostgreSQL.

use delivery::guard::Policy;
use delivery::{Delivery, DeliveryConfig};
use school::events::{Topic, record};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::webhooks::WebhookRow;
use store::{Location, ServerKey, Store, StoreError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const TOPIC: Topic = Topic::UserSignup;

/// Answers every request, and notes when its first byte came.
#[derive(Clone, Default)]
struct Receiver {
    count: Arc<AtomicUsize>,
    first_bytes: Arc<Mutex<Vec<Instant>>>,
    note: bool,
}

impl Receiver {
    async fn listen(&self) -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let receiver = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let receiver = receiver.clone();
                tokio::spawn(async move {
                    let mut buffer = Vec::with_capacity(4096);
                    loop {
                        let before = buffer.len();
                        if stream.read_buf(&mut buffer).await.is_ok_and(|read| read == 0) {
                            return;
                        }
                        if receiver.note && before == 0 {
                            receiver.first_bytes.lock().expect("times").push(Instant::now());
                        }
                        // The whole request: bodies end with the payload's brace.
                        if buffer.ends_with(b"}}") {
                            buffer.clear();
                            receiver.count.fetch_add(1, Ordering::Relaxed);
                            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
                        }
                    }
                });
            }
        });
        Ok(url)
    }
}

async fn school(store: &Store, key: &ServerKey, name: &str) -> i64 {
    let (key, subdomain) = (key.clone(), name.to_owned());
    let made = store.write(0, move |tx| {
        let new = school::sites::NewSite {
            subdomain: subdomain.clone(),
            name: "Measured".to_owned(),
            plan: school::sites::Plan::Grow,
            currency: "usd".to_owned(),
            support_email: "help@example.org".to_owned(),
        };
        school::sites::create(tx, &key, &new).map(|(site, _)| site.id)
    });
    made.await.expect("a school")
}

async fn webhook(store: &Store, site: i64, url: &str) -> i64 {
    let target_url = url.to_owned();
    let made = store.write(site, move |tx| {
        let number = tx.next_id("webhooks")?;
        let row = WebhookRow {
            number,
            id: format!("{number:023}"),
            app_id: None,
            topic: TOPIC as i64,
            target_url: target_url.clone(),
            active: true,
            off_reason: None,
            created_at_ns: 0,
            created_by: "1".to_owned(),
            updated_at_ns: 0,
            updated_by: "1".to_owned(),
            failing_since: None,
        };
        store::webhooks::insert(tx, site, &row)?;
        Ok::<_, StoreError>(number)
    });
    made.await.expect("a webhook")
}

/// A payload about as long as a user's.
fn happen(tx: &mut store::Tx<'_>, site: i64) -> school::Result<()> {
    let user = serde_json::json!({
        "id": 123_456_789, "gid": "01JGFJJZ00AAAAAAAAAAAAAAAA", "created_at": "2025-01-01T00:00:00.948Z",
        "first_name": "Ann", "last_name": "Example", "company": null, "email": "a@example.org", "roles": [],
        "avatar_url": null, "bio": null, "headline": null, "affiliate_code": null, "external_source": null,
    });
    record(tx, site, TOPIC, &user)
}

fn begin(store: &Store, key: &ServerKey) -> Delivery {
    delivery::start(store.clone(), key.clone(), DeliveryConfig::new(Policy::development()))
}

fn quantile(times: &mut [Duration], part: f64) -> f64 {
    times.sort();
    times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0
}

async fn latency(store: &Store, key: &ServerKey, events: usize) {
    let site = school(store, key, "latency").await;
    let receiver = Receiver { note: true, ..Receiver::default() };
    webhook(store, site, &receiver.listen().await.expect("a port")).await;
    let delivery = begin(store, key);
    let (mut writes, mut ways) = (Vec::new(), Vec::new());
    for number in 0..events {
        let begun = Instant::now();
        store.write(site, move |tx| happen(tx, site)).await.expect("an event");
        let committed = Instant::now();
        writes.push(committed - begun);
        while receiver.count.load(Ordering::Relaxed) <= number {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        let first_byte = receiver.first_bytes.lock().expect("times")[number];
        ways.push(first_byte.saturating_duration_since(committed));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    delivery.stop().await;
    println!(
        "latency, {events} events one by one: commit {:.2} ms; commit to first byte median {:.2} ms, 95 % {:.2} ms, 99 % {:.2} ms",
        quantile(&mut writes, 0.5),
        quantile(&mut ways, 0.5),
        quantile(&mut ways, 0.95),
        quantile(&mut ways, 0.99),
    );
}

async fn throughput(store: &Store, key: &ServerKey, schools: usize, webhooks: usize, events: usize) {
    let receiver = Receiver::default();
    let url = receiver.listen().await.expect("a port");
    let mut sites = Vec::new();
    for number in 0..schools {
        let site = school(store, key, &format!("s{schools}w{webhooks}n{number}")).await;
        for _ in 0..webhooks / schools {
            webhook(store, site, &url).await;
        }
        sites.push(site);
    }
    let events_each = (events / webhooks).max(1);
    let events = events_each * webhooks;
    for site in sites {
        for begun in (0..events_each).step_by(100) {
            let count = (events_each - begun).min(100);
            let made = store.write(site, move |tx| (0..count).try_for_each(|_| happen(tx, site)));
            made.await.expect("events");
        }
    }
    let waiting = |store: &Store| {
        let store = store.clone();
        async move {
            let due = store.read(store::webhooks::due).await.expect("a look");
            due.iter().any(|(_, _, at)| at.is_some())
        }
    };
    let begun = Instant::now();
    let delivery = begin(store, key);
    let mut sent = None;
    loop {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if receiver.count.load(Ordering::Relaxed) >= events && sent.is_none() {
            sent = Some(begun.elapsed());
        }
        if sent.is_some() && !waiting(store).await {
            break;
        }
    }
    let written = begun.elapsed();
    delivery.stop().await;
    println!(
        "throughput, {events} deliveries of {webhooks} webhooks in {schools} schools: sent {:.0}/s, written down {:.0}/s, {} sent twice",
        events as f64 / sent.unwrap_or(written).as_secs_f64(),
        events as f64 / written.as_secs_f64(),
        receiver.count.load(Ordering::Relaxed) - events,
    );
}

fn main() {
    let events = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let folder = tempfile::tempdir_in("target").expect("a folder");
    let location = match std::env::var("MEASURE_DATABASE") {
        Ok(url) => url.parse().expect("a database"),
        Err(_) => Location::Sqlite(folder.path().join("school.db")),
    };
    let connections = if matches!(location, Location::Sqlite(_)) { 2 } else { 16 };
    let store = Store::open(&location, connections).expect("a store");
    let key = ServerKey::from_text("0123456789abcdef0123456789abcdef").expect("a key");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        latency(&store, &key, 300).await;
        throughput(&store, &key, 1, 1, events).await;
        throughput(&store, &key, 1, 20, events).await;
        throughput(&store, &key, 50, 100, events).await;
    });
}
