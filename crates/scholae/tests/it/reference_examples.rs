//! Every example of the reference, tried in the demo school that it is about: what an example answers is what the
//! school answers, and what an example sends is accepted.

use crate::support::process::{Home, Server, text};
use reqwest::Method;
use serde_json::{Value, json};
use store::Engine;

/// Examples that cannot be repeated in the school, because they tell of what it has already: their statuses.
const REFUSED: [(&str, u16); 6] = [
    // The job has ended.
    ("cancelJob", 422),
    // They take bytes, of which there is no example.
    ("uploadFile", 422),
    ("putFilePart", 422),
    // Users are enrolled in the course.
    ("deleteCourse", 422),
    // The user is enrolled in the course.
    ("createEnrollment", 422),
    // The user has reviewed the course.
    ("createCourseReview", 422),
];

/// A report about a period that is over; the demo school begins half a year ago.
const OF_A_PERIOD: &str = "reconcileExternalOrders";

/// Fields with a value that nobody can know beforehand, by the end of their names.
const RANDOM: [&str; 4] = [".url", ".token", "bulkCreateCoupons.items[0].code", "createContent.take_url"];

/// What a record that an example makes has of its own each time.
const NEW: [&str; 4] = ["id", "course_id", "product_id", "chapter_ids"];

/// Nothing listens there.
const TARGET: &str = "http://127.0.0.1:9/hooks";

/// A demo school and its server.
struct Demo {
    client: reqwest::Client,
    url: String,
    key: String,
    _server: Server,
    _home: Home,
}

/// An operation of a document, with its examples.
struct Operation {
    id: String,
    method: Method,
    /// Its path, and its query if it needs one.
    address: String,
    path: String,
    request: Option<Value>,
    status: u16,
    response: Option<Value>,
}

impl Demo {
    fn start(engine: Engine) -> Option<Self> {
        let home = Home::new(engine)?;
        let server = Server::start(home.command_here(["demo", "--json", "--listen", "127.0.0.1:0"]));
        let ready = server.json();
        let (url, key) = (text(&ready, "url").to_owned(), text(&ready, "api_key").to_owned());
        Some(Self { client: reqwest::Client::new(), url, key, _server: server, _home: home })
    }

    async fn call(&self, method: Method, address: &str, body: Option<&Value>) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{address}", self.url));
        let mut request = request.header("X-Auth-API-Key", &self.key).header("X-Auth-Subdomain", "demo");
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("an answer");
        let (status, text) = (response.status().as_u16(), response.text().await.expect("a text"));
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, address: &str) -> Value {
        let (status, body) = self.call(Method::GET, address, None).await;
        assert_eq!(status, 200, "GET {address}: {body}");
        body
    }

    /// Uploads the file that the examples are about.
    async fn upload(&self, name: &str, text: &'static str) {
        let address = format!("{}/api/public/v1/files/upload?name={name}&visibility=public", self.url);
        let request = self.client.post(address).header("X-Auth-API-Key", &self.key).header("X-Auth-Subdomain", "demo");
        let response = request.body(text).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), 201);
    }

    /// The operations that a document describes.
    async fn operations(&self, document: &str) -> Vec<Operation> {
        let document = self.get(document).await;
        let root = text(&document["servers"][0], "url");
        let mut found = Vec::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                found.push(Operation::read(root, path, method, operation));
            }
        }
        found
    }

    /// Checks that a list or record of the school is as the example says.
    async fn read(&self, operation: &Operation) {
        let Operation { id, address, response, .. } = operation;
        let Some(response) = response.as_ref().filter(|_| id != OF_A_PERIOD) else { return };
        if response.get("meta").is_none() {
            let problem = differs(response, &self.get(address).await, id, &[]);
            assert_eq!(problem, None);
            return;
        }
        let join = if address.contains('?') { '&' } else { '?' };
        let list = self.get(&format!("{address}{join}limit=250")).await;
        let (example, items) = (&response["items"][0], list["items"].as_array().expect("items"));
        let problems: Vec<String> = items.iter().filter_map(|item| differs(example, item, id, &[])).collect();
        assert!(problems.len() < items.len(), "{id}: no item is {example}; the first {:?}", problems.first());
    }

    /// Checks that the school accepts what an example sends, and answers as it says.
    async fn write(&self, operation: &Operation) {
        let Operation { id, method, address, request, status, response, .. } = operation;
        let expected = REFUSED.iter().find(|(refused, _)| refused == id).map(|(_, status)| *status);
        let (answered, body) = self.call(method.clone(), address, request.as_ref()).await;
        assert_eq!(answered, expected.unwrap_or(*status), "{id}: {method} {address} {request:?}: {body}");
        if let Some(example) = response.as_ref().filter(|_| expected.is_none()) {
            assert_eq!(differs(example, &body, id, &NEW), None);
        }
    }
}

impl Operation {
    fn read(root: &str, path: &str, method: &str, operation: &Value) -> Self {
        let (mut filled, mut query) = (path.to_owned(), Vec::new());
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (name, example) = (text(parameter, "name"), &parameter["example"]);
            let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            match text(parameter, "in") {
                "path" => filled = filled.replace(&format!("{{{name}}}"), &example),
                "query" if parameter["required"] == true => query.push(format!("{name}={example}")),
                _ => {}
            }
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let responses = operation["responses"].as_object().expect("responses");
        let (status, response) = responses.iter().find(|(status, _)| status.starts_with('2')).expect("a success");
        let example = |holder: &Value| holder["content"]["application/json"].get("example").cloned();
        Self {
            id: text(operation, "operationId").to_owned(),
            method: method.to_uppercase().parse().expect("a method"),
            address: format!("{root}{filled}{query}"),
            path: path.to_owned(),
            request: example(&operation["requestBody"]),
            status: status.parse().expect("a status"),
            response: example(response),
        }
    }

    /// The operation with other ids than those of its examples.
    fn with_ids(&self, ids: &[(String, String)]) -> Self {
        let replaced = |text: &str| ids.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
        let json = |value: &Option<Value>| {
            value.as_ref().map(|value| serde_json::from_str(&replaced(&value.to_string())).expect("still JSON"))
        };
        Self {
            id: self.id.clone(),
            method: self.method.clone(),
            address: replaced(&self.address),
            path: self.path.clone(),
            request: json(&self.request),
            status: self.status,
            response: json(&self.response),
        }
    }
}

/// What of an answer is not as its example says; nothing when all is. Times and the `any` fields may be others, a text that ends in `…` is the
/// beginning of the real one, and a list of records names some of them. The host of an address is that of the server.
fn differs(example: &Value, answer: &Value, at: &str, any: &[&str]) -> Option<String> {
    let other = || Some(format!("{at} is {answer} instead of {example}"));
    match (example, answer) {
        (Value::Object(example), Value::Object(answer)) => example.iter().find_map(|(name, value)| {
            let at = format!("{at}.{name}");
            if RANDOM.iter().any(|end| at.ends_with(end)) || any.contains(&name.as_str()) {
                return answer.get(name).is_none().then(|| format!("{at} is missing"));
            }
            differs(value, answer.get(name).unwrap_or(&Value::Null), &at, any)
        }),
        (Value::Array(example), Value::Array(answer)) if example.iter().any(Value::is_object) => {
            example.iter().enumerate().find_map(|(n, one)| {
                let mut problems = answer.iter().map(|item| differs(one, item, &format!("{at}[{n}]"), any));
                let fits = problems.any(|problem| problem.is_none());
                (!fits).then(|| format!("{at} has no {one}, it is {}", Value::from(answer.clone())))
            })
        }
        (Value::String(example), Value::String(answer)) => {
            let are_times = [example, answer].iter().all(|text| web::input::parse_timestamp(text).is_some());
            let begins = example.strip_suffix('…').is_some_and(|beginning| answer.starts_with(beginning.trim_end()));
            let same_path = example.starts_with("http") && path_of(example) == path_of(answer);
            (!(are_times || begins || same_path || example == answer)).then(other).flatten()
        }
        _ => (example != answer).then(other).flatten(),
    }
}

fn path_of(url: &str) -> &str {
    url.splitn(4, '/').nth(3).unwrap_or_default()
}

/// The writing operations in an order in which each finds what it needs: what changes or adds to a record, then what is
/// removed and made anew, the last resource first.
fn writes(operations: &[Operation]) -> Vec<&Operation> {
    let by = |method: Method| operations.iter().filter(move |operation| operation.method == method);
    let resource = |operation: &Operation| operation.path.strip_suffix("/{id}").map(str::to_owned);
    let is_main =
        |operation: &Operation| resource(operation).is_some_and(|path| by(Method::POST).any(|post| post.path == path));
    let (removed, parts): (Vec<_>, Vec<_>) = by(Method::DELETE).partition(|operation| is_main(operation));
    let made = |post: &Operation| removed.iter().any(|delete| resource(delete).as_deref() == Some(&post.path));
    let mut ordered: Vec<&Operation> = by(Method::PUT).collect();
    ordered.extend(by(Method::POST).filter(|post| !made(post)));
    ordered.extend(parts);
    for delete in removed.into_iter().rev() {
        ordered.push(delete);
        ordered.extend(by(Method::POST).filter(|post| Some(&post.path) == resource(delete).as_ref()));
    }
    ordered
}

async fn examples_of_the_admin_api_are_true(demo: &Demo) {
    let operations = demo.operations("/openapi.json").await;
    demo.upload("folding.txt", "Fold the dough every half hour.\n").await;
    for operation in operations.iter().filter(|operation| operation.method == Method::GET) {
        demo.read(operation).await;
    }
    let ordered = writes(&operations);
    assert_eq!(ordered.len(), operations.iter().filter(|operation| operation.method != Method::GET).count());
    for operation in ordered {
        demo.write(operation).await;
    }
}

/// The webhooks of the demo school are those that this makes: the ids of the examples are replaced by theirs.
async fn examples_of_the_webhooks_api_are_true(demo: &Demo) {
    let operations = demo.operations("/openapi/webhooks.json").await;
    let find = |id: &str| operations.iter().find(|operation| operation.id == id).expect("the operation");
    let example = |id: &str| find(id).response.as_ref().expect("an example");
    let mut ids = vec![(text(example("createWebhook"), "target_url").to_owned(), TARGET.to_owned())];
    let create = find("createWebhook").with_ids(&ids);
    let (status, webhook) = demo.call(Method::POST, &create.address, create.request.as_ref()).await;
    assert_eq!(status, create.status, "{webhook}");
    let events = demo.get("/api/v2/events?query[topic]=order.created&limit=250").await;
    let order = &example("getEventByID")["payload"]["id"];
    let of_the_order = |event: &&Value| event["payload"]["id"] == *order;
    let event = events["items"].as_array().expect("items").iter().find(of_the_order).expect("the event");
    ids.push((text(example("getWebhookByID"), "id").to_owned(), text(&webhook, "id").to_owned()));
    ids.push((text(example("getEventByID"), "id").to_owned(), text(event, "id").to_owned()));
    for id in ["getWebhookByID", "getWebhooks", "updateWebhookByID", "getEventByID", "getEvents"] {
        demo.read_or_write(&find(id).with_ids(&ids)).await;
    }
    let (status, delivery) = demo.call(Method::POST, &find("testWebhook").with_ids(&ids).address, None).await;
    assert_eq!(status, find("testWebhook").status, "{delivery}");
    ids.push((text(example("getDeliveryByID"), "id").to_owned(), text(&delivery, "id").to_owned()));
    for id in ["resendDelivery", "recoverWebhook", "replayWebhook", "deleteWebhookByID"] {
        let operation = find(id).with_ids(&ids);
        let (status, body) = demo.call(operation.method.clone(), &operation.address, operation.request.as_ref()).await;
        assert_eq!(status, operation.status, "{id}: {body}");
    }
}

/// A form of the reference as the page has it: where it sends what.
struct Form {
    method: Method,
    path: String,
    body: Option<String>,
    ids: Option<String>,
}

/// The forms of a page, each with the example of its path filled in.
fn forms(page: &str) -> Vec<Form> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    };
    let unescaped =
        |text: &str| text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let forms = page.split("<form class=\"try\"").skip(1).map(|form| {
        let form = form.split("</form>").next().unwrap_or_default();
        let head = form.split('>').next().unwrap_or_default();
        let mut path = attribute(head, "data-path").expect("a path");
        let mut query = Vec::new();
        for input in form.split("<input").skip(1).map(|input| input.split('>').next().unwrap_or_default()) {
            let (name, value) = (attribute(input, "name").expect("a name"), attribute(input, "value"));
            match (attribute(input, "data-in").as_deref(), value) {
                (Some("path"), Some(value)) => path = path.replace(&format!("{{{name}}}"), &value),
                (_, Some(value)) => query.push(format!("{name}={value}")),
                (_, None) => {}
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        // Where something is taken away, whoever reads types the id.
        let path = path.replace("{id}", "1");
        let body = form.split_once("<textarea").and_then(|(_, rest)| rest.split_once('>'));
        Form {
            method: attribute(head, "data-method").expect("a method").parse().expect("a method"),
            path,
            body: body.map(|(_, text)| unescaped(text.split("</textarea>").next().unwrap_or_default())),
            ids: attribute(head, "data-ids"),
        }
    });
    forms.collect()
}

/// Forms that send what is refused until there is more: the bytes of a file, a job that has not ended.
const REFUSED_FORMS: [&str; 3] = ["/files/upload", "/files/1/complete", "/jobs/1/cancel"];

/// What the script makes of a form before it sends it: something new in the body, and an id that the school has.
async fn what_a_form_of_the_reference_sends_is_taken_by_the_school_as_it_is(demo: &Demo) {
    let mut sent = 0;
    for page in ["/docs/api", "/docs/webhooks"] {
        let page =
            demo.client.get(format!("{}{page}", demo.url)).send().await.expect("a page").text().await.expect("text");
        let forms = forms(&page);
        assert!(forms.len() > 10, "{} forms", forms.len());
        // What reads and what adds something; what changes and removes takes the same ids.
        for form in forms.iter().filter(|form| form.method == Method::GET || form.method == Method::POST) {
            if REFUSED_FORMS.iter().any(|path| form.path.ends_with(path)) {
                let body = form.body.as_ref().map(|body| serde_json::from_str(body).expect("JSON"));
                assert_eq!(demo.call(form.method.clone(), &form.path, body.as_ref()).await.0, 422, "{}", form.path);
                continue;
            }
            let again = form.body.as_ref().is_some_and(|body| body.contains("{new}"));
            for n in 0..if again { 2 } else { 1 } {
                let body = form.body.as_ref().map(|body| body.replace("{new}", &format!("x{n}")));
                let body = body.map(|body| serde_json::from_str(&body).expect("JSON"));
                let mut path = form.path.clone();
                if let Some(list) = &form.ids {
                    let Some(first) = demo.get(list).await["items"].get(0).cloned() else { continue };
                    let (before, rest) = path.split_at(list.len() + 1);
                    let after = rest.split_once('/').map(|(_, after)| format!("/{after}")).unwrap_or_default();
                    path = format!(
                        "{before}{}{after}",
                        first["id"].as_str().map_or_else(|| first["id"].to_string(), str::to_owned)
                    );
                }
                let (status, answer) = demo.call(form.method.clone(), &path, body.as_ref()).await;
                assert!(status < 300, "{} {path} {:?}: {status} {answer}", form.method, form.body);
                sent += 1;
            }
        }
    }
    assert!(sent > 70, "{sent} requests");
}

impl Demo {
    async fn read_or_write(&self, operation: &Operation) {
        if operation.method == Method::GET { self.read(operation).await } else { self.write(operation).await }
    }
}

macro_rules! in_a_demo_school {
    ($($name:ident)*) => {
        $(mod $name {
            use super::*;

            #[tokio::test]
            async fn on_sqlite() {
                super::$name(&Demo::start(Engine::Sqlite).expect("SQLite is always there")).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(demo) = Demo::start(Engine::Postgres) else { return };
                super::$name(&demo).await;
            }
        })*
    };
}

in_a_demo_school! {
    examples_of_the_admin_api_are_true
    examples_of_the_webhooks_api_are_true
    what_a_form_of_the_reference_sends_is_taken_by_the_school_as_it_is
}

#[test]
fn answers_are_compared_field_by_field() {
    let same = |example: Value, answer: Value| differs(&example, &answer, "it", &[]).is_none();
    assert!(same(json!({ "a": 1 }), json!({ "a": 1, "b": 2 })));
    assert!(same(json!("2026-01-15T09:30:00.000Z"), json!("2026-06-01T00:00:00.000Z")));
    assert!(
        same(json!("For all…"), json!("For all of us")) && same(json!([{ "a": 1 }]), json!([{ "a": 2 }, { "a": 1 }]))
    );
    assert!(same(json!("https://demo.example.com/a/b"), json!("http://demo.localhost:1/a/b")));
    for (example, answer) in [
        (json!({ "a": 1 }), json!({ "a": 2 })),
        (json!({ "a": 1 }), json!({})),
        (json!([1, 2]), json!([1])),
        (json!([{ "a": 1 }]), json!([{ "a": 2 }])),
        (json!("2026-01-15T09:30:00.000Z"), json!(null)),
        (json!(null), json!("2026-01-15T09:30:00.000Z")),
        (json!("https://demo.example.com/a"), json!("http://demo.localhost:1/b")),
        (json!("For all…"), json!("For none")),
    ] {
        assert!(!same(example.clone(), answer.clone()), "{example} {answer}");
    }
}
