//! OAuth 2.0 and OpenID Connect from outside: a person's browser, an app, and those who attack them.

mod attacks;
mod flow;
mod in_a_browser;
mod openid;
mod refresh;
mod tokens;

use crate::people::browser::{Browser, hidden, unescaped};
use crate::support::{Reply, TestSchool, send};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use identity::apps::{self, App, Kind};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

pub const CALLBACK: &str = crate::apps::CALLBACK;
pub const ISSUER: &str = "http://academy.localhost";

/// A registered app, as its program knows it.
pub struct Program<'s> {
    pub school: &'s TestSchool,
    pub app: App,
    pub secret: String,
    client: Client,
}

/// An app with these scopes.
pub async fn program<'s>(school: &'s TestSchool, scopes: &[&str]) -> Program<'s> {
    let (app, secret) = crate::apps::app(school, Kind::Public, scopes).await;
    Program { school, app, secret, client: Client::builder().build().expect("a client") }
}

/// Where a browser was sent, and with what.
#[derive(Debug)]
pub struct Sent {
    pub to: String,
    pub fields: BTreeMap<String, String>,
}

impl Sent {
    /// Reads the address that a reply leads to.
    #[track_caller]
    pub fn by(reply: &Reply) -> Self {
        Self::at(reply.header("location"))
    }

    /// Reads an address.
    pub fn at(location: &str) -> Self {
        let (to, query) = location.split_once(['?', '#']).unwrap_or((location, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Self { to: to.to_owned(), fields: pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect() }
    }

    #[track_caller]
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

/// Text of a form as it was before it was encoded.
pub fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    let mut bytes = Vec::new();
    let mut rest = spaced.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let hex = std::str::from_utf8(&tail[..2]).expect("two digits");
            bytes.push(u8::from_str_radix(hex, 16).expect("two digits"));
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

impl Program<'_> {
    /// The address that somebody's browser is sent to, on the school's host.
    pub fn authorize(&self, more: &str) -> String {
        format!(
            "/oauth2/authorize?client_id={}&redirect_uri={CALLBACK}&response_type=code&state=xyz{more}",
            self.app.client_id
        )
    }

    /// The same for another response type.
    pub fn asking_for(&self, response_type: &str, more: &str) -> String {
        self.authorize(more).replace("response_type=code", &format!("response_type={response_type}"))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.school.url))
            .header("Host", format!("{}.localhost", self.school.subdomain))
    }

    /// Asks the token endpoint, with the secret.
    pub async fn ask(&self, fields: Value) -> Reply {
        self.ask_as(Some(&self.secret), fields).await
    }

    /// Asks the token endpoint, with another secret or without one.
    pub async fn ask_as(&self, secret: Option<&str>, fields: Value) -> Reply {
        let request = self.request(Method::POST, "/oauth2/token");
        send(request.basic_auth(&self.app.client_id, Some(secret.unwrap_or(""))).json(&fields)).await
    }

    pub async fn redeem(&self, code: &str) -> Reply {
        self.ask(json!({ "grant_type": "authorization_code", "code": code })).await
    }

    pub async fn refresh(&self, token: &str) -> Reply {
        self.ask(json!({ "grant_type": "refresh_token", "refresh_token": token })).await
    }

    /// Posts a form to another endpoint, with the secret.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        send(self.request(Method::POST, path).basic_auth(&self.app.client_id, Some(&self.secret)).form(fields)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    pub async fn userinfo(&self, token: &str) -> Reply {
        send(self.request(Method::GET, "/oidc/userinfo").bearer_auth(token)).await
    }
}

/// Ann, an admin with a password, in her browser.
pub async fn ann(school: &TestSchool) -> (i64, Browser) {
    somebody(school, "ann@example.com", &["site_admin"]).await
}

/// Somebody with roles, in their browser, signed in.
pub async fn somebody(school: &TestSchool, email: &str, roles: &[&str]) -> (i64, Browser) {
    let user = json!({
        "first_name": "Ann", "last_name": "Example", "email": email, "password": "correct horse", "roles": roles,
    });
    let id = school.post("/users", user).await.expect(201).id();
    let mut browser = Browser::new(school);
    browser.sign_in(email, "correct horse").await.expect(303);
    (id, browser)
}

/// Where the form of a consent page goes, as it stands there.
#[track_caller]
pub fn action(page: &str) -> String {
    let form = page.split("action=\"/oauth2/consent").nth(1).unwrap_or_else(|| panic!("no consent page: {page}"));
    format!("/oauth2/consent{}", form.split('"').next().unwrap_or_default())
}

/// Decides on a consent page that is open.
pub async fn decide(browser: &mut Browser, page: &Reply, decision: &str) -> Reply {
    let action = action(&page.text);
    let hidden = hidden(&page.text, &action);
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("decision", decision));
    browser.post(&unescaped(&action), &fields).await
}

/// Opens a request in a browser and accepts what is asked: where that leads.
pub async fn accept(browser: &mut Browser, path: &str) -> Sent {
    let page = browser.get(path).await.expect(200);
    Sent::by(&decide(browser, &page, "accept").await.expect(303))
}

/// Goes on without being asked.
pub async fn pass(browser: &mut Browser, path: &str) -> Sent {
    Sent::by(&browser.get(path).await.expect(302))
}

/// The app as it is now.
pub async fn current(school: &TestSchool, app: &App) -> App {
    let client_id = app.client_id.clone();
    school.arrange(move |tx, _| apps::find(tx, &client_id)).await
}

/// The claims of a JWT, unverified.
#[track_caller]
pub fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

pub fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}
