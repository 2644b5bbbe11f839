//! PostgreSQL on another machine: the way there is encrypted, and it is known who is at its end.

use crate::support::postgres;
use crate::support::process::{Home, finish};
use store::Engine;

#[test]
fn a_database_is_reached_by_tls_when_its_address_asks_for_it() {
    let Some(server) = postgres::encrypted() else { return };
    let home = Home::new(Engine::Sqlite).expect("a place");
    let encrypted = format!("{}?sslmode=require", server.url);
    let create = |url: &str, trusts: bool| {
        let mut command = home.command(["site", "create", "--json", "--subdomain", "academy", "--name", "Academy"]);
        command.args(["--data", "data", "--database", url]);
        command.env_remove("SSL_CERT_DIR");
        if trusts {
            command.env("SSL_CERT_FILE", &server.authority);
        }
        finish(command)
    };

    let plain = create(&server.url, true);
    assert_eq!(plain.code, 1, "{}", plain.err);
    assert!(plain.err.contains("no encryption"), "{}", plain.err);

    let unknown = create(&encrypted, false);
    assert_eq!(unknown.code, 1, "{}", unknown.err);
    assert!(unknown.err.contains("certificate"), "{}", unknown.err);

    let elsewhere = create(&encrypted.replace("localhost", "127.0.0.1"), true);
    assert_eq!(elsewhere.code, 1, "{}", elsewhere.err);
    assert!(elsewhere.err.contains("certificate"), "{}", elsewhere.err);

    let created = create(&encrypted, true).json();
    assert_eq!(created["subdomain"], "academy");
}
