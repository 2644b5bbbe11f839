//! What Scholae is compared with: a bare axum server, and one plain writer to each database.

use crate::http::Answer;
use crate::scholae::Child;
use crate::{Fault, Outcome};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use rusqlite::Connection;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Serves the same bytes to every request, with axum and nothing else.
pub fn serve(body: &Path, headers: Option<&Path>, listen: SocketAddr) -> Outcome<()> {
    let body = Bytes::from(fs::read(body)?);
    let mut map = HeaderMap::new();
    for line in headers.map(fs::read_to_string).transpose()?.unwrap_or_default().lines() {
        let (name, value) = line.split_once(':').ok_or("headers are lines such as name: value")?;
        map.append(name.trim().parse::<HeaderName>()?, value.trim().parse::<HeaderValue>()?);
    }
    let map = Arc::new(map);
    let answer = move || {
        let (body, map) = (body.clone(), Arc::clone(&map));
        async move {
            let mut response = Response::new(Body::from(body));
            *response.headers_mut() = map.as_ref().clone();
            response
        }
    };
    let users = "/api/public/v1/users";
    let router = Router::new().route(users, get(answer.clone())).route(&format!("{users}/{{id}}"), get(answer));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        println!("{}", serde_json::json!({ "url": format!("http://{}", listener.local_addr()?) }));
        let listener = listener.tap_io(|stream| {
            let _best_effort = stream.set_nodelay(true);
        });
        axum::serve(listener, router).await?;
        Ok(())
    })
}

/// Starts a bare server that answers as Scholae did.
pub fn start(folder: &Path, answer: &Answer) -> Outcome<Child> {
    fs::create_dir_all(folder)?;
    let (body, headers) = (folder.join("body"), folder.join("headers"));
    fs::write(&body, &answer.body)?;
    // These two every server adds by itself.
    let own = |name: &str| !name.eq_ignore_ascii_case("content-length") && !name.eq_ignore_ascii_case("date");
    let lines = answer.headers.iter().filter(|(name, _)| own(name)).map(|(name, value)| format!("{name}: {value}\n"));
    fs::write(&headers, lines.collect::<String>())?;
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.arg("yardstick").arg("--body").arg(body).arg("--headers").arg(headers);
    Child::start(command, &folder.join("yardstick.log"))
}

/// One plain writer: a row, a commit, a sync, and the next.
pub enum Writer {
    /// To a SQLite file with the settings that Scholae has.
    Sqlite(Connection),
    /// To PostgreSQL as it is.
    Postgres(Box<postgres::Client>, postgres::Statement),
}

const TABLE: &str = "CREATE TABLE plain (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, course_id BIGINT NOT NULL,
                     activated_at BIGINT NOT NULL)";
const INSERT: &str = "INSERT INTO plain (id, user_id, course_id, activated_at) VALUES ($1, $2, $3, $4)";

impl Writer {
    /// A writer to a new file.
    pub fn sqlite(path: &Path) -> Outcome<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;
             PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF;",
        )?;
        connection.execute_batch(TABLE)?;
        Ok(Self::Sqlite(connection))
    }

    /// A writer to a new database.
    pub fn postgres(url: &str) -> Outcome<Self> {
        let mut client = postgres::Client::connect(url, postgres::NoTls)?;
        client.batch_execute("SET synchronous_commit = on")?;
        client.batch_execute(TABLE)?;
        let insert = client.prepare(INSERT)?;
        Ok(Self::Postgres(Box::new(client), insert))
    }

    /// Writes for so long, with keys from `from` on; gives how many commits there were, and how many a second.
    pub fn write(&mut self, from: i64, length: Duration) -> Outcome<(i64, f64)> {
        let begun = Instant::now();
        let mut id = from;
        while begun.elapsed() < length {
            self.one([id, id % 10_000, id / 10_000, 1_767_225_600_000])?;
            id += 1;
        }
        Ok((id - from, (id - from) as f64 / begun.elapsed().as_secs_f64()))
    }

    fn one(&mut self, [a, b, c, d]: [i64; 4]) -> Result<(), Fault> {
        match self {
            Self::Sqlite(connection) => {
                connection.prepare_cached(INSERT)?.execute([a, b, c, d])?;
            }
            Self::Postgres(client, insert) => {
                client.execute(&*insert, &[&a, &b, &c, &d])?;
            }
        }
        Ok(())
    }
}
