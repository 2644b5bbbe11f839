//! The configuration: which place counts, where its paths lead, and what is said about one that is wrong.

use crate::support::process::{Home, Server, finish, refused, text};
use std::process::Command;
use store::Engine;

#[test]
fn a_flag_counts_before_a_variable_and_a_variable_before_the_file() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    for name in ["default", "file", "variable", "flag"] {
        let folder = if name == "default" { "scholae-data" } else { name };
        let arguments = ["site", "create", "--subdomain", name, "--name", name, "--data", folder];
        finish(home.command(arguments)).ok();
    }
    std::fs::write(home.folder().join("own.toml"), "data = \"file\"\n").expect("written");
    std::fs::write(home.folder().join("other.toml"), "data = \"flag\"\n").expect("written");
    let listed = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = home.command(["site", "list", "--json"]);
        command.args(arguments).envs(variables.iter().copied());
        text(&finish(command).json(), "subdomain").to_owned()
    };
    let (file, variable) = (("SCHOLAE_CONFIG", "own.toml"), ("SCHOLAE_DATA", "variable"));
    assert_eq!(listed(&[], &[]), "default");
    assert_eq!(listed(&["--config", "own.toml"], &[]), "file");
    assert_eq!(listed(&[], &[file]), "file");
    assert_eq!(listed(&["--config", "other.toml"], &[file]), "flag");
    assert_eq!(listed(&["--config", "own.toml"], &[variable]), "variable");
    assert_eq!(listed(&["--config", "own.toml", "--data", "flag"], &[variable]), "flag");
    assert_eq!(listed(&["--database", "sqlite://flag/scholae.db"], &[file, variable]), "flag");
}

#[test]
fn a_wrong_configuration_is_refused_with_what_to_change() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    for (toml, parts) in [
        ("lisen = \"x\"", &["own.toml", "unknown key `lisen`", "scholae config"][..]),
        ("listen = ", &["own.toml", "not TOML"]),
        ("lisen = \"x\"", &["did you mean `listen`?"]),
        ("data = \"a\"\n\nconnections = \"many\"", &["own.toml, line 3: connections must be a whole number"]),
        ("connections = -1", &["own.toml, line 1: connections must be a whole number, 0 or more"]),
        ("public_port = 70000", &["public_port must be a whole number from 0 to 65535"]),
        ("webhook_concurrency = 0", &["webhook_concurrency must be a whole number, 1 or more"]),
        ("mailbox = \"yes\"", &["own.toml, line 1: mailbox must be true or false"]),
        ("listen = 9000", &["own.toml, line 1: listen must be a text in quotes, such as \"127.0.0.1:9000\""]),
        ("listen = \"9000\"", &["listen must be an address and a port, such as 127.0.0.1:9000"]),
        ("base_domain = \"http://x/\"", &["base_domain must be the name of a host alone, such as school.example.com"]),
        ("log = \"nonsense\"", &["own.toml, line 1: log must be one of off, error, warn, info, debug, trace"]),
        ("log = \"info,nonsense\"", &["log must be one of"]),
        ("scheme = \"ftp\"", &["scheme must be http or https"]),
        ("log_format = \"xml\"", &["log_format must be text or json"]),
        ("database = \"mysql://localhost\"", &["sqlite:///path/to/file or postgres://"]),
        ("server_key = \"short\"\ndata = \"new\"", &["at least 32 characters"]),
    ] {
        std::fs::write(home.folder().join("own.toml"), toml).expect("written");
        let arguments = ["key", "show", "--config", "own.toml"];
        refused(&finish(home.command(arguments)), 1, parts);
    }
    refused(&finish(home.command(["config", "--config", "none.toml"])), 1, &["none.toml", "cannot be read"]);
    let mut command = home.command(["site", "list"]);
    refused(
        &finish(command_with(&mut command, "SCHOLAE_CONNECTIONS", "many")),
        1,
        &["SCHOLAE_CONNECTIONS", "whole number"],
    );
    for (flag, value, parts) in [
        ("--listen", "nowhere", &["nowhere", "--listen", "127.0.0.1:9000"][..]),
        ("--listen", "9000", &["--listen must be an address and a port"]),
        ("--base-domain", "http://x/", &["--base-domain must be the name of a host alone"]),
        ("--log", "nonsense", &["--log must be one of", "warn"]),
        ("--data", "", &["--data must name a folder"]),
    ] {
        refused(&finish(home.command(["serve", flag, value])), 1, parts);
    }
    assert!(!home.folder().join("scholae-data").exists(), "nothing is made");
}

fn command_with(command: &mut Command, name: &str, value: &str) -> Command {
    command.env(name, value);
    std::mem::replace(command, Command::new("true"))
}

#[test]
fn a_relative_path_in_a_file_begins_at_the_files_folder() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let etc = home.folder().join("etc");
    std::fs::create_dir(&etc).expect("made");
    for (toml, path) in
        [("data = \"./school\"", "etc/school/scholae.db"), ("database = \"sqlite://one.db\"", "etc/one.db")]
    {
        std::fs::write(etc.join("own.toml"), toml).expect("written");
        let create = ["site", "create", "--subdomain", "one", "--name", "One", "--config", "etc/own.toml"];
        finish(home.command(create)).ok();
        assert!(home.folder().join(path).exists(), "{path}");
        // From elsewhere it is the same school.
        let mut elsewhere = home.command(["site", "list", "--json", "--config", "own.toml"]);
        elsewhere.current_dir(&etc);
        assert_eq!(text(&finish(elsewhere).json(), "subdomain"), "one");
    }
    let flag = ["site", "create", "--subdomain", "one", "--name", "One", "--config", "etc/own.toml"];
    finish(home.command(flag.iter().chain(&["--database", "sqlite://here.db"]))).ok();
    assert!(home.folder().join("here.db").exists(), "a flag's path begins where the command is typed");
}

#[test]
fn an_empty_variable_says_nothing() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    for name in ["SCHOLAE_CONFIG", "SCHOLAE_DATA", "SCHOLAE_CONNECTIONS", "SCHOLAE_MAILBOX", "SCHOLAE_SMTP_URL"] {
        let mut command = home.command(["config"]);
        assert_eq!(finish(command_with(&mut command, name, "")).ok().err, "");
    }
}

#[test]
fn a_variable_that_means_nothing_is_told_by_every_command() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let told = "WARNING: the variable SCHOLAE_LISTTEN means nothing; did you mean SCHOLAE_LISTEN?";
    let mut command = home.serve_command();
    command.envs([("SCHOLAE_LISTTEN", "x"), ("SCHOLAE_URL", "x"), ("SCHOLAE_LOG", "warn")]);
    let log = Server::start(command).log();
    assert!(log.contains(told), "{log}");
    assert_eq!(log.matches("means nothing").count(), 1, "{log}");
    let mut command = home.command_here(["site", "list"]);
    assert!(finish(command_with(&mut command, "SCHOLAE_LISTTEN", "x")).ok().err.contains(told));
    // What the course has its readers set is theirs, and what only prints has nothing to do with the server.
    let mut command = home.command_here(["site", "list"]);
    command.envs([("SCHOLAE_SITE", "x"), ("SCHOLAE_OWNER_PASSWORD", "x"), ("SCHOLAE_CLIENT_SECRET", "x")]);
    assert_eq!(finish(command).ok().err, "");
    let mut command = home.command(["completions", "bash"]);
    assert_eq!(finish(command_with(&mut command, "SCHOLAE_LISTTEN", "x")).ok().err, "");
}
