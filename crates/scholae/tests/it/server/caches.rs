//! What caches between a client and the server may keep: nothing of an API's answers that they have not asked after.

use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::json;

on_both_engines! {
    async fn answers_of_the_api_are_kept_by_nobody_else_and_asked_after_each_time(school: &TestSchool) {
        school.user("ann@example.com").await;
        for path in ["/users", "/users/1", "/courses", "/api/v2/webhooks"] {
            let path = if path.starts_with("/api") { format!("{}{path}", school.url) } else { path.to_owned() };
            let answer = school.get(&path).await;
            let answer = if path.starts_with("http") { send(school.plain(Method::GET, &path).bearer_auth(&school.api_key)).await } else { answer };
            let tag = answer.expect(200);
            assert_eq!(tag.header("cache-control"), "private, no-cache", "{path}");
            varies(tag.header("vary"));
            let again = school.plain(Method::GET, &path).header("If-None-Match", tag.header("etag"));
            let again = again.header("X-Auth-API-Key", &school.api_key).header("X-Auth-Subdomain", "academy");
            let again = if path.starts_with("http") { again.bearer_auth(&school.api_key) } else { again };
            let again = send(again).await.expect(304);
            assert_eq!(again.header("cache-control"), "private, no-cache", "{path}");
            varies(again.header("vary"));
        }
    }

    async fn refusals_and_answers_to_writes_are_kept_by_nobody(school: &TestSchool) {
        let written = school.post("/groups", json!({ "name": "One" })).await.expect(200);
        let refused = send(school.plain(Method::GET, "/users")).await.expect(401);
        let unknown = school.get("/users/4711").await.expect(404);
        let nowhere = school.get("/nowhere").await.expect(404);
        let other = send(school.request(Method::PATCH, "/users")).await.expect(405);
        for answer in [written, refused, unknown, nowhere, other] {
            assert_eq!(answer.header("cache-control"), "private, no-store", "{}", answer.text);
            varies(answer.header("vary"));
        }
        for path in ["/healthz", "/readyz", "/metrics"] {
            let answer = send(school.plain(Method::GET, &format!("{}{path}", school.url))).await.expect(200);
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }

    async fn what_a_page_of_another_origin_may_read_depends_on_the_origin(school: &TestSchool) {
        let asked = school.request(Method::GET, "/users").header("Origin", "https://app.example");
        assert!(send(asked).await.expect(200).header("vary").contains("Origin"));
    }
}

#[track_caller]
fn varies(vary: &str) {
    for name in ["Authorization", "X-Auth-API-Key", "X-Auth-Subdomain"] {
        assert!(vary.contains(name), "{name} in {vary:?}");
    }
}
