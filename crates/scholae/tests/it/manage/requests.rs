//! The request log: what is written down, by whom it was called, and what is not.

use super::manager;
use crate::apps::{app, get, install, person, tokens};
use crate::support::TestSchool;
use identity::apps::Kind;
use reqwest::Method;
use school::account_deletion;
use school::request_log::{self, Filter, Request};
use school::users::UserRef;
use serde_json::json;
use store::{Engine, PageRequest};
use web::WebConfig;

/// A school of which so many requests are kept.
async fn school_with(engine: Engine, rows: u32) -> Option<TestSchool> {
    let config = WebConfig { request_log_rows: rows, requests_per_minute: None, ..WebConfig::default() };
    TestSchool::start_with(engine, config).await
}

/// What is written down, the oldest first.
async fn log(school: &TestSchool) -> Vec<Request> {
    school.write_request_log().await;
    school
        .arrange(|tx, site| Ok(request_log::list(tx, site, &Filter::default(), &PageRequest::first(250))?.items))
        .await
}

#[tokio::test]
async fn every_request_of_a_credential_is_written_down_and_found() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(school) = school_with(engine, 1_000).await else { continue };
        let id = school.user("ada@example.com").await;
        school.get("/users?query[email]=secret@example.com").await.expect(200);
        let request = school.request(Method::POST, "/users").header("X-Request-Id", "order-7");
        crate::support::send(request.json(&json!({ "first_name": "no more" }))).await.expect(422);
        school.get("/courses/999999").await.expect(404);
        // Nobody's: it belongs to no school.
        crate::support::send(school.plain(Method::GET, &format!("{}/api/public/v1/users", school.url)))
            .await
            .expect(401);
        let (mailer, _) = app(&school, Kind::Private, &["read:users"]).await;
        let admin = person(&school, Some("site_admin")).await;
        install(&school, &mailer, admin).await;
        let token = tokens(&school, &mailer, admin).await.access;
        get(&school, &token, &format!("/users/{id}")).await.expect(200);
        get(&school, &token, "/courses").await.expect(403);

        let log = log(&school).await;
        let told: Vec<String> = log
            .iter()
            .map(|r| format!("{} {} {} {} {}", r.credential.name(), r.method, r.route, r.path, r.status))
            .collect();
        let v1 = "/api/public/v1";
        for expected in [
            format!("api_key GET {v1}/users {v1}/users 200"),
            format!("api_key POST {v1}/users {v1}/users 422"),
            format!("api_key GET {v1}/courses/{{id}} {v1}/courses/999999 404"),
            format!("app GET {v1}/users/{{id}} {v1}/users/{id} 200"),
            format!("app GET {v1}/courses {v1}/courses 403"),
        ] {
            assert!(told.contains(&expected), "{expected}: {told:#?}");
        }
        assert!(log.iter().all(|r| r.status != 401), "{told:#?}");
        assert!(log.iter().all(|r| r.address == "127.0.0.1" && r.microseconds > 0 && !r.request_id.is_empty()));

        let mut browser = manager(&school).await;
        let page = "/manage/requests";
        let all = browser.get(page).await.expect(200).text;
        assert!(all.contains("order-7") && !all.contains("secret@example.com") && !all.contains("no more"), "{all}");
        let (user, by_app) = (format!("/users/{id}"), format!("by=app:{}", mailer.id));
        for (query, found, others) in [
            ("q=order-7", "order-7", "/courses/999999"),
            ("status=404", "/courses/999999", "order-7"),
            ("status=errors", "/courses/999999", user.as_str()),
            ("method=POST&status=422", "order-7", "/courses/999999"),
            ("route=%2Fapi%2Fpublic%2Fv1%2Fcourses%2F%7Bid%7D", "/courses/999999", "order-7"),
            (by_app.as_str(), user.as_str(), "order-7"),
        ] {
            let text = browser.get(&format!("{page}?{query}")).await.expect(200).text;
            assert!(text.contains(found) && !text.contains(others), "{query}: {text}");
        }
        for nothing in ["q=order-8", "status=teapot", "by=nobody", "by=token:1", "from=2999-01-01"] {
            let text = browser.get(&format!("{page}?{nothing}")).await.expect(200).text;
            assert!(!text.contains("order-7"), "{nothing}: {text}");
        }
        let last = log.last().expect("one");
        let shown = browser.get(&format!("{page}/{}", last.id)).await.expect(200).text;
        assert!(shown.contains(&last.request_id) && shown.contains("403"), "{shown}");

        // Whoever is gone is not named, and was nowhere.
        school.arrange(move |tx, site| account_deletion::delete(tx, site, &UserRef::Id(admin))).await;
        let left = self::log(&school).await;
        assert!(left.iter().all(|r| r.user_id != Some(admin)), "{left:?}");
        school.finish().await;
    }
}

#[tokio::test]
async fn the_newest_are_kept_and_none_where_it_is_off() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(school) = school_with(engine, 3).await else { continue };
        for id in 1..=3 {
            school.get(&format!("/users/{id}")).await.expect(404);
        }
        assert_eq!(log(&school).await.len(), 3);
        for id in 4..=5 {
            school.get(&format!("/users/{id}")).await.expect(404);
        }
        let kept: Vec<String> = log(&school).await.into_iter().map(|request| request.path).collect();
        assert_eq!(kept, [3, 4, 5].map(|id| format!("/api/public/v1/users/{id}")));
        school.finish().await;
        let Some(school) = school_with(engine, 0).await else { continue };
        school.get("/users").await.expect(200);
        assert!(log(&school).await.is_empty());
        let text = manager(&school).await.get("/manage/requests").await.expect(200).text;
        assert!(text.contains("switched the request log off"), "{text}");
        school.finish().await;
    }
}
