//! What the program says of itself: the help of every command, the settings of the server in one place, completions for
//! shells, and manual pages.

use crate::support::process::{Home, finish, pipe, refused};
use std::process::Command;
use store::Engine;
use testing::skipped;

/// No help is longer than what fits on a tall terminal.
const LONGEST: usize = 60;
/// Pages that are tables, and may be longer.
const TABLES: [&str; 2] = ["settings", "users import"];

fn home() -> Home {
    Home::new(Engine::Sqlite).expect("SQLite is always there")
}

fn help(home: &Home, path: &[String]) -> String {
    finish(home.command(path.iter().map(String::as_str).chain(["--help"]))).ok().out
}

/// The names that a help lists under `Commands:`.
fn listed(help: &str) -> Vec<String> {
    let rest = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest);
    let lines = rest.lines().take_while(|line| line.starts_with("  "));
    let names = lines.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Every command with its help, beginning with the program's own.
fn every_command(home: &Home) -> Vec<(Vec<String>, String)> {
    let mut found = vec![(Vec::new(), help(home, &[]))];
    let mut at = 0;
    while at < found.len() {
        let (path, text) = found[at].clone();
        for name in listed(&text) {
            let path = [path.clone(), vec![name]].concat();
            let text = help(home, &path);
            found.push((path, text));
        }
        at += 1;
    }
    found
}

#[test]
fn every_command_says_what_it_does_with_examples_and_without_the_servers_settings() {
    let home = home();
    let commands = every_command(&home);
    assert!(commands.len() > 35, "{}", commands.len());
    for (path, text) in commands {
        let name = path.join(" ");
        assert!(text.lines().next().is_some_and(|about| about.len() > 10), "{name} says what it does: {text}");
        assert!(text.contains("\nExamples:\n  scholae "), "{name} has examples: {text}");
        if name != "settings" {
            assert!(text.contains("scholae help settings"), "{name} says where the settings are: {text}");
            assert!(!text.contains("--body-limit"), "{name} has its own options alone: {text}");
        }
        let lines = text.lines().count();
        assert!(TABLES.contains(&name.as_str()) || lines <= LONGEST, "{name} has {lines} lines: {text}");
    }
}

#[test]
fn the_settings_stand_in_one_place_and_are_understood_everywhere() {
    let home = home();
    let settings = finish(home.command(["help", "settings"])).ok().out;
    for part in ["--data <FOLDER>", "--listen <ADDRESS>", "--stop-timeout-seconds <SECONDS>", "[env: SCHOLAE_DATA]"] {
        assert_eq!(settings.matches(part).count(), 1, "{part}: {settings}");
    }
    assert_eq!(finish(home.command(["settings"])).ok().out, settings);
    finish(home.command(["--data", "here", "site", "create", "--subdomain", "one", "--name", "One"])).ok();
    let listed = finish(home.command(["site", "list", "--data", "here"])).ok().out;
    assert!(listed.contains("one"), "{listed}");
}

#[test]
fn a_long_help_begins_with_the_options_of_the_command() {
    let home = home();
    let shown = finish(home.command(["course", "import", "--help"])).ok().out;
    insta::assert_snapshot!(shown);
}

#[test]
fn shells_are_given_completions() {
    let home = home();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = finish(home.command(["completions", shell])).ok();
        assert!(script.out.contains("rotate-secret") && script.err.is_empty(), "{shell}");
    }
    refused(&finish(home.command(["completions", "csh"])), 2, &["'csh'", "bash", "zsh", "fish"]);
    if skipped::can("completions in a shell", &["bash"]) {
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-s"]);
        let script = finish(home.command(["completions", "bash"])).ok().out;
        let asked = "COMP_WORDS=(scholae us); COMP_CWORD=1; _scholae scholae us scholae; echo \"${COMPREPLY[*]}\"";
        assert_eq!(pipe(bash, &format!("{script}\n{asked}\n")).ok().out.trim(), "users");
    }
}

#[test]
fn every_command_has_a_page_of_the_manual() {
    let home = home();
    let page = finish(home.command(["man", "users", "import"])).ok().out;
    assert!(page.contains(".TH scholae-users-import 1") && page.contains("Examples"), "{page}");
    let named = finish(home.command(["man"])).ok().out;
    assert!(named.contains(".TH scholae 1"), "{named}");
    finish(home.command(["man", "--out", "pages"])).ok();
    for (path, _) in every_command(&home) {
        let name = [vec!["scholae".to_owned()], path].concat().join("-");
        let page = std::fs::read_to_string(home.folder().join(format!("pages/{name}.1")));
        assert!(page.unwrap_or_else(|error| panic!("{name}: {error}")).contains(".SH NAME"), "{name}");
    }
    refused(&finish(home.command(["man", "userz"])), 1, &["there is no command `userz`", "users"]);
}
