//! Attacks as scripts: a short form in every run, a long one with SCHOLAE_SOAK=1, which is what `make soak` does.
//!
//! | attack | script |
//! |---|---|
//! | hostile connections by the thousand | `server::hostile_connections` |
//! | restarting under load, one server after the other | `server::rolling_restart` |
//! | stopping while connections stall and requests come | `attacks::a_server_under_load_and_attack_stops_in_its_time` |
//! | requests for one host that look like those for another | `attacks::no_form_of_a_host_opens_another_school` |
//! | a flood of sign-ups at one school while people sign in at another | `attacks::a_flood_of_sign_ups_makes_nobody_wait_elsewhere` |
//! | shutting the owner out by wrong passwords | `attacks::wrong_passwords_of_a_stranger_shut_nobody_out_who_is_signed_in` |
//!
//! A script that is added here or elsewhere has `attacks`, `hostile` or `rolling` in its path: that is how `make soak`
//! finds it.

use crate::people::browser::{Browser, hidden};
use crate::people::sign_in::ann;
use crate::server::wire::Wire;
use crate::support::process::{Home, Server};
use crate::support::{TestSchool, server_key};
use identity::api_access_tokens;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use reqwest::Method;
use school::sites::Plan;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};
use store::Engine;
use tokio::task::JoinSet;
use web::WebConfig;

fn soak() -> bool {
    std::env::var_os("SCHOLAE_SOAK").is_some()
}

/// How long a script goes on.
fn time() -> Duration {
    Duration::from_secs(if soak() { 120 } else { 6 })
}

/// A target and a host that may be taken for the other school's, or for no host at all.
fn confusing(rng: &mut impl rand::Rng, host: &str) -> (String, Vec<String>) {
    let variants = [
        host.to_owned(),
        host.to_uppercase(),
        format!("{host}."),
        format!("{host}:80"),
        format!("{host}.:80"),
        format!("{host}.."),
        format!("x@{host}"),
        format!("{host}/"),
        format!("{host}%00.academy.localhost"),
        format!("academy.localhost,{host}"),
        format!("academy.localhost {host}"),
        "academy.localhost.".to_owned(),
        "academy.localhost".to_owned(),
        String::new(),
    ];
    let mut one = || variants.choose(rng).expect("some").clone();
    let hosts = (0..2).map(|_| one()).collect::<Vec<_>>();
    let (target, count) = match rng.random_range(0..4) {
        0 => (String::new(), 1),
        1 => (String::new(), 2),
        2 => (format!("http://{}", hosts[1]), 1),
        _ => (format!("ftp://{host}"), 1),
    };
    (target, hosts.into_iter().take(count).collect())
}

/// The one host that a request names beyond doubt, if it names one.
fn meant(target: &str, hosts: &[String]) -> Option<String> {
    let plain = |host: &str| {
        let host = host.to_ascii_lowercase();
        host.strip_suffix(":80").unwrap_or(&host).trim_end_matches('.').to_owned()
    };
    let header = hosts.first().filter(|_| hosts.len() == 1)?;
    let absolute = target.strip_prefix("http://").map(plain);
    match absolute {
        Some(absolute) if absolute != plain(header) => None,
        _ => Some(plain(header)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_of_a_host_opens_another_school() {
    let school = TestSchool::start(Engine::Sqlite).await.expect("SQLite");
    school.another_school("other", Plan::Plus).await;
    let token = school.arrange(|tx, site| api_access_tokens::create(tx, &server_key(), site, "Host", None)).await.1;
    let mut rng = rand::rng();
    let (begun, mut opened, mut refused) = (Instant::now(), 0, 0);
    while begun.elapsed() < time() {
        let (target, hosts) = confusing(&mut rng, "other.localhost");
        let lines: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        let mut wire = Wire::connect(&school.url).await;
        let path = format!("{target}/api/public/v1/users");
        let sent = wire.try_send(format!("GET {path} HTTP/1.1\r\n{lines}Authorization: Bearer {token}\r\n\r\n")).await;
        let Some(reply) = (match sent {
            Ok(()) => wire.reply().await,
            Err(_) => None,
        }) else {
            refused += 1;
            continue;
        };
        assert!(reply.status < 500, "{path} {hosts:?}: {}", reply.status);
        if reply.status == 200 {
            // The token's own school, or no school's host at all.
            let host = meant(&target, &hosts);
            assert!(host.as_deref().is_some_and(|host| host != "other.localhost"), "{path} {hosts:?}");
            opened += 1;
        } else {
            refused += 1;
        }
    }
    eprintln!("host confusion: {opened} opened their own school, {refused} were refused");
    assert!(opened > 10 && refused > 10, "{opened} {refused}");
    school.finish().await;
}

/// Sends a form from an address, behind one proxy.
async fn submit(browser: &mut Browser, address: &str, page: &str, fields: &[(&str, &str)]) -> u16 {
    let shown = browser.get(page).await;
    if shown.status != 200 {
        return shown.status;
    }
    let hidden = hidden(&shown.text, page);
    let mut all = fields.to_vec();
    all.extend(hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    browser.send(Method::POST, page, &all, &[("X-Forwarded-For", address)]).await.status
}

async fn behind_a_proxy() -> Arc<TestSchool> {
    let config = WebConfig {
        requests_per_minute: None,
        requests_at_once: None,
        mailbox: true,
        proxies: 1,
        ..WebConfig::default()
    };
    Arc::new(TestSchool::start_with(Engine::Sqlite, config).await.expect("SQLite"))
}

async fn finish(school: Arc<TestSchool>) {
    match Arc::try_unwrap(school) {
        Ok(school) => school.finish().await,
        Err(_) => panic!("somebody still attacks"),
    }
}

const SIGN_IN: [(&str, &str); 2] = [("email", "ann@example.com"), ("password", "correct horse")];

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_sign_ups_makes_nobody_wait_elsewhere() {
    let school = behind_a_proxy().await;
    let other = Arc::new(school.second_school("other").await);
    ann(&school).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut attackers = JoinSet::new();
    for n in 0..if soak() { 40 } else { 12 } {
        let (other, stop) = (Arc::clone(&other), Arc::clone(&stop));
        attackers.spawn(async move {
            let (mut tried, address) = (0, format!("192.0.2.{}", n % 4));
            while !stop.load(Relaxed) {
                let email = format!("eve{n}-{tried}@example.com");
                let fields =
                    [("first_name", "Eve"), ("last_name", "E"), ("email", &email), ("password", "correct horse")];
                let status = submit(&mut Browser::new(&other), &address, "/users/sign_up", &fields).await;
                assert!(status < 500, "{status}");
                tried += 1;
            }
            tried
        });
    }
    let (begun, mut slowest, mut signed_in) = (Instant::now(), Duration::ZERO, 0);
    while begun.elapsed() < time() {
        let asked = Instant::now();
        let address = format!("198.51.100.{}", signed_in % 250);
        let status = submit(&mut Browser::new(&school), &address, "/users/sign_in", &SIGN_IN).await;
        assert_eq!(status, 303, "signing in at another school");
        slowest = slowest.max(asked.elapsed());
        signed_in += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.store(true, Relaxed);
    let tried: i32 = attackers.join_all().await.into_iter().sum();
    eprintln!("flood of sign-ups: {tried} tries; {signed_in} signed in elsewhere, the slowest in {slowest:?}");
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    drop(other);
    finish(school).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_of_a_stranger_shut_nobody_out_who_is_signed_in() {
    let school = behind_a_proxy().await;
    ann(&school).await;
    let mut at_home = Browser::new(&school);
    assert_eq!(submit(&mut at_home, "198.51.100.1", "/users/sign_in", &SIGN_IN).await, 303);
    let begun = Instant::now();
    let (mut tried, mut refused) = (0, 0);
    while begun.elapsed() < time() {
        let wrong = [("email", "ann@example.com"), ("password", "wrong")];
        let address = format!("192.0.2.{}", tried % 250);
        let status = submit(&mut Browser::new(&school), &address, "/users/sign_in", &wrong).await;
        assert!(status < 500 && status != 303, "{status}");
        refused += usize::from(status == 429);
        tried += 1;
    }
    eprintln!("wrong passwords: {tried} tries, {refused} of them refused");
    assert!(at_home.is_signed_in().await, "whoever is signed in stays so");
    finish(school).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_under_load_and_attack_stops_in_its_time() {
    let rounds = if soak() { 20 } else { 2 };
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    home.run(&["site", "create", "--subdomain", "academy", "--name", "Academy"]).ok();
    for round in 0..rounds {
        let mut command = home.serve_command();
        command.args(["--stop-timeout-seconds", "2"]);
        let server = Server::start(command);
        let mut clients = JoinSet::new();
        for n in 0..20 {
            let url = server.url.clone();
            clients.spawn(async move {
                let Some(mut wire) = Wire::try_connect(&url).await else { return };
                if n % 2 == 0 {
                    // Never ends what it has begun.
                    let _gone = wire
                        .try_send(
                            "POST /users/sign_in HTTP/1.1\r\nHost: academy.localhost\r\nContent-Length: 9\r\n\r\na",
                        )
                        .await;
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    return;
                }
                while wire.try_get("/users/sign_in", "academy.localhost").await.is_some() {}
            });
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.terminate();
        let asked = Instant::now();
        let ended = tokio::task::spawn_blocking(move || server.ended(Duration::from_secs(30))).await.expect("no panic");
        assert!(ended.success(), "round {round}");
        eprintln!("stopping under attack: round {round} took {:?}", asked.elapsed());
    }
}
