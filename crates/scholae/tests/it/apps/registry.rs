//! Registering apps: what they may be, and what the command line says.

use super::{app, input};
use crate::support::TestSchool;
use crate::support::process::Home;
use identity::apps::{self, Kind};
use serde_json::Value;
use store::Engine;

on_both_engines! {
    async fn everything_wrong_with_an_app_is_said_at_once(school: &TestSchool) {
        let key = school.key.clone();
        let mut wrong = input(Kind::Private, &["read:users", "read:users_profile", "read:everything"]);
        wrong.name = " ".to_owned();
        wrong.redirect_uris = vec!["http://app.example/callback".to_owned(), "https://app.example/#x".to_owned()];
        wrong.app_url = Some("nowhere".to_owned());
        let refused = school.store.write(None, move |tx| apps::create(tx, &key, &wrong).map(|_| ())).await;
        let Err(school::Error::Invalid(problems)) = refused else { panic!("{refused:?}") };
        let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_ref()).collect();
        assert_eq!(fields, ["name", "redirect_uris", "redirect_uris", "scopes", "scopes", "app_url"]);
    }

    async fn a_slug_is_taken_once(school: &TestSchool) {
        let (first, _) = app(school, Kind::Public, &["read:users"]).await;
        let (key, mut same) = (school.key.clone(), input(Kind::Public, &["read:users"]));
        same.slug = Some(first.slug.clone());
        let refused = school.store.write(None, move |tx| apps::create(tx, &key, &same).map(|_| ())).await;
        assert!(format!("{refused:?}").contains("has already been taken"), "{refused:?}");
    }

    async fn the_secret_before_counts_until_its_time_is_over(school: &TestSchool) {
        let (app, secret) = app(school, Kind::Public, &["read:users"]).await;
        let (key, changed) = (school.key.clone(), app.clone());
        let new = school.arrange(move |tx, _| apps::rotate_secret(tx, &key, &changed, 60_000)).await;
        let client_id = app.client_id.clone();
        let app = school.arrange(move |tx, _| apps::find(tx, &client_id)).await;
        let now = store::now();
        assert!(app.knows(&school.key, &new, now) && app.knows(&school.key, &secret, now));
        assert!(app.knows(&school.key, &new, now + 61_000) && !app.knows(&school.key, &secret, now + 61_000));
        assert!(!app.knows(&school.key, "", now));
    }
}

#[test]
fn an_app_at_the_command_line_from_its_beginning_to_its_end() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        home.run(&["site", "create", "--subdomain", "demo", "--name", "Demo"]).ok();
        let made = home
            .run(&[
                "app",
                "create",
                "--name",
                "Mailer",
                "--kind",
                "public",
                "--scope",
                "read:users,read:courses",
                "--redirect-uri",
                "http://localhost:3000/callback",
                "--json",
            ])
            .json();
        let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        assert_eq!((text(&made, "slug"), text(&made, "scopes")), ("mailer".into(), "read:users read:courses".into()));
        let (id, secret) = (text(&made, "client_id"), text(&made, "client_secret"));
        assert_eq!((id.len(), secret.len()), (32, 64));
        assert!(home.run(&["app", "list"]).ok().out.contains(&id));
        assert!(!home.run(&["app", "list", "--json"]).ok().out.contains(&secret), "a list shows no secrets");
        home.run(&["app", "set", "mailer", "--scope", "read:orders", "--company", "Mail & Co."]).ok();
        let shown = home.run(&["app", "show", &id, "--json"]).json();
        assert_eq!(text(&shown, "scopes"), "read:orders");
        assert_eq!(text(&shown, "company"), "Mail & Co.");
        assert_eq!(shown["redirect_uris"], made["redirect_uris"]);
        let new = home.run(&["app", "rotate-secret", "mailer", "--grace-hours", "0"]).ok().out;
        assert_ne!(new.trim(), secret);
        let refused = home.run(&["app", "uninstall", "mailer", "--school", "demo"]);
        assert_eq!((refused.code, refused.err.contains("does not have")), (1, true), "{}", refused.err);
        home.run(&["app", "delete", "mailer"]).ok();
        assert!(home.run(&["app", "show", "mailer"]).err.contains("there is no app"));
    }
}

#[test]
fn what_cannot_be_an_app_is_refused_in_words() {
    let home = Home::new(Engine::Sqlite).expect("SQLite is always there");
    let create =
        |scope: &str, uri: &str| home.run(&["app", "create", "--name", "A", "--scope", scope, "--redirect-uri", uri]);
    home.run(&["site", "create", "--subdomain", "demo", "--name", "Demo"]).ok();
    let unknown = create("read:all", "https://a.example/").err;
    assert!(unknown.contains("'read:all'") && unknown.contains("read:users, write:users"), "{unknown}");
    assert!(create("read:users", "http://a.example/").err.contains("must begin with https://"));
}
