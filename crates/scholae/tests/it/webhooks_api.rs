//! The Webhooks API v2: webhooks, events, deliveries; looking and repeating.

use crate::support::{Reply, TestSchool, send};
use reqwest::{Method, RequestBuilder};
use school::events::{self, Topic};
use school::sites::{self, Plan};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::UserId;
use store::deliveries::{AttemptRow, Next};
use store::{Engine, Store};
use web::WebConfig;

const UNAUTHENTICATED: &str = r#"{"error":"Authentication Error"}"#;
const NOT_FOUND: &str = r#"{"error":"Record not found."}"#;
const TARGET: &str = "https://hooks.example.org/in";

/// The API of a school.
struct V2<'s>(&'s TestSchool);

impl V2<'_> {
    fn url(&self, path: &str) -> String {
        format!("{}/api/v2{path}", self.0.url)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.0.request(method, &self.url(path))
    }

    fn plain(&self, method: Method, path: &str) -> RequestBuilder {
        self.0.plain(method, &self.url(path))
    }

    async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::POST, path).json(&body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    async fn delete(&self, path: &str) -> Reply {
        send(self.request(Method::DELETE, path)).await
    }

    async fn webhook(&self, topic: Topic) -> String {
        self.post("/webhooks", json!({ "topic": topic.name(), "target_url": TARGET })).await.expect(201).name()
    }

    /// The ids of every page of a list, which is followed to its end.
    async fn all(&self, path: &str) -> Vec<String> {
        let (mut ids, mut next) = (Vec::new(), String::new());
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let place = if next.is_empty() { String::new() } else { format!("{separator}next={next}") };
            let reply = self.get(&format!("{path}{place}")).await.expect(200);
            ids.extend(reply.names());
            next = reply.json()["meta"]["page"]["next_page"].as_str().expect("a text").to_owned();
            if next.is_empty() {
                return ids;
            }
        }
    }
}

/// Ids that are texts.
trait Names {
    fn name(&self) -> String;
    fn names(&self) -> Vec<String>;
}

impl Names for Reply {
    fn name(&self) -> String {
        self.json()["id"].as_str().expect("an id").to_owned()
    }

    fn names(&self) -> Vec<String> {
        let json = self.json();
        let items = json["items"].as_array().expect("items");
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }
}

/// Lets events of a topic happen, one in each transaction; their payloads are `{"n":0}` and so on.
async fn happen(school: &TestSchool, topic: Topic, count: i64) {
    for n in 0..count {
        school.arrange(move |tx, site| events::record(tx, site, topic, &json!({ "n": n }))).await;
    }
}

/// An attempt at a delivery, and what came of it.
async fn attempted(school: &TestSchool, delivery: &str, status: Option<i64>, next: Next) {
    let id = delivery.parse().expect("a number");
    let attempt = AttemptRow {
        number: 0,
        at: store::now(),
        milliseconds: 12,
        status,
        error: status.is_none().then(|| "no answer".to_owned()),
        answer: status.map(|_| "sorry".to_owned()),
        request_head: None,
        answer_head: None,
    };
    school.arrange(move |tx, site| Ok(store::deliveries::record(tx, site, id, &attempt, next)?)).await;
}

on_both_engines! {
    async fn a_webhook_is_made_read_changed_and_removed(school: &TestSchool) {
        let v2 = V2(school);
        let made = v2.post("/webhooks", json!({ "topic": "order.created", "target_url": TARGET })).await.expect(201);
        let webhook = made.json();
        let keys: Vec<&String> = webhook.as_object().expect("a bare webhook").keys().collect();
        assert_eq!(keys, ["id", "status", "topic", "created_at", "created_by", "updated_at", "updated_by", "target_url"]);
        assert_eq!((&webhook["status"], &webhook["topic"]), (&json!("active"), &json!("order.created")));
        assert_eq!((&webhook["created_by"], &webhook["target_url"]), (&json!("0"), &json!(TARGET)));
        // The id is the moment of creation.
        let (id, at) = (made.name(), webhook["created_at"].as_str().expect("a moment"));
        let (moment, offset) = at.split_at(at.len() - 6);
        let (seconds, fraction) = moment.split_once('.').unwrap_or((moment, ""));
        let digits: String = seconds.chars().filter(char::is_ascii_digit).collect();
        assert_eq!((offset, format!("{digits}{fraction:0<9}")), ("+00:00", id.clone()));
        assert!(id.len() == 23 && !fraction.ends_with('0'));
        assert_eq!(webhook["created_at"], webhook["updated_at"]);

        let path = format!("/webhooks/{id}");
        assert_eq!(v2.get(&path).await.expect(200).json(), webhook);
        school.arrange(|tx, site| {
            let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
            sites::update(tx, &site.into(), |site| site.owner_user_id = Some(UserId::new(156_118)))
        }).await;
        let changed = v2.put(&path, json!({ "topic": "user.signup" })).await.expect(200).json();
        assert_eq!((&changed["id"], &changed["topic"]), (&webhook["id"], &json!("user.signup")));
        assert_eq!((&changed["created_by"], &changed["updated_by"]), (&json!("0"), &json!("156118")));
        assert_eq!((&changed["target_url"], &changed["created_at"]), (&json!(TARGET), &webhook["created_at"]));
        assert_ne!(changed["updated_at"], webhook["updated_at"]);
        assert_eq!(v2.get(&path).await.json(), changed);

        assert_eq!(v2.delete(&path).await.expect(204).text, "");
        for reply in [v2.get(&path).await, v2.put(&path, json!({})).await, v2.delete(&path).await] {
            assert_eq!(reply.expect(404).text, NOT_FOUND);
        }
    }

    async fn a_wrong_topic_and_a_wrong_address_are_told_in_the_forms_that_clients_know(school: &TestSchool) {
        let v2 = V2(school);
        let good = json!({ "topic": "order.created", "target_url": TARGET });
        let with = |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            body
        };
        for topic in [json!("order.eaten"), json!("order"), json!(""), json!(null)] {
            let reply = v2.post("/webhooks", with("topic", topic)).await.expect(422);
            let known: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
            let wrong = format!("invalid format: it must be one of {}", known.join(", "));
            assert_eq!(reply.json(), json!({ "errors": { "topic": wrong } }));
        }
        for url in ["http://hooks.example.org/", "https://localhost/x", "https://127.0.0.1/", "https://10.1.2.3/",
                    "https://[::1]/", "https://academy.localhost/", "ftp://hooks.example.org", "nonsense", "",
                    "https://2130706433/", &format!("https://hooks.example.org/{}", "x".repeat(2048))] {
            let reply = v2.post("/webhooks", with("target_url", json!(url))).await.expect(422);
            assert_eq!(reply.text, r#"{"errors":{"url":"is not valid"}}"#, "{url}");
        }
        let both = v2.post("/webhooks", json!({})).await.expect(422);
        assert_eq!(both.json()["errors"]["url"], "is not valid");
        assert!(both.json()["errors"]["topic"].as_str().is_some_and(|text| text.starts_with("invalid format: ")));
        assert_eq!(v2.get("/webhooks").await.names().len(), 0);

        let path = format!("/webhooks/{}", v2.post("/webhooks", good.clone()).await.expect(201).name());
        let before = v2.get(&path).await.text;
        let reply = v2.put(&path, json!({ "topic": "eaten" })).await.expect(422);
        assert!(reply.text.starts_with(r#"{"errors":{"topic":["invalid format: it must be one of "#), "{}", reply.text);
        let reply = v2.put(&path, json!({ "target_url": "http://x" })).await.expect(422);
        assert_eq!(reply.text, r#"{"errors":{"url":"is not valid"}}"#);
        let reply = v2.put(&path, json!({ "topic": "eaten", "target_url": "x" })).await.expect(422);
        assert_eq!(reply.json()["errors"]["url"], "is not valid");
        assert!(reply.json()["errors"]["topic"][0].as_str().is_some_and(|text| text.starts_with("invalid format: ")));
        v2.put(&path, json!({ "status": "sleepy" })).await.expect(422);
        assert_eq!(v2.get(&path).await.text, before);
    }

    async fn forms_slashes_repetitions_and_duplicates_are_taken(school: &TestSchool) {
        let v2 = V2(school);
        let form = [("topic", "course.created"), ("target_url", TARGET)];
        let first = send(v2.request(Method::POST, "//webhooks/").form(&form)).await.expect(201).name();
        let second = send(v2.request(Method::POST, "/webhooks").form(&form)).await.expect(201).name();
        assert!(first < second, "the same topic and address twice are two webhooks");
        let body = json!({ "topic": "course.created", "target_url": TARGET });
        let repeated = || send(v2.request(Method::POST, "/webhooks").header("Idempotency-Key", "k").json(&body));
        assert_eq!(repeated().await.expect(201).name(), repeated().await.expect(201).name());
        assert_eq!(v2.get("/webhooks/?unheard=of").await.expect(200).names().len(), 3);
        // Every topic can be asked for, and gets a test.
        for topic in Topic::ALL {
            let id = v2.webhook(*topic).await;
            v2.post(&format!("/webhooks/{id}/test"), json!({})).await.expect(202);
        }
    }

    async fn the_key_opens_in_headers_and_as_a_bearer_token(school: &TestSchool) {
        let v2 = V2(school);
        let get = || v2.plain(Method::GET, "/webhooks");
        v2.webhook(Topic::LeadCreated).await;
        let (_, other_key) = school.another_school("other", Plan::Grow).await;
        for request in [
            get().header("X-Auth-API-Key", &school.api_key).header("X-Auth-Subdomain", "academy"),
            get().bearer_auth(&school.api_key),
            get().header("Authorization", format!("bearer  {}", school.api_key)),
            get().bearer_auth("wrong").header("X-Auth-API-Key", &school.api_key).header("X-Auth-Subdomain", "academy"),
            get().bearer_auth(&school.api_key).header("X-Auth-API-Key", "wrong").header("X-Auth-Subdomain", "nobody"),
        ] {
            assert_eq!(send(request).await.expect(200).names().len(), 1);
        }
        assert_eq!(send(get().bearer_auth(&other_key)).await.expect(200).names().len(), 0);
        for request in [
            get(),
            get().bearer_auth("wrong"),
            get().bearer_auth(""),
            get().header("Authorization", format!("Basic {}", school.api_key)),
            get().header("X-Auth-API-Key", &school.api_key),
            // The Admin API takes tokens as Bearer, and a key is none.
            school.plain(Method::GET, "/users").bearer_auth(&school.api_key),
        ] {
            let reply = send(request).await.expect(401);
            assert_eq!((reply.text.as_str(), reply.header("ratelimit-limit")), (UNAUTHENTICATED, ""));
        }
        for (subdomain, plan, status) in [("free", Plan::Free, 401), ("start", Plan::Start, 403)] {
            let (_, key) = school.another_school(subdomain, plan).await;
            send(get().bearer_auth(key)).await.expect(status);
        }
        let key = school.key.clone();
        let new = school.arrange(move |tx, site| {
            let site = store::sites::get(tx, site)?.ok_or(school::Error::NotFound)?;
            sites::rotate_key(tx, &key, &site.into(), 0)
        }).await;
        send(get().bearer_auth(&school.api_key)).await.expect(401);
        send(get().bearer_auth(new)).await.expect(200);
    }

    async fn webhooks_are_read_from_cursor_to_cursor(school: &TestSchool) {
        let v2 = V2(school);
        let empty = v2.get("/webhooks").await.expect(200);
        assert_eq!(empty.text, "{\"items\":[],\"meta\":{\"page\":{\"has_next\":false,\"next_page\":\"\",\
            \"page_items\":0,\"total_items\":0,\"total_pages\":1}}}");
        let mut ids = Vec::new();
        for _ in 0..60 {
            ids.push(v2.webhook(Topic::LeadCreated).await);
        }
        assert!(ids.is_sorted());
        let first = v2.get("/webhooks?page=2").await.expect(200);
        assert_eq!(first.names(), ids[..25]);
        assert_eq!(first.json()["meta"], json!({ "page": {
            "has_next": true, "next_page": ids[24], "page_items": 25, "total_items": 60, "total_pages": 3 } }));
        assert_eq!(first.header("link"), format!("</api/v2/webhooks?next={}>; rel=\"next\"", ids[24]));
        let last = v2.get(&format!("/webhooks?next={}", ids[49])).await.expect(200);
        assert_eq!(last.names(), ids[50..]);
        assert_eq!(last.json()["meta"], json!({ "page": {
            "has_next": false, "next_page": "", "page_items": 10, "total_items": 60, "total_pages": 3 } }));
        assert_eq!(last.header("link"), "");
        for limit in ["7", "10", "60", "25.0", "10000", "99999999999999999999999"] {
            assert_eq!(v2.all(&format!("/webhooks?limit={limit}")).await, ids, "{limit}");
        }
        // A cursor keeps its place when its webhook is gone.
        v2.delete(&format!("/webhooks/{}", ids[24])).await.expect(204);
        assert_eq!(v2.get(&format!("/webhooks?next={}", ids[24])).await.expect(200).names(), ids[25..50]);
        for wrong in ["next=x", "next=-1", "limit=x"] {
            v2.get(&format!("/webhooks?{wrong}")).await.expect(400);
        }
    }

    async fn events_are_looked_at_one_by_one_and_the_newest_first(school: &TestSchool) {
        let v2 = V2(school);
        let before = store::now();
        happen(school, Topic::LeadCreated, 3).await;
        happen(school, Topic::SubscriptionCancelled, 2).await;
        let all = v2.get("/events").await.expect(200);
        assert_eq!(all.json()["meta"]["page"]["total_items"], 5);
        let newest = all.json()["items"][0].clone();
        let keys: Vec<&String> = newest.as_object().expect("an event").keys().collect();
        assert_eq!(keys, ["id", "resource", "action", "created_at", "payload"]);
        assert_eq!((&newest["resource"], &newest["action"]), (&json!("subscription"), &json!("canceled")));
        assert_eq!(newest["payload"], json!({ "n": 1 }));
        let id = newest["id"].as_str().expect("an id");
        assert_eq!(v2.get(&format!("/events/{id}")).await.expect(200).json(), newest);
        assert_eq!(v2.all("/events?limit=2").await, all.names());
        let leads = v2.all("/events?limit=2&query[topic]=lead.created").await;
        assert_eq!(leads, all.names()[2..]);
        assert_eq!(v2.all("/events?query[topic]=lead.eaten").await.len(), 0);
        let moment = serde_json::to_value(school::time::Moment(before)).expect("a moment");
        let moment = moment.as_str().expect("a text");
        assert_eq!(v2.all(&format!("/events?query[created_on_or_after]={moment}")).await, all.names());
        assert_eq!(v2.all(&format!("/events?query[created_before]={moment}")).await.len(), 0);
        // A cursor keeps its place when its event was forgotten.
        let middle = all.names()[2].clone();
        let forgotten = school.arrange(|tx, site| Ok(store::events::prune(tx, site, i64::MAX, 3)?)).await;
        assert_eq!(forgotten, 3);
        assert_eq!(v2.get(&format!("/events?next={middle}")).await.expect(200).names().len(), 0);
        for unknown in [middle.as_str(), "1", "x"] {
            assert_eq!(v2.get(&format!("/events/{unknown}")).await.expect(404).text, NOT_FOUND);
        }
        v2.get("/events?next=x").await.expect(400);
    }

    async fn another_schools_things_are_like_unknown_ones(school: &TestSchool) {
        let v2 = V2(school);
        let webhook = v2.webhook(Topic::LeadCreated).await;
        happen(school, Topic::LeadCreated, 1).await;
        let event = v2.get("/events").await.names().remove(0);
        let delivery = v2.get("/deliveries").await.names().remove(0);
        let (_, key) = school.another_school("other", Plan::Grow).await;
        let other = |method: Method, path: &str| send(v2.plain(method, path).bearer_auth(&key).json(&json!({
            "topic": "user.signup", "since": "2020-01-01" })));
        for (method, path) in [
            (Method::GET, format!("/webhooks/{webhook}")),
            (Method::PUT, format!("/webhooks/{webhook}")),
            (Method::DELETE, format!("/webhooks/{webhook}")),
            (Method::POST, format!("/webhooks/{webhook}/test")),
            (Method::POST, format!("/webhooks/{webhook}/recover")),
            (Method::POST, format!("/webhooks/{webhook}/replay")),
            (Method::GET, format!("/events/{event}")),
            (Method::GET, format!("/deliveries/{delivery}")),
            (Method::POST, format!("/deliveries/{delivery}/resend")),
        ] {
            assert_eq!(other(method, &path).await.expect(404).text, NOT_FOUND, "{path}");
        }
        for path in ["/webhooks".to_owned(), "/events".to_owned(), "/deliveries".to_owned(),
                     format!("/deliveries?query[webhook_id]={webhook}"), format!("/deliveries?query[event_id]={event}"),
                     format!("/events/stream?after={}", "0".repeat(26))] {
            assert_eq!(other(Method::GET, &path).await.expect(200).json()["items"], json!([]), "{path}");
        }
    }

    async fn deliveries_are_listed_counted_and_shown_with_their_attempts(school: &TestSchool) {
        let v2 = V2(school);
        let (a, b) = (v2.webhook(Topic::LeadCreated).await, v2.webhook(Topic::LeadCreated).await);
        happen(school, Topic::LeadCreated, 4).await;
        let of_a = v2.all(&format!("/deliveries?query[webhook_id]={a}&limit=3")).await;
        let of_b = v2.all(&format!("/deliveries?query[webhook_id]={b}")).await;
        assert_eq!((of_a.len(), of_b.len()), (4, 4));
        attempted(school, &of_a[0], Some(200), Next::Delivered).await;
        attempted(school, &of_a[1], Some(500), Next::Again(store::now() + 60_000)).await;
        attempted(school, &of_a[1], None, Next::Failed).await;
        for (query, count) in [("", 8), ("query[status]=waiting", 6), ("query[status]=delivered", 1),
                               ("query[status]=failed", 1), ("query[status]=given_up", 0),
                               ("query[status]=waiting&query[webhook_id]=WEBHOOK", 2), ("query[event_id]=EVENT", 2),
                               ("query[event_id]=EVENT&query[status]=delivered", 1),
                               ("query[webhook_id]=20200227213233625839530", 0), ("query[event_id]=x", 0)] {
            let event = v2.get("/events").await.names().remove(0);
            let query = query.replace("WEBHOOK", &a).replace("EVENT", &event);
            let reply = v2.get(&format!("/deliveries?{query}")).await.expect(200);
            let page = reply.json()["meta"]["page"].clone();
            assert_eq!((page["total_items"].as_i64(), reply.names().len()), (Some(count), count as usize), "{query}");
        }
        v2.get("/deliveries?query[status]=lost").await.expect(400);
        let mut newest_first: Vec<i64> = v2.all("/deliveries?limit=3").await.iter().filter_map(|id| id.parse().ok()).collect();
        assert_eq!(newest_first.len(), 8);
        newest_first.reverse();
        assert!(newest_first.is_sorted());

        let shown = v2.get(&format!("/deliveries/{}", of_a[1])).await.expect(200).json();
        assert_eq!((&shown["status"], &shown["webhook_id"]), (&json!("failed"), &json!(a)));
        assert_eq!((&shown["topic"], &shown["attempt_count"]), (&json!("lead.created"), &json!(2)));
        assert_eq!(shown["next_attempt_at"], Value::Null);
        assert!(shown["finished_at"].is_string());
        let attempts = shown["attempts"].as_array().expect("attempts");
        assert_eq!((&attempts[0]["number"], &attempts[0]["status"], &attempts[0]["answer"]), (&json!(1), &json!(500), &json!("sorry")));
        assert_eq!((&attempts[1]["number"], &attempts[1]["error"], &attempts[1]["milliseconds"]), (&json!(2), &json!("no answer"), &json!(12)));
        assert!(attempts[0]["at"].is_string());
        for unknown in ["0", "999999", "x"] {
            v2.get(&format!("/deliveries/{unknown}")).await.expect(404);
        }
    }

    async fn what_failed_is_sent_again_one_by_one_or_all_since_a_moment(school: &TestSchool) {
        let v2 = V2(school);
        let webhook = v2.webhook(Topic::LeadCreated).await;
        happen(school, Topic::LeadCreated, 2).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        let since = store::now();
        happen(school, Topic::LeadCreated, 3).await;
        let deliveries = v2.all("/deliveries").await;
        for delivery in &deliveries[..4] {
            attempted(school, delivery, Some(500), Next::Failed).await;
        }
        attempted(school, &deliveries[4], Some(200), Next::Delivered).await;
        let standing = || async {
            let mut of = Vec::new();
            for delivery in &deliveries {
                of.push(v2.get(&format!("/deliveries/{delivery}")).await.json()["status"].as_str().expect("").to_owned());
            }
            of.join(" ")
        };
        assert_eq!(standing().await, "failed failed failed failed delivered");
        let recover = format!("/webhooks/{webhook}/recover");
        let moment = serde_json::to_value(school::time::Moment(since)).expect("a moment");
        let reply = v2.post(&recover, json!({ "since": moment })).await.expect(202);
        assert_eq!(reply.text, r#"{"recovered":3,"left":0}"#);
        assert_eq!(standing().await, "waiting waiting waiting failed delivered");
        let again = v2.post(&recover, json!({ "since": moment })).await.expect(202);
        assert_eq!(again.text, r#"{"recovered":0,"left":0}"#);
        // Attempts are kept: a delivery's history is not rewritten.
        let one = v2.get(&format!("/deliveries/{}", deliveries[0])).await.json();
        assert_eq!((&one["attempt_count"], &one["finished_at"]), (&json!(1), &Value::Null));
        for delivery in &deliveries[3..] {
            let resent = v2.post(&format!("/deliveries/{delivery}/resend"), json!({})).await.expect(202).json();
            assert_eq!((&resent["id"], &resent["status"]), (&json!(delivery), &json!("waiting")));
        }
        assert_eq!(standing().await, "waiting waiting waiting waiting waiting");
        let wrong = v2.post(&recover, json!({})).await.expect(422);
        assert_eq!(wrong.text, r#"{"errors":{"since":["can't be blank"]}}"#);
        v2.post(&recover, json!({ "since": "yesterday" })).await.expect(422);
        assert_eq!(v2.all("/deliveries?query[status]=waiting").await.len(), 5);
    }

    async fn a_disabled_webhook_is_left_alone_until_it_is_switched_on(school: &TestSchool) {
        let v2 = V2(school);
        let webhook = v2.webhook(Topic::LeadCreated).await;
        let path = format!("/webhooks/{webhook}");
        happen(school, Topic::LeadCreated, 2).await;
        let delivery = v2.get("/deliveries").await.names().remove(0);
        let off = v2.put(&path, json!({ "status": "disabled" })).await.expect(200).json();
        assert_eq!(off["status"], "disabled");
        happen(school, Topic::LeadCreated, 1).await;
        // What waited is given up after the answer.
        let patience = Instant::now();
        while v2.all("/deliveries?query[status]=given_up").await.len() < 2 && patience.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(v2.all("/deliveries?query[status]=given_up").await.len(), 2);
        for (path, body) in [(format!("{path}/test"), json!({})), (format!("{path}/recover"), json!({ "since": "2020-01-01" })),
                             (format!("{path}/replay"), json!({ "since": "2020-01-01" })),
                             (format!("/deliveries/{delivery}/resend"), json!({}))] {
            let reply = v2.post(&path, body).await.expect(422);
            assert!(reply.json()["errors"]["webhook"][0].as_str().expect("a sentence").contains("disabled"), "{path}");
        }
        // As the sender leaves one that failed too long.
        let id = webhook.clone();
        school.arrange(move |tx, site| {
            let mut row = store::webhooks::by_id(tx, site, &id)?.ok_or(school::Error::NotFound)?;
            row.failing_since = Some(1);
            row.off_reason = Some("failed for days".to_owned());
            Ok(store::webhooks::update(tx, site, &row)?)
        }).await;
        let on = v2.put(&path, json!({ "status": "active" })).await.expect(200).json();
        assert_eq!((&on["status"], &on["topic"]), (&json!("active"), &json!("lead.created")));
        let id = webhook.clone();
        let row = school.arrange(move |tx, site| {
            store::webhooks::by_id(tx, site, &id)?.ok_or(school::Error::NotFound)
        }).await;
        assert_eq!((row.active, row.failing_since, row.off_reason), (true, None, None));
        let recovered = v2.post(&format!("{path}/recover"), json!({ "since": "2020-01-01" })).await.expect(202);
        assert_eq!(recovered.text, r#"{"recovered":2,"left":0}"#);
        let replayed = v2.post(&format!("{path}/replay"), json!({ "since": "2020-01-01" })).await.expect(202);
        assert_eq!(replayed.text, r#"{"replayed":1,"left":0,"since":null}"#);
    }

    async fn what_waits_for_a_removed_webhook_is_given_up_and_stays_to_be_looked_at(school: &TestSchool) {
        let v2 = V2(school);
        let webhook = v2.webhook(Topic::LeadCreated).await;
        happen(school, Topic::LeadCreated, 2).await;
        v2.delete(&format!("/webhooks/{webhook}")).await.expect(204);
        let left = v2.get("/deliveries?query[status]=given_up").await.expect(200);
        assert_eq!(left.names().len(), 2);
        assert_eq!(left.json()["items"][0]["webhook_id"], Value::Null);
        let resend = v2.post(&format!("/deliveries/{}/resend", left.names()[0]), json!({})).await.expect(422);
        assert_eq!(resend.text, r#"{"errors":{"webhook":["was removed"]}}"#);
    }

    async fn a_new_webhook_is_told_what_it_missed(school: &TestSchool) {
        let v2 = V2(school);
        let old = v2.webhook(Topic::LeadCreated).await;
        happen(school, Topic::LeadCreated, 1).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        let since = serde_json::to_value(school::time::Moment(store::now())).expect("a moment");
        happen(school, Topic::LeadCreated, 3).await;
        happen(school, Topic::UserSignin, 1).await;
        v2.post(&format!("/webhooks/{old}/test"), json!({})).await.expect(202);
        let new = v2.webhook(Topic::LeadCreated).await;
        happen(school, Topic::LeadCreated, 1).await;
        let replay = format!("/webhooks/{new}/replay");
        let reply = v2.post(&replay, json!({ "since": since })).await.expect(202);
        assert_eq!(reply.text, r#"{"replayed":3,"left":0,"since":null}"#);
        assert_eq!(v2.post(&replay, json!({ "since": since })).await.expect(202).json()["replayed"], 0);
        let all = v2.post(&replay, json!({ "since": "2020-01-01" })).await.expect(202);
        assert_eq!(all.json()["replayed"], 1);
        let deliveries = v2.get(&format!("/deliveries?query[webhook_id]={new}")).await.expect(200);
        assert_eq!(deliveries.json()["meta"]["page"]["total_items"], 5);
        assert!(deliveries.json()["items"].as_array().expect("items").iter().all(|one| one["topic"] == "lead.created"));
    }

    async fn recovery_and_replay_do_so_much_at_once_and_say_what_is_left(school: &TestSchool) {
        let v2 = V2(school);
        school.arrange(|tx, site| {
            for n in 0..1_100 {
                // Events that share a moment share it with few others.
                tx.backdate(1_700_000_000_000 + n);
                events::record(tx, site, Topic::LeadCreated, &json!({ "n": n }))?;
            }
            Ok(())
        }).await;
        let webhook = v2.webhook(Topic::LeadCreated).await;
        let (mut since, mut counts) = (json!("2020-01-01"), Vec::new());
        while !since.is_null() {
            let reply = v2.post(&format!("/webhooks/{webhook}/replay"), json!({ "since": since })).await.expect(202).json();
            counts.push((reply["replayed"].as_i64(), reply["left"].as_i64()));
            since = reply["since"].clone();
        }
        assert_eq!(counts, [(Some(500), Some(600)), (Some(500), Some(100)), (Some(100), Some(0))]);
        let id = webhook.clone();
        school.arrange(move |tx, site| {
            let row = store::webhooks::by_id(tx, site, &id)?.ok_or(school::Error::NotFound)?;
            store::deliveries::give_up(tx, site, row.number, store::now(), 1_050)?;
            Ok(())
        }).await;
        let mut counts = Vec::new();
        loop {
            let body = json!({ "since": "2020-01-01" });
            let reply = v2.post(&format!("/webhooks/{webhook}/recover"), body).await.expect(202).json();
            counts.push((reply["recovered"].as_i64(), reply["left"].as_i64()));
            if reply["left"] == 0 {
                break;
            }
        }
        assert_eq!(counts, [(Some(500), Some(550)), (Some(500), Some(50)), (Some(50), Some(0))]);
    }

    async fn a_test_is_sent_to_one_webhook_only_and_says_what_it_is(school: &TestSchool) {
        let v2 = V2(school);
        let (a, _) = (v2.webhook(Topic::EnrollmentCompleted).await, v2.webhook(Topic::EnrollmentCompleted).await);
        let delivery = v2.post(&format!("/webhooks/{a}/test"), json!({})).await.expect(202).json();
        assert_eq!((&delivery["webhook_id"], &delivery["status"]), (&json!(a), &json!("waiting")));
        let all = v2.get("/deliveries").await;
        assert_eq!(all.names(), [delivery["id"].as_str().expect("an id")]);
        let event = v2.get(&format!("/events/{}", delivery["event_id"].as_str().expect("an id"))).await.expect(200).json();
        assert_eq!((&event["resource"], &event["action"]), (&json!("enrollment"), &json!("completed")));
        assert!(event.to_string().contains("\"[TEST] "));
        assert_eq!(event["payload"]["percentage_completed"], "1.0");
    }

    async fn the_stream_gives_events_in_their_order_and_waits_for_them(school: &TestSchool) {
        let v2 = V2(school);
        let begin = v2.get("/events/stream").await.expect(200).json();
        assert_eq!(begin, json!({ "items": [], "cursor": "0".repeat(26) }));
        happen(school, Topic::LeadCreated, 3).await;
        let stream = |after: &str, more: &str| format!("/events/stream?after={after}{more}");
        let two = v2.get(&stream(&"0".repeat(26), "&limit=2")).await.expect(200).json();
        let numbers = |reply: &Value| -> Vec<i64> {
            reply["items"].as_array().expect("items").iter().filter_map(|item| item["payload"]["n"].as_i64()).collect()
        };
        assert_eq!(numbers(&two), [0, 1]);
        let keys: Vec<&String> = two["items"][0].as_object().expect("an envelope").keys().collect();
        let whole = ["id", "resource", "action", "tenant_id", "tenant_global_id", "created_at", "timestamp", "payload"];
        assert_eq!(keys, whole);
        assert_eq!(two["cursor"], two["items"][1]["id"]);
        let third = v2.get(&stream(two["cursor"].as_str().expect("a cursor"), "&wait=30")).await.expect(200).json();
        assert_eq!(numbers(&third), [2]);
        let cursor = third["cursor"].as_str().expect("a cursor").to_owned();
        // From the newest on, when nothing is said.
        assert_eq!(v2.get("/events/stream").await.json(), json!({ "items": [], "cursor": cursor }));

        // An event of this process ends the wait at once; another school's does not.
        let waiting = stream(&cursor, "&wait=30");
        let (reply, took) = tokio::join!(v2.get(&waiting), async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let (other, _) = school.another_school("other", Plan::Grow).await;
            let store = school.store.clone();
            store.write(other, move |tx| events::record(tx, other, Topic::LeadCreated, &json!({}))).await.expect("");
            tokio::time::sleep(Duration::from_millis(150)).await;
            let at = Instant::now();
            happen(school, Topic::LeadCreated, 1).await;
            at
        });
        let reply = reply.expect(200).json();
        assert_eq!(numbers(&reply), [0]);
        assert!(took.elapsed() < Duration::from_secs(5));

        // So does, a little later, one of another process.
        let cursor = reply["cursor"].as_str().expect("a cursor").to_owned();
        let location = school.store.location();
        let elsewhere = tokio::task::spawn_blocking(move || Store::open(&location, 1).expect("open")).await.expect("no panic");
        let waiting = stream(&cursor, "&wait=30");
        let (reply, ()) = tokio::join!(v2.get(&waiting), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let site = school.site;
            let written = elsewhere.write(site, move |tx| events::record(tx, site, Topic::LeadCreated, &json!({ "n": 7 })));
            written.await.expect("written");
        });
        assert_eq!(numbers(&reply.expect(200).json()), [7]);
        tokio::task::spawn_blocking(move || drop(elsewhere)).await.expect("no panic");

        // Without any, the wait ends when it was to end.
        let begun = Instant::now();
        let none = v2.get(&stream(v2.get("/events").await.names()[0].as_str(), "&wait=1")).await.expect(200).json();
        assert_eq!(none["items"], json!([]));
        assert!(begun.elapsed() >= Duration::from_secs(1));
        for wrong in ["after=x", "wait=soon"] {
            v2.get(&format!("/events/stream?{wrong}")).await.expect(400);
        }
    }

    async fn the_api_describes_itself(school: &TestSchool) {
        let document = school.get(&format!("{}/openapi/webhooks.json", school.url)).await.expect(200).json();
        assert_eq!(document["servers"], json!([{ "url": "/api/v2" }]));
        for (path, method, status) in [("/webhooks", "get", "200"), ("/webhooks", "post", "201"), ("/webhooks/{id}", "put", "200"),
                                       ("/webhooks/{id}", "delete", "204"), ("/events/{id}", "get", "200"),
                                       ("/events/stream", "get", "200"), ("/deliveries/{id}/resend", "post", "202")] {
            assert!(document["paths"][path][method]["responses"][status].is_object(), "{method} {path}");
        }
        assert_eq!(document["paths"]["/webhooks"]["get"]["parameters"][0]["name"], "next");
        assert!(document["components"]["securitySchemes"]["Bearer"].is_object());
        let nowhere = V2(school).get("/nothing").await.expect(404);
        assert!(nowhere.text.contains("GET /api/v2/nothing"), "{}", nowhere.text);
        let admin = school.get(&format!("{}/openapi.json", school.url)).await.expect(200).json();
        let bearer = |document: &Value| document["components"]["securitySchemes"]["Bearer"]["description"].to_string();
        assert!(!bearer(&admin).contains("its API key") && bearer(&document).contains("its API key"));
    }
}

#[tokio::test]
async fn a_waiting_stream_counts_in_the_minute_but_not_as_a_request_at_once_and_ends_with_the_server() {
    let config = WebConfig { requests_per_minute: Some(1_000), requests_at_once: Some(1), ..WebConfig::default() };
    let school = TestSchool::start_with(Engine::Sqlite, config).await.expect("SQLite");
    let v2 = V2(&school);
    let one = v2.get("/webhooks").await.expect(200);
    let admin = school.get("/users").await.expect(200);
    assert_eq!(one.header("ratelimit-limit"), "1000");
    let left = |reply: &Reply| reply.header("ratelimit-remaining").parse::<i64>().expect("a number");
    // One window for both APIs, unless a minute ended in between.
    assert!(left(&admin) == left(&one) - 1 || left(&admin) == 999);
    let waiting = tokio::spawn(send(v2.request(Method::GET, "/events/stream?wait=30")));
    tokio::time::sleep(Duration::from_millis(200)).await;
    v2.get("/webhooks").await.expect(200);
    v2.get("/webhooks").await.expect(200);
    assert!(!waiting.is_finished());
    let begun = Instant::now();
    school.finish().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "the end does not wait for those who wait");
    assert_eq!(waiting.await.expect("an answer").expect(200).json()["items"], json!([]));
}
