//! Every example of the course "Building with the API", run against a demo school as a reader would.
//!
//! How examples are marked stands in `courses/README.md`.

use crate::support::process::{Finished, Home, Server, pipe};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use store::Engine;
use testing::skipped;

/// An example that takes longer than this hangs.
const LONGEST: Duration = Duration::from_secs(60);

/// A code fence that is run.
struct Example {
    /// Which of the lesson's fences this is, from one.
    number: usize,
    line: usize,
    language: Language,
    code: String,
    answer: Option<Answer>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Language {
    Sh,
    Python,
    Js,
}

enum Answer {
    Json(Value),
    Text(String),
}

struct Fence {
    line: usize,
    info: String,
    text: String,
    /// Whether only empty lines are between the fence before and this one.
    follows: bool,
}

fn fences(lesson: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut lines = lesson.lines().enumerate();
    let mut follows = false;
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            follows &= line.trim().is_empty();
            continue;
        };
        let mut text = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            text.push_str(line);
            text.push('\n');
        }
        found.push(Fence { line: number + 1, info: info.trim().to_owned(), text, follows });
        follows = true;
    }
    found
}

fn examples(lesson: &str, path: &Path) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut may_answer = false;
    for (index, fence) in fences(lesson).into_iter().enumerate() {
        let at = format!("{}:{}", path.display(), fence.line);
        let language = match fence.info.as_str() {
            "sh run" => Language::Sh,
            "python run" => Language::Python,
            "js run" => Language::Js,
            info if info.ends_with(" run") => panic!("{at}: nobody knows how to run `{info}`"),
            info => {
                if let Some(kind) = info.strip_suffix(" answer") {
                    assert!(may_answer && fence.follows, "{at}: an answer must follow an example directly");
                    let answer = match kind {
                        "json" => {
                            Answer::Json(serde_json::from_str(&fence.text).unwrap_or_else(|why| panic!("{at}: {why}")))
                        }
                        "text" => Answer::Text(fence.text),
                        other => panic!("{at}: answers are json or text, not {other}"),
                    };
                    found.last_mut().expect("an example").answer = Some(answer);
                }
                may_answer = false;
                continue;
            }
        };
        may_answer = true;
        found.push(Example { number: index + 1, line: fence.line, language, code: fence.text, answer: None });
    }
    found
}

/// The lessons of the course in order: their paths below the course, and their examples.
fn lessons() -> Vec<(PathBuf, Vec<Example>)> {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../courses/building-with-the-api");
    let folders = |folder: &Path| {
        let mut paths: Vec<PathBuf> =
            folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    let mut found = Vec::new();
    for chapter in folders(&course).into_iter().filter(|path| path.is_dir()) {
        for path in folders(&chapter) {
            let text = std::fs::read_to_string(&path).expect("a lesson");
            let path = path.strip_prefix(&course).expect("below the course").to_owned();
            let examples = examples(&text, &path);
            if !examples.is_empty() {
                found.push((path, examples));
            }
        }
    }
    found
}

/// What differs between a JSON answer as it is shown and as it came; nothing when the one contains the other.
fn differs(shown: &Value, came: &Value, at: &str) -> Option<String> {
    match (shown, came) {
        (Value::String(any), _) if any == "…" => None,
        (Value::Object(shown), Value::Object(came)) => shown.iter().find_map(|(key, value)| match came.get(key) {
            None => Some(format!("{at}.{key} is missing")),
            Some(found) => differs(value, found, &format!("{at}.{key}")),
        }),
        (Value::Array(shown), Value::Array(came)) => {
            // A "…" at the end: and more, or nothing.
            let (shown, more) = match shown.split_last() {
                Some((last, before)) if last == "…" => (before, true),
                _ => (shown.as_slice(), false),
            };
            if came.len() < shown.len() || came.len() > shown.len() && !more {
                let least = if more { "at least " } else { "" };
                return Some(format!("{at} has {} elements instead of {least}{}", came.len(), shown.len()));
            }
            shown.iter().zip(came).enumerate().find_map(|(n, (a, b))| differs(a, b, &format!("{at}[{n}]")))
        }
        _ => (shown != came).then(|| format!("{at} is {came} instead of {shown}")),
    }
}

/// Whether a line is as it is shown, where `…` stands for anything.
fn line_matches(shown: &str, came: &str) -> bool {
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = came.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

fn wrong(answer: &Answer, output: &str) -> Option<String> {
    match answer {
        Answer::Json(shown) => match serde_json::from_str(output) {
            Err(error) => Some(format!("what was printed is no JSON: {error}")),
            Ok(came) => differs(shown, &came, "the answer"),
        },
        Answer::Text(shown) => {
            let (shown, came) = (shown.trim_end_matches('\n'), output.trim_end_matches('\n'));
            let (shown, came): (Vec<_>, Vec<_>) = (shown.split('\n').collect(), came.split('\n').collect());
            if shown.len() != came.len() {
                return Some(format!("{} lines were printed instead of {}", came.len(), shown.len()));
            }
            let at = shown.iter().zip(&came).position(|(shown, came)| !line_matches(shown, came))?;
            Some(format!("line {} is `{}` instead of `{}`", at + 1, came[at], shown[at]))
        }
    }
}

/// What is wrong with how an example ended: that it failed, whatever it printed, or that it printed something else.
fn fault(answer: Option<&Answer>, finished: &Finished) -> Option<String> {
    let failed = (finished.code != 0).then(|| format!("it ended with {}", finished.code));
    failed.or_else(|| wrong(answer?, &finished.out))
}

/// Where examples are run: a demo school, and what they find in their environment.
struct Stage {
    home: Home,
    _server: Server,
    environment: Vec<(&'static str, String)>,
}

impl Stage {
    fn set() -> Self {
        let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
        let server = Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
        let ready = server.json();
        let said = |key: &str| ready[key].as_str().expect("a text").to_owned();
        let app = |key: &str| ready["apps"][0][key].as_str().expect("a text").to_owned();
        let environment = vec![
            ("SCHOLAE_URL", said("url")),
            ("SCHOLAE_KEY", said("api_key")),
            ("SCHOLAE_SUBDOMAIN", said("subdomain")),
            ("SCHOLAE_SITE", said("site_url")),
            ("SCHOLAE_OWNER_EMAIL", said("owner_email")),
            ("SCHOLAE_OWNER_PASSWORD", said("owner_password")),
            ("SCHOLAE_CLIENT_ID", app("client_id")),
            ("SCHOLAE_CLIENT_SECRET", app("client_secret")),
        ];
        Self { home, _server: server, environment }
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        command.args(arguments).envs(environment).current_dir(self.home.folder());
        command
    }
}

/// The shell that a lesson's examples share.
struct Shell<'s> {
    stage: &'s Stage,
    bash: Child,
    commands: ChildStdin,
    lines: Receiver<Vec<u8>>,
    said: u32,
}

impl<'s> Shell<'s> {
    fn open(stage: &'s Stage) -> Self {
        let errors = std::fs::File::create(stage.home.folder().join("stderr")).expect("a file");
        let mut bash = stage
            .command("bash", &["--norc", "--noprofile"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("bash");
        let commands = bash.stdin.take().expect("piped");
        let mut output = BufReader::new(bash.stdout.take().expect("piped"));
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = Vec::new();
            while output.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                if send.send(std::mem::take(&mut line)).is_err() {
                    return;
                }
            }
        });
        Self { stage, bash, commands, lines, said: 0 }
    }

    fn run(&mut self, code: &str) -> Finished {
        self.said += 1;
        let folder = self.stage.home.folder();
        std::fs::write(folder.join("example.sh"), code).expect("written");
        std::fs::write(folder.join("stderr"), "").expect("written");
        // The mark stands in a line of its own, wherever the example stopped.
        let mark = format!("--- example {} ended with ", self.said);
        let end = format!("source ./example.sh </dev/null; printf '\\n%s%d\\n' '{mark}' \"$?\"\n");
        self.commands.write_all(end.as_bytes()).expect("bash reads");
        let mut out = Vec::new();
        let code = loop {
            let Ok(line) = self.lines.recv_timeout(LONGEST) else {
                out.extend(b"\n(it does not end, or it ended the shell)");
                break -1;
            };
            if let Some(code) = std::str::from_utf8(&line).ok().and_then(|line| line.strip_prefix(&mark)) {
                out.pop();
                break code.trim().parse().expect("a number");
            }
            out.extend(line);
        };
        let err = std::fs::read_to_string(folder.join("stderr")).unwrap_or_default();
        Finished { code, out: String::from_utf8_lossy(&out).into_owned(), err }
    }
}

impl Drop for Shell<'_> {
    fn drop(&mut self) {
        let _ended = self.bash.kill();
        let _reaped = self.bash.wait();
    }
}

/// Runs a program on a text, and ends it when it hangs.
fn bounded(program: Command, text: &str) -> Finished {
    let mut command = Command::new("timeout");
    command
        .args(["--kill-after=1", &LONGEST.as_secs().to_string()])
        .arg(program.get_program())
        .args(program.get_args());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(program.get_current_dir().expect("a folder"));
    pipe(command, text)
}

impl Example {
    /// Runs it: nothing, or what is wrong with it.
    fn play(&self, stage: &Stage, shell: &mut Shell<'_>) -> Option<String> {
        let finished = match self.language {
            Language::Sh => shell.run(&self.code),
            Language::Python => bounded(stage.command("python3", &["-"]), &self.code),
            Language::Js => bounded(stage.command("node", &["--input-type=module", "-"]), &self.code),
        };
        let why = fault(self.answer.as_ref(), &finished)?;
        let expected = match &self.answer {
            Some(Answer::Json(shown)) => format!("{shown:#}"),
            Some(Answer::Text(shown)) => shown.clone(),
            None => "(anything)".to_owned(),
        };
        let Finished { out, err, .. } = finished;
        Some(format!("{why}\n--- expected\n{expected}\n--- printed\n{out}\n--- complaints\n{err}"))
    }
}

/// Which languages can be run here; the others are noted as skipped.
fn languages() -> Vec<Language> {
    let needs: [(Language, &[&str]); 3] =
        [(Language::Sh, &["bash", "curl", "python3"]), (Language::Python, &["python3"]), (Language::Js, &["node"])];
    let mut can = Vec::new();
    for (language, programs) in needs {
        if skipped::can(&format!("examples of the course in {language:?}"), programs) {
            can.push(language);
        }
    }
    can
}

/// Runs the lessons one after the other against the same school, as a reader does who comes back to it.
fn play(stage: &Stage, lessons: &[(PathBuf, Vec<Example>)], pass: &str) {
    let can = languages();
    let (mut played, mut failures) = (0, String::new());
    for (path, examples) in lessons {
        let mut shell = Shell::open(stage);
        for example in examples.iter().filter(|example| can.contains(&example.language)) {
            played += 1;
            if let Some(failure) = example.play(stage, &mut shell) {
                let (path, line) = (path.display(), example.line);
                let _infallible = writeln!(failures, "=== {path}:{line}, fence {}: {failure}\n", example.number);
            }
        }
    }
    eprintln!("{played} examples of {} lessons were run, {pass}", lessons.len());
    assert!(failures.is_empty(), "{pass}\n{failures}");
    assert!(played > 50, "only {played} examples were run: the course has more, and bash, curl and Python are needed");
}

#[test]
fn every_example_of_the_course_answers_as_it_says_also_the_second_time() {
    let (stage, lessons) = (Stage::set(), lessons());
    for pass in ["the first time", "the second time"] {
        play(&stage, &lessons, pass);
    }
}

#[test]
fn every_lesson_stands_alone() {
    // None can rely on one before it when those are still to come.
    let mut lessons = lessons();
    lessons.reverse();
    play(&Stage::set(), &lessons, "backwards");
}

#[test]
fn an_example_that_fails_is_wrong_even_when_it_printed_what_it_should() {
    let text = Answer::Text("a\n".to_owned());
    let ended = |code: i32, out: &str| Finished { code, out: out.to_owned(), err: String::new() };
    assert_eq!(fault(Some(&text), &ended(0, "a\n")), None);
    assert_eq!(fault(None, &ended(0, "anything")), None);
    for (answer, finished) in [(Some(&text), ended(1, "a\n")), (Some(&text), ended(0, "b")), (None, ended(1, ""))] {
        assert!(fault(answer, &finished).is_some(), "{finished:?}");
    }
}

/// What waits in an example without an end: a loop that sleeps, or asks again and again, until something is so.
fn endless(language: Language, code: &str) -> Option<&str> {
    match language {
        // Bash waits in a loop over numbers, which has an end.
        Language::Sh => code.lines().find(|line| {
            let line = line.trim_start();
            line.starts_with("until ") || line.starts_with("while ") && !line.starts_with("while read")
        }),
        Language::Python | Language::Js => {
            let (mut lines, waits) = (code.lines(), code.contains("sleep(") || code.contains("wait="));
            lines.find(|line| waits && line.trim_start().starts_with("while "))
        }
    }
}

#[test]
fn no_example_waits_for_ever() {
    let mut found = String::new();
    for (path, examples) in lessons() {
        for example in &examples {
            if let Some(line) = endless(example.language, &example.code) {
                let _infallible = writeln!(found, "{}:{}: {line}", path.display(), example.line);
            }
        }
    }
    assert!(found.is_empty(), "these loops have no end when what they wait for does not come:\n{found}");
    for (language, code) in [
        (Language::Sh, "until [ -s x ]; do sleep 1; done"),
        (Language::Sh, "while ! curl x; do sleep 1; done"),
        (Language::Python, "while not found:\n    sleep(1)"),
    ] {
        assert!(endless(language, code).is_some(), "{code}");
    }
}

#[test]
fn answers_are_compared_as_the_readers_of_the_course_are_told() {
    let json = |shown: &str, came: &str| wrong(&Answer::Json(shown.parse().expect("JSON")), came);
    for (shown, came) in [
        (r#"{"a":1}"#, r#"{"a":1,"b":2}"#),
        (r#"{"a":"…","b":{"c":null}}"#, r#"{"a":[1],"b":{"c":null}}"#),
        (r#"["…"]"#, "[]"),
        (r#"["…"]"#, "[1,2]"),
        (r#"[1,"…"]"#, "[1]"),
        (r#"[{"a":1},"…"]"#, r#"[{"a":1,"b":0},7,8]"#),
    ] {
        assert_eq!(json(shown, came), None, "{shown} {came}");
    }
    for (shown, came) in [
        (r#"{"a":1}"#, r#"{"a":2}"#),
        (r#"{"a":null}"#, "{}"),
        (r#"{"a":1}"#, "[]"),
        ("[1]", "[1,2]"),
        (r#"[1,2,"…"]"#, "[1]"),
        (r#"[]"#, "[1]"),
        (r#"{}"#, "no json"),
        (r#""a…""#, r#""abc""#),
    ] {
        assert!(json(shown, came).is_some(), "{shown} {came}");
    }
    let text = |shown: &str, came: &str| wrong(&Answer::Text(shown.to_owned()), came);
    for (shown, came) in [("a\n", "a"), ("a\nb", "a\nb\n\n"), ("a…c", "abc"), ("…", ""), ("…b…d…", "abcd"), ("a…", "a")]
    {
        assert_eq!(text(shown, came), None, "{shown} {came}");
    }
    for (shown, came) in [("a", "b"), ("a\nb", "a"), ("a…c", "ab"), ("a…b…a", "aba…"), ("aa…a", "aa"), ("a…", "ba")]
    {
        assert!(text(shown, came).is_some(), "{shown} {came}");
    }
}
