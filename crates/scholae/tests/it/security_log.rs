//! The security log: what is written into it, by whom and from where; and who reads it.

use crate::apps::{app, get, install, person, tokens};
use crate::oauth::{accept, program, somebody};
use crate::people::browser::{Browser, link};
use crate::people::sso::{bob, signed_with};
use crate::support::process::Home;
use crate::support::{TestSchool, send};
use identity::apps::Kind;
use reqwest::Method;
use school::security_log::{self, Filter};
use serde_json::{Value, json};
use store::{Engine, PageRequest};

/// Every entry, the oldest first, as the school itself reads it.
async fn log(school: &TestSchool) -> Vec<Value> {
    let json = school.get("/security_log?sort=id&limit=250").await.expect(200).json();
    json["items"].as_array().expect("items").clone()
}

/// The kinds of the entries from one on, the oldest first.
fn kinds(log: &[Value], from: usize) -> Vec<&str> {
    log[from..].iter().map(|entry| entry["kind"].as_str().expect("a kind")).collect()
}

/// What stands in an entry, by these names.
fn said(entry: &Value, names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| entry[*name].clone()).collect()
}

on_both_engines! {
    async fn signing_in_and_out_is_written_down_with_who_and_from_where(school: &TestSchool) {
        let (id, mut browser) = somebody(school, "ann@example.com", &[]).await;
        browser.submit("/", "/users/sign_out", &[]).await.expect(303);
        let key = school.api_key.clone();
        for claims in [bob(), json!({ "iat": 1 })] {
            let jwt = format!("/api/sso/v2/sso/jwt?jwt={}", signed_with(&claims, &key));
            Browser::new(school).send(Method::GET, &jwt, &[], &[("User-Agent", "Portal\t1")]).await;
        }
        let log = log(school).await;
        assert_eq!(kinds(&log, 0), ["sign_in", "sign_out", "sign_in_by_sso", "sign_in_refused"]);
        let names = ["actor", "actor_user_id", "user_id", "user_email", "detail", "address", "times"];
        let ann = json!("ann@example.com");
        assert_eq!(said(&log[0], &names), [json!("user"), json!(id), json!(id), ann, json!("password"), json!("127.0.0.1"), json!(1)]);
        assert_eq!(said(&log[1], &["actor_user_id", "detail"]), [json!(id), json!("this session")]);
        assert_eq!(said(&log[2], &["user_email", "user_agent"]), [json!("bob@example.com"), json!("Portal1")]);
        assert_eq!(said(&log[3], &["actor", "user_id", "detail"]), [json!("anyone"), Value::Null, json!("SSO: The token has expired.")]);
    }

    async fn refused_sign_ins_are_counted_for_each_address_and_hour(school: &TestSchool) {
        let (ann, _) = somebody(school, "ann@example.com", &[]).await;
        let (begun, before) = (store::now() / 3_600_000, log(school).await.len());
        for (email, times) in [("ann@example.com", 10), ("ann@example.com", 2), ("nobody@example.com", 1)] {
            for _ in 0..times {
                Browser::new(school).sign_in(email, "battery staple").await;
            }
        }
        let log = log(school).await;
        if store::now() / 3_600_000 == begun {
            assert_eq!(kinds(&log, before), ["sign_in_refused", "sign_in_locked"]);
            assert_eq!(said(&log[before], &["times", "user_id"]), [json!(11), Value::Null], "of several accounts");
            assert_eq!(said(&log[before + 1], &["times", "user_id"]), [json!(2), json!(ann)]);
        }
    }

    async fn a_flood_from_everywhere_does_not_fill_the_log(school: &TestSchool) {
        let flood = |from: u32, to: u32| {
            school.arrange(move |tx, site| {
                for address in from..to {
                    let origin = security_log::Origin {
                        who: security_log::Who::Anyone,
                        address: std::net::Ipv4Addr::from(address).to_string(),
                        user_agent: "x".repeat(5_000),
                    };
                    origin.set(tx);
                    security_log::count(tx, site, security_log::Kind::SignInRefused, None, "password")?;
                }
                Ok(())
            })
        };
        let begun = store::now() / 3_600_000;
        flood(1, 700).await;
        flood(1, 700).await;
        let log = log(school).await;
        let all = school.get("/security_log?sort=-id&limit=1").await.expect(200).json();
        if store::now() / 3_600_000 == begun {
            assert_eq!(all["meta"]["pagination"]["total_items"], 501);
            assert_eq!(said(&all["items"][0], &["address", "user_agent", "times"]), [json!(""), json!(""), json!(398)]);
        }
        assert_eq!(log[0]["user_agent"].as_str().expect("text").len(), 255);
    }

    async fn changes_of_passwords_and_roles_say_who_made_them(school: &TestSchool) {
        let (id, mut browser) = somebody(school, "ann@example.com", &[]).await;
        let before = log(school).await.len();
        school.put(&format!("/users/{id}"), json!({ "roles": ["site_admin"], "password": "tr0ub4dor" })).await.expect(204);
        browser.sign_in("ann@example.com", "tr0ub4dor").await.expect(303);
        let change = |current| [("current_password", current), ("password", "correct horse")];
        browser.submit("/account", "/account/password", &change("wrong one")).await.expect(422);
        browser.submit("/account", "/account/password", &change("tr0ub4dor")).await.expect(303);
        browser.submit("/users/password/new", "/users/password", &[("email", "ann@example.com")]).await.expect(200);
        let path = link(&school.mails().await[0], "Choose it here");
        browser.submit(&path, &path, &[("password", "a new password")]).await.expect(303);
        let log = log(school).await;
        let made = ["roles_changed", "password_changed", "sign_in", "password_change_refused", "password_changed", "password_reset"];
        assert_eq!(kinds(&log, before), made);
        assert_eq!(said(&log[before], &["actor", "user_id", "detail"]), [json!("api_key"), json!(id), json!("none -> site_admin")]);
        for (entry, actor) in [(1, "api_key"), (3, "user"), (4, "user"), (5, "user")] {
            assert_eq!(said(&log[before + entry], &["actor", "user_id"]), [json!(actor), json!(id)], "{entry}");
        }
    }

    async fn codes_and_refresh_tokens_that_come_again_are_written_down(school: &TestSchool) {
        let program = program(school, &["read:users"]).await;
        let (id, mut browser) = somebody(school, "ann@example.com", &["site_admin"]).await;
        let before = log(school).await.len();
        let code = accept(&mut browser, &program.authorize("")).await.get("code").to_owned();
        program.redeem(&code).await.expect(200);
        program.redeem(&code).await.expect(400);
        let code = crate::oauth::pass(&mut browser, &program.authorize("")).await.get("code").to_owned();
        let elsewhere = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": "https://b.example/" });
        program.ask(elsewhere).await.expect(400);
        let code = crate::oauth::pass(&mut browser, &program.authorize("")).await.get("code").to_owned();
        let given = program.redeem(&code).await.expect(200).json();
        let refresh = given["refresh_token"].as_str().expect("a token").to_owned();
        program.refresh(&refresh).await.expect(200);
        let minute = "UPDATE grants SET used_refresh_tokens = '' WHERE site_id = $1";
        school.arrange(move |tx, site| Ok(tx.execute(minute, store::params![site])?)).await;
        program.refresh(&refresh).await.expect(400);
        let log = log(school).await;
        let again = ["app_installed", "authorization_code_replayed", "redirect_uri_mismatch", "refresh_token_reused"];
        assert_eq!(kinds(&log, before), again);
        assert_eq!(said(&log[before], &["actor", "actor_user_id"]), [json!("user"), json!(id)]);
        for entry in &log[before + 1..] {
            let slug = json!(program.app.slug);
            assert_eq!(said(entry, &["actor", "actor_name", "user_id"]), [json!("app"), slug, json!(id)]);
        }
    }

    async fn the_school_itself_reads_it_and_an_app_of_the_owner_and_nobody_else(school: &TestSchool) {
        let (app, _) = app(school, Kind::Private, &["read:security_log", "read:users"]).await;
        let (owner, admin) = (person(school, Some("site_admin")).await, person(school, Some("site_admin")).await);
        school.arrange(move |tx, site| {
            let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
            school::sites::update(tx, &site.into(), |site| site.owner_user_id = Some(owner))
        }).await;
        install(school, &app, owner).await;
        let (owners, admins) = (tokens(school, &app, owner).await.access, tokens(school, &app, admin).await.access);
        assert_eq!(get(school, &owners, "/security_log").await.expect(200).json()["items"][0]["kind"], "app_installed");
        get(school, &admins, "/security_log").await.expect(403);
        get(school, &admins, "/users").await.expect(200);
        send(school.plain(Method::GET, "/security_log")).await.expect(401);
        // What one school's log holds, another does not see.
        let other = school.second_school("other").await;
        assert_eq!(other.get("/security_log").await.expect(200).json()["items"], json!([]));
    }

    async fn it_is_read_by_kind_by_person_and_by_time_page_by_page(school: &TestSchool) {
        let (ann, mut browser) = somebody(school, "ann@example.com", &["course_admin"]).await;
        browser.submit("/", "/users/sign_out", &[]).await.expect(303);
        let (ben, _) = somebody(school, "ben@example.com", &[]).await;
        let found = async |filter: &str| {
            let json = school.get(&format!("/security_log?{filter}")).await.expect(200).json();
            (json["meta"]["pagination"]["total_items"].as_i64().expect("a number"), json)
        };
        for (filter, count) in [
            ("query[kind]=sign_in".to_owned(), 2),
            ("query[kind]=nonsense".to_owned(), 0),
            (format!("query[user_id]={ann}"), 3),
            (format!("query[actor_user_id]={ann}"), 2),
            (format!("query[user_id]={ben}&query[kind]=sign_out"), 0),
            ("query[created_before]=2001-01-01".to_owned(), 0),
            ("query[created_after]=2001-01-01".to_owned(), 4),
        ] {
            assert_eq!(found(&filter).await.0, count, "{filter}");
        }
        let first = school.get("/security_log?limit=3").await.expect(200);
        let next = first.header("link").split(['<', '>']).nth(1).expect("a link").to_owned();
        let rest = send(school.request(Method::GET, &format!("{}{next}", school.url))).await.expect(200);
        assert_eq!([first.ids(), rest.ids()].concat(), [4, 3, 2, 1], "the newest first");
        // Who is gone is not named any more.
        school.delete(&format!("/users/{ann}")).await.expect(204);
        assert_eq!(found(&format!("query[user_id]={ann}")).await.0, 0);
        for entry in log(school).await.iter().filter(|entry| entry["user_id"].is_null()) {
            assert_eq!(said(entry, &["actor_user_id", "user_email"]), [Value::Null, Value::Null]);
            assert!(entry["actor"] != "user" || entry["address"] == "" && entry["user_agent"] == "", "{entry}");
        }
    }
}

#[test]
fn what_a_command_does_to_an_app_is_told_to_every_school_that_has_it() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        home.run(&["site", "create", "--subdomain", "demo", "--name", "Demo", "--owner-email", "olga@example.com"])
            .ok();
        let callback = ["--redirect-uri", "http://localhost:3000/callback"];
        home.run(&[&["app", "create", "--name", "Mailer", "--scope", "read:users"][..], &callback].concat()).ok();
        let (store, site) = (home.store(), store::SiteId::new(1));
        let installed = store.write_now(site, move |tx| {
            let app = identity::apps::find(tx, "mailer")?;
            identity::installs::install(tx, site, &app, store::UserId::new(1))?;
            identity::installs::install(tx, site, &app, store::UserId::new(1))
        });
        installed.expect("installed");
        home.run(&["app", "set", "mailer", "--scope", "read:users,read:orders"]).ok();
        home.run(&["app", "set", "mailer", "--company", "Mailers"]).ok();
        home.run(&["app", "rotate-secret", "mailer"]).ok();
        home.run(&["app", "uninstall", "mailer", "--reason", "Too dear"]).ok();
        let lines: Vec<Value> = home
            .run(&["security-log", "--json"])
            .ok()
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .rev()
            .collect();
        let told: Vec<_> = lines.iter().map(|line| [line["kind"].clone(), line["detail"].clone()]).skip(2).collect();
        assert_eq!(
            told,
            [
                [json!("app_installed"), json!("mailer: read:users")],
                [json!("app_scopes_changed"), json!("mailer asks for read:users read:orders")],
                [json!("app_secret_rotated"), json!("mailer")],
                [json!("app_uninstalled"), json!("mailer: Too dear")],
            ]
        );
    }
}

#[test]
fn commands_are_written_down_and_print_the_log() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        let create = ["site", "create", "--subdomain", "demo", "--name", "Demo", "--owner-email", "olga@example.com"];
        home.run(&create).ok();
        home.run(&["key", "show"]).ok();
        home.run(&["key", "rotate"]).ok();
        home.run(&["token", "create", "--name", "Reports"]).ok();
        home.run(&["token", "revoke", "Reports"]).ok();
        home.run(&["owner", "set", "--email", "otto@example.com"]).ok();
        home.run(&["key", "revoke"]).ok();
        let lines: Vec<Value> = home
            .run(&["security-log", "--json"])
            .ok()
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .rev()
            .collect();
        assert_eq!(
            kinds(&lines, 0),
            [
                "roles_changed",
                "owner_changed",
                "api_key_shown",
                "api_key_rotated",
                "api_access_token_created",
                "api_access_token_revoked",
                "roles_changed",
                "owner_changed",
                "api_key_revoked",
            ]
        );
        assert!(lines.iter().all(|line| line["actor"] == "command" && line["address"] == ""));
        let words = home.run(&["security-log", "--kind", "owner_changed", "--user", "otto@example.com"]).ok().out;
        assert_eq!(words.lines().count(), 1);
        assert!(words.contains("owner_changed") && words.contains("by a command, about otto@example.com"), "{words}");
        assert_eq!(home.run(&["security-log", "--limit", "2"]).ok().out.lines().count(), 2);
        assert_eq!(home.run(&["security-log", "--until", "2001-01-01"]).ok().out, "");
        assert_eq!(home.run(&["security-log", "--since", "2001-01-01T00:00:00Z"]).ok().out.lines().count(), 9);
        assert!(home.run(&["security-log", "--by", "nobody@example.com"]).err.contains("has no user"));
        assert_eq!(home.run(&["security-log", "--since", "yesterday"]).code, 2);
        let store = home.store();
        let site = store::SiteId::new(1);
        let all = store.read_now(move |tx| security_log::list(tx, site, &Filter::default(), &PageRequest::first(10)));
        assert_eq!(all.expect("a page").total, 9, "the log is read without being written into");
    }
}
