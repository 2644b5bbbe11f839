//! The reference as its readers use it: the filter, the examples in three languages, and the forms that try an operation,
//! in a real browser; and every example that reads, run as a program.

use crate::support::chromium::{Chromium, Screen};
use crate::support::process::{Home, Server, pipe, text};
use crate::support::send;
use serde_json::{Value, json};
use std::process::Command;
use store::Engine;
use testing::skipped;

struct Demo {
    server: Server,
    said: Value,
    _home: Home,
}

fn demo() -> Demo {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let server = Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
    Demo { said: server.json(), server, _home: home }
}

/// The text of a piece of HTML.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for (at, piece) in html.split('<').enumerate() {
        text.push_str(if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, after)| after) });
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The examples of a page in a language.
async fn samples(demo: &Demo, page: &str, language: &str) -> Vec<String> {
    let page = send(reqwest::Client::new().get(format!("{}{page}", demo.server.url))).await.expect(200).text;
    let begin = format!("<div class=\"sample {language}\">");
    let pieces = page.split(&begin).skip(1);
    pieces
        .map(|piece| plain(piece.split_once("<code>").expect("code").1.split("</code>").next().expect("end")))
        .collect()
}

/// Runs every example that reads, and reads every other.
async fn every_example(language: &str, program: &str, arguments: &[&str], runner: &str) {
    if !skipped::can(&format!("examples of the reference in {language}"), &[program]) {
        return;
    }
    let demo = demo();
    let mut all = samples(&demo, "/docs/api", language).await;
    all.extend(samples(&demo, "/docs/webhooks", language).await);
    assert!(all.len() > 80, "{language} has {} examples", all.len());
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), json!(all).to_string()).expect("written");
    let mut command = Command::new(program);
    command.args(arguments).env("SAMPLES", file.path()).env("SCHOLAE_URL", &demo.server.url);
    command.env("SCHOLAE_KEY", text(&demo.said, "api_key")).env("SCHOLAE_SUBDOMAIN", "demo");
    let ran = pipe(command, runner).ok();
    let read: usize = ran.out.lines().filter(|line| line.starts_with("200 ")).count();
    assert!(read > 35, "{read} examples were answered: {} {}", ran.out, ran.err);
    assert_eq!(ran.err, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_python_runs() {
    let runner = "\
import json, os, sys, urllib.error
for sample in json.load(open(os.environ['SAMPLES'])):
    program = compile(sample, 'sample', 'exec')
    if 'method=\"GET\"' in sample:
        try:
            exec(program, {})
        except urllib.error.HTTPError as error:
            # A record of the school that the example has from elsewhere.
            if error.code != 404: sys.exit(f'{error.code}: {sample}')
";
    every_example("python", "python3", &["-"], runner).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_javascript_runs() {
    let runner = "\
import { readFileSync } from 'node:fs';
const Program = (async () => {}).constructor;
for (const sample of JSON.parse(readFileSync(process.env.SAMPLES))) {
  const program = new Program(sample);
  if (sample.includes('method: \"GET\"')) await program();
}
";
    every_example("javascript", "node", &["--input-type=module", "-"], runner).await;
}

/// What the page shows of the contents.
const LISTED: &str = "return [...document.querySelectorAll('.side li')].filter((li) => li.offsetParent).length";

async fn a_reader(screen: Screen) {
    let Some(browser) = Chromium::start(screen).await else { return };
    let demo = demo();
    browser.open(&format!("{}/docs/api", demo.server.url)).await;
    browser.look_at("reference", "header").await;
    if screen == Screen::Desktop {
        let filter = |words: &str| {
            format!(
                "const f = document.querySelector('.side .filter'); f.value = {words:?}; f.dispatchEvent(new Event('input')); {LISTED}"
            )
        };
        let all = browser.run(LISTED).await.as_u64().expect("a number");
        // The name of a parameter, and words that stand in no heading.
        for words in ["affiliate_commission", "external_source", "Idempotency-Key"] {
            let found = browser.run(&filter(words)).await.as_u64().expect("a number");
            assert!(found > 0 && found < all / 2, "{words}: {found} of {all}");
        }
        assert_eq!(browser.run(&filter("no-such-word-anywhere")).await, 0);
        assert_eq!(browser.run(&filter("")).await, all);
    }
    let open = "const op = document.getElementById('getCourses') || document.querySelector('.op');\
                op.scrollIntoView(); op.querySelector('.languages button:nth-child(2)').click();\
                op.querySelector('.open').click(); return op.querySelector('.sample.python').offsetParent !== null";
    assert_eq!(browser.run(open).await, true);
    let send = |key: &str| {
        format!(
            "const op = document.getElementById('getCourses');\
             for (const [id, value] of [['school', 'demo'], ['key', '{key}']]) {{ const input = document.getElementById(id);\
               input.value = value; input.dispatchEvent(new Event('input')); }}\
             op.querySelector('output').replaceChildren(); op.querySelector('form.try').requestSubmit(); return 1"
        )
    };
    let status = async || {
        for _ in 0..200 {
            let status = "return (document.querySelector('#getCourses output .status') || {}).textContent || ''";
            if let Some(status) = browser.run(status).await.as_str().filter(|status| !status.is_empty()) {
                return status.to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        "no answer".to_owned()
    };
    browser.run(&send("wrong")).await;
    assert!(status().await.starts_with("401"));
    let key = text(&demo.said, "api_key");
    browser.run(&send(key)).await;
    assert!(status().await.starts_with("200"));
    let shown = browser.run("return document.querySelector('#getCourses output pre').textContent").await;
    assert!(shown.as_str().is_some_and(|text| text.contains("\"slug\"")), "{shown}");
    browser.look_at("reference-try", "#getCourses").await;
    let kept =
        browser.run("return JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie").await;
    assert!(kept.as_str().is_some_and(|kept| kept.contains("demo") && !kept.contains(key)), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_on_a_wide_screen() {
    a_reader(Screen::Desktop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_on_a_phone_in_the_dark() {
    a_reader(Screen::Phone).await;
}
