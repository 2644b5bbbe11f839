//! The program of the host that looks at files.

use super::{fetch, objects, upload, work};
use crate::support::{TestSchool, send};
use files::Files;
use files::scan::Scan;
use files::storage::Storage;
use reqwest::Method;
use school::files::FileLimits;
use serde_json::json;
use std::time::Duration;
use store::Engine;
use web::WebConfig;

async fn school_with(command: &str) -> TestSchool {
    let scan = Scan::of(command, Duration::from_secs(20));
    let files = Files::new(Storage::memory(), FileLimits::default(), scan);
    let config = WebConfig { requests_per_minute: None, requests_at_once: None, files, ..WebConfig::default() };
    TestSchool::start_with(Engine::Sqlite, config).await.expect("SQLite is always there")
}

#[tokio::test]
async fn a_file_is_ready_when_the_scanner_says_so_and_gone_when_it_does_not() {
    let school = school_with("grep -q -v EICAR").await;
    upload(&school, "fine.txt", "fine\n", "").await.expect(201);
    let refused = upload(&school, "bad.txt", "EICAR\n", "").await.expect(422);
    assert!(refused.text.contains("The scanner for viruses has found something in it"), "{}", refused.text);
    let listed = school.get("/files").await.expect(200).json();
    assert_eq!((&listed["items"][1]["state"], &listed["items"][1]["url"]), (&json!("refused"), &json!(null)));
    work(&school).await;
    assert_eq!(objects(&school).await, 1);
    school.finish().await;
}

#[tokio::test]
async fn a_file_waits_while_the_scanner_cannot_look_and_is_tried_again() {
    let school = school_with("grep --no-such-option").await;
    let waits = upload(&school, "a.txt", "text", "&visibility=public").await.expect(202).json();
    assert_eq!((&waits["state"], &waits["url"]), (&json!("checking"), &json!(null)));
    let why = waits["problem"].as_str().expect("why");
    assert!(why.contains("could not be scanned for viruses: grep ended with exit status: 2"), "{why}");
    // Nobody has it meanwhile, not even who guesses the address.
    let id = waits["id"].as_i64().expect("an id");
    let token = school.arrange(move |tx, site| Ok(school::files::get(tx, site, school::FileId::new(id))?.token)).await;
    let guessed = format!("http://localhost/files/{}/{id}/{token}/a.txt", school.site);
    assert_eq!(fetch(&school, Method::GET, &guessed, &[]).await.status, 404);
    let due = school.arrange(move |tx, site| Ok(school::files::get(tx, site, school::FileId::new(id))?.due_at)).await;
    assert!(due.is_some_and(|due| due > store::now()), "it is tried again: {due:?}");
    let answer = send(school.request(Method::POST, &format!("/files/{id}/complete"))).await;
    assert_eq!(answer.status, 202);
    school.finish().await;
}
