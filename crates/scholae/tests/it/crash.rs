//! The server is killed while it writes, again and again. Whatever it has acknowledged is there afterwards; whatever
//! it had no time to answer is asked again and has one effect; the counts and ledgers agree with the rows.
//!
//! `make soak` runs hundreds of rounds.

use crate::support::hooks::{Hooked, generated};
use crate::support::process::{Home, Server};
use crate::support::{Reply, postgres, try_send};
use rand::RngExt as _;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::{Engine, SiteId, Store, StoreError};

/// Writers at once.
const WRITERS: usize = 8;
/// Groups of each writer.
const GROUPS: usize = 2;

fn rounds() -> usize {
    if std::env::var_os("SCHOLAE_SOAK").is_some() { 120 } else { 6 }
}

fn roll(below: u64) -> u64 {
    rand::rng().random_range(0..below)
}

/// One of the things in a map.
fn any<K: Clone, V>(map: &BTreeMap<K, V>) -> Option<K> {
    map.keys().nth(rand::rng().random_range(0..map.len().max(1))).cloned()
}

/// The school that is written to.
#[derive(Clone)]
struct School {
    client: Client,
    url: String,
    api_key: String,
    site: SiteId,
    /// Its courses, each with its product.
    courses: Vec<(i64, i64)>,
}

impl School {
    /// Makes it, before there is a server.
    fn make(home: &Home) -> Self {
        let Hooked { api_key, site } = generated(home, 4);
        Self { client: Client::new(), url: String::new(), api_key, site, courses: Vec::new() }
    }

    /// The same school, where a server has it now.
    async fn at(&mut self, server: &Server) {
        // No connection to a server that was killed is used again.
        self.client = Client::new();
        self.url = server.url.clone();
        if self.courses.is_empty() {
            let courses = self.all("/courses").await;
            self.courses =
                courses.iter().map(|course| (id(course), course["product_id"].as_i64().expect("an id"))).collect();
        }
    }

    /// Asks, and gives the whole answer; none when the connection broke before it was there.
    async fn ask(&self, method: &Method, path: &str, key: Option<&str>, body: &Value) -> Option<Reply> {
        let request = self
            .client
            .request(method.clone(), format!("{}/api/public/v1{path}", self.url))
            .header("X-Auth-API-Key", &self.api_key)
            .header("X-Auth-Subdomain", "academy");
        try_send(request, key, body).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(&Method::GET, path, None, &Value::Null).await.expect("an answer").expect(200)
    }

    /// Every item of a list, which must be as many as it says.
    async fn all(&self, path: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut next = format!("{path}{separator}limit=250&sort=id");
        let mut total = None;
        loop {
            let reply = self.get(&next).await;
            total = total.or(reply.pagination()["total_items"].as_u64());
            items.extend(reply.json()["items"].as_array().expect("items").clone());
            let Some((link, _)) = reply.header("link").split_once('>') else { break };
            next = link.trim_start_matches("</api/public/v1").to_owned();
        }
        assert_eq!(total, Some(items.len() as u64), "{path} has as many items as it says");
        items
    }
}

fn id(item: &Value) -> i64 {
    item["id"].as_i64().unwrap_or_else(|| panic!("no id in {item}"))
}

/// A change, as often as it has to be sent.
#[derive(Debug, Clone)]
struct Change {
    method: Method,
    path: String,
    body: Value,
    key: Option<String>,
    /// How it is acknowledged.
    status: u16,
    effect: Effect,
}

/// What the school is like once a change is acknowledged.
#[derive(Debug, Clone)]
enum Effect {
    UserMade { email: String },
    UserChanged { user: i64, company: String },
    UserRemoved { user: i64 },
    Enrolled { user: i64, course: i64 },
    EnrollmentEnds { user: i64, course: i64, date: String },
    GroupMade { name: String },
    Joined { user: i64, group: i64 },
    OrderMade { amount: i64 },
    Purchased { order: i64, amount: i64 },
    Refunded { order: i64, amount: i64 },
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Person {
    email: String,
    company: Option<String>,
    /// Enrollments by course, with their ends.
    enrollments: BTreeMap<i64, (i64, Option<String>)>,
    groups: BTreeSet<i64>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Account {
    paid: i64,
    refunded: i64,
}

/// Somebody who changes the school, and remembers what was acknowledged. What one writer makes, no other touches.
#[derive(Debug, Default)]
struct Writer {
    name: String,
    made: u64,
    people: BTreeMap<i64, Person>,
    groups: BTreeMap<i64, String>,
    accounts: BTreeMap<i64, Account>,
    /// What was sent and not answered.
    pending: Option<Change>,
    acknowledged: u64,
    /// Changes that had happened although they were not answered.
    replayed: u64,
}

impl Writer {
    fn new(number: usize) -> Self {
        Self { name: format!("w{number}"), ..Self::default() }
    }

    fn next_name(&mut self) -> String {
        self.made += 1;
        format!("{}-{}", self.name, self.made)
    }

    /// A change that the school cannot refuse.
    fn invent(&mut self, school: &School) -> Change {
        let (course, product) = school.courses[roll(school.courses.len() as u64) as usize];
        let name = self.next_name();
        let post = |path: &str, body: Value, status, effect| Change {
            method: Method::POST,
            path: path.to_owned(),
            body,
            key: Some(name.clone()),
            status,
            effect,
        };
        let (user, order, group) = (any(&self.people), any(&self.accounts), any(&self.groups));
        let amount = 1 + roll(10_000) as i64;
        // Without a reference: only the Idempotency-Key tells a repeated report from another one.
        let money = json!({ "amount": amount, "currency": "USD" });
        match (roll(100), user, order, group) {
            (0..12, Some(user), ..) => {
                let person = &self.people[&user];
                match person.enrollments.get(&course) {
                    None => post(
                        "/enrollments",
                        json!({ "user_id": user, "course_id": course, "activated_at": "2024-01-01T00:00:00Z" }),
                        201,
                        Effect::Enrolled { user, course },
                    ),
                    Some((enrollment, _)) => {
                        let date = format!("20{}-05-01T00:00:00.000Z", 40 + roll(50));
                        Change {
                            method: Method::PUT,
                            path: format!("/enrollments/{enrollment}"),
                            body: json!({ "expiry_date": date }),
                            key: None,
                            status: 204,
                            effect: Effect::EnrollmentEnds { user, course, date },
                        }
                    }
                }
            }
            (12..20, Some(user), _, Some(group)) => post(
                "/group_users",
                json!({ "user_id": user, "group_names": [self.groups[&group]] }),
                201,
                Effect::Joined { user, group },
            ),
            (20..30, Some(user), ..) => Change {
                method: Method::PUT,
                path: format!("/users/{user}"),
                body: json!({ "company": name }),
                key: None,
                status: 204,
                effect: Effect::UserChanged { user, company: name },
            },
            (30..40, Some(user), ..) if self.people.len() > 3 => Change {
                method: Method::DELETE,
                path: format!("/users/{user}"),
                body: Value::Null,
                key: None,
                status: 204,
                effect: Effect::UserRemoved { user },
            },
            (40..50, Some(user), ..) => post(
                "/external_orders",
                json!({
                    "payment_provider": "Pay", "user_id": user, "product_id": product, "order_type": "subscription",
                    "transaction": money,
                }),
                201,
                Effect::OrderMade { amount },
            ),
            (50..62, _, Some(order), _) => post(
                &format!("/external_orders/{order}/transactions/purchase"),
                money,
                200,
                Effect::Purchased { order, amount },
            ),
            (62..74, _, Some(order), _) if self.accounts[&order].paid - self.accounts[&order].refunded >= amount => {
                post(
                    &format!("/external_orders/{order}/transactions/refund"),
                    money,
                    200,
                    Effect::Refunded { order, amount },
                )
            }
            (74..80, ..) if self.groups.len() < GROUPS => {
                post("/groups", json!({ "name": name }), 200, Effect::GroupMade { name: name.clone() })
            }
            _ => {
                let email = format!("{name}@example.com");
                let body = json!({ "first_name": "Ann", "last_name": "Example", "email": email });
                post("/users", body, 201, Effect::UserMade { email })
            }
        }
    }

    /// Remembers what was acknowledged.
    fn acknowledge(&mut self, change: Change, reply: &Reply) {
        self.acknowledged += 1;
        let person = |people: &'_ mut BTreeMap<i64, Person>, user| people.remove(&user).expect("a person");
        match change.effect {
            Effect::UserMade { email } => {
                self.people.insert(reply.id(), Person { email, ..Person::default() });
            }
            Effect::UserChanged { user, company } => {
                let person = Person { company: Some(company), ..person(&mut self.people, user) };
                self.people.insert(user, person);
            }
            Effect::UserRemoved { user } => drop(person(&mut self.people, user)),
            Effect::Enrolled { user, course } => {
                let mut person = person(&mut self.people, user);
                person.enrollments.insert(course, (reply.id(), None));
                self.people.insert(user, person);
            }
            Effect::EnrollmentEnds { user, course, date } => {
                let mut person = person(&mut self.people, user);
                person.enrollments.entry(course).and_modify(|(_, end)| *end = Some(date));
                self.people.insert(user, person);
            }
            Effect::GroupMade { name } => {
                self.groups.insert(reply.id(), name);
            }
            Effect::Joined { user, group } => {
                let mut person = person(&mut self.people, user);
                person.groups.insert(group);
                self.people.insert(user, person);
            }
            Effect::OrderMade { amount } => {
                self.accounts.insert(reply.id(), Account { paid: amount, refunded: 0 });
            }
            Effect::Purchased { order, amount } => self.accounts.entry(order).or_default().paid += amount,
            Effect::Refunded { order, amount } => self.accounts.entry(order).or_default().refunded += amount,
        }
    }

    /// Sends one change: what is pending, or another one. False: there was no answer, and it is pending now.
    async fn step(&mut self, school: &School) -> bool {
        let again = self.pending.is_some();
        let change = self.pending.take().unwrap_or_else(|| self.invent(school));
        let reply = school.ask(&change.method, &change.path, change.key.as_deref(), &change.body).await;
        match reply {
            None => {
                self.pending = Some(change);
                false
            }
            // "Please try again": nobody knows whether it happened.
            Some(reply) if reply.status == 503 => {
                assert_eq!(reply.header("retry-after"), "1");
                self.pending = Some(change);
                tokio::time::sleep(Duration::from_millis(20)).await;
                true
            }
            Some(reply) => {
                // What was removed without an answer is not there to be removed again.
                let gone = again && change.method == Method::DELETE && reply.status == 404;
                assert!(gone || reply.status == change.status, "{change:?}: {reply:?}");
                self.replayed += u64::from(gone || reply.header("idempotency-replayed") == "true");
                self.acknowledge(change, &reply);
                true
            }
        }
    }

    /// Repeats what was not answered until it is.
    async fn settle(&mut self, school: &School) {
        while self.pending.is_some() {
            assert!(self.step(school).await, "the server answers");
        }
    }
}

/// Everybody who writes.
struct Crowd {
    writers: Vec<Writer>,
}

impl Crowd {
    fn new() -> Self {
        Self { writers: (0..WRITERS).map(Writer::new).collect() }
    }

    fn acknowledged(&self) -> u64 {
        self.writers.iter().map(|writer| writer.acknowledged).sum()
    }

    fn replayed(&self) -> u64 {
        self.writers.iter().map(|writer| writer.replayed).sum()
    }

    /// Lets all of them write until they are told to stop, or have no answer.
    fn write(self, school: &School, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<Self> {
        let (school, stop) = (school.clone(), Arc::clone(stop));
        tokio::spawn(async move {
            let writing = self.writers.into_iter().map(|mut writer| {
                let (school, stop) = (school.clone(), Arc::clone(&stop));
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) && writer.step(&school).await {}
                    writer
                })
            });
            let mut writers = Vec::new();
            for writer in writing.collect::<Vec<_>>() {
                writers.push(writer.await.expect("the writer's answers are as they should be"));
            }
            Self { writers }
        })
    }

    /// Repeats what was not answered, and then the school is exactly as acknowledged: nothing less, nothing more.
    async fn compare(&mut self, school: &School) {
        for writer in &mut self.writers {
            writer.settle(school).await;
        }
        let people = || self.writers.iter().flat_map(|writer| &writer.people);
        let users: BTreeMap<i64, (String, Option<String>)> =
            people().map(|(id, person)| (*id, (person.email.clone(), person.company.clone()))).collect();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let found = school.all("/users").await;
        let found = found.iter().map(|user| (id(user), (text(&user["email"]).expect("text"), text(&user["company"]))));
        same("users", users, found.collect());

        let enrollments: BTreeMap<i64, (i64, i64, Option<String>)> = people()
            .flat_map(|(user, person)| {
                person.enrollments.iter().map(|(course, (id, end))| (*id, (*user, *course, end.clone())))
            })
            .collect();
        let found = school.all("/enrollments").await;
        let found = found.iter().map(|enrollment| {
            let number = |key: &str| enrollment[key].as_i64().expect("a number");
            (id(enrollment), (number("user_id"), number("course_id"), text(&enrollment["expiry_date"])))
        });
        same("enrollments", enrollments, found.collect());

        let groups: BTreeMap<i64, String> = self.writers.iter().flat_map(|writer| writer.groups.clone()).collect();
        let found = school.all("/groups").await;
        same(
            "groups",
            groups.clone(),
            found.iter().map(|group| (id(group), text(&group["name"]).expect("text"))).collect(),
        );
        for group in groups.keys() {
            let members = people().filter(|(_, person)| person.groups.contains(group)).map(|(id, _)| (*id, ()));
            let found = school.all(&format!("/users?query[group_id]={group}")).await;
            same("members of a group", members.collect(), found.iter().map(|user| (id(user), ())).collect());
        }

        let accounts: BTreeMap<i64, Account> = self.writers.iter().flat_map(|writer| writer.accounts.clone()).collect();
        let found = school.all("/external_orders").await;
        let found = found.iter().map(|order| {
            let number = |key: &str| order[key].as_i64().expect("a number");
            (id(order), Account { paid: number("paid"), refunded: number("refunded") })
        });
        same("external orders", accounts.clone(), found.collect());
        let sum = |of: fn(&Account) -> i64| accounts.values().map(of).sum::<i64>();
        let report = school.get("/external_orders/reconciliation").await.json();
        if let Some(line) = report["items"].get(0) {
            let expected = (sum(|account| account.paid), sum(|account| account.refunded), accounts.len());
            assert_eq!((&line["gross"], &line["refunded"]), (&json!(expected.0), &json!(expected.1)));
            assert_eq!(line["subscriptions_opened"], json!(expected.2));
        }
    }
}

/// Asserts that what was acknowledged is what was found, and names only what differs.
fn same<V: PartialEq + std::fmt::Debug>(what: &str, acknowledged: BTreeMap<i64, V>, found: BTreeMap<i64, V>) {
    let lost: Vec<_> = acknowledged.iter().filter(|(id, value)| found.get(id) != Some(value)).collect();
    let strange: Vec<_> = found.iter().filter(|(id, value)| acknowledged.get(id) != Some(value)).collect();
    assert!(
        lost.is_empty() && strange.is_empty(),
        "{what}: acknowledged, and not (so) there: {lost:?}; there, and not (so) acknowledged: {strange:?}"
    );
}

/// Counts and ledgers agree with the rows, and SQLite finds nothing wrong with its file.
async fn audit(home: &Home) {
    let store: Store = home.store();
    let wrong = store
        .read(|tx| -> Result<_, StoreError> {
            let file = match tx.engine() {
                Engine::Sqlite => tx.query("PRAGMA integrity_check", &[], |row| row.get::<String>(0))?,
                Engine::Postgres => vec!["ok".to_owned()],
            };
            Ok((store::lists::audit(tx)?, store::books::audit(tx)?, file))
        })
        .await
        .expect("audited");
    assert_eq!(wrong, (vec![], vec![], vec!["ok".to_owned()]), "counts and ledgers agree with the rows");
    tokio::task::spawn_blocking(move || drop(store)).await.expect("closed");
}

async fn killed_again_and_again(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let begun = Instant::now();
    let mut school = School::make(&home);
    let mut crowd = Crowd::new();
    for round in 0..rounds() {
        if round % 3 == 2 {
            // Once in a while it is not even ready.
            let mut child =
                home.serve_command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
            tokio::time::sleep(Duration::from_millis(roll(40))).await;
            child.kill().and_then(|()| child.wait()).expect("killed");
        }
        let server = home.serve();
        school.at(&server).await;
        crowd.compare(&school).await;
        let writing = crowd.write(&school, &Arc::default());
        tokio::time::sleep(Duration::from_millis(50 + roll(450))).await;
        server.kill();
        crowd = writing.await.expect("no panic");
        if round % 2 == 0 {
            audit(&home).await;
        }
    }
    let server = home.serve();
    school.at(&server).await;
    crowd.compare(&school).await;
    server.kill();
    audit(&home).await;
    eprintln!(
        "{engine:?}: killed {} times; all of {} acknowledged writes are there, {} that had no answer were repeated and \
         had happened; {:.1} s",
        rounds() + 1,
        crowd.acknowledged(),
        crowd.replayed(),
        begun.elapsed().as_secs_f64(),
    );
    assert!(crowd.acknowledged() > 100, "there was a load");
}

#[tokio::test(flavor = "multi_thread")]
async fn crash_while_writing_to_sqlite_loses_nothing() {
    killed_again_and_again(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn crash_while_writing_to_postgres_loses_nothing() {
    killed_again_and_again(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn crash_of_the_connections_to_postgres_is_survived_by_the_server() {
    let Some(home) = Home::new(Engine::Postgres) else { return };
    let begun = Instant::now();
    let mut school = School::make(&home);
    let mut server = home.serve();
    school.at(&server).await;
    let mut crowd = Crowd::new();
    let mut cut = 0;
    for _ in 0..rounds() {
        let stop = Arc::default();
        let writing = crowd.write(&school, &stop);
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(50 + roll(200))).await;
            cut += postgres::cut_connections(home.database().expect("PostgreSQL"));
        }
        stop.store(true, Ordering::Relaxed);
        crowd = writing.await.expect("no panic");
        crowd.compare(&school).await;
        audit(&home).await;
    }
    assert!(server.runs(), "the same server answers all the time");
    eprintln!(
        "{cut} connections were cut; all of {} acknowledged writes are there, {} that were answered with 503 had \
         happened; {:.1} s",
        crowd.acknowledged(),
        crowd.replayed(),
        begun.elapsed().as_secs_f64(),
    );
    assert!(cut > 0 && crowd.acknowledged() > 100, "there was a load");
}

/// The very first start makes the tables and the server's key: both are there whole, or made at the next start.
#[tokio::test(flavor = "multi_thread")]
async fn crash_at_the_very_first_start_is_of_no_consequence() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(home) = Home::new(engine) else { continue };
        for round in 0..2 * rounds() {
            let mut child =
                home.serve_command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
            std::thread::sleep(Duration::from_micros(roll(100_000)));
            child.kill().and_then(|()| child.wait()).expect("killed");
            if round % 4 == 3 {
                let mut school = School::make(&home);
                let server = home.serve();
                school.at(&server).await;
                assert_eq!(school.courses.len(), 4);
                drop(server);
                let data = home.folder().join("data");
                std::fs::remove_dir_all(data).expect("begun anew");
                if engine == Engine::Postgres {
                    break;
                }
            }
        }
    }
}

/// Requests that are being answered, as the server counts them.
async fn running(school: &School) -> usize {
    let metrics = school.client.get(format!("{}/metrics", school.url)).send().await.expect("an answer");
    let metrics = metrics.text().await.expect("text");
    let line = metrics.lines().find_map(|line| line.strip_prefix("scholae_api_requests_running ")).expect("the gauge");
    line.parse().expect("a number")
}

async fn told_to_stop(engine: Engine) {
    let Some(home) = Home::new(engine) else { return };
    let mut school = School::make(&home);
    let server = home.serve();
    school.at(&server).await;
    // The school's writes take turns; while it is our turn, whatever is asked has begun and cannot be answered.
    let ours = home.store();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let (holding, held) = std::sync::mpsc::channel::<()>();
    let turn = tokio::spawn({
        let (ours, site) = (ours.clone(), school.site);
        async move {
            ours.write(site, move |tx| {
                // On PostgreSQL our turn begins with the first statement.
                tx.first("SELECT 1", &[], |_| Ok(()))?;
                let _listens = holding.send(());
                let _told = wait.lock().expect("ours").recv();
                Ok::<_, StoreError>(())
            })
            .await
        }
    });
    held.recv().expect("it is our turn");
    const ASKED: usize = 20;
    let asking: Vec<_> = (0..ASKED)
        .map(|n| {
            let school = school.clone();
            let body = json!({ "first_name": "Ann", "last_name": "Example", "email": format!("stop{n}@example.com") });
            tokio::spawn(async move { school.ask(&Method::POST, "/users", None, &body).await })
        })
        .collect();
    let begun = Instant::now();
    while running(&school).await < ASKED {
        assert!(begun.elapsed() < Duration::from_secs(60), "only {} wait for their turn", running(&school).await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.terminate();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let late = Client::new().get(format!("{}/healthz", school.url)).send().await;
    assert!(late.is_err(), "nobody new is let in");
    go.send(()).expect("it is still our turn");
    turn.await.expect("no panic").expect("nothing was written");
    for asked in asking {
        let reply = asked.await.expect("no panic").expect("what had begun is answered");
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    assert!(server.ended(Duration::from_secs(10)).success(), "it ends by itself");
    tokio::task::spawn_blocking(move || drop(ours)).await.expect("closed");

    // The same under load, when nobody knows what has begun: whatever has an effect has an answer.
    let mut server = home.serve();
    school.at(&server).await;
    assert_eq!(school.all("/users").await.len(), ASKED);
    for user in school.all("/users").await {
        let path = format!("/users/{}", id(&user));
        school.ask(&Method::DELETE, &path, None, &Value::Null).await.expect("an answer").expect(204);
    }
    let mut crowd = Crowd::new();
    for _ in 0..3 {
        let writing = crowd.write(&school, &Arc::default());
        tokio::time::sleep(Duration::from_millis(100 + roll(100))).await;
        server.terminate();
        assert!(server.ended(Duration::from_secs(10)).success(), "it ends by itself");
        crowd = writing.await.expect("no panic");
        server = home.serve();
        school.at(&server).await;
        crowd.compare(&school).await;
        assert_eq!(crowd.replayed(), 0, "whatever has an effect has an answer");
    }
    drop(server);
    audit(&home).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_answers_what_has_begun_on_sqlite() {
    told_to_stop(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_answers_what_has_begun_on_postgres() {
    told_to_stop(Engine::Postgres).await;
}
