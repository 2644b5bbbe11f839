//! A proxy that the configuration does not know of.

use super::wire::{PATIENCE, Wire};
use crate::support::process::{Home, Server};
use std::time::Duration;
use store::Engine;
use tokio::time::timeout;

const TOLD: &str = "set proxies (SCHOLAE_PROXIES)";

/// A server whose requests have this header.
async fn asked(home: &Home, arguments: &[&str], header: &str) -> Server {
    let mut command = home.serve_command();
    command.args(arguments);
    let server = tokio::task::block_in_place(|| Server::start(command));
    for _ in 0..3 {
        let mut wire = Wire::connect(&server.url).await;
        wire.ask(&format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n")).await.expect(200);
    }
    server
}

fn doctor(home: &Home, arguments: &[&str]) -> String {
    let mut command = home.command_here(["doctor", "--json"]);
    command.args(arguments);
    let finished = tokio::task::block_in_place(|| crate::support::process::finish(command));

    finished.out.lines().find(|line| line.contains("\"check\":\"proxy\"")).expect("a line on it").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_the_configuration_does_not_know_is_told_once_and_found_by_the_doctor() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    home.run(&["site", "create", "--subdomain", "academy", "--name", "Academy"]).ok();
    let https = ["--scheme", "https"];
    for header in ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1"] {
        let server = asked(&home, &https, header).await;
        let told = async {
            while !server.log().contains(TOLD) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, told).await.expect("it is logged");
        assert_eq!(server.log().matches(TOLD).count(), 1, "once: {}", server.log());
        let line = doctor(&home, &https);
        assert!(line.contains("\"failed\"") && line.contains(TOLD), "{line}");
        let line = doctor(&home, &["--scheme", "https", "--proxies", "1"]);
        assert!(line.contains("\"ok\""), "it is known now: {line}");
        drop(server);
        // A server that begins anew knows of none.
        let server = asked(&home, &https, "X-Other: 1").await;
        assert!(doctor(&home, &https).contains("\"ok\""));
        drop(server);
    }
    for (arguments, header) in [
        (&["--scheme", "http"][..], "X-Forwarded-For: 192.0.2.1"),
        (&["--scheme", "https", "--proxies", "1"], "X-Forwarded-For: 192.0.2.1"),
    ] {
        let server = asked(&home, arguments, header).await;
        assert!(!server.log().contains(TOLD), "{}", server.log());
        assert!(doctor(&home, &https).contains("\"ok\""), "{arguments:?}");
    }
}
