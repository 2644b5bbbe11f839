//! What goes wrong around a server: its clock, its files, its disk, its mail server; and what it says of that.

mod backups;
mod clocks;
mod disk;
mod files;
mod imports;
mod jobs;
mod mail_failures;
mod one_school;
mod suspended_schools;
mod uploaded_files;

use crate::support::process::{Home, Server, finish};
use crate::support::{Reply, send};
use reqwest::Client;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Whatever a server notices it has noticed within this time, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(15);

/// A school and its API key.
fn school(home: &Home) -> String {
    let create = ["site", "create", "--subdomain", "academy", "--name", "Academy", "--plan", "plus", "--json"];
    home.run(&create).json()["api_key"].as_str().expect("a key").to_owned()
}

async fn ready(server: &Server) -> Reply {
    send(Client::new().get(format!("{}/readyz", server.url))).await
}

/// Waits until `/readyz` has this status, and gives what it says.
async fn until_ready_is(server: &Server, status: u16) -> String {
    let begun = Instant::now();
    loop {
        let reply = ready(server).await;
        if reply.status == status {
            return reply.text;
        }
        assert!(begun.elapsed() < PATIENCE, "/readyz stays {}: {}", reply.status, reply.text);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn call(server: &Server, key: &str, method: &str, path: &str, body: Value) -> Reply {
    let url = format!("{}/api/public/v1{path}", server.url);
    let request = Client::new().request(method.parse().expect("a method"), url).header("X-Auth-API-Key", key);
    let request = request.header("X-Auth-Subdomain", "academy");
    send(if body.is_null() { request } else { request.json(&body) }).await
}

/// What `doctor` says of one thing: its state, what it found and what to do.
fn doctor(home: &Home, check: &str, arguments: &[&str]) -> (String, String, String) {
    let mut command = home.command_here(["doctor", "--json"]);
    command.args(arguments);
    let finished = finish(command);
    let lines = finished.out.lines().map(|line| line.parse::<Value>().expect("JSON"));
    let found = lines.into_iter().find(|line| line["check"] == check);
    let line = found.unwrap_or_else(|| panic!("no line on {check}: {finished:?}"));
    let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
    (text("state"), text("found"), text("advice"))
}
