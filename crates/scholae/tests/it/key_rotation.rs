//! A new API key beside the old one: for a day both count, wherever a key counts.

use crate::people::browser::Browser;
use crate::people::sso::{bob, signed_with};
use crate::support::TestSchool;
use crate::support::clock::Clock;
use crate::support::process::{Home, Server, refused};
use crate::support::receiver::{Answer, Receiver};
use crate::support::send;
use reqwest::{Client, Method};
use serde_json::json;
use standardwebhooks::Webhook;
use std::time::{Duration, Instant};
use store::Engine;

const DAY: i64 = 86_400_000;

/// Rotates the key at a moment, or now; gives the new one.
async fn rotated(school: &TestSchool, at: Option<i64>, overlap: i64) -> String {
    let key = school.key.clone();
    let rotate = move |tx: &mut store::Tx<'_>, site| {
        if let Some(at) = at {
            tx.backdate(at);
        }
        let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
        school::sites::rotate_key(tx, &key, &site.into(), overlap)
    };
    school.arrange(rotate).await
}

/// What each way in says to a key.
async fn statuses(school: &TestSchool, key: &str) -> [u16; 5] {
    let v2 = format!("{}/api/v2/webhooks", school.url);
    let with_key = |path: &str| {
        school.plain(Method::GET, path).header("X-Auth-API-Key", key).header("X-Auth-Subdomain", &school.subdomain)
    };
    let bearer = school.plain(Method::GET, "/users").bearer_auth(key).header("X-Auth-Subdomain", &school.subdomain);
    let sso = format!("/api/sso/v2/sso/jwt?jwt={}", signed_with(&bob(), key));
    [
        send(with_key("/users")).await.status,
        send(bearer).await.status,
        send(with_key(&v2)).await.status,
        send(school.plain(Method::GET, &v2).bearer_auth(key)).await.status,
        Browser::new(school).get(&sso).await.status,
    ]
}

const OPEN: [u16; 5] = [200, 200, 200, 200, 303];
const SHUT: [u16; 5] = [401, 401, 401, 401, 403];

on_both_engines! {
    async fn for_a_while_the_key_before_opens_what_the_new_one_opens(school: &TestSchool) {
        assert_eq!(statuses(school, &school.api_key).await, OPEN);
        let new = rotated(school, None, DAY).await;
        for key in [&school.api_key, &new] {
            assert_eq!(statuses(school, key).await, OPEN);
        }
        // There are two keys at most.
        let third = rotated(school, None, DAY).await;
        assert_eq!(statuses(school, &school.api_key).await, SHUT);
        for key in [&new, &third] {
            assert_eq!(statuses(school, key).await, OPEN);
        }
        let last = rotated(school, None, 0).await;
        for key in [&new, &third] {
            assert_eq!(statuses(school, key).await, SHUT);
        }
        assert_eq!(statuses(school, &last).await, OPEN);
    }

    async fn taking_the_key_away_takes_the_one_before_away_too(school: &TestSchool) {
        let new = rotated(school, None, DAY).await;
        school
            .arrange(|tx, site| {
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                school::sites::revoke_key(tx, &site.into())
            })
            .await;
        for key in [&school.api_key, &new] {
            assert_eq!(statuses(school, key).await, SHUT);
        }
    }
}

with_a_stopped_clock! {
    async fn the_overlap_ends_at_its_exact_moment_though_nothing_changes_then(school: &TestSchool, clock: &Clock) {
        let new = rotated(school, Some(TestSchool::BEGIN), DAY).await;
        let get = async |key: &str| {
            let v2 = format!("{}/api/v2/webhooks", school.url);
            let rest = school.plain(Method::GET, "/users").header("X-Auth-API-Key", key);
            let bearer = send(school.plain(Method::GET, &v2).bearer_auth(key)).await.status;
            (send(rest.header("X-Auth-Subdomain", "academy")).await.status, bearer)
        };
        assert_eq!(get(&school.api_key).await, (200, 200));
        clock.stop_at(TestSchool::BEGIN + DAY - 1);
        assert_eq!(get(&school.api_key).await, (200, 200));
        clock.stop_at(TestSchool::BEGIN + DAY);
        assert_eq!(get(&school.api_key).await, (401, 401));
        assert_eq!(get(&new).await, (200, 200));
    }
}

/// Waits for so many requests.
async fn heard(receiver: &Receiver, count: usize) {
    let begun = Instant::now();
    while receiver.count() < count {
        assert!(begun.elapsed() < Duration::from_secs(30), "{} of {count}", receiver.count());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn both_sign(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let made =
        home.run(&["site", "create", "--subdomain", "academy", "--name", "A", "--plan", "plus", "--json"]).json();
    let old = made["api_key"].as_str().expect("a key").to_owned();
    let mut command = home.serve_command();
    command.args(["--webhook-targets", "development"]);
    let server = Server::start(command);
    let receiver = Receiver::start(|_| Answer::Status(200)).await;
    let hook = json!({ "topic": "user.signup", "target_url": receiver.url });
    let posted = Client::new().post(format!("{}/api/v2/webhooks", server.url)).bearer_auth(&old).json(&hook).send();
    assert_eq!(posted.await.expect("an answer").status(), 201);
    let rotated = home.run(&["key", "rotate"]).ok();
    let new = rotated.out.trim().to_owned();
    assert!(rotated.err.contains("still counts until") && rotated.err.contains("--now"), "{}", rotated.err);
    home.run(&["trigger", "user.signup"]).ok();
    heard(&receiver, 1).await;
    let shown = home.run(&["key", "show"]).ok();
    assert_eq!(shown.out.trim(), new, "what a script reads is the key alone");
    assert!(shown.err.contains("still counts until"), "{}", shown.err);
    assert!(home.run(&["doctor"]).out.contains("an old key still counts until"));
    let again = home.run(&["key", "rotate"]).ok();
    assert!(again.err.contains("The key before that counts no more"), "{}", again.err);
    let last = home.run(&["key", "rotate", "--now"]).ok().out.trim().to_owned();
    home.run(&["trigger", "user.signup"]).ok();
    heard(&receiver, 2).await;
    let heard = receiver.heard();
    let verifies = |index: usize, key: &str| {
        let library = Webhook::from_bytes(key.as_bytes().to_vec()).expect("a secret");
        library.verify(&heard[index].body, &heard[index].headers).is_ok()
    };
    assert!(verifies(0, &new) && verifies(0, &old), "receivers with either key verify");
    assert_eq!(heard[0].header("webhook-signature").split(' ').count(), 2);
    assert!(heard[0].is_signed(&new), "the header that holds one signature has the new key's");
    assert!(verifies(1, &last) && !verifies(1, &new) && !verifies(1, &old));
    assert_eq!(heard[1].header("webhook-signature").split(' ').count(), 1);
    assert!(!home.run(&["doctor"]).out.contains("an old key"));
    home.run(&["key", "revoke"]).ok();
    refused(&home.run(&["key", "show"]), 1, &["revoked"]);
    assert_eq!(home.run(&["key", "rotate"]).ok().err.trim(), "", "there is no key before this one");
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_carry_the_signatures_of_both_keys_and_the_commands_say_so_on_sqlite() {
    both_sign(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_carry_the_signatures_of_both_keys_and_the_commands_say_so_on_postgres() {
    both_sign(Engine::Postgres).await;
}
