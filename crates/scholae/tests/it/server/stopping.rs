//! A server that is asked to end: who has begun is answered, and nobody keeps it.

use super::wire::{PATIENCE, Wire, http2};
use crate::support::process::{Home, Server};
use hyper::Request;
use std::time::Duration;
use store::Engine;
use tokio::net::TcpStream;
use tokio::time::timeout;

fn academy() -> Home {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    home.run(&["site", "create", "--subdomain", "academy", "--name", "Academy"]).ok();
    home
}

fn served(home: &Home, arguments: &[&str]) -> Server {
    let mut command = home.serve_command();
    command.args(arguments);
    Server::start(command)
}

/// Connections that nothing comes of, each in another way.
async fn stalled(server: &Server) -> (Vec<Wire>, h2::RecvStream) {
    let mut wires = Vec::new();
    for begun in [
        "",
        "GET /healthz HTTP/1.1\r\nHost: ",
        "POST /users/sign_in HTTP/1.1\r\nHost: academy.localhost\r\nContent-Length: 100\r\n\r\na=",
    ] {
        let mut wire = Wire::connect(&server.url).await;
        wire.send(begun).await;
        wires.push(wire);
    }
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.expect("connected");
    let request = Request::get("http://localhost/openapi.json").body(()).expect("a request");
    let (answer, _) = http2(stream, 0).await.send_request(request, true).expect("sent");
    (wires, answer.await.expect("a head").into_body())
}

async fn until(what: &str, mut right: impl AsyncFnMut() -> bool) {
    let again = async {
        while !right().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, again).await.unwrap_or_else(|_| panic!("never: {what}"));
}

async fn is_refused(server: &Server) -> bool {
    TcpStream::connect(server.url.trim_start_matches("http://")).await.is_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn stalled_connections_are_cut_off_when_their_time_is_over() {
    let home = academy();
    let server = served(&home, &["--stop-timeout-seconds", "1"]);
    let _stalled = stalled(&server).await;
    server.terminate();
    assert!(server.ended(PATIENCE).success(), "it ends by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let home = academy();
    let server = served(&home, &["--stop-timeout-seconds", "3600", "--write-timeout-seconds", "3600"]);
    let _stalled = stalled(&server).await;
    server.terminate();
    until("nobody is let in any more", async || is_refused(&server).await).await;
    server.terminate();
    assert!(!server.ended(PATIENCE).success(), "it did not finish what had begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_first_says_that_it_is_not_ready_and_goes_on_meanwhile() {
    let home = academy();
    let server = served(&home, &["--unready-seconds", "3600"]);
    let ready = async || Wire::connect(&server.url).await.get("/readyz", "localhost").await.status;
    assert_eq!(ready().await, 200);
    server.terminate();
    until("it is not ready", async || ready().await == 503).await;
    Wire::connect(&server.url).await.get("/healthz", "localhost").await.expect(200);
    Wire::connect(&server.url).await.get("/users/sign_in", "academy.localhost").await.expect(200);
    server.terminate();
    assert!(!server.ended(PATIENCE).success());

    let server = served(&home, &["--unready-seconds", "1"]);
    server.terminate();
    assert!(server.ended(PATIENCE).success(), "it ends by itself");

    // Somebody at the terminal need not wait.
    let server = served(&home, &["--unready-seconds", "3600"]);
    server.signal("INT");
    assert!(server.ended(PATIENCE).success(), "it ends by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_told_that_it_ends() {
    let home = academy();
    let server = served(&home, &["--stop-timeout-seconds", "3600", "--body-timeout-seconds", "3600"]);
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut idle = Wire::connect(&server.url).await;
    idle.get("/healthz", "localhost").await.expect(200);
    let mut busy = Wire::connect(&server.url).await;
    let body = "email=ann@example.com";
    let head = "POST /users/sign_in HTTP/1.1\r\nHost: academy.localhost\r\nExpect: 100-continue\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    // The server has begun with it when it asks for the body.
    busy.ask(&format!("{head}{form}Content-Length: {}\r\n\r\n", body.len())).await.expect(100);
    let stream = TcpStream::connect(&address).await.expect("connected");
    let (mut requests, connection) = h2::client::handshake(stream).await.expect("a handshake");
    let http2 = tokio::spawn(connection);
    let request = || Request::get("http://localhost/healthz").body(()).expect("a request");
    requests.send_request(request(), true).expect("sent").0.await.expect("an answer");

    server.terminate();
    idle.ended().await;
    timeout(PATIENCE, http2).await.expect("an end").expect("no panic").expect("ended in order, with GOAWAY");
    until("nobody is let in any more", async || is_refused(&server).await).await;
    busy.send(body).await;
    let reply = busy.reply().await.expect("what has begun is answered");
    assert_eq!((reply.status, reply.header("connection")), (403, "close"));
    assert!(server.ended(PATIENCE).success(), "it ends by itself");
}
