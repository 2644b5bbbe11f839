//! A receiver that knows only what is documented: it verifies whatever comes, for every topic, with code and libraries
//! that are not ours.

use crate::support::process::{Home, Server, pipe};
use crate::support::receiver::{Answer, Heard, Receiver};
use base64::Engine as _;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};
use store::Engine;
use testing::skipped;

const TOPICS: [&str; 26] = [
    "lead.created",
    "order.created",
    "order_transaction.succeeded",
    "order_transaction.failed",
    "order_transaction.refunded",
    "subscription.cancelled",
    "subscription.past_due",
    "subscription.unpaid",
    "user.signup",
    "user.signin",
    "user.updated",
    "user.deleted",
    "enrollment.trial",
    "enrollment.created",
    "enrollment.progress",
    "enrollment.completed",
    "lesson.completed",
    "quiz.attempted",
    "course.created",
    "course.updated",
    "course.deleted",
    "product.created",
    "product.updated",
    "product.deleted",
    "app.uninstalled",
    "plan.updated",
];

/// The headers of a request as its receiver's library is given them, with changes.
fn changed(heard: &Heard, name: &'static str, value: &str) -> HeaderMap {
    let mut headers = heard.headers.clone();
    headers.insert(name, HeaderValue::from_str(value).expect("a value"));
    headers
}

/// The signature of a body, by the command that the documentation names.
fn by_openssl(key: &str, body: &[u8]) -> Option<String> {
    if !skipped::can("the signature by openssl", &["openssl"]) {
        return None;
    }
    let mut command = Command::new("openssl");
    command.args(["dgst", "-sha256", "-hmac", key]);
    let said = pipe(command, std::str::from_utf8(body).expect("UTF-8"));
    assert_eq!(said.code, 0, "{}", said.err);
    Some(said.out.trim().rsplit(' ').next().expect("a signature").to_owned())
}

async fn verified(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let server = Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
    let key = server.json()["api_key"].as_str().expect("a key").to_owned();
    let receiver = Receiver::start(|_| Answer::Status(200)).await;
    for topic in TOPICS {
        // As an app does it: the key alone, as a Bearer token.
        let made = Client::new()
            .request(Method::POST, format!("{}/api/v2/webhooks", server.url))
            .bearer_auth(&key)
            .json(&json!({ "topic": topic, "target_url": format!("{}/{topic}", receiver.url) }))
            .send()
            .await
            .expect("an answer");
        assert_eq!(made.status(), 201);
    }
    let mut caused = BTreeMap::new();
    for topic in TOPICS {
        let came = home.run(&["trigger", "--json", topic]).json();
        for event in came["events"].as_array().expect("events") {
            let text = |key: &str| event[key].as_str().map(str::to_owned);
            caused.insert(text("event_id").or_else(|| text("id")).expect("an id"), text("topic").expect("a topic"));
        }
    }
    let begun = Instant::now();
    while receiver.count() < caused.len() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{} of {}", receiver.count(), caused.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let heard = receiver.heard();
    let library = Webhook::new(&format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(&key)))
        .expect("a secret as libraries want it");
    let mut came: Vec<&str> = Vec::new();
    for one in &heard {
        one.is_as_documented(&key, "demo");
        let (topic, event) = (one.header("x-thinkific-topic"), one.event());
        assert_eq!(one.path, format!("/{topic}"), "where events of this topic are sent");
        assert_eq!(caused.get(&event).map(String::as_str), Some(topic), "{event}");
        library.verify(&one.body, &one.headers).expect("verified by the standard's library");
        came.push(topic);
    }
    came.sort_unstable();
    came.dedup();
    assert_eq!(came.len(), TOPICS.len(), "each of them came: {came:?}");

    // Whatever is not exactly as it was sent is found out.
    let (one, another) = (&heard[0], &heard[1]);
    let mut body: Value = one.json();
    body["payload"]["email"] = json!("mallory@example.com");
    let mut forged = one.clone();
    forged.body = serde_json::to_vec(&body).expect("JSON");
    assert!(!forged.is_signed(&key) && library.verify(&forged.body, &forged.headers).is_err());
    assert!(!one.is_signed("0123456789abcdef0123456789abcdef"), "signed with the school's key");
    assert!(library.verify(&one.body, &changed(one, "webhook-id", another.header("webhook-id"))).is_err());
    let timestamp: i64 = one.header("webhook-timestamp").parse().expect("seconds");
    for moved in [1, -1, -600] {
        let headers = changed(one, "webhook-timestamp", &(timestamp + moved).to_string());
        assert!(library.verify(&one.body, &headers).is_err(), "sent again, as if {moved} s later");
    }
    for one in heard.iter().take(3) {
        if let Some(signature) = by_openssl(&key, &one.body) {
            assert_eq!(one.header("x-thinkific-hmac-sha256"), signature);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_verifies_every_topic_with_what_is_documented_on_sqlite() {
    verified(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_verifies_every_topic_with_what_is_documented_on_postgres() {
    verified(Engine::Postgres).await;
}
