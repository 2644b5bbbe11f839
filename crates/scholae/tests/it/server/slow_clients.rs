//! Clients that begin and do not go on: each way to be slow ends, on every path, and nobody else notices.

use super::wire::{PATIENCE, Wire, http2};
use crate::support::TestSchool;
use hyper::Request;
use hyper::body::Bytes;
use server::Limits;
use std::time::Duration;
use store::Engine;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use web::WebConfig;

/// Times that a test can wait for.
fn short() -> Limits {
    let time = Duration::from_millis(400);
    Limits { head_timeout: time, body_timeout: time, write_timeout: time, idle_timeout: time, ..Limits::default() }
}

/// A school behind limits of which this one alone is short.
async fn school(limits: Limits) -> TestSchool {
    let config = WebConfig { requests_per_minute: None, requests_at_once: None, mailbox: true, ..WebConfig::default() };
    TestSchool::start_within(Engine::Sqlite, config, limits).await.expect("SQLite")
}

#[tokio::test]
async fn half_a_head_ends_its_connection() {
    let school = school(Limits { head_timeout: short().head_timeout, ..Limits::default() }).await;
    for head in ["G", "PRI * HTTP/2.0\r\n", "GET /users/sign_in HTTP/1.1\r\nHost: academy.localhost\r\nX-More: "] {
        let mut wire = Wire::connect(&school.url).await;
        wire.send(head).await;
        wire.ended().await;
    }
    // A client that sends a little more each time has no more time than others.
    let mut wire = Wire::connect(&school.url).await;
    wire.get("/healthz", "localhost").await.expect(200);
    let mut trickle = tokio::time::interval(Duration::from_millis(20));
    let more = async {
        for byte in "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ".bytes().chain(std::iter::repeat(b'x')) {
            trickle.tick().await;
            if wire.try_send(&[byte]).await.is_err() {
                break;
            }
        }
    };
    timeout(PATIENCE, more).await.expect("it was cut off");
    school.finish().await;
}

#[tokio::test]
async fn an_idle_connection_ends_and_one_of_http2_is_told_so() {
    let school = school(Limits { idle_timeout: short().idle_timeout, ..Limits::default() }).await;
    let mut silent = Wire::connect(&school.url).await;
    let mut used = Wire::connect(&school.url).await;
    used.get("/healthz", "localhost").await.expect(200);
    let address = school.url.trim_start_matches("http://").to_owned();
    let stream = TcpStream::connect(&address).await.expect("connected");
    let (mut requests, connection) = h2::client::handshake(stream).await.expect("a handshake");
    let ended = tokio::spawn(connection);
    let request = Request::get(format!("http://{address}/healthz")).body(()).expect("a request");
    let (answer, _) = requests.send_request(request, true).expect("sent");
    assert_eq!(answer.await.expect("an answer").status(), 200);
    silent.ended().await;
    used.ended().await;
    // Ended in order: with GOAWAY and without an error.
    timeout(PATIENCE, ended).await.expect("an end").expect("no panic").expect("no error");
    school.finish().await;
}

#[tokio::test]
async fn a_slow_body_is_answered_408_on_every_path() {
    let school = school(Limits { body_timeout: short().body_timeout, ..Limits::default() }).await;
    let key = format!("X-Auth-API-Key: {}\r\nX-Auth-Subdomain: academy\r\n", school.api_key);
    for (path, headers) in [
        ("/api/public/v1/users", key.as_str()),
        ("/api/public/v1/groups", key.as_str()),
        ("/api/v2/webhooks", key.as_str()),
        ("/oauth2/token", ""),
        ("/oauth2/revoke", ""),
        ("/users/sign_in", ""),
        ("/users/sign_up", ""),
        ("/mailbox/clear", ""),
    ] {
        let mut wire = Wire::connect(&school.url).await;
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let host = if path == "/mailbox/clear" { "localhost" } else { "academy.localhost" };
        let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}{form}Content-Length: 1000\r\n\r\na=");
        let reply = wire.ask(&head).await;
        // What reads no body at all has its answer ready; its connection ends all the same.
        assert!(reply.status == 408 || path == "/mailbox/clear", "{path}: {} {}", reply.status, reply.text);
        assert_eq!(reply.header("connection"), "close", "{path}");
        wire.ended().await;
    }
    // The same as chunks, and on HTTP/2.
    let mut wire = Wire::connect(&school.url).await;
    let head =
        "POST /oauth2/token HTTP/1.1\r\nHost: academy.localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na=\r\n";
    wire.ask(head).await.expect(408);
    let address = school.url.trim_start_matches("http://").to_owned();
    let mut requests = http2(TcpStream::connect(&address).await.expect("connected"), 65_535).await;
    let request = Request::post("http://academy.localhost/users/sign_in").body(()).expect("a request");
    let (answer, mut body) = requests.send_request(request, false).expect("sent");
    body.send_data(Bytes::from_static(b"a="), false).expect("sent");
    assert_eq!(timeout(PATIENCE, answer).await.expect("in time").expect("an answer").status(), 408);
    school.finish().await;
}

#[tokio::test]
async fn a_body_that_comes_in_time_piece_by_piece_is_taken() {
    let school = school(Limits { body_timeout: Duration::from_secs(20), ..Limits::default() }).await;
    let body = serde_json::json!({ "name": "Slow", "padding": "x".repeat(200_000) }).to_string();
    let mut wire = Wire::connect(&school.url).await;
    let key = format!("X-Auth-API-Key: {}\r\nX-Auth-Subdomain: academy\r\n", school.api_key);
    wire.send(format!("POST /api/public/v1/groups HTTP/1.1\r\nHost: a\r\n{key}Content-Length: {}\r\n\r\n", body.len()))
        .await;
    for piece in body.as_bytes().chunks(10_000) {
        wire.send(piece).await;
        tokio::task::yield_now().await;
    }
    wire.reply().await.expect("an answer").expect(200);
    school.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_not_accepted_ends_its_connection() {
    let school = school(Limits { write_timeout: short().write_timeout, ..Limits::default() }).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    // So little fits into the client that most of the answers stay with the server.
    socket.set_recv_buffer_size(4 * 1024).expect("set");
    let address = school.url.trim_start_matches("http://").parse().expect("an address");
    let stream = socket.connect(address).await.expect("connected");
    let mut wire = Wire::of(stream);
    let asked = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(200);
    let _cut_off_meanwhile = wire.try_send(asked.as_bytes()).await;
    // The server gives up while nothing is read; what it had sent before may still be read.
    let gone = async {
        while wire.try_send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("the connection was cut off");
    school.finish().await;
}
