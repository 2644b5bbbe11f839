//! The harness: a real server on a fresh database for every test, on SQLite and on PostgreSQL.

#![allow(dead_code, reason = "each test uses the part it needs")]

pub mod chromium;
pub mod clock;
pub mod hand;
pub mod hooks;
pub mod process;
pub mod receiver;
pub mod redact;
#[macro_use]
pub mod stopped_clock;

use delivery::mail::{Mailer, Route, SiteUrl};
pub use testing::{postgres, sqlite};

use reqwest::{Client, Method, RequestBuilder};
use school::sites::{self, NewSite, Plan};
use serde_json::Value;
use server::Limits;
use std::path::PathBuf;
use std::sync::Arc;
use store::{Engine, Location, ServerKey, SiteId, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::{App, WebConfig};

/// Writes a test twice: on SQLite, and on PostgreSQL (skipped with a line where its binaries are missing).
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($school:ident: &TestSchool) $body:block)*) => {
        $($(#[$meta])* mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($school: &TestSchool) $body

            #[tokio::test]
            async fn on_sqlite() {
                let school = TestSchool::start(store::Engine::Sqlite).await.expect("SQLite is always there");
                test(&school).await;
                school.finish().await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(school) = TestSchool::start(store::Engine::Postgres).await else { return };
                test(&school).await;
                school.finish().await;
            }
        })*
    };
}

/// A school of a server of its own.
pub struct TestSchool {
    /// Where the server listens: `http://127.0.0.1:1234`.
    pub url: String,
    /// The school's subdomain.
    pub subdomain: String,
    /// Its API key.
    pub api_key: String,
    /// Its id.
    pub site: SiteId,
    /// The server's store, to arrange what the API cannot make.
    pub store: Store,
    /// The server's key.
    pub key: ServerKey,
    app: Option<App>,
    client: Client,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    database: Database,
}

enum Database {
    Sqlite(tempfile::TempDir),
    Postgres(String),
    /// Of a server in a process of its own.
    Process(process::Server, process::Home),
    /// Of the school on whose server this one is.
    Shared,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// Its body as text.
    pub text: String,
}

impl Reply {
    /// The body as JSON; null when it is empty.
    #[track_caller]
    pub fn json(&self) -> Value {
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    /// A header as text; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The same reply, once its status was found to be this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The `id` of the body.
    #[track_caller]
    pub fn id(&self) -> i64 {
        self.json()["id"].as_i64().unwrap_or_else(|| panic!("no id in {}", self.text))
    }

    /// The ids of the items of a list.
    #[track_caller]
    pub fn ids(&self) -> Vec<i64> {
        let items = self.json()["items"].as_array().cloned().unwrap_or_else(|| panic!("no items in {}", self.text));
        items.iter().filter_map(|item| item["id"].as_i64()).collect()
    }

    /// `meta.pagination` of a list.
    #[track_caller]
    pub fn pagination(&self) -> Value {
        self.json()["meta"]["pagination"].clone()
    }
}

/// The server key of every test.
pub fn server_key() -> ServerKey {
    ServerKey::from_text("a key for tests that is long enough").expect("long enough")
}

impl TestSchool {
    /// A school without any limits on a fresh database; none where the engine is missing.
    pub async fn start(engine: Engine) -> Option<Self> {
        Self::start_with(
            engine,
            WebConfig { requests_per_minute: None, requests_at_once: None, mailbox: true, ..WebConfig::default() },
        )
        .await
    }

    /// The same, with a configuration of the test's own.
    pub async fn start_with(engine: Engine, config: WebConfig) -> Option<Self> {
        Self::start_within(engine, config, Limits::default()).await
    }

    /// The same, with limits of connections of the test's own.
    pub async fn start_within(engine: Engine, config: WebConfig, limits: Limits) -> Option<Self> {
        let (location, database) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder");
                let path = folder.path().join("school.db");
                sqlite::fresh_database(&path);
                (Location::Sqlite(path), Database::Sqlite(folder))
            }
            Engine::Postgres => {
                let url = postgres::fresh_database()?;
                (Location::Postgres(url.clone()), Database::Postgres(url))
            }
        };
        let store = tokio::task::spawn_blocking(move || Store::open(&location, 2))
            .await
            .expect("no panic")
            .expect("the store opens");
        let key = server_key();
        let (site, api_key) = make_site(&store, &key, "academy", Plan::Plus).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel::<()>();
        let app = App::new(store.clone(), key.clone(), config);
        let serving = app.clone();
        let server = tokio::spawn(async move {
            let stopped = async {
                let _ended = stopped.await;
            };
            server::serve(listener, serving, limits, Box::new(|| {}), stopped).await.expect("the server serves");
        });
        Some(Self {
            url,
            subdomain: "academy".to_owned(),
            api_key,
            site,
            store,
            key,
            app: Some(app),
            client: Client::builder().build().expect("a client"),
            stop: Some(stop),
            server: Some(server),
            database,
        })
    }

    /// Another school on the same server: its id and its key.
    pub async fn another_school(&self, subdomain: &str, plan: Plan) -> (SiteId, String) {
        make_site(&self.store, &self.key, subdomain, plan).await
    }

    /// The same as a `TestSchool` of its own, which has nothing to finish.
    pub async fn second_school(&self, subdomain: &str) -> Self {
        let (site, api_key) = self.another_school(subdomain, Plan::Plus).await;
        Self {
            url: self.url.clone(),
            subdomain: subdomain.to_owned(),
            api_key,
            site,
            store: self.store.clone(),
            key: self.key.clone(),
            app: self.app.clone(),
            client: self.client.clone(),
            stop: None,
            server: None,
            database: Database::Shared,
        }
    }

    /// The state of the server, which is in this process.
    #[track_caller]
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("a server in this process")
    }

    /// A request with this school's credentials. `path` is below the API's root unless it is a whole address.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.plain(method, path).header("X-Auth-API-Key", &self.api_key).header("X-Auth-Subdomain", &self.subdomain)
    }

    /// A request without any credentials.
    pub fn plain(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}/api/public/v1{path}", self.url) };
        self.client.request(method, url)
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    /// `POST` with JSON.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::POST, path).json(&body)).await
    }

    /// `PUT` with JSON.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Reply {
        send(self.request(Method::DELETE, path)).await
    }

    /// A new user: their id.
    pub async fn user(&self, email: &str) -> i64 {
        let body = serde_json::json!({ "first_name": "Ann", "last_name": "Example", "email": email });
        self.post("/users", body).await.expect(201).id()
    }

    /// What sends the school's mail, here into the mailbox of development.
    pub fn mailer(&self, route: Route) -> Mailer {
        let site_url: SiteUrl = Arc::new(|subdomain| format!("http://{subdomain}.localhost"));
        Mailer { store: self.store.clone(), key: self.key.clone(), route, site_url }
    }

    /// Does the jobs that wait.
    pub async fn work(&self) {
        worker::Worker::new(self.store.clone(), self.key.clone()).work().await.expect("done");
    }

    /// Sends the mail that is owed and gives what is in the mailbox, the newest first.
    pub async fn mails(&self) -> Vec<Value> {
        self.mailer(Route::Mailbox).send_due().await.expect("sent");
        let json = send(self.plain(Method::GET, &format!("{}/mailbox.json", self.url))).await.expect(200).json();
        json["items"].as_array().expect("items").clone()
    }

    /// Changes the school directly, for what the API cannot make.
    pub async fn arrange<T: Send + 'static>(
        &self,
        change: impl Fn(&mut store::Tx<'_>, SiteId) -> school::Result<T> + Send + 'static,
    ) -> T {
        let site = self.site;
        self.store.write(site, move |tx| change(tx, site)).await.expect("arranged")
    }

    /// Writes the requests down that wait to be.
    pub async fn write_request_log(&self) {
        self.app.as_ref().expect("a server in this process").write_request_log().await.expect("written");
    }

    /// Ends the test: the books agree with the rows, and nothing is left over.
    pub async fn finish(mut self) {
        let wrong = self
            .store
            .read(|tx| -> Result<_, store::StoreError> { Ok((store::lists::audit(tx)?, store::books::audit(tx)?)) })
            .await
            .expect("audited");
        assert_eq!(wrong, (vec![], vec![]), "counts and ledgers agree with the rows");
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            server.await.expect("the server ends");
        }
        let Self { store, app, database, .. } = self;
        tokio::task::spawn_blocking(move || {
            drop((store, app));
            match database {
                Database::Sqlite(folder) => folder.close().expect("removed"),
                Database::Postgres(url) => postgres::drop_database(&url),
                // The server ends before its database is removed.
                Database::Process(server, home) => drop((server, home)),
                Database::Shared => {}
            }
        })
        .await
        .expect("no panic");
    }
}

async fn make_site(store: &Store, key: &ServerKey, subdomain: &str, plan: Plan) -> (SiteId, String) {
    let new = NewSite {
        subdomain: subdomain.to_owned(),
        name: format!("School {subdomain}"),
        plan,
        currency: "usd".to_owned(),
        support_email: "help@academy-school.net".to_owned(),
    };
    let key = key.clone();
    let (site, api_key) = store.write(None, move |tx| sites::create(tx, &key, &new)).await.expect("a site");
    (site.id, api_key)
}

/// Sends a request and reads its answer whole.
pub async fn send(request: RequestBuilder) -> Reply {
    read(request.send().await.expect("an answer")).await.expect("text")
}

/// Sends a request with an idempotency key and a body, where there are any; none when the connection broke before the
/// whole answer was there.
pub async fn try_send(mut request: RequestBuilder, key: Option<&str>, body: &Value) -> Option<Reply> {
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    if !body.is_null() {
        request = request.json(body);
    }
    read(request.send().await.ok()?).await.ok()
}

async fn read(response: reqwest::Response) -> reqwest::Result<Reply> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Reply { status, headers, text: response.text().await? })
}

/// The program under test.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_scholae"))
}
