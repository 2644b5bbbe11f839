//! What belongs to another school is not there: it is answered like what nobody has, to the letter, and nothing of it
//! is shown or changed.

mod admin_api;
mod webhooks;

use crate::fixtures::{Things, one_of_everything};
use crate::support::{Reply, TestSchool, send};
use reqwest::Method;
use school::sites::Plan;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::SiteId;
use store::dump::{self, Table};
use web::definition::ApiDefinition;

/// Every operation, with the requests that name things. A request is a path and a body. `<user>` is the id of the
/// caller's user and so on (see the fixtures for what there is), `<n>` a new number each time; `<user!>` is what the
/// request names in another school, or that nobody has. The first request of an operation is one that succeeds when
/// everything in it is the caller's own.
///
/// Before a request stands `~` when naming the thing is no error, and nothing happens; and `-` when one's own is
/// refused there too, or finds nothing.
pub type Operations = &'static [(&'static str, &'static [&'static str])];

/// The APIs, each with its operations.
pub const APIS: [(&ApiDefinition, Operations); 2] =
    [(&api::rest::API, admin_api::OPERATIONS), (&api::webhooks::API, webhooks::OPERATIONS)];

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
];

/// A request of [`Operations`], ready to be sent.
#[derive(Debug, Clone)]
pub struct Call {
    /// Of which API.
    pub definition: &'static ApiDefinition,
    /// Its method.
    pub method: Method,
    /// Its path with its query, below the API's root.
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
pub fn call(
    definition: &'static ApiDefinition,
    operation: &str,
    request: &str,
    own: &Things,
    strange: &Things,
) -> Call {
    let (method, _) = operation.split_once(' ').expect("a method and a path");
    let request = fill(request.trim_start_matches(['~', '-']), own, strange);
    let (path, body) = match request.split_once(char::is_whitespace) {
        Some((path, body)) => (path.to_owned(), Some(body.trim().to_owned())),
        None => (request, None),
    };
    Call { definition, method: method.parse().expect("a method"), path, body }
}

impl Call {
    /// Sends it with the school's credentials.
    pub async fn send(&self, school: &TestSchool) -> Reply {
        let request =
            school.request(self.method.clone(), &format!("{}{}{}", school.url, self.definition.root, self.path));
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
    let nobodys = |name: &str, text: &String| match (name, text.parse::<i64>()) {
        // Moments, and what tells apart what happened in the same one: not that.
        ("webhook", _) => format!("{}000000000", &text[..14]),
        ("event", _) => format!("{}0000000000000000", &text[..10]),
        (_, Ok(_)) => NOBODY.to_owned(),
        (_, Err(_)) => text.replace(THEIRS, NOBODYS),
    };
    theirs.iter().map(|(name, text)| (*name, nobodys(name, text))).collect()
}

/// An answer with everything that the request named strangely replaced, for a comparison to the letter.
fn without(reply: &Reply, request: &str, strange: &Things) -> (u16, BTreeMap<String, String>, String) {
    // Longer texts first, lest a part of one be replaced.
    let named = strange.iter().filter(|(name, _)| request.contains(&format!("<{name}!>")));
    let mut texts: Vec<&String> = named.map(|(_, text)| text).collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let clean = |text: &str| texts.iter().fold(text.to_owned(), |text, strange| text.replace(strange.as_str(), "*"));
    let headers = reply.headers_of_any_moment().into_iter().map(|(name, values)| (name, clean(&values.join(", "))));
    let (mut headers, text): (BTreeMap<String, String>, String) = (headers.collect(), clean(&reply.text));
    // A stream says again where to go on, and the tag is that of the text with it.
    if text != reply.text
        && let Some(tag) = headers.get_mut("etag")
    {
        "*".clone_into(tag);
    }
    (reply.status, headers, text)
}

/// Every row of the database, the other school's apart.
#[derive(PartialEq, Eq)]
struct Rows {
    theirs: BTreeSet<String>,
    others: BTreeSet<String>,
}

struct Watch {
    tables: Arc<Vec<Table>>,
    theirs: SiteId,
}

impl Watch {
    async fn rows(&self, school: &TestSchool) -> Rows {
        let (tables, theirs) = (Arc::clone(&self.tables), self.theirs);
        let read = school.store.read(move |tx| -> Result<_, store::StoreError> {
            let mut rows = Rows { theirs: BTreeSet::new(), others: BTreeSet::new() };
            for table in tables.iter() {
                let key = if table.name == "sites" { "id" } else { "site_id" };
                // Apps and keys are the platform's, and no school's.
                let at = table.columns.iter().position(|column| column.name == key);
                table.for_each(tx, |values| {
                    let owner = if at.is_some_and(|at| values[at] == store::Value::from(theirs)) {
                        &mut rows.theirs
                    } else {
                        &mut rows.others
                    };
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
        school.store.write(None, move |tx| dump::set_counters(tx, &counters)).await.expect("set");
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
    definition: &'static ApiDefinition,
    own: Things,
    theirs: Things,
    nobodys: Things,
    watch: Watch,
    wrong: Vec<String>,
}

impl Check<'_> {
    /// What is another school's and what nobody has get the same answer, and change nothing.
    async fn strange(&mut self, operation: &str, request: &str) {
        let mut wrong = Vec::new();
        let before = self.watch.rows(self.school).await;
        let reply = call(self.definition, operation, request, &self.own, &self.theirs).send(self.school).await;
        let theirs = without(&reply, request, &self.theirs);
        let after = self.watch.rows(self.school).await;
        let nobodys = call(self.definition, operation, request, &self.own, &self.nobodys).send(self.school).await;
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
        let reply = call(self.definition, operation, request, &own, &own).send(self.school).await;
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
        let definition = APIS[0].0;
        let mut check = Check { school, definition, own, theirs, nobodys, watch, wrong: Vec::new() };
        let all = APIS.into_iter().flat_map(|(definition, operations)| {
            let requests = operations.iter().flat_map(|(operation, requests)| requests.iter().map(move |one| (*operation, *one)));
            requests.map(move |(operation, request)| (definition, operation, request))
        });
        // One's own come last: they make new rows, all of which would be compared with every request that names others'.
        for (definition, operation, request) in all.clone().filter(|(_, _, request)| request.contains('!')) {
            check.definition = definition;
            check.strange(operation, request).await;
        }
        for (definition, operation, request) in all {
            if !request.trim_start_matches('~').starts_with('-') {
                check.definition = definition;
                check.control(operation, request).await;
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
            let first = call(APIS[0].0, "POST /", &request, &own, &theirs).send(school).await;
            assert!((200..300).contains(&first.status), "{request}: {} {}", first.status, first.text);
            let taken = call(APIS[0].0, "POST /", &request, &own, &own).send(school).await;
            let wrong = json!({ "errors": { *field: ["has already been taken"] } });
            assert_eq!((taken.status, taken.json()), (422, wrong), "{request}");
        }
        assert!(before == watch.rows(school).await.theirs, "the other school is as it was");
    }
}

#[test]
fn the_tables_have_every_operation_and_no_other() {
    for (definition, operations) in APIS {
        let known: BTreeSet<String> =
            (definition.endpoints)().iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
        let listed: BTreeSet<String> = operations.iter().map(|(operation, _)| (*operation).to_owned()).collect();
        let missing: Vec<_> = known.difference(&listed).collect();
        let unknown: Vec<_> = listed.difference(&known).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:#?}\nunknown: {unknown:#?}");
        assert_eq!(listed.len(), operations.len(), "an operation is there twice");
        assert!(operations.iter().all(|(_, requests)| !requests.is_empty()));
    }
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
    let documents = APIS.map(|(definition, operations)| (api::openapi::document(definition), operations));
    let mut missing = Vec::new();
    let all = documents.iter().flat_map(|(document, operations)| operations.iter().map(move |one| (document, one)));
    for (document, (operation, requests)) in all {
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
        id_fields(document, &described["requestBody"]["content"]["application/json"]["schema"], "", &mut needed);
        let mut given = BTreeSet::new();
        requests.iter().for_each(|request| places_of(operation, request, &mut given));
        missing
            .extend(needed.iter().filter(|place| !given.contains(*place)).map(|place| format!("{operation}: {place}")));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
