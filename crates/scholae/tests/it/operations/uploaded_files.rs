//! Uploaded files and the commands: they come along in backups, are missed by `doctor`, swept, and go with their school.

use super::{call, doctor, school};
use crate::support::process::{Home, Server};
use crate::support::send;
use reqwest::Client;
use serde_json::Value;
use std::path::{Path, PathBuf};
use store::Engine;

async fn upload(server: &Server, key: &str, name: &str, text: &str) -> Value {
    let url = format!("{}/api/public/v1/files/upload?visibility=public&name={name}", server.url);
    let request = Client::new().post(url).header("X-Auth-API-Key", key).header("X-Auth-Subdomain", "academy");
    send(request.body(text.to_owned())).await.expect(201).json()
}

/// Every object below a folder.
fn objects(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(objects(&path)) } else { found.push(path) }
    }
    found
}

async fn files_come_along(engine: Engine) {
    let (Some(home), Some(other)) = (Home::new(engine), Home::new(engine)) else { return };
    let key = school(&home);
    let server = home.serve();
    let file = upload(&server, &key, "a.txt", "kept in a folder").await;
    assert_eq!(call(&server, &key, "GET", "/files", Value::Null).await.ids().len(), 1);
    let (folder, backup) = (home.folder().join("data/files"), home.folder().join("school.jsonl"));
    assert_eq!(objects(&folder).len(), 1);
    assert_eq!(doctor(&home, "files", &[]).0, "ok");
    let backup = backup.to_str().expect("UTF-8");
    let told = home.run(&["backup", "--out", backup]).ok().out;
    assert!(told.contains("1 pieces of files copied, 16 bytes; 0 were there."), "{told}");
    let told = home.run(&["backup", "--out", backup]).ok().out;
    assert!(told.contains("0 pieces of files copied, 0 bytes; 1 were there."), "{told}");
    // What nothing names is found and removed, when it is not of today.
    let stray = objects(&folder)[0].with_file_name("0123456789abcdef0123456789abcdef");
    std::fs::write(&stray, "stray").expect("written");
    assert!(home.run(&["files", "sweep"]).ok().out.contains("Nothing is left over."), "it may be about to be noted");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(2 * 86_400);
    std::fs::File::options().write(true).open(&stray).expect("there").set_modified(old).expect("older");
    assert!(home.run(&["files", "sweep"]).ok().out.contains("1 left over; --delete removes them."));
    assert!(home.run(&["files", "sweep", "--delete"]).ok().out.contains("1 left over, and removed."));
    assert_eq!(objects(&folder).len(), 1);
    drop(server);

    std::fs::create_dir_all(other.folder().join("data")).expect("a folder");
    std::fs::copy(home.folder().join("data/server.key"), other.folder().join("data/server.key")).expect("copied");
    let told = other.run(&["restore", backup]).ok().out;
    assert!(told.contains("1 pieces of files brought back, 16 bytes"), "{told}");
    let restored = other.serve();
    let path = file["url"].as_str().expect("an address").split_once("/files/").expect("a path").1.to_owned();
    let got = send(Client::new().get(format!("{}/files/{path}", restored.url))).await.expect(200);
    assert_eq!(got.text, "kept in a folder");

    let there = other.folder().join("data/files");
    std::fs::remove_file(&objects(&there)[0]).expect("removed");
    let (state, found, advice) = doctor(&other, "files", &[]);
    assert_eq!(state, "failed");
    assert!(
        found.contains("1 files are missing, or not whole: academy 1") && advice.contains("last backup"),
        "{found}"
    );
    let gone = send(Client::new().get(format!("{}/files/{path}", restored.url))).await;
    assert_eq!(gone.status, 503, "{}", gone.text);
    drop(restored);

    let told = home.run(&["site", "delete", "--school", "academy", "--confirm", "academy"]).ok().out;
    assert!(told.contains("1 pieces of its files are removed."), "{told}");
    assert_eq!(objects(&folder), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn files_come_along_on_sqlite() {
    files_come_along(Engine::Sqlite).await;
}

#[tokio::test]
async fn files_come_along_on_postgres() {
    files_come_along(Engine::Postgres).await;
}
