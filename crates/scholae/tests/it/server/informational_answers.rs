//! A receiver of webhooks that goes on saying that it will answer.

use super::wire::PATIENCE;
use crate::support::hooks::{Hooked, generated, made_webhook};
use crate::support::process::{Home, Server};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use store::Engine;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

/// A receiver that says this before its answer, `pause` apart and without end, until the sender has gone.
async fn endless(school: &Hooked, server: &Server, interim: &str, pause: Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let webhook = made_webhook(school, &server.url, "user.signup", &target).await;
    let email = format!("a{}@example.com", listener.local_addr().expect("an address").port());
    let body = json!({ "first_name": "Ann", "last_name": "B", "email": email });
    let made = school.ask(&server.url, Method::POST, "/api/public/v1/users", None, &body).await;
    made.expect("an answer").expect(201);
    let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.expect("in time").expect("a connection");
    let sending = async {
        while stream.write_all(interim.as_bytes()).await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    };
    timeout(PATIENCE, sending).await.expect("the sender has ended the connection");
    let path = format!("/api/v2/webhooks/{webhook}");
    school.ask(&server.url, Method::DELETE, &path, None, &Value::Null).await.expect("an answer");
}

fn serve(home: &Home, seconds: &str) -> Server {
    let mut command = home.serve_command();
    command.args(["--webhook-targets", "development", "--webhook-timeout-seconds", seconds]);
    Server::start(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_informational_answers_are_cut_off() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let school = generated(&home, 1);
    // Long before the time of an attempt is over.
    let server = serve(&home, "3600");
    for interim in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"] {
        endless(&school, &server, interim, Duration::ZERO).await;
    }
    drop(server);
    // Too few of them, for too long.
    let server = serve(&home, "1");
    endless(&school, &server, "HTTP/1.1 102 Processing\r\n\r\n", Duration::from_millis(300)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_informational_answers_before_the_one_that_counts_mean_nothing() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let school = generated(&home, 1);
    let server = serve(&home, "3600");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = format!("http://{}/hook", listener.local_addr().expect("an address"));
    made_webhook(&school, &server.url, "user.signup", &target).await;
    let body = json!({ "first_name": "Ann", "last_name": "B", "email": "ann@example.com" });
    let made = school.ask(&server.url, Method::POST, "/api/public/v1/users", None, &body).await;
    made.expect("an answer").expect(201);
    let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.expect("in time").expect("a connection");
    // An answer to what nobody has asked yet would end the connection.
    assert!(stream.read(&mut [0; 1024]).await.expect("read") > 0);
    let answer =
        format!("{}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n".repeat(10));
    stream.write_all(answer.as_bytes()).await.expect("sent");
    let written = async {
        while school.in_state(&home, None, store::deliveries::DeliveryState::Delivered) == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, written).await.expect("it arrived");
}
