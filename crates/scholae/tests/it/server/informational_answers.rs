//! A receiver of webhooks that goes on saying that it will answer.

use super::wire::PATIENCE;
use crate::support::hooks::{generated, made_webhook};
use crate::support::process::{Home, Server};
use reqwest::Method;
use serde_json::json;
use store::Engine;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread")]
async fn endless_informational_answers_end_with_the_time_of_an_attempt() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let school = generated(&home, 1);
    let mut command = home.serve_command();
    command.args(["--webhook-targets", "development", "--webhook-timeout-seconds", "1"]);
    let server = Server::start(command);
    for interim in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let target = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let webhook = made_webhook(&school, &server.url, "user.signup", &target).await;
        let body = json!({ "first_name": "Ann", "last_name": "B", "email": format!("a{}@example.com", interim.len()) });
        let made = school.ask(&server.url, Method::POST, "/api/public/v1/users", None, &body).await;
        made.expect("an answer").expect(201);
        let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.expect("in time").expect("a connection");
        let much = interim.repeat(1000);
        let endless = async { while stream.write_all(much.as_bytes()).await.is_ok() {} };
        timeout(PATIENCE, endless).await.expect("the sender has ended the connection");
        let path = format!("/api/v2/webhooks/{webhook}");
        school.ask(&server.url, Method::DELETE, &path, None, &serde_json::Value::Null).await.expect("an answer");
    }
}
