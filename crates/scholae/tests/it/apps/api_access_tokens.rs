//! Tokens that a school makes for itself.

use super::{NO_APPS, UNAUTHENTICATED, get};
use crate::support::clock::Clock;
use crate::support::process::Home;
use crate::support::{Reply, TestSchool, send};
use identity::api_access_tokens;
use reqwest::Method;
use school::sites::{self, Plan};
use std::time::Duration;
use store::Engine;

async fn make(school: &TestSchool, name: &str, expires_at: Option<i64>) -> String {
    let (key, name) = (school.key.clone(), name.to_owned());
    school.arrange(move |tx, site| api_access_tokens::create(tx, &key, site, &name, expires_at)).await.1
}

with_a_stopped_clock! {
    async fn it_ends_when_its_time_is_over(school: &TestSchool, clock: &Clock) {
        let end = TestSchool::BEGIN + 1_200;
        let token = make(school, "Short", Some(end)).await;
        for (moment, status) in [(end - 1_200, 200), (end - 1, 200), (end, 401), (end - 1, 200), (end + 1, 401)] {
            clock.stop_at(moment);
            assert_eq!(get(school, &token, "/users").await.status, status, "{moment}");
        }
    }
}

on_both_engines! {
    async fn a_token_opens_what_the_key_opens_on_both_hosts_and_both_apis(school: &TestSchool) {
        let token = make(school, "Reports", None).await;
        assert!(token.len() > 32, "clients tell tokens from keys by that");
        get(school, &token, "/users").await.expect(200);
        let webhooks = format!("{}/api/v2/webhooks", school.url);
        send(school.plain(Method::GET, &webhooks).bearer_auth(&token)).await.expect(200);
        let events = format!("{}/api/v2/events", school.url);
        send(school.plain(Method::GET, &events).bearer_auth(&token)).await.expect(200);
        let on_host = |host: &str| school.plain(Method::GET, "/users").bearer_auth(&token).header("Host", host);
        send(on_host("academy.localhost")).await.expect(200);
        school.another_school("other", Plan::Plus).await;
        send(on_host("other.localhost")).await.expect(401);
        send(school.plain(Method::GET, "/users").header("Authorization", format!("BEARER {token}"))).await.expect(200);
    }

    async fn revoked_it_opens_nothing_in_the_next_request(school: &TestSchool) {
        let token = make(school, "Reports", None).await;
        get(school, &token, "/users").await.expect(200);
        school.arrange(|tx, site| api_access_tokens::revoke(tx, site, "Reports")).await;
        assert_eq!(get(school, &token, "/users").await.expect(401).text, UNAUTHENTICATED);
    }

    async fn names_are_taken_once_and_moments_lie_ahead(school: &TestSchool) {
        make(school, "Reports", None).await;
        let key = school.key.clone();
        let site = school.site;
        let refused = school
            .store
            .write(site, move |tx| api_access_tokens::create(tx, &key, site, "Reports", None).map(|_| ()))
            .await;
        assert!(format!("{refused:?}").contains("has already been taken"), "{refused:?}");
        let key = school.key.clone();
        let refused = school
            .store
            .write(site, move |tx| api_access_tokens::create(tx, &key, site, "Past", Some(1)).map(|_| ()))
            .await;
        assert!(format!("{refused:?}").contains("must be in the future"), "{refused:?}");
    }

    async fn when_it_was_last_used_is_written_down(school: &TestSchool) {
        let token = make(school, "Reports", None).await;
        let used = || school.arrange(|tx, site| Ok(api_access_tokens::all(tx, site)?[0].last_used_at));
        assert_eq!(used().await, None);
        get(school, &token, "/users").await.expect(200);
        for _ in 0..100 {
            if used().await.is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it was not written down");
    }

    async fn in_an_address_a_token_counts_for_nothing(school: &TestSchool) {
        let token = make(school, "Reports", None).await;
        let reply: Reply = send(school.plain(Method::GET, &format!("/users?access_token={token}"))).await.expect(401);
        assert_eq!(reply.text, UNAUTHENTICATED);
        assert!(reply.header("www-authenticate").starts_with("Bearer"));
    }

    async fn a_plan_without_apps_refuses_it_as_the_key(school: &TestSchool) {
        let token = make(school, "Reports", None).await;
        let set = |plan: Plan| {
            school.arrange(move |tx, site| {
                let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
                sites::update(tx, &site.into(), |site| site.plan = plan)
            })
        };
        for (plan, status, body) in [(Plan::Start, 403, NO_APPS), (Plan::Free, 401, UNAUTHENTICATED)] {
            set(plan).await;
            assert_eq!(get(school, &token, "/users").await.expect(status).text, body);
        }
    }
}

#[test]
fn tokens_at_the_command_line() {
    for home in [Engine::Sqlite, Engine::Postgres].into_iter().filter_map(Home::new) {
        home.run(&["site", "create", "--subdomain", "demo", "--name", "Demo"]).ok();
        let token = home.run(&["token", "create", "--name", "Reports", "--expires-in-days", "30"]).ok().out;
        assert!(token.starts_with("scholae_"));
        assert_eq!(home.run(&["token", "create", "--name", "Reports"]).code, 1);
        let listed = home.run(&["token", "list"]).ok().out;
        assert!(listed.contains("Reports") && listed.contains("last used never"), "{listed}");
        assert!(!listed.contains(token.trim()), "it is shown once");
        home.run(&["token", "revoke", "Reports"]).ok();
        assert!(home.run(&["token", "revoke", "Reports"]).err.contains("there is no token"));
        assert_eq!(home.run(&["token", "list"]).ok().out, "");
    }
}
