//! More connections than there is room for.

use super::wire::{PATIENCE, Wire};
use crate::support::TestSchool;
use crate::support::process::{Home, Server};
use server::Limits;
use std::process::Command;
use std::time::Duration;
use store::Engine;
use tokio::time::timeout;
use web::WebConfig;

/// What is neither idle nor answered.
const HALF_A_HEAD: &str = "GET /healthz HTTP/1.1\r\nHost: ";

async fn school(limits: Limits) -> TestSchool {
    TestSchool::start_within(Engine::Sqlite, WebConfig::default(), limits).await.expect("SQLite")
}

#[tokio::test]
async fn when_there_is_no_room_the_longest_idle_connection_makes_some() {
    let school = school(Limits { connections: 20, ..Limits::default() }).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut wire = Wire::connect(&school.url).await;
        wire.get("/healthz", "localhost").await.expect(200);
        idle.push(wire);
    }
    // More than all of them, one after the other: everyone is answered.
    for _ in 0..60 {
        let mut wire = Wire::connect(&school.url).await;
        wire.get("/healthz", "localhost").await.expect(200);
        idle.push(wire);
    }
    idle[0].ended().await;
    let last = idle.last_mut().expect("one");
    last.get("/healthz", "localhost").await.expect(200);
    school.finish().await;
}

#[tokio::test]
async fn slow_clients_make_room_when_nobody_is_idle() {
    let school = school(Limits { connections: 20, ..Limits::default() }).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut wire = Wire::connect(&school.url).await;
        wire.send("POST /oauth2/token HTTP/1.1\r\nHost: academy.localhost\r\nContent-Length: 100\r\n\r\na").await;
        slow.push(wire);
    }
    let answered = async {
        // They count as slow after a moment.
        loop {
            let mut wire = Wire::connect(&school.url).await;
            if wire.try_get("/healthz", "localhost").await.is_some_and(|reply| reply.status == 200) {
                break;
            }
        }
    };
    timeout(PATIENCE, answered).await.expect("room was made");
    drop(slow);
    school.finish().await;
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_others_are_let_in() {
    let school = school(Limits { connections_per_address: Some(5), ..Limits::default() }).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        let mut wire = Wire::connect_from([127, 0, 0, 2], &school.url).await;
        wire.send(HALF_A_HEAD).await;
        open.push(wire);
    }
    let mut refused = Wire::connect_from([127, 0, 0, 2], &school.url).await;
    assert!(refused.try_get("/healthz", "localhost").await.is_none());
    Wire::connect_from([127, 0, 0, 3], &school.url).await.get("/healthz", "localhost").await.expect(200);
    drop(open);
    let again = async {
        while Wire::connect_from([127, 0, 0, 2], &school.url).await.try_get("/healthz", "localhost").await.is_none() {}
    };
    timeout(PATIENCE, again).await.expect("room again");
    school.finish().await;
}

#[tokio::test]
async fn an_address_with_too_many_connections_loses_those_that_are_idle_and_not_itself() {
    let school = school(Limits { connections_per_address: Some(5), ..Limits::default() }).await;
    let mut idle = Vec::new();
    for _ in 0..5 {
        let mut wire = Wire::connect_from([127, 0, 0, 2], &school.url).await;
        wire.get("/healthz", "localhost").await.expect(200);
        idle.push(wire);
    }
    let answered = async {
        // They count as idle after a moment, long before their time is over.
        while Wire::connect_from([127, 0, 0, 2], &school.url).await.try_get("/healthz", "localhost").await.is_none() {}
    };
    timeout(Duration::from_secs(5), answered).await.expect("room was made");
    idle[0].ended().await;
    idle[4].get("/healthz", "localhost").await.expect(200);
    school.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_connections_are_logged_together_with_their_number() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    home.run(&["site", "create", "--subdomain", "academy", "--name", "Academy"]).ok();
    let mut command = home.serve_command();
    command.args(["--client-connections-per-address", "3"]);
    let server = Server::start(command);
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut wire = Wire::connect(&server.url).await;
        wire.send(HALF_A_HEAD).await;
        open.push(wire);
    }
    for _ in 0..50 {
        assert!(Wire::connect(&server.url).await.try_get("/healthz", "localhost").await.is_none());
    }
    let logged = async {
        while !server.log().contains("client_connections_per_address") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, logged).await.expect("a line");
    let log = server.log();
    assert_eq!(log.matches("connections were refused").count(), 1, "{log}");
    assert!(log.contains("because 3 are open from their address, at last 127.0.0.1"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_soft_limit_of_open_files_is_raised() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    home.run(&["site", "create", "--subdomain", "academy", "--name", "Academy"]).ok();
    let server = Server::start(limited(&home.serve_command()));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).expect("limits");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line");
    let numbers: Vec<&str> = line.split_whitespace().filter(|part| part.parse::<u64>().is_ok()).collect();
    assert_eq!(numbers, ["600", "600"], "{line}");
    assert!(server.log().contains("at most 386 connections of clients"), "{}", server.log());
}

/// The same command under a soft limit of 100 open files, and a hard one of 600.
fn limited(serve: &Command) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Sn 100 && ulimit -Hn 600 && exec \"$0\" \"$@\""]).arg(serve.get_program());
    command.args(serve.get_args()).current_dir(serve.get_current_dir().expect("a folder"));
    for (name, value) in serve.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}
