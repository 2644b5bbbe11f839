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
    let (started, mut slowest, mut written) = (Instant::now(), Duration::ZERO, 0);
    let status = loop {
        if let Some(status) = import.try_wait().expect("a status") {
            break status;
        }
        let begun = Instant::now();
        call(&server, &key, "POST", "/groups", json!({ "name": format!("Group {written}") })).await.expect(200);
        slowest = slowest.max(begun.elapsed());
        written += 1;
    };
    assert!(status.success());
    let whole = started.elapsed();
    // However busy the machine is: nobody waits for more than a small part of it.
    assert!(written > 10 && slowest * 4 < whole, "{written} writes in {whole:?}, the slowest took {slowest:?}");
}

#[tokio::test]
async fn a_long_import_yields_to_other_writes_on_sqlite() {
    a_long_import_yields_to_other_writes(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_long_import_yields_to_other_writes_on_postgres() {
    a_long_import_yields_to_other_writes(Engine::Postgres).await;
}
