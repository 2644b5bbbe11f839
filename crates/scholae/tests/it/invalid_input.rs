//! Whatever is sent, the server refuses it in the API's form or does what it can be taken to mean: it never fails,
//! never falls silent, and goes on. The cases are derived from the description, so that a new endpoint has its own.

use crate::fixtures::Things;
use crate::site_isolation::{APIS, Call, call, more_things};
use crate::support::TestSchool;
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use store::Engine;
use tokio::task::JoinSet;
use web::definition::ApiDefinition;

/// No request takes longer than this, on a busy machine without optimisation.
const LONGEST: Duration = Duration::from_secs(8);
/// Reads under way at once.
const AT_ONCE: usize = 16;
/// The most ids that one request may name.
const MOST_IDS: usize = 10_000;
/// The longest text that any field takes.
const LONGEST_TEXT: usize = 65_535;

/// The dates among the hostile values that are dates.
const DATES: &[&str] = &[
    "2024-02-29T12:00:00.000Z",
    "2024-01-01 00:00:00 +0000",
    "2024-01-01",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "-009999-01-02T00:00:00Z",
    "1969-12-31T23:59:59.999999999+14:00",
];

/// Fields that existing clients' description calls required and that may be missing all the same.
const MAY_BE_MISSING: &[(&str, &str)] = &[
    ("/collections", "description"),
    ("/collections", "slug"),
    ("/instructors", "slug"),
    ("/course_reviews", "approved"),
];

/// Fields that are described as texts, as existing clients know them, and are whole numbers.
const NUMBERS: &[&str] = &["quantity_used"];

/// Of what many operations share, each tries one part of so many; all of them together try everything.
const PARTS: usize = 8;

fn soak() -> bool {
    std::env::var_os("SCHOLAE_SOAK").is_some()
}

/// What a field is given.
struct Hostile {
    /// A name for the report.
    about: String,
    /// JSON that need not be valid.
    text: String,
    /// What it says when it is.
    parsed: Option<Value>,
}

/// Made once: some are megabytes, and every field is given them.
static VALUES: LazyLock<Vec<Hostile>> = LazyLock::new(|| {
    let of = |(about, text): (String, String)| Hostile { about, parsed: serde_json::from_str(&text).ok(), text };
    values().into_iter().map(of).collect()
});

/// What a field is given: a name for the report, and JSON that need not be valid.
#[rustfmt::skip]
fn values() -> Vec<(String, String)> {
    let plain = [
        "null", "true", "false", "0", "1", "-1", "2", "1.5", "1.0", "-0.0", "0.001", "1e3", "1e400", "-1e400", "1e-400",
        "2147483647", "2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "92233720368547758.07", "92233720368547758.08", "NaN", "Infinity", "01", "0x10",
        r#""""#, r#"" ""#, r#""x""#, r#""1""#, r#"" 7 ""#, r#""-1""#, r#""+1""#, r#""1.5""#, r#""1e3""#, r#""true""#,
        r#""9223372036854775808""#, r#""\u0000""#, r#""a\u0000b""#, r#""\ud800""#, r#""\udfff\ud800""#, r#""\x""#,
        r#""'; DROP TABLE users; --""#, r#""%00""#, r#""\r\nX-Evil: 1""#, r#""<script>alert(1)</script>""#,
        r#""\ud83e\udd80 \u202e \ufeff""#, r#""../../etc/passwd""#, r#""king""#, r#""ONE-TIME""#, r#""ZZZ""#,
        "[]", "[null]", "[true]", "[[]]", "[{}]", "[1]", "[-1]", "[0]", "[1.5]", r#"["1"]"#, r#"["x"]"#, "[1,1,1]",
        "[9223372036854775807,-9223372036854775808]", "[9223372036854775808]", "[1e400]",
        "{}", r#"{"a":1}"#, r#"{"id":1}"#, r#"{"$ne":null}"#, r#"{"0":{"custom_profile_field_definition_id":1}}"#,
    ];
    let dates = [
        "2024-02-30T00:00:00Z", "2023-02-29", "2024-13-01T00:00:00Z", "2024-01-01T25:00:00Z", "99999-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z", "-010000-01-01T00:00:00Z", "2024-01-01T00:00:00+99:00", "yesterday", "now()",
        "infinity", "2024-W01-1", "1704067200",
    ];
    let mut values: Vec<(String, String)> =
        plain.iter().map(|value| ((*value).to_owned(), (*value).to_owned())).collect();
    let dates = dates.iter().chain(DATES);
    values.extend(dates.map(|date| (format!("the date {date}"), format!("\"{date}\""))));
    let many = |count: usize, item: &dyn Fn(usize) -> String| {
        format!("[{}]", (0..count).map(item).collect::<Vec<_>>().join(","))
    };
    let unknown = |n: usize| (8_000_000_000_000 + n).to_string();
    values.extend([
        ("70,000 letters".to_owned(), format!("\"{}\"", "x".repeat(70_000))),
        ("70,000 crabs".to_owned(), format!("\"{}\"", "\u{1f980}".repeat(70_000))),
        ("256 letters".to_owned(), format!("\"{}\"", "x".repeat(256))),
        ("400 digits".to_owned(), "9".repeat(400)),
        ("a text of 400 digits".to_owned(), format!("\"{}\"", "9".repeat(400))),
        ("100,000 ids".to_owned(), many(100_000, &unknown)),
        ("10,000 ids".to_owned(), many(MOST_IDS, &unknown)),
        ("10,001 texts".to_owned(), many(MOST_IDS + 1, &|n| format!("\"{n}\""))),
        ("10,000 objects".to_owned(), many(MOST_IDS, &|_| "{}".to_owned())),
        (
            "1,000 unknown fields of users".to_owned(),
            many(1_000, &|n| format!("{{\"custom_profile_field_definition_id\":{n},\"value\":\"x\"}}")),
        ),
        ("lists, 100 deep".to_owned(), format!("{}{}", "[".repeat(100), "]".repeat(100))),
        ("lists, 10,000 deep".to_owned(), format!("{}{}", "[".repeat(10_000), "]".repeat(10_000))),
        ("objects, 100 deep".to_owned(), format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100))),
    ]);
    values
}

/// What a parameter of a query is given, as it stands in the address.
#[rustfmt::skip]
fn query_values() -> Vec<String> {
    let plain = [
        "", "0", "1", "-1", "%2B1", "1.5", "1e3", "1e400", "x", "%20", "%201%20", "true", "false", "TRUE", "2",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551616", "NaN", "null",
        "%00", "a%00b", "%ff", "%c3%28", "%ed%a0%80", "%", "%zz", "%2", "%F0%9F%A6%80", "%27%20OR%201=1--", "%5B%5D",
        "[]", "{}", "1,2", "..%2F..", "%0d%0aX-Evil:1", "SSO", "sso", "KING", "-id", "updated_at", "-created_at",
        "--id", "2024-02-30", "2024-13-01T00:00:00Z", "2024-01-01T00:00:00%2B99:00", "99999-01-01",
        "10000-01-01T00:00:00Z", "-010000-01-01T00:00:00Z", "yesterday",
        // Cursors: ia1, rd1, ia-9223372036854775808, id9223372036854775807, ia (without a key), xa1, ia1x.
        "aWEx", "cmQx", "aWEtOTIyMzM3MjAzNjg1NDc3NTgwOA", "aWQ5MjIzMzcyMDM2ODU0Nzc1ODA3", "aWE", "eGEx", "aWExeA",
        "cmE5MjIzMzcyMDM2ODU0Nzc1ODA3", "cmQtOTIyMzM3MjAzNjg1NDc3NTgwOA",
    ];
    let mut values: Vec<String> = plain.iter().map(|value| (*value).to_owned()).collect();
    values.extend(DATES.iter().map(|date| date.replace('+', "%2B").replace(' ', "%20")));
    values.extend(["9".repeat(4_000), "x".repeat(20_000), "%00".repeat(1_000), "%F0%9F%A6%80".repeat(1_000)]);
    values
}

/// What stands in a path in place of an id.
#[rustfmt::skip]
fn path_values() -> Vec<String> {
    let plain = [
        "abc", "0", "-1", "-0", "1.5", "1e3", "0x10", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "18446744073709551616", "%00", "1%00", "%ff", "%c3%28", "%2F", "1%2F2", "null",
        "undefined", "NaN", "%7Bid%7D", "%F0%9F%A6%80", "%D9%A1", "1%20", "%201", "1;1", "1,2", "%27%20OR%201%3D1--",
        "1%0d%0aX-Evil:%201", "%", "%zz", "%25", "*", "true", "SSO",
    ];
    let mut values: Vec<String> = plain.iter().map(|value| (*value).to_owned()).collect();
    values.extend(["9".repeat(4_000), "x".repeat(20_000), "%F0%9F%A6%80".repeat(1_000)]);
    values
}

/// The description, for what a field may be.
struct Described(Value);

impl Described {
    fn resolve<'d>(&'d self, schema: &'d Value) -> (&'d Value, bool) {
        let mut nullable = schema["nullable"] == true;
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return (&self.0["components"]["schemas"][name], nullable);
        }
        for part in ["allOf", "anyOf"].iter().flat_map(|key| schema[*key].as_array().into_iter().flatten()) {
            nullable |= part["nullable"] == true;
        }
        let inner = ["allOf", "anyOf"].iter().find_map(|key| schema[*key].as_array()?.first());
        inner.map_or((schema, nullable), |inner| (self.resolve(inner).0, nullable))
    }

    /// Whether a field may be taken to mean something when it is given this value. Everything else must be refused.
    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let (schema, nullable) = self.resolve(schema);
        let words = schema["enum"].as_array();
        match (schema["type"].as_str().unwrap_or_default(), value) {
            (_, Value::Null) => nullable,
            // Says that there is nothing: it clears what may be missing.
            (_, Value::String(text)) if text.trim().is_empty() => true,
            ("integer", Value::Number(number)) => {
                let whole = |float: f64| float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0;
                number.is_i64() || !number.is_u64() && number.as_f64().is_some_and(whole)
            }
            ("integer", Value::String(text)) => text.trim().parse::<i64>().is_ok(),
            ("number", Value::Number(number)) => number.as_f64().is_some_and(|float| float.abs() < 9e16),
            ("number", Value::String(text)) => text.trim().parse::<f64>().is_ok_and(|float| float.abs() < 9e16),
            ("boolean", Value::Bool(_)) => true,
            ("boolean", Value::Number(number)) => number.as_u64().is_some_and(|number| number < 2),
            ("boolean", Value::String(text)) => ["true", "1", "false", "0", ""].contains(&text.trim()),
            ("string", Value::String(text)) if schema["format"] == "date-time" => DATES.contains(&text.as_str()),
            ("string", Value::String(text)) if words.is_some() => {
                words.is_some_and(|words| words.contains(&json!(text)))
            }
            ("string", Value::String(text)) => !text.contains('\0') && text.chars().count() <= LONGEST_TEXT,
            // A telephone number, a code: digits are text.
            ("string", Value::Number(number)) => schema["format"].is_null() && (number.is_i64() || number.is_u64()),
            ("array", Value::Array(items)) => {
                items.len() <= MOST_IDS && items.iter().all(|item| self.fits(&schema["items"], item))
            }
            ("object", Value::Object(fields)) => schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .all(|(name, schema)| fields.get(name).is_none_or(|value| self.fits(schema, value))),
            _ => false,
        }
    }

    /// Every field of a body: its path, its schema, and whether it must be there.
    fn fields<'d>(&'d self, schema: &'d Value, path: &[&'d str], found: &mut Vec<(Vec<&'d str>, &'d Value, bool)>) {
        let (schema, _) = self.resolve(schema);
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let path = [path, &[name.as_str()]].concat();
            let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            found.push((path.clone(), field, required));
            let (inner, _) = self.resolve(field);
            let inner = if inner["type"] == "array" { &inner["items"] } else { inner };
            self.fields(inner, &path, found);
        }
    }
}

/// Stands for the value until the body is JSON text: the value itself need not be JSON.
const PLACE: &str = "the value goes here";

/// Puts a value, or nothing, into a body; what is around it is made when it is missing.
fn put(body: &mut Value, path: &[&str], described: &Described, schema: &Value, value: Option<Value>) {
    let (schema, _) = described.resolve(schema);
    let Some((name, rest)) = path.split_first() else { return };
    if !body.is_object() {
        *body = Value::Object(Map::new());
    }
    let fields = body.as_object_mut().expect("an object");
    if rest.is_empty() {
        match value {
            Some(value) => fields.insert((*name).to_owned(), value),
            None => fields.shift_remove(*name),
        };
        return;
    }
    let inner = &schema["properties"][*name];
    let field = fields.entry(*name).or_insert(Value::Null);
    let (resolved, _) = described.resolve(inner);
    if resolved["type"] != "array" {
        return put(field, rest, described, inner, value);
    }
    if !field.is_array() {
        *field = json!([{}]);
    }
    put(&mut field[0], rest, described, &resolved["items"], value);
}

/// A hostile request.
struct Case {
    /// What is hostile about it.
    about: String,
    definition: &'static ApiDefinition,
    method: Method,
    path: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Option<Vec<u8>>,
    /// Whether it can be taken to mean something.
    may_succeed: bool,
}

impl Case {
    fn of(call: &Call, about: impl Into<String>, may_succeed: bool) -> Self {
        let headers = vec![("Content-Type", b"application/json".to_vec())];
        let body = call.body.clone().map(String::into_bytes);
        let (definition, method, path) = (call.definition, call.method.clone(), call.path.clone());
        Self { about: about.into(), definition, method, path, headers, body, may_succeed }
    }

    fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..self }
    }

    fn with_header(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    fn request(&self, school: &TestSchool) -> RequestBuilder {
        let address = format!("{}{}{}", school.url, self.definition.root, self.path);
        let mut request = school.request(self.method.clone(), &address).timeout(3 * LONGEST);
        for (name, value) in &self.headers {
            request = request.header(*name, value.as_slice());
        }
        match &self.body {
            Some(body) => request.body(body.clone()),
            None => request,
        }
    }
}

struct Outcome {
    succeeded: bool,
    wrong: Option<String>,
}

/// Sends a request and looks at its answer.
async fn outcome(case: &Case, request: RequestBuilder) -> Outcome {
    let begun = Instant::now();
    let failed = |why: String| Outcome { succeeded: false, wrong: Some(why) };
    let reply = match request.send().await {
        Ok(response) => response,
        Err(error) => return failed(format!("no answer: {error:?}")),
    };
    let status = reply.status().as_u16();
    let header =
        |name: &str| reply.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let kind = header("content-type");
    let injected = !header("x-evil").is_empty();
    let text = match reply.bytes().await.map(|bytes| String::from_utf8(bytes.to_vec())) {
        Ok(Ok(text)) => text,
        other => return failed(format!("{status} with an unreadable body: {other:?}")),
    };
    let took = begun.elapsed();
    let shown: String = text.chars().take(160).collect();
    let json: Option<Value> = serde_json::from_str(&text).ok();
    let says = |value: &Value| {
        let error = &value["error"];
        let errors = &value["errors"];
        let has = |value: &Value| match value {
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            _ => false,
        };
        has(error) || has(errors)
    };
    let why = if took > LONGEST {
        Some(format!("took {took:?}"))
    } else if injected {
        Some("lets a header be injected".to_owned())
    } else if (200..300).contains(&status) {
        let is_file = kind.starts_with("text/csv") || kind == "application/jsonl";
        let fine = text.is_empty() || is_file || kind == "application/json" && json.is_some();
        match (fine, case.may_succeed) {
            (false, _) => Some("is no JSON".to_owned()),
            (_, false) => Some("was taken".to_owned()),
            _ => None,
        }
    } else if !(400..500).contains(&status) {
        Some("is no refusal".to_owned())
    } else if kind != "application/json" {
        Some(format!("is {kind:?}"))
    } else {
        let says = json.is_some_and(|json| match &json {
            Value::Array(items) => !items.is_empty() && items.iter().all(says),
            one => says(one),
        });
        (!says).then(|| "says nothing".to_owned())
    };
    Outcome { succeeded: (200..300).contains(&status), wrong: why.map(|why| format!("{why}: {status} {shown}")) }
}

struct Attack<'s> {
    school: &'s TestSchool,
    definition: &'static ApiDefinition,
    /// Which part of what is shared this operation tries.
    turn: usize,
    /// Whether no operation before took the same body.
    first_of_body: bool,
    described: Arc<Described>,
    operation: &'static str,
    template: &'static str,
    things: Things,
    sent: usize,
    wrong: Vec<String>,
}

impl Attack<'_> {
    /// The operation's request that succeeds.
    fn baseline(&self) -> Call {
        call(self.definition, self.operation, self.template, &self.things, &self.things)
    }

    /// Whether this operation tries what stands at this place among its like. In every run that is one part of six, on
    /// PostgreSQL another one of twelve, because almost all of it is refused before there is any database, and one of
    /// eight of what it shares with other operations: neighbouring operations try other parts. `make soak` tries
    /// everything.
    fn tries(&self, at: usize, shared: bool) -> bool {
        let (parts, turn) = match self.school.store.engine() {
            _ if soak() => (1, 0),
            Engine::Sqlite if shared => (PARTS, self.turn),
            Engine::Postgres if shared => (PARTS, self.turn + PARTS / 2),
            Engine::Sqlite => (6, self.turn),
            Engine::Postgres => (12, self.turn + 3),
        };
        at % parts == turn % parts
    }

    async fn send(&mut self, case: Case) {
        self.sent += 1;
        let outcome = outcome(&case, case.request(self.school)).await;
        self.note(&case.about, outcome.wrong);
        // What succeeded may have used something up, unless it made something new.
        let uses_up = match case.method {
            Method::DELETE => true,
            Method::POST => !self.template.contains("<n>"),
            _ => false,
        };
        if outcome.succeeded && uses_up {
            self.things = more_things(self.school).await;
        }
    }

    /// Reads, many at once.
    async fn send_all(&mut self, cases: Vec<Case>) {
        self.sent += cases.len();
        let mut running: JoinSet<(String, Option<String>)> = JoinSet::new();
        for case in cases {
            if running.len() == AT_ONCE
                && let Some(Ok((about, wrong))) = running.join_next().await
            {
                self.note(&about, wrong);
            }
            let request = case.request(self.school);
            running.spawn(async move { (case.about.clone(), outcome(&case, request).await.wrong) });
        }
        for (about, wrong) in running.join_all().await {
            self.note(&about, wrong);
        }
    }

    fn note(&mut self, about: &str, wrong: Option<String>) {
        if let Some(wrong) = wrong {
            let about: String = about.chars().take(120).collect();
            self.wrong.push(format!("{} | {about} | {wrong}", self.operation));
        }
    }

    async fn attack(&mut self) {
        let endpoint = &self.described.0;
        let (method, path) = self.operation.split_once(' ').expect("a method and a path");
        let described = endpoint["paths"][path][method.to_lowercase()].clone();
        let baseline = self.baseline();
        let control = outcome(&Case::of(&baseline, "", true), Case::of(&baseline, "", true).request(self.school)).await;
        if !control.succeeded || control.wrong.is_some() {
            self.note("as it should be", Some(format!("{baseline:?} does not succeed: {:?}", control.wrong)));
        }
        if baseline.method != Method::GET {
            self.things = more_things(self.school).await;
        }
        self.paths(path).await;
        self.queries(&described).await;
        self.bodies(path, &described["requestBody"]["content"]["application/json"]["schema"]).await;
        self.headers().await;
        let school = self.school;
        assert_eq!(school.get("/users?limit=1").await.status, 200, "the server answers after {}", self.operation);
    }

    async fn paths(&mut self, template: &str) {
        for (at, part) in template.split('/').enumerate() {
            if !part.starts_with('{') {
                continue;
            }
            let mut reads = Vec::new();
            for (at_value, value) in path_values().into_iter().enumerate() {
                if !self.tries(at_value, true) {
                    continue;
                }
                let baseline = self.baseline();
                let (path, query) = baseline.path.split_once('?').unwrap_or((&baseline.path, ""));
                let mut parts: Vec<&str> = path.split('/').collect();
                parts[at] = &value;
                let path = format!("{}?{query}", parts.join("/"));
                // A single sign-on provider is found by its name in any case; nothing else here names anything.
                // A course as code is found by its address, which may be any word that there is a course of.
                let may_succeed = part == "{provider}" && value == "SSO" || template.starts_with("/course_files/");
                let case = Case { path, ..Case::of(&baseline, format!("{part} = {value}"), may_succeed) };
                if case.method == Method::GET { reads.push(case) } else { self.send(case).await }
            }
            self.send_all(reads).await;
        }
    }

    async fn queries(&mut self, described: &Value) {
        let parameters: Vec<Value> = described["parameters"].as_array().cloned().unwrap_or_default();
        let of_query = |parameter: &&Value| parameter["in"] == "query";
        let mut reads = Vec::new();
        for parameter in parameters.iter().filter(of_query) {
            let name = parameter["name"].as_str().expect("a name");
            let required = parameter["required"] == true;
            let shared = self.definition.paging.params().iter().any(|known| known.name == name);
            let mut given: Vec<(String, String, bool)> = Vec::new();
            for (at, value) in query_values().into_iter().enumerate() {
                if !self.tries(at, shared) {
                    continue;
                }
                let decoded = value.replace("%20", " ").replace("%2B", "+");
                let kind = (&parameter["schema"]["type"], &parameter["schema"]["format"]);
                let invalid = ["%00", "%ff", "%c3%28", "%ed%a0%80"].iter().any(|wrong| value.contains(wrong));
                let fits = !invalid
                    && match kind {
                        _ if decoded.is_empty() => !required,
                        // However many digits it has, it is cut.
                        _ if name == "limit" && decoded.bytes().all(|digit| digit.is_ascii_digit()) => true,
                        (kind, _) if kind == "integer" => decoded.trim().parse::<i64>().is_ok(),
                        (kind, _) if kind == "boolean" => web::input::parse_bool(&decoded).is_some(),
                        (_, format) if format == "date-time" => DATES.contains(&decoded.as_str()),
                        _ => name != "sort" || ["-id", "updated_at", "-created_at"].contains(&decoded.as_str()),
                    };
                given.push((format!("?{name} = {value}"), format!("{name}={value}"), fits));
            }
            given.push((format!("?{name} twice"), format!("{name}=1&{name}=x"), true));
            given.push((format!("?{name}[]"), format!("{name}[]=1"), !required));
            given.push((format!("?{name}, missing"), String::new(), !required));
            for (about, pair, may_succeed) in given {
                let baseline = self.baseline();
                let (path, query) = baseline.path.split_once('?').unwrap_or((&baseline.path, ""));
                let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with(&format!("{name}=")));
                let query: Vec<&str> = kept.chain([pair.as_str()]).collect();
                let path = format!("{path}?{}", query.join("&"));
                let case = Case { path, ..Case::of(&baseline, about, may_succeed) };
                if case.method == Method::GET { reads.push(case) } else { self.send(case).await }
            }
        }
        let readable =
            ["&&&", "=", "=x", "x", "%", "a%zz=1", "[]=1", "query[]=1", "query=x", "query[a][b]=1", "query[", "?"];
        for (at, query) in readable.into_iter().enumerate() {
            if !self.tries(at, true) {
                continue;
            }
            let baseline = self.baseline();
            let mark = if baseline.path.contains('?') { '&' } else { '?' };
            let path = format!("{}{mark}{query}", baseline.path);
            let case = Case { path, ..Case::of(&baseline, format!("the query {query}"), true) };
            if case.method == Method::GET { reads.push(case) } else { self.send(case).await }
        }
        for (at, query) in ["%00=1", "x=%00", "%ff=1", "x=%c3%28"].into_iter().enumerate() {
            if !self.tries(at, true) {
                continue;
            }
            let baseline = self.baseline();
            let mark = if baseline.path.contains('?') { '&' } else { '?' };
            let path = format!("{}{mark}{query}", baseline.path);
            let case = Case { path, ..Case::of(&baseline, format!("the query {query}"), false) };
            if case.method == Method::GET { reads.push(case) } else { self.send(case).await }
        }
        self.send_all(reads).await;
    }

    async fn bodies(&mut self, path: &str, schema: &Value) {
        if schema.is_null() {
            // A body that nobody asked for means nothing, whatever it is.
            let bodies =
                ["{", "[]", "null", "{\"page\":1e400}", "{\"page\":-1,\"limit\":9223372036854775807}", "\u{0}"];
            for (at, body) in bodies.into_iter().enumerate() {
                if !self.tries(at, true) {
                    continue;
                }
                let case = Case::of(&self.baseline(), format!("the body {body}"), true).with_body(body);
                self.send(case).await;
            }
            return;
        }
        let described = Arc::clone(&self.described);
        let mut fields = Vec::new();
        described.fields(schema, &[], &mut fields);
        for (field, of, required) in &fields {
            self.field(path, schema, field, of, *required).await;
        }
        self.whole_bodies().await;
        self.forms(&fields).await;
    }

    async fn field(&mut self, path: &str, schema: &Value, field: &[&str], of: &Value, required: bool) {
        let described = Arc::clone(&self.described);
        let name = field.join(".");
        let is_list = described.resolve(of).0["type"] == "array";
        // A change leaves out what it does not change; within a list and an object, what is around it is optional.
        let posts = self.baseline().method == Method::POST && field.len() == 1;
        let needed = required && posts && !MAY_BE_MISSING.contains(&(path, name.as_str()));
        for (at, Hostile { about, text: value, parsed }) in VALUES.iter().enumerate() {
            // Long lists say the same to every field that is none, and a text is too long whatever its letters are.
            let long = value.len() > LONGEST_TEXT && !is_list && (value.starts_with('[') || !value.is_ascii());
            if !self.tries(at, !self.first_of_body || long) {
                continue;
            }
            let fits = match parsed {
                Some(Value::Null) if required => !needed,
                Some(value) if NUMBERS.contains(&name.as_str()) => {
                    described.fits(&json!({ "type": "integer", "nullable": true }), value)
                }
                Some(value) => described.fits(of, value),
                None => false,
            };
            let baseline = self.baseline();
            let mut body: Value = serde_json::from_str(baseline.body.as_deref().unwrap_or("{}")).expect("JSON");
            put(&mut body, field, &described, schema, Some(json!(PLACE)));
            let body = body.to_string().replace(&format!("\"{PLACE}\""), value);
            self.send(Case::of(&baseline, format!("{name} = {about}"), fits).with_body(body)).await;
        }
        let baseline = self.baseline();
        let mut body: Value = serde_json::from_str(baseline.body.as_deref().unwrap_or("{}")).expect("JSON");
        put(&mut body, field, &described, schema, None);
        self.send(Case::of(&baseline, format!("{name}, missing"), !needed).with_body(body.to_string())).await;
        if field.len() == 1 {
            let baseline = self.baseline();
            let body = baseline.body.clone().unwrap_or_else(|| "{}".to_owned());
            let twice = format!("{{\"{name}\":[[[]]],{}", &body[1..]);
            self.send(Case::of(&baseline, format!("{name}, twice"), true).with_body(twice)).await;
        }
    }

    async fn whole_bodies(&mut self) {
        let unreadable: [&[u8]; 14] = [
            b"null",
            b"[]",
            b"\"x\"",
            b"1",
            b"true",
            b"{",
            b"}",
            b"{\"a\":}",
            b"{}{}",
            b"{a:1}",
            b"{'a':1}",
            b"\xff\xfe{\x00}\x00",
            b"{\"a\":\"\xff\"}",
            b"{\"\xc3\x28\":1}",
        ];
        for (at, body) in unreadable.into_iter().enumerate() {
            if !self.tries(at, true) {
                continue;
            }
            let about = format!("the body {}", String::from_utf8_lossy(body));
            // Some languages write an object without fields so.
            self.send(Case::of(&self.baseline(), about, body == b"[]").with_body(body)).await;
        }
        let deep = |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        // What is read before anybody knows the operation.
        for (at, (about, body)) in [
            ("lists, 200 deep", deep("[", "]", 200)),
            ("objects, 100,000 deep", deep("{\"a\":", "}", 100_000)),
            ("lists never closed", "[".repeat(1_000_000)),
            ("a list of a million", format!("[{}1]", "1,".repeat(999_999))),
        ]
        .into_iter()
        .enumerate()
        {
            if !self.tries(at, true) {
                continue;
            }
            self.send(Case::of(&self.baseline(), about, false).with_body(body)).await;
        }
        for (about, body) in [("nothing", ""), ("white space", " \r\n\t"), ("an empty object", "{}")] {
            let changes = self.baseline().method == Method::PUT;
            // What they make needs nothing to be said.
            let bulk = ["POST /coupons/bulk_create", "POST /courses/{id}/duplicate"].contains(&self.operation);
            let enrolls = self.operation.ends_with("/enrollments");
            let may_succeed = bulk || changes && !enrolls || self.operation == "PUT /enrollments/{id}";
            self.send(Case::of(&self.baseline(), about, may_succeed).with_body(body)).await;
        }
        let more = |name: &str, value: &str, baseline: &Call| {
            let body = baseline.body.clone().unwrap_or_else(|| "{}".to_owned());
            format!("{{\"{name}\":{value},{}", &body[1..])
        };
        for (name, value) in [
            ("unknown", "1".to_owned()),
            ("unknown", deep("[", "]", 100)),
            ("id", "1".to_owned()),
            ("site_id", "1".to_owned()),
            ("\\u0000", "1".to_owned()),
            ("", "null".to_owned()),
            (&"n".repeat(70_000), "{}".to_owned()),
        ] {
            let baseline = self.baseline();
            let body = more(name, &value, &baseline);
            let about = format!("one more field, {name:.20}");
            self.send(Case::of(&baseline, about, true).with_body(body)).await;
        }
        let baseline = self.baseline();
        let body = more("unknown", "1e400", &baseline);
        self.send(Case::of(&baseline, "one more field, 1e400", false).with_body(body)).await;
    }

    async fn forms(&mut self, fields: &[(Vec<&str>, &Value, bool)]) {
        const FORM: &str = "application/x-www-form-urlencoded";
        let mut forms: Vec<(String, bool)> = vec![
            ("%zz=%".to_owned(), true),
            ("&&&=&=x&a[b[c]=1&[]=1&[][]=2&]=3&[=4".to_owned(), true),
            ("a=%ff".to_owned(), false),
            ("%ff=a".to_owned(), false),
            (format!("a{}=1", "[b]".repeat(17)), false),
            (format!("a{}=1", "[]".repeat(10_000)), false),
            ("a=1&".repeat(10_001), false),
            (self.baseline().body.unwrap_or_default(), true),
        ];
        let shared = std::mem::take(&mut forms).into_iter().enumerate();
        forms.extend(shared.filter(|(at, _)| self.tries(*at, true)).map(|(_, form)| form));
        for (at, (field, schema, _)) in fields.iter().filter(|(field, ..)| field.len() == 1).enumerate() {
            if !self.tries(at, false) {
                continue;
            }
            let name = field[0];
            let (schema, _) = self.described.resolve(schema);
            let list = schema["type"] == "array";
            let object = schema["type"] == "object";
            forms.push((format!("{name}=%00"), false));
            forms.push((format!("{name}[]=%00"), false));
            forms.push((format!("{name}[a]=1"), object));
            forms.push((format!("{name}[]=1"), list));
            forms.push((format!("{name}[][a]=1&{name}[][a]=2&{name}=1&{name}[b]=3"), object));
            forms.push((format!("{name}=1&{name}[]=x&{name}[][b][]=c"), false));
        }
        for (form, may_succeed) in forms {
            let about = format!("the form {form}");
            let case = Case::of(&self.baseline(), about, may_succeed).with_body(form).with_header("Content-Type", FORM);
            self.send(case).await;
        }
        let kinds =
            ["", "text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x", "*/*", "\u{fc}"];
        for (at, kind) in kinds.into_iter().enumerate() {
            if !self.tries(at, true) {
                continue;
            }
            let about = format!("the content type {kind}");
            self.send(Case::of(&self.baseline(), about, true).with_header("Content-Type", kind)).await;
        }
    }

    async fn headers(&mut self) {
        if self.baseline().method != Method::POST {
            return;
        }
        for (key, may_succeed) in
            [("", false), (" ", false), ("k\u{e9}", false), (&"k".repeat(256), false), ("a b\"<>", true)]
        {
            let about = format!("the Idempotency-Key {key}");
            self.send(Case::of(&self.baseline(), about, may_succeed).with_header("Idempotency-Key", key)).await;
        }
    }
}

on_both_engines! {
    async fn whatever_is_sent_is_refused_in_the_apis_form_or_taken_as_meant(school: &TestSchool) {
        // HOSTILE="POST /users" tries only the operations with this in their name.
        let only = std::env::var("HOSTILE").ok();
        let (mut sent, mut wrong) = (0, Vec::new());
        for (definition, operations) in APIS {
            let described = Arc::new(Described(api::openapi::document(definition)));
            let mut bodies: Vec<Value> = Vec::new();
            for (turn, (operation, requests)) in operations.iter().enumerate() {
                if only.as_ref().is_some_and(|only| !operation.contains(only.as_str())) {
                    continue;
                }
                let things = more_things(school).await;
                let described = Arc::clone(&described);
                let (method, path) = operation.split_once(' ').expect("a method and a path");
                let body = described.0["paths"][path][method.to_lowercase()]["requestBody"].clone();
                let first_of_body = !bodies.contains(&body);
                bodies.push(body);
                let mut attack = Attack {
                    school,
                    definition,
                    turn,
                    first_of_body,
                    described,
                    operation,
                    template: requests[0],
                    things,
                    sent: 0,
                    wrong: Vec::new(),
                };
                attack.attack().await;
                sent += attack.sent;
                wrong.append(&mut attack.wrong);
            }
        }
        assert!(sent > 0, "no operation has {only:?} in its name");
        assert!(wrong.is_empty(), "{} of {sent} requests:\n{}", wrong.len(), wrong.join("\n"));
        println!("{sent} hostile requests refused, or taken as meant");
    }
}
