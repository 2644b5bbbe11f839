//! What happens around every request: paging, order, dates, ETags, warnings, limits, CORS, idempotency, bodies.

use crate::support::{TestSchool, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use store::Engine;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use web::WebConfig;

async fn users(school: &TestSchool, count: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for n in 1..=count {
        ids.push(school.user(&format!("u{n}@example.com")).await);
    }
    ids
}

on_both_engines! {
    async fn pages_follow_each_other_and_all_three_ways_to_find_the_end_agree(school: &TestSchool) {
        let ids = users(school, 7).await;
        let first = school.get("/users?limit=3").await.expect(200);
        assert_eq!(first.ids(), ids[..3]);
        assert_eq!(first.pagination(), json!({
            "current_page": 1, "next_page": 2, "prev_page": null, "total_pages": 3, "total_items": 7,
            "entries_info": "1-3 of 7",
        }));
        let last = school.get("/users?limit=3&page=3").await.expect(200);
        assert_eq!(last.ids(), ids[6..]);
        assert_eq!(last.pagination(), json!({
            "current_page": 3, "next_page": null, "prev_page": 2, "total_pages": 3, "total_items": 7,
            "entries_info": "7-7 of 7",
        }));
        let beyond = school.get("/users?limit=3&page=4").await.expect(200);
        assert_eq!(beyond.ids(), [0; 0]);
        assert_eq!(beyond.pagination()["next_page"], Value::Null);
    }

    async fn an_empty_list_has_one_page(school: &TestSchool) {
        let reply = school.get("/users").await.expect(200);
        assert_eq!(reply.text, "{\"items\":[],\"meta\":{\"pagination\":{\"current_page\":1,\"next_page\":null,\
            \"prev_page\":null,\"total_pages\":1,\"total_items\":0,\"entries_info\":\"0-0 of 0\"}}}");
    }

    async fn limits_too_large_and_page_zero_are_taken_as_meant(school: &TestSchool) {
        users(school, 2).await;
        for query in ["limit=10000", "limit=0", "page=0", "page=-1&limit=-5", "page=1&limit=1000"] {
            assert_eq!(school.get(&format!("/users?{query}")).await.expect(200).ids().len(), 2, "{query}");
        }
        assert_eq!(school.get("/users?page=9223372036854775807").await.expect(200).ids().len(), 0);
        for query in ["page=x", "limit=1.5", "page=9223372036854775808"] {
            school.get(&format!("/users?{query}")).await.expect(400);
        }
    }

    async fn a_cursor_reads_on_in_either_order_while_rows_come_and_go(school: &TestSchool) {
        let ids = users(school, 9).await;
        for (sort, expected) in [("id", ids.clone()), ("-id", ids.iter().rev().copied().collect())] {
            let mut seen = Vec::new();
            let mut next = format!("/users?limit=4&sort={sort}");
            loop {
                let reply = school.get(&next).await.expect(200);
                seen.extend(reply.ids());
                let Some((link, _)) = reply.header("link").split_once('>') else { break };
                next = link.trim_start_matches("</api/public/v1").to_owned();
                assert!(reply.header("link").ends_with("rel=\"next\""));
            }
            assert_eq!(seen, expected, "{sort}");
        }
        let reply = school.get("/users?limit=4").await;
        school.delete(&format!("/users/{}", ids[3])).await.expect(204);
        let next = reply.header("link").split_once('>').expect("a link").0.trim_start_matches("</api/public/v1").to_owned();
        assert_eq!(school.get(&next).await.expect(200).ids(), ids[4..8]);
        school.get("/users?after=nonsense").await.expect(400);
    }

    async fn changes_are_read_in_their_order(school: &TestSchool) {
        let ids = users(school, 4).await;
        school.put(&format!("/users/{}", ids[1]), json!({ "company": "X" })).await.expect(204);
        assert_eq!(school.get("/users?sort=updated_at").await.ids(), [ids[0], ids[2], ids[3], ids[1]]);
        assert_eq!(school.get("/users?sort=-updated_at&limit=2").await.ids(), [ids[1], ids[3]]);
        assert_eq!(school.get("/users?sort=-updated_at&limit=2&page=2").await.ids(), [ids[2], ids[0]]);
        school.get("/users?sort=name").await.expect(400);
    }

    async fn date_filters_narrow_and_count_exactly(school: &TestSchool) {
        let day = 86_400_000_i64;
        let begin = 1_704_067_200_000;
        let ids: Vec<i64> = school.arrange(move |tx, site| {
            (0..300).map(|n| {
                let input = school::users::UserInput {
                    first_name: school::Set::To("A".into()),
                    last_name: school::Set::To("B".into()),
                    email: school::Set::To(format!("u{n}@example.com")),
                    ..Default::default()
                };
                tx.backdate(begin + n * day / 10);
                Ok(school::users::create(tx, site, &input, &school::users::CreationOptions::default())?.id.get())
            }).collect()
        }).await;
        for (query, from, to) in [
            ("query[created_on]=2024-01-02", 10, 20),
            ("query[created_before]=2024-01-02T00:00:00Z", 0, 10),
            ("query[created_on_or_before]=2024-01-02T00:00:00Z", 0, 11),
            ("query[created_after]=2024-01-30T00:00:00.000Z", 291, 300),
            ("query[created_on_or_after]=2024-01-30T01:00:00%2B01:00", 290, 300),
            ("query[created_after]=2024-01-05T00:00:00Z&query[created_before]=2024-01-05T00:00:00Z", 0, 0),
            ("query[created_on_or_after]=2023-01-01&query[updated_before]=2024-01-03T00:00:00Z", 0, 20),
            ("query[updated_on]=2024-01-02", 10, 20),
            ("query[created_on_or_after]=2024-01-02&page=3&limit=100", 210, 300),
        ] {
            let separator = if query.contains("limit") { "" } else { "&limit=250" };
            let reply = school.get(&format!("/users?{query}{separator}")).await.expect(200);
            assert_eq!(reply.ids(), ids[from..to], "{query}");
            let total = if query.contains("limit") { 290 } else { to - from };
            assert_eq!(reply.pagination()["total_items"], json!(total), "{query}");
        }
        school.get("/users?query[created_on]=2024-02-30").await.expect(400);
    }

    async fn only_keys_in_query_filter_and_the_others_are_named_in_a_warning(school: &TestSchool) {
        users(school, 2).await;
        let reply = school.get("/users?email=u1@example.com&query[emial]=x").await.expect(200);
        assert_eq!(reply.ids().len(), 2);
        assert_eq!(reply.header("warning"), "299 - \"Unknown query parameter: email, query[emial]\"");
        assert_eq!(school.get("/users?query[email]=x&page=1").await.header("warning"), "");
    }

    async fn an_unchanged_answer_is_not_sent_twice(school: &TestSchool) {
        let id = school.user("ann@example.com").await;
        for path in ["/users".to_owned(), format!("/users/{id}")] {
            let tag = school.get(&path).await.expect(200).header("etag").to_owned();
            let again = || send(school.request(Method::GET, &path).header("If-None-Match", &tag));
            assert_eq!(again().await.expect(304).text, "");
            school.put(&format!("/users/{id}"), json!({ "company": path })).await.expect(204);
            again().await.expect(200);
        }
    }

    async fn slashes_twice_and_at_the_end_mean_nothing(school: &TestSchool) {
        users(school, 1).await;
        for path in ["//users", "/users/", "/users/?limit=1", "//users//?page=1"] {
            assert_eq!(school.get(path).await.expect(200).ids().len(), 1, "{path}");
        }
    }

    async fn forms_are_taken_like_json(school: &TestSchool) {
        let form = [("first_name", "Ann"), ("last_name", "B"), ("email", "a@example.com"), ("send_welcome_email", "1"),
                    ("roles[]", "course_admin")];
        let reply = send(school.request(Method::POST, "/users").form(&form)).await.expect(201);
        assert_eq!(reply.json()["roles"], json!(["course_admin"]));
    }

    async fn one_client_pages_in_the_body_of_a_get(school: &TestSchool) {
        let ids = users(school, 30).await;
        let request = school.request(Method::GET, "/users/").json(&json!({ "page": 2 }));
        assert_eq!(send(request).await.expect(200).ids(), ids[25..]);
    }

    async fn a_repeated_request_with_the_same_idempotency_key_has_one_effect(school: &TestSchool) {
        let body = json!({ "first_name": "A", "last_name": "B", "email": "a@example.com" });
        let post = |key: &str, body: &Value| {
            send(school.request(Method::POST, "/users").header("Idempotency-Key", key).json(body))
        };
        let first = post("k1", &body).await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), "");
        let again = post("k1", &body).await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
        let other = json!({ "first_name": "C", "last_name": "B", "email": "c@example.com" });
        let refused = post("k1", &other).await.expect(422);
        assert!(refused.text.contains("Idempotency-Key was already used with a different request"));
        post("k2", &body).await.expect(422);
        assert_eq!(school.get("/users").await.ids().len(), 1);
        // A refused request leaves its key free.
        post("k2", &other).await.expect(201);
        post(&"k".repeat(256), &other).await.expect(400);
    }

    async fn simultaneous_requests_with_one_key_have_one_effect(school: &TestSchool) {
        let body = json!({ "name": "Once" });
        let post = || send(school.request(Method::POST, "/groups").header("Idempotency-Key", "k").json(&body));
        let (a, b, c) = tokio::join!(post(), post(), post());
        assert_eq!((a.status, b.status, c.status), (200, 200, 200));
        assert!(a.text == b.text && b.text == c.text);
        assert_eq!(school.get("/groups").await.ids().len(), 1);
    }

    async fn any_origin_may_call_and_is_told_so_beforehand(school: &TestSchool) {
        let preflight = send(school.plain(Method::OPTIONS, "/users")
            .header("Origin", "https://app.example")
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "x-auth-api-key,x-auth-subdomain,content-type")).await.expect(204);
        assert_eq!(preflight.header("access-control-allow-origin"), "*");
        assert_eq!(preflight.header("access-control-allow-headers"), "x-auth-api-key,x-auth-subdomain,content-type");
        assert!(preflight.header("access-control-allow-methods").contains("POST"));
        let answer = send(school.request(Method::GET, "/users").header("Origin", "https://app.example")).await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let refused = send(school.plain(Method::GET, "/users").header("Origin", "https://app.example")).await.expect(401);
        assert_eq!(refused.header("access-control-allow-origin"), "*");
    }

    async fn every_answer_names_its_request(school: &TestSchool) {
        let own = send(school.request(Method::GET, "/users").header("X-Request-Id", "mine-1")).await;
        assert_eq!(own.header("x-request-id"), "mine-1");
        let strange = send(school.request(Method::GET, "/users").header("X-Request-Id", "a b<>")).await;
        assert_eq!(strange.header("x-request-id").len(), 32);
    }

    async fn what_is_not_there_and_what_cannot_be_done_is_said_in_the_apis_form(school: &TestSchool) {
        let nowhere = school.get("/nothing").await.expect(404);
        assert!(nowhere.json()["error"].as_str().is_some_and(|text| text.contains("GET /api/public/v1/nothing")));
        let patch = send(school.request(Method::PATCH, "/users")).await.expect(405);
        assert_eq!(patch.header("allow"), "GET, POST");
        assert!(patch.json()["error"].is_string());
        let client = reqwest::Client::new();
        for host in ["api.localhost", "localhost", "academy.localhost"] {
            let elsewhere = || client.post(format!("{}/stable/lunch", school.url)).header("Host", host);
            let program = send(elsewhere().header("Origin", "https://app.example")).await.expect(404);
            assert!(program.json()["error"].as_str().is_some_and(|text| text.contains("POST /stable/lunch")));
            assert_eq!(program.header("access-control-allow-origin"), "*");
            let browser = send(elsewhere().header("Accept", "text/html,*/*;q=0.8")).await.expect(404);
            assert_eq!(browser.header("content-type"), "text/html; charset=utf-8");
        }
        for id in ["abc", "0", "-1", "1.5", "9223372036854775807", "9223372036854775808"] {
            let reply = school.get(&format!("/users/{id}")).await.expect(404);
            assert_eq!(reply.text, r#"{"error":"Record not found."}"#);
        }
    }

    async fn bodies_that_are_no_json_too_large_or_too_deep_are_refused(school: &TestSchool) {
        let post = |body: Vec<u8>| send(school.request(Method::POST, "/users").body(body));
        post(b"{\"first_name\":".to_vec()).await.expect(400);
        post(b"[1,2]".to_vec()).await.expect(400);
        post(b"{\"first_name\":\"\xff\"}".to_vec()).await.expect(400);
        post([b"[".repeat(100_000), b"]".repeat(100_000)].concat()).await.expect(400);
        post(vec![b' '; 3 * 1024 * 1024]).await.expect(413);
        let wrong = post(b"{\"first_name\":{\"a\":1}}".to_vec()).await.expect(422);
        assert_eq!(wrong.text, r#"{"errors":{"first_name":["must be a text"],"last_name":["can't be blank"],"email":["can't be blank"]}}"#);
        let nul = post(b"{\"first_name\":\"a\\u0000b\"}".to_vec()).await.expect(422);
        assert_eq!(nul.json()["errors"]["first_name"], json!(["must be a text without control characters"]));
        assert!(school.get("/users").await.expect(200).ids().is_empty());
    }

    async fn the_server_tells_how_it_is(school: &TestSchool) {
        school.get("/users").await.expect(200);
        for (path, part) in [("/healthz", "ok"), ("/readyz", "ready"), ("/metrics", "scholae_api_requests_total"),
                             ("/openapi.json", "\"openapi\":\"3.0.3\"")] {
            let reply = school.get(&format!("{}{path}", school.url)).await.expect(200);
            assert!(reply.text.contains(part), "{path}: {}", reply.text);
            assert!(!reply.text.contains(&school.api_key));
        }
    }
}

/// Sends bytes on a connection and reads one answer: its head and its body.
async fn answer(stream: &mut TcpStream, bytes: &[u8]) -> (String, String) {
    stream.write_all(bytes).await.expect("sent");
    let mut read = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(read.read_line(&mut head).await.expect("a line"), 0, "the connection ended after {head:?}");
    }
    let head = head.to_ascii_lowercase();
    let length = head.split_once("content-length: ").expect("a length").1.split_once('\r').expect("a line").0;
    let mut body = vec![0; length.parse().expect("a number")];
    read.read_exact(&mut body).await.expect("a body");
    (head, String::from_utf8(body).expect("UTF-8"))
}

#[tokio::test]
async fn a_refusal_before_the_body_has_come_leaves_the_connection_in_order() {
    let school = TestSchool::start(Engine::Sqlite).await.expect("SQLite");
    let address = school.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("connected");
    for path in ["/api/public/v1/users", "/api/public/v1/nothing", "/nothing"] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 1000\r\n\r\n{{");
        stream.write_all(head.as_bytes()).await.expect("sent");
        tokio::time::sleep(Duration::from_millis(100)).await;
        let (head, body) = answer(&mut stream, "x".repeat(999).as_bytes()).await;
        assert!(head.starts_with("http/1.1 40") && !head.contains("connection: close"), "{path}: {head}{body}");
    }

    let long = format!("POST /api/public/v1/users HTTP/1.1\r\nHost: {address}\r\nContent-Length: 9000000\r\n\r\n");
    let (head, _) = answer(&mut stream, &[long.as_bytes(), &vec![b'x'; 300_000]].concat()).await;
    assert!(head.starts_with("http/1.1 401") && head.contains("connection: close"), "{head}");
    school.finish().await;
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_answered_with_where_to_read_of_those_that_are() {
    let school = TestSchool::start(Engine::Sqlite).await.expect("SQLite");
    for (path, reference) in [("/api/public/v1/nope", "/docs/api"), ("/api/v2/nope", "/docs/webhooks")] {
        let reply = send(school.plain(Method::GET, &format!("{}{path}", school.url))).await.expect(404);
        assert_eq!(reply.json()["error"], format!("There is no endpoint GET {path}. See {reference}."));
        assert_eq!(school.get(&format!("{}{reference}", school.url)).await.status, 200);
    }
    school.finish().await;
}

#[tokio::test]
async fn a_school_without_limits_is_told_that_it_has_all_of_the_usual_minute_left() {
    let config = WebConfig { requests_per_minute: None, ..WebConfig::default() };
    let school = TestSchool::start_with(Engine::Sqlite, config).await.expect("SQLite");
    for _ in 0..2 {
        let before = store::now();
        let reply = school.get("/users").await.expect(200);
        assert_eq!((reply.header("ratelimit-limit"), reply.header("x-ratelimit-remaining-minute")), ("120", "120"));
        assert!(reply.header("ratelimit-reset").parse::<i64>().expect("milliseconds") > before);
    }
    school.finish().await;
}

#[tokio::test]
async fn a_school_that_is_refused_is_let_in_soon_after_its_limit_was_raised() {
    let config = WebConfig { requests_per_minute: Some(1), ..WebConfig::default() };
    let school = TestSchool::start_with(Engine::Sqlite, config).await.expect("SQLite");
    while school.get("/users").await.status != 429 {}
    let raised = school.store.write(school.site, |tx| {
        let site = school::sites::by_subdomain(tx, "academy")?;
        school::sites::update(tx, &site, |site| site.requests_per_minute = Some(1_000))
    });
    raised.await.expect("raised");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let reply = school.get("/users").await.expect(200);
    assert_eq!(reply.header("ratelimit-limit"), "1000");
    school.finish().await;
}
