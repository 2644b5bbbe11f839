//! What the tests of every resource assert in the same way.

use crate::apps::{NO_SCOPE, admins_token, every_scope, with as with_token};
use crate::support::{Reply, TestSchool, send};
use identity::apps::Kind;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What everybody is answered who asks for what is not there.
pub const NOT_FOUND: &str = r#"{"error":"Record not found."}"#;

/// A text of so many characters, each of two bytes: limits count characters.
pub fn letters(count: usize) -> Value {
    json!("é".repeat(count))
}

/// A body with some of its fields set.
pub fn with(body: &Value, fields: &Value) -> Value {
    let mut body = body.clone();
    for (name, value) in fields.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

/// A body without one of its fields.
pub fn without(body: &Value, field: &str) -> Value {
    let mut body = body.clone();
    body.as_object_mut().expect("an object").remove(field);
    body
}

/// An answer that names one field and what is wrong with it.
pub fn problem(field: &str, message: &str) -> Value {
    json!({ "errors": { field: [message] } })
}

/// What becomes of a value that a field is given.
#[derive(Debug)]
pub enum Outcome {
    /// It is taken, and shown as it was given.
    Shown,
    /// It is taken, and shown like this.
    ShownAs(Value),
    /// It is taken, and not shown.
    Taken,
    /// It is refused with this message.
    Refused(&'static str),
}

pub use Outcome::{Refused, Shown, ShownAs, Taken};

/// A field, what it is given, and what becomes of that.
pub type Case = (&'static str, Value, Outcome);

/// Asserts what becomes of each value, set in an otherwise good body. `<n>` in the body is a new number each time. What
/// is refused names the field and nothing else, and changes nothing: not what stands at the path, which is a list's for
/// POST and a record's for PUT.
pub async fn assert_cases(
    school: &TestSchool,
    method: Method,
    path: &str,
    body: &Value,
    cases: impl IntoIterator<Item = Case>,
) {
    let stands = if method == Method::POST { format!("{path}{}limit=1", mark(path)) } else { path.to_owned() };
    for (n, (field, value, outcome)) in cases.into_iter().enumerate() {
        let shown: String = value.to_string().chars().take(60).collect();
        let about = format!("{method} {path} {field} = {shown}");
        let body: Value = body.to_string().replace("<n>", &n.to_string()).parse().expect("JSON");
        let body = with(&body, &json!({ field: value }));
        let before = school.get(&stands).await.expect(200).json();
        let reply = send(school.request(method.clone(), path).json(&body)).await;
        if let Refused(message) = outcome {
            assert_eq!((reply.status, reply.json()), (422, problem(field, message)), "{about}");
            assert_eq!(school.get(&stands).await.expect(200).json(), before, "{about}: nothing is changed");
            continue;
        }
        assert!((200..300).contains(&reply.status), "{about}: {} {}", reply.status, reply.text);
        let has = if reply.text.is_empty() { school.get(path).await.expect(200).json() } else { reply.json() };
        match outcome {
            Shown => assert_eq!(has[field], value, "{about}"),
            ShownAs(shown) => assert_eq!(has[field], shown, "{about}"),
            _ => {}
        }
    }
}

/// What stands between a path and one more parameter.
fn mark(path: &str) -> char {
    if path.contains('?') { '&' } else { '?' }
}

/// Asserts that a list has these items in this order, and that its counts say so: as a whole, and in pages of two.
pub async fn assert_list(school: &TestSchool, path: &str, expected: &[i64]) {
    let whole = school.get(path).await.expect(200);
    assert_eq!(whole.ids(), expected, "{path}");
    let mark = mark(path);
    let (total, pages) = (expected.len(), expected.len().div_ceil(2).max(1));
    for page in 1..=pages {
        let reply = school.get(&format!("{path}{mark}limit=2&page={page}")).await.expect(200);
        let from = 2 * (page - 1);
        let to = total.min(from + 2);
        assert_eq!(reply.ids(), expected[from..to], "{path}, page {page}");
        let first = if total == 0 { 0 } else { from + 1 };
        assert_eq!(
            reply.pagination(),
            json!({
                "current_page": page,
                "next_page": if page < pages { json!(page + 1) } else { Value::Null },
                "prev_page": if page > 1 { json!(page - 1) } else { Value::Null },
                "total_pages": pages,
                "total_items": total,
                "entries_info": format!("{first}-{to} of {total}"),
            }),
            "{path}, page {page}"
        );
    }
}

/// Asserts that a list has these items, in whatever order, and as many as it says.
pub async fn assert_members(school: &TestSchool, path: &str, expected: &[i64]) {
    let reply = school.get(path).await.expect(200);
    let mut ids = reply.ids();
    ids.sort_unstable();
    assert_eq!((ids.as_slice(), &reply.pagination()["total_items"]), (expected, &json!(expected.len())), "{path}");
}

/// An operation: the scope that an app needs for it, and a request that succeeds.
pub type Operation<'o> = (&'static str, Method, &'o str, Value);

/// Asserts that an app with every scope but the one that is needed is refused, and that the one scope is enough. The
/// operations are tried in their order, all of them without the scope first: what is refused changes nothing.
pub async fn assert_scopes(school: &TestSchool, operations: &[Operation<'_>]) {
    let mut tokens: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for (scope, ..) in operations {
        if !tokens.contains_key(scope) {
            let wider = format!("{scope}_profile");
            let mut others = every_scope();
            others.retain(|other| other != scope && *other != wider);
            let without = admins_token(school, Kind::Public, &others).await.1;
            tokens.insert(*scope, (without, admins_token(school, Kind::Public, &[*scope]).await.1));
        }
    }
    for enough in [false, true] {
        for (scope, method, path, body) in operations {
            let (without, only) = &tokens[scope];
            let request = with_token(school, if enough { only } else { without }, method.clone(), path);
            let reply = send(if body.is_null() { request } else { request.json(body) }).await;
            if enough {
                let succeeded = (200..300).contains(&reply.status);
                assert!(succeeded, "{method} {path} with {scope}: {} {}", reply.status, reply.text);
            } else {
                assert_eq!((reply.status, reply.text.as_str()), (403, NO_SCOPE), "{method} {path} without {scope}");
            }
        }
    }
}

/// What two schools show at each of these paths, to be compared before and after something that is none of their
/// business.
pub async fn seen(school: &TestSchool, paths: &[&str]) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in paths {
        seen.push(school.get(path).await.expect(200).json());
    }
    seen
}

/// Asserts that a reply is that of something that is not there.
#[track_caller]
pub fn assert_not_found(reply: &Reply) {
    assert_eq!((reply.status, reply.text.as_str()), (404, NOT_FOUND));
}
