//! The owner of a school: how it comes to one, and that nobody takes them away.

use crate::apps::{app, install, person, tokens, with};
use crate::people::browser::Browser;
use crate::support::process::{Home, Server, pipe};
use crate::support::{TestSchool, send};
use identity::apps::Kind;
use reqwest::{Client, Method};
use school::sites;
use serde_json::{Value, json};
use store::Engine;
use store::UserId;

/// The places for one test on each engine.
fn homes() -> impl Iterator<Item = Home> {
    [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new)
}

/// The path of the link by which a password is chosen.
#[track_caller]
fn path(url: &Value) -> String {
    let (_, path) = url.as_str().and_then(|url| url.split_once("one.localhost:9000")).expect("a link to the school");
    path.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_is_made_with_an_owner_who_chooses_a_password_and_lets_apps_in() {
    for home in homes() {
        let create = ["site", "create", "--subdomain", "one", "--name", "One", "--json", "--owner-email"];
        let names = ["olga@example.com", "--owner-first-name", "Olga", "--owner-last-name", "Marsh"];
        let made = home.run(&[&create[..], &names].concat());
        assert!(!made.err.contains("no owner"), "{}", made.err);
        let made = made.json();
        let command =
            ["app", "create", "--name", "Mailer", "--scope", "read:users", "--redirect-uri", "http://localhost:3000/c"];
        let registered = home.run(&[&command[..], &["--json"]].concat()).json();
        let server: Server = home.serve();

        let mut browser = Browser::of(&server.url, "one");
        let link = path(&made["owner"]["password_url"]);
        browser.submit(&link, &link, &[("password", "a good password")]).await.expect(303);
        browser.sign_in("olga@example.com", "a good password").await.expect(303);
        let client_id = registered["client_id"].as_str().expect("a client id");
        let asks =
            format!("/oauth2/authorize?client_id={client_id}&redirect_uri=http://localhost:3000/c&response_type=code");
        let consent = browser.get(&asks).await.expect(200);
        assert!(consent.text.contains("Mailer") && consent.text.contains("<form"), "{}", consent.text);

        // Webhooks that are made with the key are the owner's.
        let body = json!({ "topic": "user.signup", "target_url": "https://example.com/hook" });
        let request = Client::new().post(format!("{}/api/v2/webhooks", server.url)).json(&body);
        let key = made["api_key"].as_str().expect("a key");
        let hook = send(request.header("X-Auth-API-Key", key).header("X-Auth-Subdomain", "one")).await.expect(201);
        assert_eq!(hook.json()["created_by"], made["owner"]["owner_id"].to_string(), "{}", hook.text);

        // A link works once.
        assert!(!browser.get(&link).await.text.contains("New password"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_without_an_owner_is_given_one() {
    for home in homes() {
        let made = home.run(&["site", "create", "--subdomain", "one", "--name", "One"]).ok();
        assert!(made.err.contains("no owner") && made.err.contains("scholae owner set --school one"), "{}", made.err);
        let looked = home.run(&["doctor"]).ok().out;
        assert!(looked.contains("1 of 1 schools have none: one") && looked.contains("scholae owner set"), "{looked}");

        let set = ["owner", "set", "--subdomain", "one", "--email"];
        let refused = home.run(&[&set[..], &["nobody"]].concat());
        assert!(refused.code == 1 && refused.err.contains("email"), "{}", refused.err);
        let short = pipe(home.command_here([&set[..], &["a@example.com", "--password-stdin"]].concat()), "short\n");
        assert!(short.code == 1 && short.err.contains("password is too short"), "{}", short.err);

        // Somebody new, with a password; and then somebody else, with a link.
        let with_password = [&set[..], &["olga@example.com", "--password-stdin"]].concat();
        let told = pipe(home.command_here(with_password), "a good password\n").ok().out;
        assert_eq!(told, "School `one` belongs to olga@example.com.\n");
        assert!(!home.run(&["doctor"]).ok().out.contains("schools have none: one"));
        let next = home.run(&[&set[..], &["pavel@example.com", "--first-name", "Pavel", "--json"]].concat()).json();
        assert!(next["password_url"].is_string(), "{next}");

        let server = home.serve();
        let mut browser = Browser::of(&server.url, "one");
        browser.sign_in("olga@example.com", "a good password").await.expect(303);
        assert!(browser.is_signed_in().await);
        let store = home.store();
        let users = store.read(|tx| {
            let site = sites::by_subdomain(tx, "one")?;
            let user = |tx: &mut _, email| school::users::id_by_email(tx, site.id, email);
            Ok::<_, school::Error>((site.owner_user_id, user(tx, "pavel@example.com")?))
        });
        let (owner, pavel) = users.await.expect("read");
        tokio::task::spawn_blocking(move || drop(store)).await.expect("closed");
        assert_eq!(owner, pavel, "the last one is the owner");
    }
}

/// Makes somebody the owner of the test's school.
async fn owned_by(school: &TestSchool, user: UserId) {
    school
        .arrange(move |tx, site| {
            let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
            sites::update(tx, &site.into(), |site| site.owner_user_id = Some(user))
        })
        .await;
}

on_both_engines! {
    async fn the_owner_is_not_deleted_and_no_role_makes_or_unmakes_them(school: &TestSchool) {
        let owner = UserId::new(school.user("owner@example.com").await);
        let other = UserId::new(school.user("other@example.com").await);
        owned_by(school, owner).await;
        let refused = school.delete(&format!("/users/{owner}")).await.expect(422);
        assert_eq!(refused.text, r#"{"errors":{"base":["The owner of the school can't be deleted"]}}"#);
        school.put(&format!("/users/{owner}"), json!({ "roles": [] })).await.expect(204);
        school.delete(&format!("/users/{owner}")).await.expect(422);
        school.get(&format!("/users/{owner}")).await.expect(200);
        // Once the school belongs to somebody else, they are a user like all others.
        owned_by(school, other).await;
        school.delete(&format!("/users/{owner}")).await.expect(204);
        school.delete(&format!("/users/{other}")).await.expect(422);
    }

    async fn an_app_changes_the_owners_address_and_password_for_the_owner_alone(school: &TestSchool) {
        let owner = person(school, None).await;
        owned_by(school, owner).await;
        let admin = person(school, Some("site_admin")).await;
        let (app, _) = app(school, Kind::Private, &["write:users_profile", "read:users_profile"]).await;
        install(school, &app, admin).await;
        let (admins, owners) = (tokens(school, &app, admin).await.access, tokens(school, &app, owner).await.access);
        let put = async |token: &str, user: UserId, body: Value| {
            send(with(school, token, Method::PUT, &format!("/users/{user}")).json(&body)).await
        };
        for body in [json!({ "password": "taken over" }), json!({ "email": "mine@example.com" })] {
            let refused = put(&admins, owner, body.clone()).await.expect(422);
            assert!(refused.text.contains("Only the owner of the school"), "{}", refused.text);
        }
        put(&admins, owner, json!({ "headline": "Boss" })).await.expect(204);
        put(&admins, admin, json!({ "password": "of my own" })).await.expect(204);
        put(&owners, owner, json!({ "password": "of my own", "email": "moved@example.com" })).await.expect(204);
    }
}
