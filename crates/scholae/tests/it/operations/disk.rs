//! A disk that takes nothing more: writes are refused, reads go on, and it recovers by itself.

use super::{PATIENCE, call, school, until_ready_is};
use crate::support::process::{Home, Server};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Instant;
use store::Engine;
use testing::skipped;

/// Lets a process write no file beyond so many bytes (prlimit of util-linux); what lies above is refused, as by a full
/// disk.
fn limit(server: &Server, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let limited = Command::new("prlimit").args(["--pid", &server.id().to_string(), &limit]).status();
    assert!(limited.expect("prlimit runs").success());
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_nothing_else_and_is_over_when_there_is_room() {
    if !skipped::can("a full disk", &["prlimit"]) {
        return;
    }
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let key = school(&home);
    // Without this the signal that comes with the limit would end the process, which no full disk does.
    let mut command = Command::new("sh");
    let serve = home.serve_command();
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(serve.get_program()).args(serve.get_args());
    command.current_dir(home.folder()).env("SCHOLAE_UNREADY_SECONDS", "0");
    let server = Server::start(command);
    call(&server, &key, "POST", "/groups", json!({ "name": "Before" })).await.expect(200);
    limit(&server, "4096");
    let why = until_ready_is(&server, 503).await;
    assert!(why.contains("cannot be written"), "{why}");
    let refused = call(&server, &key, "POST", "/groups", json!({ "name": "While" })).await.expect(503);
    assert!(refused.json()["error"].as_str().is_some_and(|why| why.contains("try again")), "{}", refused.text);
    assert_eq!(refused.header("retry-after"), "1");
    let read = call(&server, &key, "GET", "/groups", Value::Null).await.expect(200);
    assert_eq!(read.json()["items"].as_array().map(Vec::len), Some(1));
    limit(&server, "unlimited");
    until_ready_is(&server, 200).await;
    let begun = Instant::now();
    while call(&server, &key, "POST", "/groups", json!({ "name": "After" })).await.status != 200 {
        assert!(begun.elapsed() < PATIENCE);
    }
}
