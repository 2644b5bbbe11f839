//! Rows and SQL: the two engines, the migrations, the counts that keep every list quick.
//!
//! A unit of database work is one synchronous closure that runs on a database thread with a transaction in hand:
//! [`Store::read`] and [`Store::write`]. A write is answered when its commit is on the disk. SQL is written once, in
//! the subset both engines share: `$1` parameters in order of first appearance, `RETURNING`, `ON CONFLICT`.
//!
//! No rule of the school lives here, and no shape of any API.

mod announce;
mod books;
mod engine;
mod error;
mod expired;
mod listing;
mod migrations;
pub mod secrets;
pub mod tally;
mod tx;
mod value;

pub mod api_access_tokens;
pub mod apps;
pub mod attempts;
pub mod bundles;
pub mod chapters;
pub mod collections;
pub mod contents;
pub mod coupons;
pub mod course_reviews;
pub mod courses;
pub mod custom_profile_field_definitions;
pub mod deliveries;
pub mod dump;
pub mod enrollments;
pub mod events;
pub mod external_orders;
pub mod grants;
pub mod groups;
pub mod idempotency;
pub mod instructors;
pub mod leads;
pub mod lists;
pub mod mailbox;
pub mod mailed_links;
pub mod mails;
pub mod order_transactions;
pub mod orders;
pub mod product_publish_requests;
pub mod products;
pub mod progress;
pub mod promotions;
pub mod reconciliation;
pub mod server_key;
pub mod sessions;
pub mod sign_ups;
pub mod signing_keys;
pub mod sites;
pub mod sso_tokens;
pub mod subscriptions;
pub mod users;
pub mod webhooks;

pub use announce::Happenings;
pub use books::{Stamp, now};
pub use engine::FromStore;
pub use error::StoreError;
pub use listing::{Ask, Cursor, Filter, Order, Page, Source, Span, Start};
pub use secrets::ServerKey;
pub use tally::{Part, Place};
pub use tx::Tx;
pub use value::{FromColumn, Row, Value};

use announce::Announcements;
use books::Books;
use engine::{Unit, Work, postgres::Postgres, sqlite::Sqlite};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Which database is underneath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file, in this process.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// `sqlite:///absolute/path` or `sqlite://relative/path`.
    Sqlite(PathBuf),
    /// `postgres://user:password@host/database`.
    Postgres(String),
}

impl std::str::FromStr for Location {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err(StoreError::Config("sqlite:// needs a path: sqlite:///var/lib/scholae/school.db".into()));
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(StoreError::Config("the database must be sqlite:///path/to/file or postgres://user@host/name".to_owned()))
    }
}

/// The store. Cheap to clone; the database threads end with the last clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    announcements: Arc<Announcements>,
}

enum Inner {
    Sqlite(Sqlite, PathBuf),
    Postgres(Postgres, String),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("engine", &self.engine()).finish_non_exhaustive()
    }
}

/// Who waits for the database asynchronously is answered after this long at the latest: a server that has stopped without
/// closing its connections (it hangs, or the network between swallows everything) says nothing by itself.
const PATIENCE: Duration = Duration::from_secs(30);

async fn in_time<T, E: FromStore>(answer: oneshot::Receiver<Result<T, E>>) -> Result<T, E> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(StoreError::Closed.into()),
        Err(_) => Err(StoreError::Unavailable(format!("no answer for {} seconds", PATIENCE.as_secs())).into()),
    }
}

impl Store {
    /// Opens the store and brings its tables up to date.
    ///
    /// `connections` is the number of connections that read (SQLite, beside the one that writes) or of all
    /// connections (PostgreSQL).
    ///
    /// # Errors
    /// When the database cannot be reached or its tables cannot be brought up to date.
    pub fn open(location: &Location, connections: usize) -> Result<Self, StoreError> {
        let announcements = Arc::new(Announcements::default());
        let inner = match location {
            Location::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder)
                        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", folder.display())))?;
                }
                migrations::sqlite(path)?;
                Inner::Sqlite(Sqlite::start(path, connections, &announcements)?, path.clone())
            }
            Location::Postgres(url) => {
                let config = engine::postgres::config(url)?;
                migrations::postgres(&config)?;
                Inner::Postgres(Postgres::start(&config, connections, &announcements)?, url.clone())
            }
        };
        Ok(Self { inner: Arc::new(inner), announcements })
    }

    /// Which engine is underneath.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match *self.inner {
            Inner::Sqlite(..) => Engine::Sqlite,
            Inner::Postgres(..) => Engine::Postgres,
        }
    }

    /// Where the data lives.
    #[must_use]
    pub fn location(&self) -> Location {
        match &*self.inner {
            Inner::Sqlite(_, path) => Location::Sqlite(path.clone()),
            Inner::Postgres(_, url) => Location::Postgres(url.clone()),
        }
    }

    /// Runs a closure that only reads, on one consistent view of the data. It may run again: after a lost connection, or
    /// on another thread when it turns out to take long.
    ///
    /// # Errors
    /// The closure's own, or [`StoreError`] as the closure's error type.
    pub async fn read<T, E>(&self, closure: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromStore + 'static,
    {
        if let Inner::Sqlite(engine, _) = &*self.inner
            && let Some(result) = engine.read_here(Books::reading_in_passing(), &closure)
        {
            return result;
        }
        let (work, answer) = Work::new(0, closure);
        self.send(false, Box::new(work));
        in_time(answer).await
    }

    /// Runs a closure that changes a school, in turn with the school's other writes (`site` zero: outside any
    /// school). The answer comes when the change is on the disk. It may run again when its connection was lost
    /// before the commit, or when another write of its group failed half-way.
    ///
    /// # Errors
    /// The closure's own, in which case nothing was changed; or [`StoreError`] as the closure's error type: after
    /// [`StoreError::Unavailable`] the change may still happen.
    pub async fn write<T, E>(
        &self,
        site: i64,
        closure: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromStore + 'static,
    {
        let (work, answer) = Work::new(site, closure);
        self.send(true, Box::new(work));
        in_time(answer).await
    }

    /// [`Store::read`] for programs without an async runtime.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_now<T, E>(&self, closure: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromStore + 'static,
    {
        if let Inner::Sqlite(engine, _) = &*self.inner
            && let Some(result) = engine.read_here(Books::reading(), &closure)
        {
            return result;
        }
        let (work, answer) = Work::new(0, closure);
        self.send(false, Box::new(work));
        answer.blocking_recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// [`Store::write`] for programs without an async runtime.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_now<T, E>(
        &self,
        site: i64,
        closure: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromStore + 'static,
    {
        let (work, answer) = Work::new(site, closure);
        self.send(true, Box::new(work));
        answer.blocking_recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Waits until this process has committed a delivery, and gives the schools and webhooks that have some.
    pub async fn announced(&self) -> Vec<(i64, i64)> {
        self.announcements.next().await
    }

    /// Hears of the events that this process commits from now on.
    #[must_use]
    pub fn happenings(&self) -> Happenings {
        self.announcements.happenings()
    }

    fn send(&self, write: bool, unit: Box<dyn Unit>) {
        match (&*self.inner, write) {
            (Inner::Sqlite(engine, _), true) => engine.write(unit),
            (Inner::Sqlite(engine, _), false) => engine.read(unit),
            (Inner::Postgres(engine, _), true) => engine.write(unit),
            (Inner::Postgres(engine, _), false) => engine.read(unit),
        }
    }
}
