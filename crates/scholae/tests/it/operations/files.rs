//! The files of SQLite, deleted, replaced, cut or emptied: noticed under a running server, and before one starts.

use super::{PATIENCE, call, doctor, school, until_ready_is};
use crate::support::process::{Home, Server, refused};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::path::PathBuf;
use std::time::Instant;
use store::Engine;

fn home() -> Home {
    Home::new(Engine::Sqlite).expect("SQLite is always there")
}

fn database(home: &Home) -> PathBuf {
    home.folder().join("data/scholae.db")
}

fn cut(path: &PathBuf, length: u64) {
    OpenOptions::new().write(true).open(path).expect("a file").set_len(length).expect("cut");
}

/// Does something to the files under a server, and makes sure that it is noticed, said, and that nothing more is
/// written.
async fn noticed(damage: impl Fn(&Home), said: &str) {
    let home = home();
    let key = school(&home);
    let server = home.serve();
    call(&server, &key, "POST", "/groups", json!({ "name": "Before" })).await.expect(200);
    until_ready_is(&server, 200).await;
    damage(&home);
    let why = until_ready_is(&server, 503).await;
    assert!(why.contains(said), "{why}");
    let begun = Instant::now();
    while !server.log().contains(said) {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let refused = call(&server, &key, "POST", "/groups", json!({ "name": "After" })).await.expect(503);
    assert!(refused.json()["error"].is_string(), "{}", refused.text);
}

#[tokio::test]
async fn a_deleted_file_is_noticed() {
    noticed(|home| std::fs::remove_file(database(home)).expect("removed"), "is gone").await;
}

#[tokio::test]
async fn a_replaced_file_is_noticed() {
    let replace = |home: &Home| {
        let (file, copy) = (database(home), home.folder().join("copy"));
        std::fs::copy(&file, &copy).expect("copied");
        std::fs::rename(&copy, &file).expect("moved");
    };
    noticed(replace, "was replaced").await;
}

#[tokio::test]
async fn an_emptied_file_is_noticed() {
    noticed(|home| cut(&database(home), 0), "is empty").await;
}

#[tokio::test]
async fn a_cut_file_is_noticed() {
    noticed(|home| cut(&database(home), 8192), "was cut").await;
}

#[tokio::test]
async fn a_deleted_log_is_noticed() {
    noticed(|home| std::fs::remove_file(home.folder().join("data/scholae.db-wal")).expect("removed"), "-wal is gone")
        .await;
}

#[tokio::test]
async fn an_emptied_log_is_noticed() {
    noticed(|home| cut(&home.folder().join("data/scholae.db-wal"), 0), "-wal was cut").await;
}

#[tokio::test]
async fn a_replaced_shared_memory_is_noticed() {
    let replace = |home: &Home| {
        let (file, copy) = (home.folder().join("data/scholae.db-shm"), home.folder().join("copy"));
        std::fs::copy(&file, &copy).expect("copied");
        std::fs::rename(&copy, &file).expect("moved");
    };
    noticed(replace, "-shm was replaced by another one").await;
}

#[tokio::test]
async fn a_deleted_shared_memory_is_noticed_and_nothing_that_was_acknowledged_is_lost() {
    let home = home();
    let key = school(&home);
    let server = home.serve();
    let write = async |name: &str| call(&server, &key, "POST", "/groups", json!({ "name": name })).await;
    write("Before").await.expect(200);
    std::fs::remove_file(home.folder().join("data/scholae.db-shm")).expect("removed");
    // Nobody writes beside the server without what they share.
    std::fs::write(home.folder().join("people.csv"), "first_name,last_name,email\nAnn,Bo,ann@example.com\n")
        .expect("written");
    refused(&home.run(&["users", "import", "people.csv"]), 1, &["scholae.db-shm is gone", "stop them"]);
    assert!(until_ready_is(&server, 503).await.contains("-shm is gone: stop every program"));
    write("After").await.expect(503);
    drop(server);
    home.run(&["users", "import", "people.csv"]).ok();
    let server = home.serve();
    until_ready_is(&server, 200).await;
    let groups = call(&server, &key, "GET", "/groups", Value::Null).await.expect(200).json();
    assert_eq!(groups["items"].as_array().map(Vec::len), Some(1), "{groups}");
    let people =
        call(&server, &key, "GET", "/users?query[email]=ann@example.com", Value::Null).await.expect(200).json();
    assert_eq!(people["items"].as_array().map(Vec::len), Some(1), "{people}");
}

#[test]
fn a_damaged_file_is_told_before_a_server_starts_and_by_the_doctor() {
    let home = home();
    school(&home);
    let whole = std::fs::read(database(&home)).expect("a file");
    // Its second half overwritten, its tail cut off, its beginning lost.
    let mut scribbled = whole.clone();
    let half = scribbled.len() / 2;
    scribbled[half..].fill(0x55);
    for bytes in [&scribbled[..], &whole[..whole.len() / 2], &whole[100..]] {
        std::fs::write(database(&home), bytes).expect("written");
        refused(&home.run(&["serve", "--listen", "127.0.0.1:0"]), 1, &["scholae.db", "backup"]);
        let lines = home.run(&["doctor", "--json"]);
        assert_eq!(lines.code, 1, "{lines:?}");
        assert!(lines.out.contains("backup"), "{lines:?}");
    }
    std::fs::write(database(&home), whole).expect("written");
    drop(home.serve());
    assert_eq!(doctor(&home, "database file", &[]).0, "ok");
}

#[test]
fn a_backup_is_not_restored_over_a_damaged_file_and_it_is_said_what_to_do() {
    let home = home();
    school(&home);
    home.run(&["backup", "--out", "backup.jsonl"]).ok();
    let server = home.serve();
    let whole = std::fs::read(database(&home)).expect("a file");
    let mut scribbled = whole.clone();
    let half = scribbled.len() / 2;
    scribbled[half..].fill(0x55);
    for bytes in [&scribbled[..], &whole[..8192], &whole[100..]] {
        std::fs::write(database(&home), bytes).expect("written");
        let parts = ["scholae.db", "restore the last backup into a new data folder"];
        refused(&home.run(&["restore", "backup.jsonl"]), 1, &parts);
        let one = ["restore", "backup.jsonl", "--school", "academy"];
        refused(&home.run(&one), 1, &parts);
    }
    drop(server);
    // Which is what helps.
    let mut command = home.command(["restore", "backup.jsonl", "--data", "new"]);
    std::fs::create_dir(home.folder().join("new")).expect("made");
    std::fs::copy(home.folder().join("data/server.key"), home.folder().join("new/server.key")).expect("copied");
    crate::support::process::finish({
        command.stdin(std::process::Stdio::null());
        command
    })
    .ok();
}

#[test]
fn an_empty_file_beside_a_used_key_is_no_new_server() {
    let home = home();
    let key = school(&home);
    drop(home.serve());
    for lost in [Some(&b""[..]), None] {
        for name in ["scholae.db-wal", "scholae.db-shm"] {
            let _none = std::fs::remove_file(home.folder().join("data").join(name));
        }
        match lost {
            Some(bytes) => std::fs::write(database(&home), bytes).expect("written"),
            None => std::fs::remove_file(database(&home)).expect("removed"),
        }
        let advice = ["server.key", "restore"];
        refused(&home.run(&["serve", "--listen", "127.0.0.1:0"]), 1, &advice);
        refused(&home.run(&["site", "create", "--subdomain", "two", "--name", "Two"]), 1, &advice);
    }
    // Whoever means to begin anew says so by moving the key away; a key that was only brought along is fine.
    std::fs::remove_file(home.folder().join("data/server.key.used")).expect("removed");
    assert_ne!(school(&home), key);
    let server: Server = home.serve();
    drop(server);
    // Even then an empty file is told of.
    std::fs::remove_file(home.folder().join("data/server.key.used")).expect("removed");
    std::fs::write(database(&home), b"").expect("emptied");
    let server: Server = home.serve();
    assert!(server.log().contains("a new server begins in it"), "{}", server.log());
}
