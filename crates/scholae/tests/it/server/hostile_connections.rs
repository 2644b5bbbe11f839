//! Hostile connections of five kinds at once, 2,500 in the long form, or 2,000 of one kind: the server answers the
//! others, and takes little memory.

use super::wire::{PATIENCE, Wire, socket_from};
use crate::support::process::{Home, Server};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Engine;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The memory that the server may take at its peak. Without optimisation what answers a request is several times as large.
const MOST: u64 = if cfg!(debug_assertions) { 176 } else { 128 } * 1024 * 1024;

fn soak() -> bool {
    std::env::var_os("SCHOLAE_SOAK").is_some()
}

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Streams that ask for documents and have no room for them: about 50 bytes each.
fn without_room(streams: u32) -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // SETTINGS_INITIAL_WINDOW_SIZE is 0.
    bytes.extend(frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]));
    for n in 0..streams {
        // A page is made anew for each, which takes a while without optimisation.
        let path = if n % 2 == 0 || !soak() { "/openapi.json" } else { "/users/sign_in" };
        // :method GET and :scheme http by their numbers, :path and :authority as they stand (RFC 7541, appendix A).
        let mut head = vec![0x82, 0x86, 0x04, path.len() as u8];
        head.extend(path.as_bytes());
        let host = b"academy.localhost";
        head.extend([0x01, host.len() as u8]);
        head.extend(host);
        // The end of the stream and of its headers.
        bytes.extend(frame(1, 0x5, 2 * n + 1, &head));
    }
    bytes
}

/// Streams that send most of what a connection may carry, and never the end of it.
fn without_end() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &[]));
    for n in 0..4 {
        let (path, host) = (b"/users/sign_in", b"academy.localhost");
        // :method POST and :scheme http.
        let head = [&[0x83, 0x86, 0x04, path.len() as u8], &path[..], &[0x01, host.len() as u8], &host[..]].concat();
        // The end of the headers, and not of the stream.
        bytes.extend(frame(1, 0x4, 2 * n + 1, &head));
        bytes.extend(frame(0, 0, 2 * n + 1, &[b'a'; 15_000]));
    }
    bytes
}

/// What each kind sends before it goes silent.
fn beginnings() -> [Vec<u8>; 5] {
    let streams = if soak() { 100 } else { 20 };
    let head = format!("GET / HTTP/1.1\r\nHost: academy.localhost\r\nCookie: {}", "x".repeat(30_000));
    let form = "POST /users/sign_in HTTP/1.1\r\nHost: academy.localhost\r\nContent-Length: 262144\r\n\r\n";
    let body = format!("{form}{}", "x".repeat(200_000));
    [head.into_bytes(), body.into_bytes(), without_room(streams), without_end(), Vec::new()]
}

/// A client that holds a connection as long as it is let, and then takes another.
async fn attack(url: String, address: [u8; 4], beginning: Arc<[u8]>) {
    let mut sink = vec![0; 4096];
    loop {
        if let Ok(mut stream) = socket_from(address, &url).await
            && stream.write_all(&beginning).await.is_ok()
        {
            while matches!(stream.read(&mut sink).await, Ok(1..)) {}
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// A number of bytes in the status of a process (proc(5)).
fn memory(server: &Server, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("a status");
    let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
    let number = line.split_whitespace().nth(1).expect("a number");
    number.parse::<u64>().expect("a number") * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_connections_by_the_thousand_keep_nobody_from_being_answered() {
    let (many, time) = if soak() { (500, 120) } else { (200, 12) };
    withstands(&beginnings(), many, Duration::from_secs(time)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_without_an_end_on_two_thousand_connections_keep_nobody_from_being_answered() {
    let time = if soak() { 120 } else { 6 };
    withstands(&[without_end()], 2_000, Duration::from_secs(time)).await;
}

async fn withstands(beginnings: &[Vec<u8>], of_a_kind: usize, time: Duration) {
    let files = server::raise_open_files();
    assert!(files.is_none_or(|files| files > 3000), "this test opens 2,500 connections: ulimit -Hn is {files:?}");
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    home.run(&["site", "create", "--subdomain", "academy", "--name", "Academy"]).ok();
    let server = Server::start(home.serve_command());
    let before = memory(&server, "VmRSS");
    let mut attackers = JoinSet::new();
    for beginning in beginnings {
        let beginning: Arc<[u8]> = beginning.as_slice().into();
        for n in 0..of_a_kind {
            // From a hundred addresses.
            let address = [127, 0, 1, 1 + (n % 100) as u8];
            attackers.spawn(attack(server.url.clone(), address, Arc::clone(&beginning)));
        }
    }
    let (begun, mut answered, mut longest) = (Instant::now(), 0, Duration::ZERO);
    while begun.elapsed() < time {
        for (path, host) in [("/healthz", "localhost"), ("/users/sign_in", "academy.localhost"), ("/openapi.json", "a")]
        {
            let asked = Instant::now();
            let mut wire = Wire::connect(&server.url).await;
            let reply = timeout(PATIENCE, wire.get(path, host)).await.expect("an answer in time");
            reply.expect(200);
            answered += 1;
            longest = longest.max(asked.elapsed());
        }
        assert!(memory(&server, "VmHWM") < MOST, "{} MiB", memory(&server, "VmHWM") >> 20);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (peak, after) = (memory(&server, "VmHWM"), memory(&server, "VmRSS"));
    eprintln!(
        "hostile connections: {answered} others answered, the slowest in {longest:?}; {} MiB before, {} MiB at the peak, {} MiB \
         at the end",
        before >> 20,
        peak >> 20,
        after >> 20,
    );
    assert!(answered > 30, "{answered} answers");
    drop(attackers);
}
