//! Receivers that misbehave in every way, a server that is killed every few seconds, a clock that jumps, and changes
//! all the while. Afterwards every event has arrived at every webhook that could be reached, signed; nothing went to
//! one that was switched off; the books are in order.
//!
//! `make soak` runs it for minutes.

use crate::support::clock::Clock;
use crate::support::hooks::{Hooked, Writers, generated, made_webhook};
use crate::support::process::{Home, Server, finish};
use crate::support::receiver::{Answer, Heard, Receiver};
use rand::RngExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::Engine;
use store::deliveries::DeliveryState;

/// How long an attempt may take.
const TIMEOUT: Duration = Duration::from_secs(1);
/// An attempt that had begun when its webhook was switched off may take this long to be heard.
const UNDER_WAY: Duration = Duration::from_millis(1500);
/// After so many requests, one receiver wants no more.
const ENOUGH: usize = 30;
/// The longest pause between two attempts (five hours, and a fifth), and a little.
const LONGEST_PAUSE: i64 = 6 * 3600 + 60;
const DAY: i64 = 86_400;

fn soak() -> bool {
    std::env::var_os("SCHOLAE_SOAK").is_some()
}

fn roll(below: u64) -> u64 {
    rand::rng().random_range(0..below)
}

/// What the receivers with a bad day do, by the last part of their path.
fn misbehaviour(path: &str) -> Answer {
    match path {
        "/hang" => Answer::Hang(TIMEOUT * 3),
        "/close" => Answer::Close,
        "/half" => Answer::HalfAHead,
        "/error" => Answer::Status(500),
        "/moved" => Answer::Redirect,
        "/flood" => Answer::Flood(4),
        "/slow" => Answer::Slowly(Duration::from_millis(5)),
        "/drip" => Answer::Slowly(Duration::from_millis(60)),
        other => panic!("nobody is told to go to {other}"),
    }
}

const FICKLE: [&str; 8] = ["/hang", "/close", "/half", "/error", "/moved", "/flood", "/slow", "/drip"];

/// The school, its webhooks, and what is to come of them.
struct Scene {
    home: Home,
    school: Hooked,
    clock: Option<Clock>,
    receiver: Receiver,
    /// The receivers with bad days have good ones only.
    calm: Arc<AtomicBool>,
    /// Ids of webhooks, by path.
    webhooks: BTreeMap<String, String>,
    /// When the webhook of a path was switched off, as this test was told.
    off: BTreeMap<&'static str, Instant>,
    kills: usize,
}

impl Scene {
    async fn begin(home: Home) -> Self {
        let school = generated(&home, 1);
        let (calm, gone) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
        let receiver = Receiver::start({
            let calm = Arc::clone(&calm);
            move |heard| match heard.path.as_str() {
                "/steady" => Answer::Status(200),
                // So slow that much is waiting for them when they are switched off.
                "/silenced" | "/removed" => Answer::Slowly(Duration::from_millis(15)),
                "/gone" if gone.fetch_add(1, Ordering::Relaxed) < ENOUGH => Answer::Status(200),
                "/gone" => Answer::Status(410),
                _ if calm.load(Ordering::Relaxed) || roll(2) == 0 => Answer::Status(204),
                path => misbehaviour(path),
            }
        })
        .await;
        let clock = Clock::new();
        let webhooks = BTreeMap::new();
        Self { home, school, clock, receiver, calm, webhooks, off: BTreeMap::new(), kills: 0 }
    }

    fn serve(&self) -> Server {
        let mut command = self.home.serve_command();
        let timeout = TIMEOUT.as_secs().to_string();
        command.args(["--webhook-targets", "development", "--webhook-timeout-seconds", &timeout]);
        if let Some(clock) = &self.clock {
            clock.give(&mut command);
        }
        Server::start(command)
    }

    async fn make_webhooks(&mut self, server: &Server) {
        let nowhere = "http://127.0.0.1:9";
        for path in ["/steady", "/gone", "/silenced", "/removed", "/nowhere"].iter().chain(&FICKLE) {
            let base = if *path == "/nowhere" { nowhere } else { &self.receiver.url };
            let id = made_webhook(&self.school, &server.url, "user.signup", &format!("{base}{path}")).await;
            self.webhooks.insert((*path).to_owned(), id);
        }
    }

    async fn ask(&self, server: &Server, method: Method, path: &str, body: Value) -> Value {
        let path = format!("/api/v2{path}");
        let reply = self.school.ask(&server.url, method, &path, None, &body).await.expect("an answer");
        assert!((200..300).contains(&reply.status), "{} {}", reply.status, reply.text);
        reply.json()
    }

    /// Switches off two webhooks in the middle of it: one by removing it, and one by request, which is hardly answered when
    /// the server is killed.
    async fn switch_off(&mut self, server: &Server) {
        let path = format!("/webhooks/{}", self.webhooks["/removed"]);
        self.ask(server, Method::DELETE, &path, Value::Null).await;
        self.off.insert("/removed", Instant::now());
        let path = format!("/webhooks/{}", self.webhooks["/silenced"]);
        self.ask(server, Method::PUT, &path, json!({ "status": "disabled" })).await;
        self.off.insert("/silenced", Instant::now());
    }

    async fn status(&self, server: &Server, path: &str) -> String {
        let webhook = self.ask(server, Method::GET, &format!("/webhooks/{}", self.webhooks[path]), Value::Null).await;
        webhook["status"].as_str().expect("a status").to_owned()
    }

    fn move_clock(&self) {
        let Some(clock) = &self.clock else { return };
        // Back as well as ahead, never three days: after those a webhook that fails is switched off.
        let by = [-3600, -90, -5, 5, 40, 600, 3600, 2 * 3600][roll(8) as usize];
        let hours = (clock.offset() / 1000 + by).abs() / 3600;
        clock.advance(if hours < 12 { by } else { -by });
    }

    /// Kills the server every few seconds while people sign up.
    async fn rage(&mut self) {
        let rounds = if soak() { 80 } else { 4 };
        let mut server = self.serve();
        self.make_webhooks(&server).await;
        let url = Arc::new(Mutex::new(server.url.clone()));
        let stop = Arc::new(AtomicBool::new(false));
        let pause = Duration::from_millis(if soak() { 100 } else { 25 });
        let writing = tokio::spawn({
            let (school, stop, url) = (self.school.clone(), Arc::clone(&stop), Arc::clone(&url));
            async move { Writers::new(&school, 3).keep_writing(url, stop, pause).await }
        });
        for round in 0..rounds {
            tokio::time::sleep(Duration::from_millis(700 + roll(if soak() { 3000 } else { 1200 }))).await;
            if round % 2 == 1 {
                self.move_clock();
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            if round == rounds / 2 {
                self.switch_off(&server).await;
            }
            server.kill();
            self.kills += 1;
            server = self.serve();
            url.lock().expect("a place").clone_from(&server.url);
        }
        stop.store(true, Ordering::Relaxed);
        let acknowledged = writing.await.expect("acknowledged");
        let events = self.school.events(&self.home);
        assert_eq!(events.len(), acknowledged, "an event for each change, and none without");
        assert!(acknowledged > 30, "there was a load");
        self.settle(&server, &events).await;
        server.terminate();
        assert!(server.ended(Duration::from_secs(10)).success(), "it ends by itself");
    }

    /// Lets everything arrive that can: receivers behave, pauses pass.
    async fn settle(&mut self, server: &Server, events: &[(String, String)]) {
        self.calm.store(true, Ordering::Relaxed);
        let begun = Instant::now();
        let reached =
            |scene: &Self| FICKLE.iter().chain(&["/steady"]).all(|path| scene.receiver.taken(path) == events.len());
        let longest = Duration::from_secs(if self.clock.is_some() && !soak() { 60 } else { 400 });
        let mut moved = 0;
        while !reached(self) {
            assert!(begun.elapsed() < longest, "not everything has arrived");
            if let Some(clock) = &self.clock {
                // Whoever behaves now needs it once or twice, and once more for each time that a busy machine answers too
                // late. Three days of it would switch off what fails.
                let next = if moved < 4 { moved * 3 } else { moved * 30 };
                if moved < 8 && begun.elapsed() > Duration::from_secs(next) {
                    clock.advance(LONGEST_PAUSE);
                    moved += 1;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // A target that fails for days is switched off; what waited for it is given up. Without a clock to move it
        // is switched off by hand.
        if let Some(clock) = &self.clock {
            while self.status(server, "/nowhere").await == "active" {
                assert!(begun.elapsed() < longest * 2, "it was never switched off");
                clock.advance(DAY);
                tokio::time::sleep(Duration::from_millis(1200)).await;
            }
        } else {
            let path = format!("/webhooks/{}", self.webhooks["/nowhere"]);
            self.ask(server, Method::PUT, &path, json!({ "status": "disabled" })).await;
        }
        while self.school.waiting(&self.home) > 0 {
            assert!(begun.elapsed() < longest * 2, "{} still wait", self.school.waiting(&self.home));
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        for path in FICKLE.iter().chain(&["/steady"]) {
            assert_eq!(self.status(server, path).await, "active", "{path}");
            let delivered = self.school.in_state(&self.home, Some(&self.webhooks[*path]), DeliveryState::Delivered);
            assert_eq!(delivered, events.len() as i64, "{path}");
        }
        for path in ["/gone", "/silenced", "/nowhere"] {
            assert_eq!(self.status(server, path).await, "disabled", "{path}");
        }
        assert!(self.school.in_state(&self.home, Some(&self.webhooks["/nowhere"]), DeliveryState::GivenUp) > 0);
    }

    /// What was heard, all in all.
    fn judge(&self) {
        let heard = self.receiver.heard();
        let bodies: BTreeMap<String, String> = self.school.events(&self.home).into_iter().collect();
        for one in &heard {
            assert!(one.path != "/trap", "no redirect is followed");
            one.is_as_documented(&self.school.api_key, "academy");
            assert_eq!(bodies[&one.event()].as_bytes(), one.body, "byte by byte as it was recorded");
        }
        for (path, off) in &self.off {
            let late = |one: &&Heard| one.path == *path && one.at > *off + UNDER_WAY;
            assert_eq!(heard.iter().filter(late).count(), 0, "{path} was switched off");
        }
        let after: Vec<&Heard> = heard.iter().filter(|one| one.path == "/gone").skip(ENOUGH).collect();
        // Who is killed between hearing "gone" and writing it down asks once more.
        let last = after.last().map(|last| last.at - after[0].at).unwrap_or_default();
        assert!(
            after.len() <= 16 * (self.kills + 1),
            "{} more after the first 410, the last after {last:?}",
            after.len()
        );
        let taken: Vec<&Heard> = heard.iter().filter(|one| one.taken).collect();
        let distinct: BTreeSet<_> = taken.iter().map(|one| (&one.path, one.header("webhook-id"))).collect();
        eprintln!(
            "chaos: {} events, killed {} times, clock moved: {}; {} requests heard, {} taken, {} of them more than once",
            bodies.len(),
            self.kills,
            self.clock.is_some(),
            heard.len(),
            taken.len(),
            taken.len() - distinct.len(),
        );
        // The clock was set back in between: what it had dated is put in order first.
        for arguments in [&["doctor", "--repair"][..], &["doctor"]] {
            let mut doctor = self.home.command_here(arguments);
            if let Some(clock) = &self.clock {
                clock.give(&mut doctor);
            }
            let doctor = finish(doctor);
            let repairs = arguments.len() > 1;
            assert!(repairs || doctor.code == 0, "{}{}", doctor.out, doctor.err);
        }
    }
}

async fn chaos(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let mut scene = Scene::begin(home).await;
    scene.rage().await;
    scene.judge();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_arrives_through_all_of_it_on_sqlite() {
    chaos(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_arrives_through_all_of_it_on_postgres() {
    chaos(Engine::Postgres).await;
}
