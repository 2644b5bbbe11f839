//! Whoever reads what is printed may stop at any time, as `head` does: the program then ends without a word.

use crate::support::process::Home;
use std::process::{Command, Stdio};
use std::time::Duration;
use store::Engine;

fn home() -> Home {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
    home
}

/// A writer into a pipe that nobody reads.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

/// Runs a command whose output nobody reads; gives its exit code and what it complained about.
fn unread(mut command: Command) -> (Option<i32>, String) {
    let output = command.stdout(closed()).stderr(Stdio::piped()).output().expect("it runs");
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[test]
fn a_command_that_nobody_reads_ends_quietly() {
    let home = home();
    for arguments in
        [&["trigger", "--list"][..], &["site", "list"], &["site", "list", "--json"], &["key", "show"], &["config"]]
    {
        assert_eq!(unread(home.command_here(arguments)), (Some(141), String::new()), "{arguments:?}");
    }
    // Help is clap's to print.
    let (_, err) = unread(home.command(["--help"]));
    assert!(!err.contains("panicked"), "{err}");
}

#[test]
fn events_that_nobody_reads_are_not_waited_for() {
    let home = home();
    let server = home.serve();
    let mut command = home.command_here(["events", "tail", "--url", &server.url]);
    let mut tail = command.stdout(closed()).stderr(Stdio::null()).spawn().expect("it runs");
    let code = (0..100).find_map(|_| {
        home.run(&["trigger", "user.signup"]).ok();
        std::thread::sleep(Duration::from_millis(50));
        tail.try_wait().expect("a status")
    });
    let ended = code.map(|status| status.code());
    if ended.is_none() {
        tail.kill().expect("killed");
        tail.wait().expect("ended");
    }
    assert_eq!(ended, Some(Some(141)));
}

#[test]
fn a_remark_that_nobody_reads_stops_no_work() {
    let home = home();
    let sheet = format!("first_name,last_name,email\n{}", "A,,nowhere\n".repeat(5_000));
    std::fs::write(home.folder().join("users.csv"), sheet).expect("written");
    let mut command = home.command_here(["users", "import", "users.csv"]);
    let status = command.stdout(closed()).stderr(closed()).status().expect("it runs");
    assert_eq!(status.code(), Some(1), "refused, not panicked");
}

#[test]
fn a_server_whose_log_nobody_reads_goes_on_to_its_end() {
    let home = home();
    let mut command = home.command_here(["serve", "--json", "--listen", "127.0.0.1:0", "--log", "trace"]);
    let mut child = command.stdout(Stdio::piped()).stderr(closed()).spawn().expect("it runs");
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().expect("piped"));
    std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
    let said: serde_json::Value = line.parse().expect("JSON");
    let url = said["url"].as_str().expect("a url").to_owned();
    for _ in 0..3 {
        assert!(ask(&url).starts_with("HTTP/1.1 200"), "it answers");
    }
    // It also ends as it should, which it logs.
    let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
    assert!(asked.expect("a shell").success());
    assert_eq!(child.wait().expect("ended").code(), Some(0));
}

/// The first line of an answer.
fn ask(url: &str) -> String {
    use std::io::{BufRead as _, Write as _};
    let address = url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).expect("a connection");
    write!(stream, "GET /openapi.json HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("written");
    let mut line = String::new();
    std::io::BufReader::new(stream).read_line(&mut line).expect("a line");
    line
}
