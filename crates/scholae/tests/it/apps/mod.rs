//! Apps, tokens and what they open.

mod api_access_tokens;
mod bearer;
mod coverage;
mod registry;
mod uninstall;

use crate::support::{Reply, TestSchool, send};
use identity::apps::{self, App, AppInput, Kind};
use identity::installs;
use identity::oauth::authorize::{self, Begin};
use identity::oauth::clients::Client;
use identity::oauth::tokens::{self, Redeem, Tokens};
use identity::scopes::{Claims, Scope};
use reqwest::{Method, RequestBuilder};
use school::money::Hundredths;
use school::users::{self, CreationOptions, UserInput};
use school::{Set, Site};
use std::sync::atomic::{AtomicU32, Ordering};
use store::{SiteId, UserId};

pub const UNAUTHENTICATED: &str = r#"{"error":"Authentication Error"}"#;
pub const NO_SCOPE: &str =
    r#"{"error":"App does not have permission to perform this action. Please check the access token permissions"}"#;
pub const NO_APPS: &str = r#"{"error":"Access to Apps is not available on your plan. Upgrade to gain access"}"#;
pub const CALLBACK: &str = "https://app.example/callback";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Every scope that an app can have at once.
pub fn every_scope() -> Vec<&'static str> {
    let general = [Scope::ReadUsers, Scope::WriteUsers];
    Scope::ALL.iter().filter(|scope| !general.contains(scope)).map(|scope| scope.name()).collect()
}

/// What an app is registered with.
pub fn input(kind: Kind, scopes: &[&str]) -> AppInput {
    AppInput {
        kind,
        name: format!("App {}", NEXT.fetch_add(1, Ordering::Relaxed)),
        slug: None,
        company: "Apps and Sons".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned(), "http://localhost:3000/callback".to_owned()],
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        app_url: None,
        install_url: None,
    }
}

/// A registered app and its secret.
pub async fn app(school: &TestSchool, kind: Kind, scopes: &[&str]) -> (App, String) {
    let (key, input) = (school.key.clone(), input(kind, scopes));
    school.arrange(move |tx, _| apps::create(tx, &key, &input)).await
}

/// A user with a role, or none: their id.
pub async fn person(school: &TestSchool, role: Option<&str>) -> UserId {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let email = format!("person-{number}@example.com");
    let input = UserInput {
        first_name: Set::To("Ann".to_owned()),
        last_name: Set::To("Example".to_owned()),
        email: Set::To(email),
        roles: Set::To(role.map(str::to_owned).into_iter().collect()),
        affiliate_commission: Set::To(Hundredths(1000)),
        affiliate_code: Set::To(format!("code-{number}")),
        affiliate_payout_email: Set::To("paid@example.com".to_owned()),
        ..UserInput::default()
    };
    school.arrange(move |tx, site| Ok(users::create(tx, site, &input, &CreationOptions::default())?.id)).await
}

/// Lets an app into the school.
pub async fn install(school: &TestSchool, app: &App, by: UserId) {
    let app = app.clone();
    school.arrange(move |tx, site| installs::install(tx, site, &app, by)).await;
}

/// The tokens of an app that the school has, for a person: what the whole flow gives.
pub async fn tokens(school: &TestSchool, app: &App, user: UserId) -> Tokens {
    let (key, app) = (school.key.clone(), app.clone());
    let begin = Begin {
        claims: Claims::asked_in("openid"),
        nonce: None,
        code_challenge: None,
        redirect_uri: CALLBACK.to_owned(),
        signed_in_at: store::now(),
    };
    let given = school
        .store
        .write(school.site, move |tx| -> Result<_, identity::oauth::Failure> {
            let site = store::sites::get(tx, SiteId::new(1))?.map(Site::from).ok_or(school::Error::NotFound)?;
            let code = authorize::begin(tx, &key, site.id, user, app.id, &begin)?;
            let client = Client { app: app.clone(), proved: true };
            tokens::redeem(tx, &key, &site, &client, &Redeem { code, redirect_uri: None, verifier: None })
        })
        .await;
    given.expect("no failure").unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

/// An app with these scopes that the school has, and its token for an admin.
pub async fn admins_token(school: &TestSchool, kind: Kind, scopes: &[&str]) -> (App, String) {
    let (app, _) = app(school, kind, scopes).await;
    let admin = person(school, Some("site_admin")).await;
    install(school, &app, admin).await;
    let token = tokens(school, &app, admin).await.access;
    (app, token)
}

/// A request with a token alone.
pub fn with(school: &TestSchool, token: &str, method: Method, path: &str) -> RequestBuilder {
    school.plain(method, path).bearer_auth(token)
}

/// `GET` with a token alone.
pub async fn get(school: &TestSchool, token: &str, path: &str) -> Reply {
    send(with(school, token, Method::GET, path)).await
}
