//! What is said where mail, or the name of a school, leads nowhere.

use crate::support::process::{Home, Server, finish};
use serde_json::Value;
use std::net::ToSocketAddrs as _;
use store::Engine;

fn home() -> Home {
    Home::new(Engine::Sqlite).expect("SQLite is always there")
}

/// What `doctor` says of one thing, with settings: its state and what to do.
fn said(home: &Home, check: &str, settings: &[(&str, &str)]) -> (String, String) {
    let mut command = home.command_here(["doctor", "--json"]);
    command.envs(settings.iter().copied());
    let out = finish(command).out;
    let lines = out.lines().map(|line| line.parse().expect("JSON"));
    let line: Value = lines.into_iter().find(|line: &Value| line["check"] == check).expect("a line");
    let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
    (text("state"), text("advice"))
}

#[test]
fn that_no_mail_leaves_is_said_by_the_doctor_and_at_the_start() {
    let home = home();
    home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
    let (state, advice) = said(&home, "mail", &[]);
    assert!(state == "warning" && advice.contains("SCHOLAE_SMTP_URL"), "{state}: {advice}");
    assert_eq!(said(&home, "mail", &[("SCHOLAE_MAILBOX", "true")]).0, "ok");
    let real =
        [("SCHOLAE_SMTP_URL", "smtp://localhost:25"), ("SCHOLAE_MAIL_FROM", "School <school@school.example.net>")];
    assert_eq!(said(&home, "mail", &real).0, "ok");
    let everybody = [("SCHOLAE_MAILBOX", "true"), ("SCHOLAE_BASE_DOMAIN", "schools.example")];
    assert_eq!(said(&home, "mail", &everybody).0, "warning", "a mailbox that the world can read");
    assert_eq!(said(&home, "mail", &[("SCHOLAE_SMTP_URL", "nonsense")]).0, "failed");

    let server = home.serve();
    assert_eq!(server.log().matches("there is no mail server").count(), 1, "{}", server.log());
    let mut command = home.serve_command();
    command.args(["--smtp-url", "smtp://localhost:25"]);
    assert!(!Server::start(command).log().contains("no mail server"));
}

#[test]
fn a_name_that_only_browsers_know_is_told_with_the_address_that_every_program_knows() {
    let known = ("demo.localhost", 80).to_socket_addrs().is_ok_and(|mut addresses| addresses.next().is_some());
    let home = home();
    let command = home.command_here(["demo", "--listen", "127.0.0.1:0"]);
    let server = Server::start_until(command, |line| line.contains("Ctrl-C"));
    assert_eq!(server.ready.contains("it is at http://localhost:"), !known, "{}", server.ready);
    let (state, advice) = said(&home, "names", &[]);
    assert_eq!((state == "warning", advice.contains("localhost instead")), (!known, !known), "{state}: {advice}");
    // The demo keeps its mail in its mailbox, unless it was told otherwise.
    assert_eq!(said(&home, "mail", &[]).0, "ok");
    assert_eq!(said(&home, "mail", &[("SCHOLAE_MAILBOX", "false")]).0, "warning");
    // With a second school there is one way left.
    home.run(&["site", "create", "--subdomain", "two", "--name", "Two"]).ok();
    let (_, advice) = said(&home, "names", &[]);
    assert_eq!(advice.contains("127.0.0.1 demo.localhost two.localhost"), !known, "{advice}");
}
