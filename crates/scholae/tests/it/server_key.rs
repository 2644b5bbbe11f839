//! The server's key: with another one, or without it, no server begins; and what stays when it is lost.

use crate::people::browser::Browser;
use crate::support::process::{Finished, Home, Server, finish, refused};
use crate::support::{Reply, send};
use reqwest::Client;
use serde_json::Value;
use std::process::Command;
use store::Engine;

/// The places for one test on each engine.
fn homes() -> impl Iterator<Item = Home> {
    [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new)
}

/// A command on the same database with another data folder.
fn elsewhere(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command(arguments);
    command.args(["--data", "elsewhere", "--database"]);
    match home.database() {
        Some(url) => command.arg(url),
        None => command.arg(format!("sqlite://{}", home.folder().join("data/scholae.db").display())),
    };
    command
}

#[track_caller]
fn foreign(finished: &Finished) {
    refused(finished, 1, &["under a server key already", "server.key", "SCHOLAE_SERVER_KEY", "--new-server-key"]);
}

#[test]
fn a_database_under_one_key_is_not_served_with_another_or_with_none() {
    for home in homes() {
        home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
        let api_key = home.run(&["key", "show"]).ok().out;
        let file = home.folder().join("data/server.key");
        let kept = std::fs::read_to_string(&file).expect("a key");

        // A second server with a folder of its own, where there is no key: none is made.
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        foreign(&finish(elsewhere(&home, &serve)));
        assert!(!home.folder().join("elsewhere/server.key").exists(), "nothing is made");
        // The same with a key of its own.
        std::fs::create_dir_all(home.folder().join("elsewhere")).expect("made");
        std::fs::write(home.folder().join("elsewhere/server.key"), "another key that is long enough, too").expect("w");
        foreign(&finish(elsewhere(&home, &serve)));
        for arguments in [&["key", "show"][..], &["key", "rotate"], &["app", "list"], &["keys", "rotate"]] {
            foreign(&finish(elsewhere(&home, arguments)));
        }
        let looked = finish(elsewhere(&home, &["doctor"]));
        assert!(looked.code == 1 && looked.out.contains("the database is under another one"), "{}", looked.out);

        // The key is lost.
        std::fs::remove_file(&file).expect("removed");
        foreign(&home.run(&serve));
        assert!(!file.exists(), "no other is made in its place");

        // It is back, as a file or as a setting; and what it opened, it opens.
        let mut with_setting = elsewhere(&home, &["key", "show"]);
        with_setting.env("SCHOLAE_SERVER_KEY", &kept);
        assert_eq!(finish(with_setting).ok().out, api_key);
        std::fs::write(home.folder().join("elsewhere/server.key"), &kept).expect("written");
        assert_eq!(finish(elsewhere(&home, &["key", "show"])).ok().out, api_key);
    }
}

#[test]
fn an_empty_database_takes_the_first_key_that_is_used() {
    for home in homes() {
        // Nothing is sealed in it, and yet it is under the key of the server that was started on it.
        drop(home.serve());
        foreign(&finish(elsewhere(&home, &["site", "create", "--subdomain", "one", "--name", "One"])));
        home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_before_keys_were_remembered_is_known_by_what_opens() {
    for home in homes() {
        home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
        let store = home.store();
        store.write(None, store::server_key::forget).await.expect("forgotten");
        tokio::task::spawn_blocking(move || drop(store)).await.expect("closed");
        foreign(&finish(elsewhere(&home, &["key", "show"])));
        assert!(!home.folder().join("elsewhere/server.key").exists(), "nothing is made");
        home.run(&["key", "show"]).ok();
        let store = home.store();
        let kept = store.read(store::server_key::kept).await.expect("read");
        tokio::task::spawn_blocking(move || drop(store)).await.expect("closed");
        assert!(kept.is_some(), "from now on it is remembered");
    }
}

async fn asked(url: &str, api_key: &str) -> Reply {
    let request = Client::new().get(format!("{url}/api/public/v1/users"));
    send(request.header("X-Auth-API-Key", api_key.trim()).header("X-Auth-Subdomain", "demo")).await
}

async fn with_token(url: &str, token: &str) -> Reply {
    let request = Client::new().get(format!("{url}/api/public/v1/users")).bearer_auth(token.trim());
    send(request.header("X-Auth-Subdomain", "demo")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_key_is_lost_passwords_stay_and_keys_and_tokens_are_made_anew() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (Some(old), Some(new)) = (Home::new(engine), Home::new(engine)) else { continue };
        let server = Server::start(old.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
        let said = server.json();
        let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
        let token = old.run(&["token", "create", "--name", "reports"]).ok().out;
        asked(&server.url, &text("api_key")).await.expect(200);
        with_token(&server.url, &token).await.expect(200);
        let mut browser = Browser::of(&server.url, "demo");
        browser.sign_in(&text("owner_email"), &text("owner_password")).await.expect(303);
        drop(server);

        // The key is lost; the database is not.
        std::fs::remove_file(old.folder().join("data/server.key")).expect("removed");
        foreign(&old.run(&["demo", "--listen", "127.0.0.1:0"]));
        let file = new.folder().join("backup.jsonl");
        let file = file.to_str().expect("UTF-8");
        let taken = old.run(&["backup", "--out", file]).ok();
        assert!(taken.err.contains("is missing, or not the server key"), "{}", taken.err);
        let unsaid = new.run(&["restore", file]);
        assert!(unsaid.code == 1 && unsaid.err.contains("here is none"), "{}", unsaid.err);
        let restored = new.run(&["restore", file, "--new-server-key"]).ok();
        assert!(restored.out.contains("scholae key rotate"), "{}", restored.out);

        let looked = new.run(&["doctor"]);
        assert_eq!(looked.code, 1, "{}", looked.out);
        for part in [
            "it is the one that the database is under",
            "1 of 1 schools have none: demo",
            "scholae key rotate",
            "2 of 2 do not open with this server key: demo-public-app, demo-private-app",
            "scholae app rotate-secret",
        ] {
            assert!(looked.out.contains(part), "{part:?} is not in {}", looked.out);
        }

        let server = new.serve();
        asked(&server.url, &text("api_key")).await.expect(401);
        with_token(&server.url, &token).await.expect(401);
        let mut browser = Browser::of(&server.url, "demo");
        browser.sign_in(&text("owner_email"), &text("owner_password")).await.expect(303);
        let api_key = new.run(&["key", "rotate"]).ok().out;
        asked(&server.url, &api_key).await.expect(200);
        let token = new.run(&["token", "create", "--name", "reports"]).ok().out;
        with_token(&server.url, &token).await.expect(200);
        for app in ["demo-private-app", "demo-public-app"] {
            new.run(&["app", "rotate-secret", app]).ok();
        }
        let looked = new.run(&["doctor", "--json"]).ok().out;
        let lines: Vec<Value> = looked.lines().map(|line| line.parse().expect("JSON")).collect();
        for check in ["server key", "API keys", "app secrets"] {
            assert!(
                lines.iter().filter(|line| line["check"] == check).all(|line| line["state"] == "ok"),
                "{check}: {looked}"
            );
        }
    }
}
