//! A long import beside a server: other writes have their turn.

use super::{call, school};
use crate::support::process::Home;
use serde_json::json;
use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};
use store::Engine;

async fn a_long_import_yields_to_other_writes(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let key = school(&home);
    let mut sheet = String::from("first_name,last_name,email\n");
    for n in 0..2_000 {
        let _infallible = writeln!(sheet, "Ann,Example {n},ann{n}@example.com");
    }
    std::fs::write(home.folder().join("people.csv"), sheet).expect("written");
    let server = home.serve();
    let mut import = home.command_here(["users", "import", "people.csv"]);
    let mut import = import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let (started, mut waits) = (Instant::now(), Vec::new());
    let status = loop {
        if let Some(status) = import.try_wait().expect("a status") {
            break status;
        }
        let begun = Instant::now();
        let name = format!("Group {}", waits.len());
        call(&server, &key, "POST", "/groups", json!({ "name": name })).await.expect(200);
        waits.push(begun.elapsed());
    };
    assert!(status.success());
    let whole = started.elapsed();
    // However busy the machine is: hardly anybody waits for more than a small part of it, and nobody for most of it.
    waits.sort_unstable();
    let (written, slowest) = (waits.len(), waits.last().copied().unwrap_or(Duration::MAX));
    let slow = waits.get(written * 9 / 10).copied().unwrap_or(Duration::MAX);
    assert!(
        written > 20 && slow * 8 < whole && slowest * 2 < whole,
        "{written} writes in {whole:?}: {slow:?}, {slowest:?}"
    );
}

#[tokio::test]
async fn a_long_import_yields_to_other_writes_on_sqlite() {
    a_long_import_yields_to_other_writes(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_long_import_yields_to_other_writes_on_postgres() {
    a_long_import_yields_to_other_writes(Engine::Postgres).await;
}
