//! What belongs to another school is not there: it is answered like what nobody has, to the letter, and nothing of it
//! is shown or changed.

use crate::fixtures::{Things, one_of_everything};
use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use school::sites::Plan;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::dump::{self, Table};

/// Every operation, with the requests that name things. A request is a path and a body. `<user>` is the id of the
/// caller's user and so on (see the fixtures for what there is), `<n>` a new number each time; `<user!>` is what the
/// request names in another school, or that nobody has. The first request of an operation is one that succeeds when
/// everything in it is the caller's own.
///
/// Before a request stands `~` when naming the thing is no error, and nothing happens; and `-` when one's own is
/// refused there too.
#[rustfmt::skip]
pub const OPERATIONS: &[(&str, &[&str])] = &[
    ("GET /users", &[
        "/users",
        "/users?query[group_id]=<group!>",
        "/users?query[email]=<email!>",
        "/users?query[external_source]=<source!>",
        "/users?query[custom_profile_field_label]=<label!>&query[custom_profile_field_value]=<value>",
        "/users?query[custom_profile_field_label]=<label>&query[custom_profile_field_value]=<value!>",
    ]),
    ("POST /users", &[
        r#"/users {"first_name":"A","last_name":"B","email":"new-<n>@example.com",
            "custom_profile_fields":[{"custom_profile_field_definition_id":<definition!>,"value":"x"}]}"#,
    ]),
    ("GET /users/{id}", &["/users/<user!>", "/users/<external_id!>?provider=SSO"]),
    ("PUT /users/{id}", &[
        r#"/users/<user!> {"company":"X"}"#,
        r#"/users/<external_id!>?provider=SSO {"company":"X"}"#,
        r#"/users/<user> {"custom_profile_fields":[{"custom_profile_field_definition_id":<definition!>,"value":"x"}]}"#,
    ]),
    ("DELETE /users/{id}", &["/users/<user!>", "/users/<external_id!>?provider=SSO"]),
    ("GET /users/{id}/authentications/{provider}", &["/users/<user!>/authentications/SSO"]),
    ("GET /custom_profile_field_definitions", &["/custom_profile_field_definitions"]),
    ("GET /groups", &["/groups"]),
    ("POST /groups", &[r#"/groups {"name":"new-<n>"}"#]),
    ("GET /groups/{id}", &["/groups/<group!>"]),
    ("DELETE /groups/{id}", &["/groups/<group!>"]),
    ("GET /groups/{group_id}/analysts", &["/groups/<group!>/analysts"]),
    ("POST /groups/{group_id}/analysts", &[
        r#"/groups/<group!>/analysts {"user_ids":[<analyst>]}"#,
        r#"/groups/<group>/analysts {"user_ids":[<analyst!>]}"#,
        r#"/groups/<group>/analysts {"user_ids":[<analyst>,<analyst!>]}"#,
    ]),
    ("DELETE /groups/{group_id}/analysts/{user_id}", &[
        "/groups/<group!>/analysts/<analyst>",
        "/groups/<group>/analysts/<analyst!>",
        "/groups/<group!>/analysts/<analyst!>",
    ]),
    ("POST /group_analysts/{user_id}/groups", &[
        r#"/group_analysts/<analyst!>/groups {"group_ids":[<group>]}"#,
        r#"/group_analysts/<analyst>/groups {"group_ids":[<group!>]}"#,
    ]),
    ("DELETE /group_analysts/{user_id}/groups/{group_id}", &[
        "/group_analysts/<analyst!>/groups/<group>",
        "/group_analysts/<analyst>/groups/<group!>",
        "/group_analysts/<analyst!>/groups/<group!>",
    ]),
    ("POST /group_users", &[
        r#"/group_users {"user_id":<visitor!>,"group_names":["<group_name>"]}"#,
        r#"/group_users {"user_id":<visitor>,"group_names":["<group_name!>"]}"#,
    ]),
    ("GET /courses", &["/courses"]),
    ("GET /courses/{id}", &["/courses/<course!>"]),
    ("GET /courses/{id}/chapters", &["/courses/<course!>/chapters"]),
    ("GET /chapters/{id}", &["/chapters/<chapter!>"]),
    ("GET /chapters/{id}/contents", &["/chapters/<chapter!>/contents"]),
    ("GET /contents/{id}", &["/contents/<content!>"]),
    ("GET /course_reviews", &[
        "/course_reviews?course_id=<course!>",
        "/course_reviews?course_id=<course!>&approved=true",
    ]),
    ("POST /course_reviews", &[
        r#"/course_reviews?course_id=<course!>
            {"user_id":<visitor>,"rating":5,"title":"T","review_text":"R","approved":true}"#,
        r#"/course_reviews?course_id=<course>
            {"user_id":<visitor!>,"rating":5,"title":"T","review_text":"R","approved":true}"#,
    ]),
    ("GET /course_reviews/{id}", &["/course_reviews/<review!>"]),
    ("GET /instructors", &["/instructors"]),
    ("POST /instructors", &[
        r#"/instructors {"first_name":"A","last_name":"B","slug":"new-<n>","user_id":<user!>}"#,
    ]),
    ("GET /instructors/{id}", &["/instructors/<instructor!>"]),
    ("PUT /instructors/{id}", &[
        r#"/instructors/<instructor!> {"title":"new-<n>"}"#,
        r#"/instructors/<instructor> {"user_id":<user!>}"#,
    ]),
    ("DELETE /instructors/{id}", &["/instructors/<instructor!>"]),
    ("GET /products", &["/products"]),
    ("GET /products/{id}", &["/products/<product!>"]),
    ("GET /products/{id}/related", &["/products/<product!>/related"]),
    ("GET /collections", &["/collections"]),
    ("POST /collections", &[r#"/collections {"name":"New","description":"D","slug":"new-<n>"}"#]),
    ("GET /collections/{id}", &["/collections/<collection!>"]),
    ("PUT /collections/{id}", &[r#"/collections/<collection!> {"name":"new-<n>"}"#]),
    ("DELETE /collections/{id}", &["/collections/<collection!>"]),
    ("GET /collections/{id}/products", &["/collections/<collection!>/products"]),
    ("POST /collection_memberships/{id}", &[
        r#"/collection_memberships/<collection!> {"product_ids":[<product>]}"#,
        r#"/collection_memberships/<collection> {"product_ids":[<product!>]}"#,
        r#"/collection_memberships/<collection> {"product_ids":[<product>,<product!>]}"#,
    ]),
    ("DELETE /collection_memberships/{id}", &[
        r#"/collection_memberships/<collection!> {"product_ids":[<product>]}"#,
        r#"~/collection_memberships/<collection> {"product_ids":[<product!>]}"#,
    ]),
    ("GET /promotions", &["/promotions"]),
    ("POST /promotions", &[
        r#"/promotions {"name":"New","discount_type":"fixed","amount":5,"product_ids":[<product!>]}"#,
        r#"-/promotions {"name":"New","discount_type":"fixed","amount":5,"coupon_ids":[<coupon!>]}"#,
    ]),
    ("GET /promotions/{id}", &["/promotions/<promotion!>"]),
    ("PUT /promotions/{id}", &[
        r#"/promotions/<promotion!> {"name":"new-<n>"}"#,
        r#"/promotions/<promotion> {"product_ids":[<product!>]}"#,
        r#"/promotions/<promotion> {"coupon_ids":[<coupon!>]}"#,
    ]),
    ("DELETE /promotions/{id}", &["/promotions/<promotion!>"]),
    ("GET /promotions/by_coupon", &[
        "/promotions/by_coupon?product_id=<product!>&coupon_code=<code>",
        "/promotions/by_coupon?product_id=<product>&coupon_code=<code!>",
        "/promotions/by_coupon?product_id=<product!>&coupon_code=<code!>",
    ]),
    ("GET /coupons", &["/coupons?promotion_id=<promotion!>"]),
    ("POST /coupons", &[
        r#"/coupons?promotion_id=<promotion!> {"code":"new-<n>","note":"N","quantity":5}"#,
        r#"/coupons {"code":"new-<n>","promotion_id":<promotion!>}"#,
    ]),
    ("POST /coupons/bulk_create", &[r#"/coupons/bulk_create?promotion_id=<promotion!> {"bulk_quantity":2}"#]),
    ("GET /coupons/{id}", &["/coupons/<coupon!>"]),
    ("PUT /coupons/{id}", &[r#"/coupons/<coupon!> {"note":"new-<n>"}"#]),
    ("DELETE /coupons/{id}", &["/coupons/<coupon!>"]),
    ("GET /product_publish_requests", &["/product_publish_requests"]),
    ("GET /product_publish_requests/{id}", &["/product_publish_requests/<publish_request!>"]),
    ("POST /product_publish_requests/{id}/approve", &[
        r#"/product_publish_requests/<publish_request!>/approve {"user_id":<user>}"#,
        r#"/product_publish_requests/<publish_request>/approve {"user_id":<user!>,"notify_requester":true}"#,
    ]),
    ("POST /product_publish_requests/{id}/deny", &[
        r#"/product_publish_requests/<publish_request!>/deny {"user_id":<user>}"#,
        r#"/product_publish_requests/<publish_request>/deny {"user_id":<user!>,"response_text":"No"}"#,
    ]),
    ("GET /bundles/{id}", &["/bundles/<bundle!>"]),
    ("GET /bundles/{id}/courses", &["/bundles/<bundle!>/courses"]),
    ("GET /bundles/{id}/enrollments", &[
        "/bundles/<bundle!>/enrollments",
        "/bundles/<bundle>/enrollments?query[user_id]=<user!>",
        "/bundles/<bundle>/enrollments?query[course_id]=<course!>",
        "/bundles/<bundle>/enrollments?query[email]=<email!>",
    ]),
    ("POST /bundles/{id}/enrollments", &[
        r#"/bundles/<bundle!>/enrollments {"user_id":<visitor>}"#,
        r#"/bundles/<bundle>/enrollments {"user_id":<visitor!>}"#,
    ]),
    ("PUT /bundles/{id}/enrollments", &[
        r#"/bundles/<bundle!>/enrollments {"user_id":<user>,"expiry_date":"2030-01-01T00:00:00Z"}"#,
        r#"/bundles/<bundle>/enrollments {"user_id":<user!>,"expiry_date":"2030-01-01T00:00:00Z"}"#,
    ]),
    ("GET /enrollments", &[
        "/enrollments",
        "/enrollments?query[user_id]=<user!>",
        "/enrollments?query[course_id]=<course!>",
        "/enrollments?query[email]=<email!>",
        "/enrollments?query[user_id]=<user!>&query[course_id]=<course>",
        "/enrollments?query[user_id]=<user>&query[email]=<email!>",
    ]),
    ("POST /enrollments", &[
        r#"/enrollments {"course_id":<course!>,"user_id":<visitor>}"#,
        r#"/enrollments {"course_id":<course>,"user_id":<visitor!>}"#,
    ]),
    ("GET /enrollments/{id}", &["/enrollments/<enrollment!>"]),
    ("PUT /enrollments/{id}", &[r#"/enrollments/<enrollment!> {"expiry_date":"2030-01-01T00:00:00Z"}"#]),
    ("GET /orders", &["/orders"]),
    ("GET /orders/{id}", &["/orders/<order!>"]),
    ("GET /external_orders", &[
        "/external_orders",
        "/external_orders?query[user_id]=<user!>",
        "/external_orders?query[product_id]=<product!>",
        "/external_orders?query[payment_provider]=<provider!>",
        "/external_orders?query[reference]=<reference!>",
    ]),
    ("POST /external_orders", &[
        r#"/external_orders {"payment_provider":"P","user_id":<user!>,"product_id":<product>,"order_type":"one-time",
            "transaction":{"amount":100,"currency":"USD","reference":"new-<n>"}}"#,
        r#"/external_orders {"payment_provider":"P","user_id":<user>,"product_id":<product!>,"order_type":"one-time"}"#,
    ]),
    ("GET /external_orders/reconciliation", &[
        "/external_orders/reconciliation",
        "/external_orders/reconciliation?payment_provider=<provider!>",
    ]),
    ("GET /external_orders/{id}", &["/external_orders/<external_order!>"]),
    ("POST /external_orders/{id}/transactions/purchase", &[
        r#"/external_orders/<external_order!>/transactions/purchase
            {"amount":100,"currency":"USD","reference":"new-<n>"}"#,
    ]),
    ("POST /external_orders/{id}/transactions/refund", &[
        r#"/external_orders/<external_order!>/transactions/refund {"amount":1,"currency":"USD","reference":"new-<n>"}"#,
    ]),
];

/// Marks the other school's texts, ids and all.
const THEIRS: &str = "theirs7q";
/// In place of it, in what nobody has.
const NOBODYS: &str = "nobodys7";
/// Where the other school's ids begin; [`NOBODY`] has as many digits, so that lengths agree too.
const THEIR_IDS: i64 = 5_111_000_000_000;
const NOBODY: &str = "9000000000000";
/// Where the caller's further ids begin.
const OUR_IDS: i64 = 7_222_000_000_000;

/// Operations that name things by their names only: the fields that must be unique, in one school.
const UNIQUE: &[(&str, &str, &str)] = &[
    ("/users", r#"{"first_name":"A","last_name":"B","email":"<email!>"}"#, "email"),
    (
        "/users",
        r#"{"first_name":"A","last_name":"B","email":"n-<n>@example.com","external_id":"<external_id!>"}"#,
        "external_id",
    ),
    (
        "/users",
        r#"{"first_name":"A","last_name":"B","email":"n-<n>@example.com","affiliate_code":"<affiliate_code!>"}"#,
        "affiliate_code",
    ),
    ("/groups", r#"{"name":"<group_name!>"}"#, "name"),
    ("/instructors", r#"{"first_name":"A","last_name":"B","slug":"<instructor_slug!>"}"#, "slug"),
    ("/collections", r#"{"name":"A","description":"B","slug":"<collection_slug!>"}"#, "slug"),
    ("/coupons?promotion_id=<promotion>", r#"{"code":"<code!>"}"#, "code"),
    (
        "/external_orders",
        r#"{"payment_provider":"<provider!>","user_id":<visitor>,"product_id":<product>,"order_type":"one-time",
            "transaction":{"amount":5,"currency":"EUR","reference":"<reference!>"}}"#,
        "reference",
    ),
];

/// A request of [`OPERATIONS`], ready to be sent.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its method.
    pub method: Method,
    /// Its path with its query.
    pub path: String,
    /// Its body.
    pub body: Option<String>,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Fills a request: what is plain from one's own things, what has a `!` from others.
fn fill(text: &str, own: &Things, strange: &Things) -> String {
    let mut filled = String::new();
    for part in text.split_inclusive('>') {
        let (before, name) = part.strip_suffix('>').and_then(|part| part.split_once('<')).unwrap_or((part, ""));
        filled.push_str(before);
        match (name, name.strip_suffix('!')) {
            ("", _) => {}
            ("n", _) => filled.push_str(&NEXT.fetch_add(1, Ordering::Relaxed).to_string()),
            (_, Some(name)) => filled.push_str(&strange[name]),
            (name, None) => filled.push_str(&own[name]),
        }
    }
    filled
}

/// Makes a request of an operation.
pub fn call(operation: &str, request: &str, own: &Things, strange: &Things) -> Call {
    let (method, _) = operation.split_once(' ').expect("a method and a path");
    let request = fill(request.trim_start_matches(['~', '-']), own, strange);
    let (path, body) = match request.split_once(char::is_whitespace) {
        Some((path, body)) => (path.to_owned(), Some(body.trim().to_owned())),
        None => (request, None),
    };
    Call { method: method.parse().expect("a method"), path, body }
}

impl Call {
    /// Sends it with the school's credentials.
    pub async fn send(&self, school: &TestSchool) -> Reply {
        let request = school.request(self.method.clone(), &self.path);
        send(match &self.body {
            Some(body) => request.header("Content-Type", "application/json").body(body.clone()),
            None => request,
        })
        .await
    }
}

/// A new set of things in the caller's school.
pub async fn more_things(school: &TestSchool) -> Things {
    let mark = format!("ours{}", NEXT.fetch_add(1, Ordering::Relaxed));
    school.arrange(move |tx, site| one_of_everything(tx, site, &mark)).await
}

fn nobodys(theirs: &Things) -> Things {
    let nobodys = |text: &String| match text.parse::<i64>() {
        Ok(_) => NOBODY.to_owned(),
        Err(_) => text.replace(THEIRS, NOBODYS),
    };
    theirs.iter().map(|(name, text)| (*name, nobodys(text))).collect()
}

/// An answer with everything that the request named strangely replaced, for a comparison to the letter.
fn without(reply: &Reply, request: &str, strange: &Things) -> (u16, BTreeMap<String, String>, String) {
    // Longer texts first, lest a part of one be replaced.
    let named = strange.iter().filter(|(name, _)| request.contains(&format!("<{name}!>")));
    let mut texts: Vec<&String> = named.map(|(_, text)| text).collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let clean = |text: &str| texts.iter().fold(text.to_owned(), |text, strange| text.replace(strange.as_str(), "*"));
    let headers = reply.headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), clean(value.to_str().unwrap_or("no text"))));
    (reply.status, headers.collect(), clean(&reply.text))
}

/// Every row of the database, the other school's apart.
#[derive(PartialEq, Eq)]
struct Rows {
    theirs: BTreeSet<String>,
    others: BTreeSet<String>,
}

struct Watch {
    tables: Arc<Vec<Table>>,
    theirs: i64,
}

impl Watch {
    async fn rows(&self, school: &TestSchool) -> Rows {
        let (tables, theirs) = (Arc::clone(&self.tables), self.theirs);
        let read = school.store.read(move |tx| -> Result<_, store::StoreError> {
            let mut rows = Rows { theirs: BTreeSet::new(), others: BTreeSet::new() };
            for table in tables.iter() {
                let key = if table.name == "sites" { "id" } else { "site_id" };
                let at = table.columns.iter().position(|column| column.name == key).expect("a site's");
                table.for_each(tx, |values| {
                    let owner =
                        if values[at] == store::Value::Int(theirs) { &mut rows.theirs } else { &mut rows.others };
                    owner.insert(format!("{} {values:?}", table.name));
                    Ok::<_, store::StoreError>(())
                })?;
            }
            Ok(rows)
        });
        read.await.expect("rows")
    }
}

fn changes(before: &BTreeSet<String>, after: &BTreeSet<String>) -> String {
    let lines = before.difference(after).map(|row| format!("\n      - {row}"));
    lines.chain(after.difference(before).map(|row| format!("\n      + {row}"))).take(6).collect()
}

/// Both schools, with ids that are told apart: the caller's things, and the other school's.
async fn two_schools(school: &TestSchool) -> (Things, Things, Watch) {
    let own = more_things(school).await;
    let (site, _) = school.another_school("elsewhere", Plan::Plus).await;
    let jump = async |to: i64| {
        let counters: Vec<(String, i64)> = dump::KINDS.iter().map(|kind| ((*kind).to_owned(), to)).collect();
        school.store.write(0, move |tx| dump::set_counters(tx, &counters)).await.expect("set");
    };
    jump(THEIR_IDS).await;
    let made = school.store.write(site, move |tx| one_of_everything(tx, site, THEIRS)).await;
    let theirs = made.unwrap_or_else(|error| panic!("the other school: {error}"));
    jump(OUR_IDS).await;
    let tables = school.store.read(dump::tables).await.expect("tables");
    (own, theirs, Watch { tables: Arc::new(tables), theirs: site })
}

/// Whether anything of the other school stands in a text.
fn shows(text: &str) -> bool {
    text.contains(THEIRS) || text.contains(&THEIR_IDS.to_string()[..8])
}

fn is_empty_list(reply: &Reply) -> bool {
    reply.status == 200 && reply.json()["items"] == json!([])
}

struct Check<'s> {
    school: &'s TestSchool,
    own: Things,
    theirs: Things,
    nobodys: Things,
    watch: Watch,
    wrong: Vec<String>,
}

impl Check<'_> {
    async fn request(&mut self, operation: &str, request: &str) {
        if request.contains('!') {
            self.strange(operation, request).await;
        }
        if !request.starts_with('-') {
            self.control(operation, request).await;
        }
    }

    /// What is another school's and what nobody has get the same answer, and change nothing.
    async fn strange(&mut self, operation: &str, request: &str) {
        let mut wrong = Vec::new();
        let before = self.watch.rows(self.school).await;
        let reply = call(operation, request, &self.own, &self.theirs).send(self.school).await;
        let theirs = without(&reply, request, &self.theirs);
        let after = self.watch.rows(self.school).await;
        let nobodys = call(operation, request, &self.own, &self.nobodys).send(self.school).await;
        let nobodys = without(&nobodys, request, &self.nobodys);
        if theirs != nobodys {
            wrong.push(format!("another school's: {theirs:?}\n    nobody's:         {nobodys:?}"));
        }
        if shows(&theirs.2) || theirs.1.values().any(|value| shows(value)) {
            wrong.push(format!("shows the other school: {theirs:?}"));
        }
        if before.theirs != after.theirs {
            wrong.push(format!("changes the other school:{}", changes(&before.theirs, &after.theirs)));
        }
        if request.starts_with('~') {
            if !(200..300).contains(&reply.status) {
                wrong.push(format!("is no error, but answered {} {}", reply.status, reply.text));
            }
        } else {
            if !(400..500).contains(&reply.status) && !is_empty_list(&reply) {
                wrong.push(format!("is neither refused nor empty: {} {}", reply.status, reply.text));
            }
            if before.others != after.others {
                wrong.push(format!("leaves a trace:{}", changes(&before.others, &after.others)));
            }
        }
        self.wrong.extend(wrong.into_iter().map(|wrong| format!("{operation}: {request}\n    {wrong}")));
    }

    /// The same request about one's own succeeds: what refused it was whose it is. Lists have only one's own.
    async fn control(&mut self, operation: &str, request: &str) {
        let own = more_things(self.school).await;
        let reply = call(operation, request, &own, &own).send(self.school).await;
        let empty = reply.status == 200 && reply.json().get("items").is_some() && is_empty_list(&reply);
        if !(200..300).contains(&reply.status) || empty {
            self.wrong.push(format!("{operation}: {request}\n    one's own: {} {}", reply.status, reply.text));
        }
        if shows(&reply.text) {
            self.wrong.push(format!("{operation}: {request}\n    shows the other school: {}", reply.text));
        }
    }
}

on_both_engines! {
    async fn another_schools_things_are_things_that_nobody_has(school: &TestSchool) {
        let (own, theirs, watch) = two_schools(school).await;
        let nobodys = nobodys(&theirs);
        let before = watch.rows(school).await.theirs;
        assert!(before.len() > 30, "the other school has something to hide");
        let mut check = Check { school, own, theirs, nobodys, watch, wrong: Vec::new() };
        for (operation, requests) in OPERATIONS {
            for request in *requests {
                check.request(operation, request).await;
            }
        }
        assert!(check.wrong.is_empty(), "{} wrong:\n{}", check.wrong.len(), check.wrong.join("\n"));
        assert!(before == check.watch.rows(school).await.theirs, "the other school is as it was");
    }

    async fn what_is_taken_in_one_school_is_free_in_another(school: &TestSchool) {
        let (own, theirs, watch) = two_schools(school).await;
        let before = watch.rows(school).await.theirs;
        for (path, body, field) in UNIQUE {
            let request = format!("{path} {body}");
            let first = call("POST /", &request, &own, &theirs).send(school).await;
            assert!((200..300).contains(&first.status), "{request}: {} {}", first.status, first.text);
            let taken = call("POST /", &request, &own, &own).send(school).await;
            let wrong = json!({ "errors": { *field: ["has already been taken"] } });
            assert_eq!((taken.status, taken.json()), (422, wrong), "{request}");
        }
        assert!(before == watch.rows(school).await.theirs, "the other school is as it was");
    }
}

#[test]
fn the_table_has_every_operation_and_no_other() {
    let known: BTreeSet<String> =
        web::rest::endpoints().iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
    let listed: BTreeSet<String> = OPERATIONS.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    let missing: Vec<_> = known.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&known).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:#?}\nunknown: {unknown:#?}");
    assert_eq!(listed.len(), OPERATIONS.len(), "an operation is there twice");
    assert!(OPERATIONS.iter().all(|(_, requests)| !requests.is_empty()));
}

/// The places in which a request names something strange: `{id}`, `?query[user_id]`, `user_ids`.
fn places_of(operation: &str, request: &str, places: &mut BTreeSet<String>) {
    let (_, template) = operation.split_once(' ').expect("a method and a path");
    let request = request.trim_start_matches(['~', '-']);
    let (address, body) = request.split_once(char::is_whitespace).unwrap_or((request, "{}"));
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    for (part, given) in template.split('/').zip(path.split('/')) {
        if given.ends_with("!>") {
            places.insert(part.to_owned());
        }
    }
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if value.ends_with("!>") {
            places.insert(format!("?{name}"));
        }
    }
    // Inside quotes or not, a name becomes a text that says whether it is a strange one.
    let mut json = String::new();
    for part in body.split_inclusive('>') {
        let (before, name) = part.strip_suffix('>').and_then(|part| part.split_once('<')).unwrap_or((part, ""));
        json.push_str(before);
        let quote = if before.ends_with([':', '[', ',']) { "\"" } else { "" };
        if !name.is_empty() {
            json.push_str(&format!("{quote}{}{quote}", if name.ends_with('!') { "!" } else { "" }));
        }
    }
    strange_fields(&serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}")), "", places);
}

fn strange_fields(value: &Value, path: &str, places: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                strange_fields(value, &path, places);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| strange_fields(item, path, places)),
        value if value == "!" => {
            places.insert(path.to_owned());
        }
        _ => {}
    }
}

/// The places of a body in which ids can be given.
fn id_fields(document: &Value, schema: &Value, path: &str, places: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return id_fields(document, &document["components"]["schemas"][name], path, places);
    }
    for key in ["allOf", "anyOf"] {
        schema[key].as_array().into_iter().flatten().for_each(|part| id_fields(document, part, path, places));
    }
    if schema["type"] == "array" {
        return id_fields(document, &schema["items"], path, places);
    }
    if schema["type"] == "integer" && (path.ends_with("_id") || path.ends_with("_ids")) {
        places.push(path.to_owned());
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        id_fields(document, schema, &path, places);
    }
}

#[test]
fn every_place_for_an_id_has_a_request_that_names_something_strange_there() {
    let document = web::openapi::document(&web::rest::FACE);
    let mut missing = Vec::new();
    for (operation, requests) in OPERATIONS {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let described = &document["paths"][path][method.to_lowercase()];
        let mut needed = Vec::new();
        for parameter in described["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            let is_id = name == "id" || name.trim_end_matches(']').ends_with("_id");
            match parameter["in"].as_str() {
                Some("path") if is_id => needed.push(format!("{{{name}}}")),
                Some("query") if is_id => needed.push(format!("?{name}")),
                _ => {}
            }
        }
        id_fields(&document, &described["requestBody"]["content"]["application/json"]["schema"], "", &mut needed);
        let mut given = BTreeSet::new();
        requests.iter().for_each(|request| places_of(operation, request, &mut given));
        missing
            .extend(needed.iter().filter(|place| !given.contains(*place)).map(|place| format!("{operation}: {place}")));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
