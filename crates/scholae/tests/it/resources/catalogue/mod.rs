//! What a school sells and how it is found, a file for each resource; and what all lists and idempotency keys have in
//! common, tried on them.
//!
//! What the API itself cannot make (courses, bundles, orders, requests to publish, what happened last year) comes from
//! `arrange`.

mod arrange;
mod bundle_enrollments;
mod bundles;
mod collection_memberships;
mod collections;
mod coupons;
mod every_list;
mod idempotency_keys;
mod lists;
mod product_publish_requests;
mod products;
mod promotions;
mod walks;

use crate::apps::{NO_SCOPE, admins_token, every_scope};
use crate::support::{Reply, TestSchool, send};
use identity::apps::Kind;
use reqwest::{Method, RequestBuilder};
use school::sites::Plan;
use serde_json::{Value, json};
use store::SiteId;

/// The answer for a record that is not there.
const NOT_FOUND: &str = r#"{"error":"Record not found."}"#;

/// A school as a caller of the API sees it: its own records, through its own credentials.
trait School {
    /// The server it is on.
    fn server(&self) -> &TestSchool;

    /// Its id.
    fn site(&self) -> SiteId;

    /// A request with its credentials.
    fn request(&self, method: Method, path: &str) -> RequestBuilder;

    /// Sends a request; without a body when that is null.
    async fn call(&self, method: &Method, path: &str, body: &Value) -> Reply {
        let request = self.request(method.clone(), path);
        send(if body.is_null() { request } else { request.json(body) }).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.call(&Method::GET, path, &Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(&Method::POST, path, &body).await
    }

    async fn put(&self, path: &str, body: Value) -> Reply {
        self.call(&Method::PUT, path, &body).await
    }
}

impl School for TestSchool {
    fn server(&self) -> &TestSchool {
        self
    }

    fn site(&self) -> SiteId {
        self.site
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        TestSchool::request(self, method, path)
    }
}

/// Another school on the server of a test.
struct OtherSchool<'s> {
    server: &'s TestSchool,
    site: SiteId,
    api_key: String,
}

impl<'s> OtherSchool<'s> {
    async fn on(server: &'s TestSchool) -> Self {
        let (site, api_key) = server.another_school("other", Plan::Plus).await;
        Self { server, site, api_key }
    }
}

impl School for OtherSchool<'_> {
    fn server(&self) -> &TestSchool {
        self.server
    }

    fn site(&self) -> SiteId {
        self.site
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.server.plain(method, path).header("X-Auth-API-Key", &self.api_key).header("X-Auth-Subdomain", "other")
    }
}

/// The school of a test through the token of an app.
struct App<'s> {
    server: &'s TestSchool,
    token: String,
}

impl<'s> App<'s> {
    /// A new app with these scopes, which the school has.
    async fn with(server: &'s TestSchool, scopes: &[&str]) -> Self {
        let (_, token) = admins_token(server, Kind::Private, scopes).await;
        Self { server, token }
    }
}

impl School for App<'_> {
    fn server(&self) -> &TestSchool {
        self.server
    }

    fn site(&self) -> SiteId {
        self.server.site
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.server.plain(method, path).bearer_auth(&self.token)
    }
}

/// Some request that a test makes: method, path, body.
type Request = (Method, String, Value);

fn get(path: impl Into<String>) -> Request {
    (Method::GET, path.into(), Value::Null)
}

fn post(path: impl Into<String>, body: Value) -> Request {
    (Method::POST, path.into(), body)
}

fn put(path: impl Into<String>, body: Value) -> Request {
    (Method::PUT, path.into(), body)
}

fn delete(path: impl Into<String>) -> Request {
    (Method::DELETE, path.into(), Value::Null)
}

/// The beginning of a body, to name a case in a message.
fn brief(body: &Value) -> String {
    body.to_string().chars().take(160).collect()
}

/// Proves that a request breaks a rule: 422 with these problems, field by field, and no others.
async fn refuses(school: &impl School, (method, path, body): Request, problems: Value) {
    let reply = school.call(&method, &path, &body).await;
    let named = format!("{method} {path} {}", brief(&body));
    assert_eq!((reply.status, reply.json()), (422, json!({ "errors": problems })), "{named}");
}

/// Proves that each request is answered as if what it names did not exist.
async fn finds_nothing(school: &impl School, requests: Vec<Request>) {
    for (method, path, body) in requests {
        let reply = school.call(&method, &path, &body).await;
        assert_eq!((reply.status, reply.text.as_str()), (404, NOT_FOUND), "{method} {path} {body}");
    }
}

/// Changes a record by `PUT` and proves that it then reads as in `shown`, in which every field is new, and that no
/// other field of it changed.
async fn changes_only(school: &impl School, path: &str, given: Value, shown: Value) {
    let mut record = school.get(path).await.expect(200).json();
    let reply = school.put(path, given.clone()).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{}", brief(&given));
    for (name, value) in shown.as_object().expect("fields") {
        assert_ne!(record[name], *value, "the test changes nothing of {name}");
        record[name] = value.clone();
    }
    assert_eq!(school.get(path).await.expect(200).json(), record, "{}", brief(&given));
}

/// Proves that a list has these records and no others, in this order, on however many pages it is read, and that every
/// page says where it is.
async fn lists(school: &impl School, path: &str, expected: &[i64]) {
    for limit in [250, 2] {
        assert_eq!(pages(school, path, limit).await, expected, "{path} by {limit}");
    }
}

/// The ids of a list that is read page after page by number.
async fn pages(school: &impl School, path: &str, limit: i64) -> Vec<i64> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut ids = Vec::new();
    for page in 1.. {
        let reply = school.get(&format!("{path}{separator}limit={limit}&page={page}")).await.expect(200);
        let pagination = reply.pagination();
        let total = pagination["total_items"].as_i64().expect("a number");
        let first = if total == 0 { 0 } else { ids.len() + 1 };
        ids.extend(reply.ids());
        let total_pages = ((total + limit - 1) / limit).max(1);
        let is_last = page == total_pages;
        assert_eq!(
            pagination,
            json!({
                "current_page": page,
                "next_page": if is_last { None } else { Some(page + 1) },
                "prev_page": if page == 1 { None } else { Some(page - 1) },
                "total_pages": total_pages,
                "total_items": total,
                "entries_info": format!("{first}-{} of {total}", ids.len()),
            }),
            "{path} by {limit}"
        );
        if is_last {
            assert_eq!(ids.len() as i64, total, "{path} counts its records");
            break;
        }
    }
    ids
}

/// Proves that each filter of a list leaves the records at these places of `ids`, alone and together with each other
/// filter: of a pair, what both leave.
async fn filters_combine(school: &impl School, path: &str, ids: &[i64], filters: &[(String, &[usize])]) {
    for (index, (filter, left)) in filters.iter().enumerate() {
        leaves(school, path, filter, ids, left).await;
        for (other, also_left) in &filters[..index] {
            // Of a name that comes twice the last one counts.
            if filter.split('=').next() != other.split('=').next() {
                let both: Vec<usize> = left.iter().copied().filter(|place| also_left.contains(place)).collect();
                leaves(school, path, &format!("{filter}&{other}"), ids, &both).await;
            }
        }
    }
}

/// Proves that a filter leaves the records at these places of `ids`, and that they are counted.
async fn leaves(school: &impl School, path: &str, filter: &str, ids: &[i64], places: &[usize]) {
    let reply = school.get(&format!("{path}?{filter}")).await.expect(200);
    let expected: Vec<i64> = places.iter().map(|place| ids[*place]).collect();
    assert_eq!(reply.ids(), expected, "{path}?{filter}");
    assert_eq!(reply.pagination()["total_items"], expected.len(), "{path}?{filter}");
    assert_eq!(reply.header("warning"), "", "{path}?{filter}");
}

/// One field of every record of a list.
fn column(reply: &Reply, field: &str) -> Value {
    let items = reply.json()["items"].as_array().cloned().unwrap_or_else(|| panic!("no items in {}", reply.text));
    items.iter().map(|item| item[field].clone()).collect()
}

/// Proves that each request needs its scope of a resource, to read or to write: an app with every other scope is
/// refused, and nothing happens; one with this scope alone is not.
async fn needs_scopes(school: &TestSchool, resource: &str, requests: Vec<Request>) {
    let (reads, writes): (Vec<_>, Vec<_>) = requests.into_iter().partition(|(method, ..)| *method == Method::GET);
    for (right, requests) in [("read", reads), ("write", writes)] {
        if requests.is_empty() {
            continue;
        }
        let scope = format!("{right}:{resource}");
        let others: Vec<&str> = every_scope().into_iter().filter(|other| *other != scope).collect();
        let lacking = App::with(school, &others).await;
        let having = App::with(school, &[&scope]).await;
        for (method, path, body) in &requests {
            let refused = lacking.call(method, path, body).await;
            assert_eq!((refused.status, refused.text.as_str()), (403, NO_SCOPE), "{method} {path}");
            let lacks = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
            assert_eq!(refused.header("www-authenticate"), lacks, "{method} {path}");
            let reply = having.call(method, path, body).await;
            assert!(reply.status < 300, "{method} {path} with {scope} alone: {} {}", reply.status, reply.text);
        }
    }
}

/// A new promotion of five dollars off everything.
async fn promotion(school: &impl School, name: &str) -> i64 {
    let body = json!({ "name": name, "discount_type": "fixed", "amount": 5 });
    school.post("/promotions", body).await.expect(201).id()
}

/// A new coupon without a limit.
async fn coupon(school: &impl School, promotion: i64, code: &str) -> i64 {
    school.post(&format!("/coupons?promotion_id={promotion}"), json!({ "code": code })).await.expect(201).id()
}

/// A new collection.
async fn collection(school: &impl School, name: &str) -> i64 {
    school.post("/collections", json!({ "name": name })).await.expect(201).id()
}

/// A new user.
async fn user(school: &impl School, email: &str) -> i64 {
    let body = json!({ "first_name": "Ann", "last_name": "Example", "email": email });
    school.post("/users", body).await.expect(201).id()
}
