//! Hashing of passwords, which is slow on purpose: who waits for whom, and that every try is counted before.

use super::browser::{Browser, hidden, link};
use super::sign_in::ann;
use crate::support::{Reply, TestSchool};
use identity::sessions::{self, Device};
use reqwest::Method;
use school::UserId;
use school::security_log::Kind;
use std::pin::{Pin, pin};
use std::sync::mpsc::{self, Sender};
use std::task::{Context, Poll, Waker};
use store::Engine;
use web::hash_queue::HashClient;
use web::{App, HashError, WebConfig};

const FLOODED: &str = "192.0.2.1";
const QUIET: &str = "198.51.100.1";

type Waiting = Pin<Box<dyn Future<Output = Result<(), HashError>>>>;

/// So many passwords of one address that no more of it may wait. None of them is hashed before this is dropped.
struct Flood {
    _hashing: Vec<Sender<()>>,
    _waiting: Vec<Waiting>,
}

impl Flood {
    fn of(app: &App, address: &str) -> Self {
        let mut flood = Self { _hashing: Vec::new(), _waiting: Vec::new() };
        loop {
            let (begin, begun) = mpsc::channel();
            let (app, client) = (app.clone(), HashClient::at(address));
            let hashed = async move { app.hash(client, move || begun.recv().is_ok()).await.map(|_| ()) };
            let mut hashed: Waiting = Box::pin(hashed);
            match pin!(&mut hashed).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Err(HashError::QueueFull(_))) => return flood,
                Poll::Ready(other) => panic!("{other:?}"),
                Poll::Pending => {
                    flood._hashing.push(begin);
                    flood._waiting.push(hashed);
                }
            }
        }
    }
}

/// Asks for a page and sends its form from an address.
async fn submit_from(browser: &mut Browser, address: &str, page: &str, action: &str, fields: &[(&str, &str)]) -> Reply {
    let shown = browser.get(page).await.expect(200).text;
    let hidden = hidden(&shown, action);
    let mut all = fields.to_vec();
    all.extend(hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    browser.send(Method::POST, action, &all, &[("X-Forwarded-For", address)]).await
}

/// How often anything was tried in the school.
async fn tries(school: &TestSchool) -> i64 {
    let sql = "SELECT CAST(coalesce(sum(tries), 0) AS BIGINT) FROM attempts WHERE site_id = $1";
    school.arrange(move |tx, site| Ok(tx.first(sql, store::params![site], |row| row.get(0))?)).await.unwrap_or(0)
}

/// A school that its visitors reach through one proxy.
async fn behind_a_proxy(engine: Engine) -> Option<TestSchool> {
    let config = WebConfig {
        requests_per_minute: None,
        requests_at_once: None,
        mailbox: true,
        proxies: 1,
        ..WebConfig::default()
    };
    TestSchool::start_with(engine, config).await
}

const SIGN_UP: [(&str, &str); 4] =
    [("first_name", "Eve"), ("last_name", "Example"), ("email", "eve@example.com"), ("password", "correct horse")];
const SIGN_IN: [(&str, &str); 2] = [("email", "ann@example.com"), ("password", "correct horse")];

#[tokio::test]
async fn a_flood_from_one_address_is_refused_and_another_address_does_not_wait_for_it() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(school) = behind_a_proxy(engine).await else { continue };
        ann(&school).await;
        let flood = Flood::of(school.app(), FLOODED);
        let refused =
            submit_from(&mut Browser::new(&school), FLOODED, "/users/sign_up", "/users/sign_up", &SIGN_UP).await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{}", refused.text);
        assert!(refused.text.contains("please wait a second"), "{}", refused.text);
        // Nothing of the flood is hashed before this one is signed in.
        let mut browser = Browser::new(&school);
        submit_from(&mut browser, QUIET, "/users/sign_in", "/users/sign_in", &SIGN_IN).await.expect(303);
        assert!(browser.is_signed_in().await);
        // Programs of the school neither wait for visitors.
        school
            .post(
                "/users",
                serde_json::json!({
                    "first_name": "Bo", "last_name": "Example", "email": "bo@example.com", "password": "correct horse",
                }),
            )
            .await
            .expect(201);
        drop(flood);
        school.finish().await;
    }
}

#[tokio::test]
async fn every_try_is_counted_before_its_password_is_hashed() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(school) = behind_a_proxy(engine).await else { continue };
        let id = ann(&school).await;
        let mut browser = Browser::new(&school);
        submit_from(&mut browser, QUIET, "/users/sign_up", "/users/sign_up", &SIGN_UP).await.expect(200);
        let confirm = link(&school.mails().await[0], "Confirm that it was you");
        let key = school.key.clone();
        let session = school
            .arrange(move |tx, site| {
                sessions::begin(tx, &key, site, UserId::new(id), &Device::default(), (Kind::SignIn, ""), false)
            })
            .await;
        let mut signed_in = Browser::new(&school);
        signed_in.cookies.insert("scholae_session".to_owned(), session.secret);

        let change = [("current_password", "correct horse"), ("password", "a new password")];
        let wrong_change = [("current_password", "battery staple"), ("password", "a new password")];
        let wrong_word = [("password", "battery staple")];
        let confirmed = [("password", "correct horse")];
        let mut stranger = Browser::new(&school);
        let flood = Flood::of(school.app(), FLOODED);
        for (browser, page, action, fields) in [
            (&mut stranger, "/users/sign_in", "/users/sign_in", &SIGN_IN[..]),
            (&mut browser, "/users/sign_up", "/users/sign_up", &SIGN_UP[..]),
        ] {
            let before = tries(&school).await;
            let refused = submit_from(browser, FLOODED, page, action, fields).await;
            assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{action}: {}", refused.text);
            assert!(tries(&school).await > before, "{action}");
        }
        // Whoever is signed in, or has a link, waits for nobody at their address; they are counted too.
        for (browser, page, action, wrong, right) in [
            (&mut signed_in, "/account", "/account/password", &wrong_change[..], &change[..]),
            // Elsewhere than where it was signed up, so that the password is asked for.
            (&mut Browser::new(&school), confirm.as_str(), confirm.as_str(), &wrong_word[..], &confirmed[..]),
        ] {
            let before = tries(&school).await;
            submit_from(browser, FLOODED, page, action, wrong).await.expect(422);
            assert!(tries(&school).await > before, "{action}");
            submit_from(browser, FLOODED, page, action, right).await.expect(303);
        }
        drop(flood);
        school.finish().await;
    }
}
