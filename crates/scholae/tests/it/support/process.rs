//! The program as others meet it: run to its end, or left running as a server.

use super::{postgres, program};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use store::{Engine, Location, ServerKey, Store};
use tempfile::{NamedTempFile, TempDir};

/// A place for a server's data: a folder, and a database on one of the engines.
pub struct Home {
    folder: TempDir,
    database: Option<String>,
}

/// What a command did.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it complained about.
    pub err: String,
}

impl Finished {
    /// The same, once the command was found to have succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// What a command that printed one line of JSON printed.
    #[track_caller]
    pub fn json(self) -> Value {
        let out = self.ok().out;
        assert_eq!(out.trim_end().lines().count(), 1, "one line: {out}");
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error} in {out}"))
    }
}

impl Home {
    /// A place without anything in it; none where the engine is missing.
    pub fn new(engine: Engine) -> Option<Self> {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(postgres::fresh_database()?),
        };
        Some(Self { folder: tempfile::tempdir().expect("a folder"), database })
    }

    /// The folder, which is also the one that commands are run in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of the PostgreSQL database, when that is the engine.
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// Opens the store beside the server, or after it.
    pub fn store(&self) -> Store {
        let location = match &self.database {
            None => Location::Sqlite(self.folder().join("data/scholae.db")),
            Some(url) => Location::Postgres(url.clone()),
        };
        // The client of PostgreSQL has a runtime of its own, which may not be started inside a test's.
        std::thread::spawn(move || Store::open(&location, 1).expect("the store opens")).join().expect("no panic")
    }

    /// The key that a server in this place has made for itself.
    pub fn server_key(&self) -> ServerKey {
        let text = std::fs::read_to_string(self.folder().join("data/server.key")).expect("a key");
        ServerKey::from_text(text.trim()).expect("long enough")
    }

    /// The program with the arguments, without any variable of the one who runs the tests.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(program());
        for (name, _) in std::env::vars_os() {
            // COLUMNS is how wide help is.
            if name == "COLUMNS" || name.to_string_lossy().starts_with("SCHOLAE_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(self.folder()).stdin(Stdio::null());
        command
    }

    /// The same, with the data in this place.
    pub fn command_here<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command(arguments);
        command.args(["--data", "data"]);
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    /// Runs a command on the data in this place to its end.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        finish(self.command_here(arguments))
    }

    /// Serves the data in this place on a port of its own, without limits.
    pub fn serve(&self) -> Server {
        Server::start(self.serve_command())
    }

    /// The command for that.
    pub fn serve_command(&self) -> Command {
        let limits = ["--requests-per-minute", "0", "--requests-at-once", "0", "--log", "warn"];
        let mut command = self.command_here(["serve", "--json", "--listen", "127.0.0.1:0"]);
        // No test waits for a balancer that there is not.
        command.args(limits).env("SCHOLAE_UNREADY_SECONDS", "0");
        command
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(url) = self.database.take() {
            postgres::drop_database(&url);
        }
    }
}

/// A text in what a program printed as JSON.
#[track_caller]
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// Makes sure that a command was refused with this code, and that each of these parts stands in what it complained.
#[track_caller]
pub fn refused(finished: &Finished, code: i32, parts: &[&str]) {
    assert_eq!(finished.code, code, "{finished:?}");
    for part in parts {
        assert!(finished.err.contains(part), "{part:?} is not in {}", finished.err);
    }
}

/// No command that ends by itself takes this long.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command to its end; one that goes on (a server that should have refused to start) is killed.
pub fn finish(mut command: Command) -> Finished {
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    watched(piped.spawn().expect("the program runs"), PATIENCE)
}

/// What a program does until its end, or until it has gone on for longer than `longest` and is killed with its whole
/// process group.
fn watched(child: Child, longest: Duration) -> Finished {
    let (ended, waiting) = std::sync::mpsc::channel::<()>();
    let id = format!("-{}", child.id());
    let watch = std::thread::spawn(move || {
        if waiting.recv_timeout(longest).is_err() {
            let _ended_meanwhile = Command::new("kill").args(["-9", "--", &id]).status();
        }
    });
    let output = child.wait_with_output().expect("the program ends");
    let _killed = ended.send(());
    watch.join().expect("no panic");
    Finished {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A server that runs until it is told to stop, or dropped.
pub struct Server {
    child: Child,
    /// What it printed when it was ready.
    pub ready: String,
    /// Where it listens.
    pub url: String,
    log: NamedTempFile,
    // Kept open: nobody else reads it.
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it and waits for the line of JSON that says where it listens.
    pub fn start(command: Command) -> Self {
        let mut server = Self::start_until(command, |line| line.starts_with('{'));
        server.url = server.json()["url"].as_str().expect("a url").to_owned();
        server
    }

    /// Starts it and reads what it prints up to the line that is asked for.
    pub fn start_until(mut command: Command, last: impl Fn(&str) -> bool) -> Self {
        let log = NamedTempFile::new().expect("a file");
        let errors = log.reopen().expect("a file");
        let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut ready = String::new();
        loop {
            let mut line = String::new();
            let read = out.read_line(&mut line).expect("a line");
            ready.push_str(&line);
            if read == 0 {
                let (ended, log) = (child.wait(), std::fs::read_to_string(log.path()));
                panic!("the server ended with {ended:?} before it was ready; it printed: {ready}{log:?}");
            }
            if last(&line) {
                break;
            }
        }
        Self { child, ready, url: String::new(), log, _out: out }
    }

    /// The line that it printed, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.ready).unwrap_or_else(|error| panic!("{error} in {}", self.ready))
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, so that it can do nothing more (SIGKILL).
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).expect("UTF-8")
    }

    /// Asks it to end (SIGTERM).
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let asked = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(asked.expect("a shell").success());
    }

    /// Waits for its end.
    pub fn ended(mut self, within: Duration) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            assert!(begun.elapsed() < within, "the server did not end within {within:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether it runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_none()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- what the server has logged\n{}", self.log());
        } else {
            assert!(!self.log().contains("panicked"), "{}", self.log());
        }
    }
}

/// Runs a program on a text, which it reads from its standard input.
pub fn pipe(command: Command, text: &str) -> Finished {
    pipe_within(command, text, PATIENCE)
}

/// The same for a program that is killed, with whatever it began, when it goes on for longer than `longest`.
pub fn pipe_within(mut command: Command, text: &str, longest: Duration) -> Finished {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = piped.spawn().expect("it starts");
    let mut input = child.stdin.take().expect("piped");
    let text = text.to_owned();
    let writing = std::thread::spawn(move || drop(input.write_all(text.as_bytes())));
    let finished = watched(child, longest);
    writing.join().expect("no panic");
    finished
}
