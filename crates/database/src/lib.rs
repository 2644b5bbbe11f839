//! SQLite and PostgreSQL behind one interface: transactions, paged lists with maintained counts, sealed secrets.
//!
//! A unit of database work is one synchronous closure that runs on a database thread with a transaction in hand:
//! [`Database::read`] and [`Database::write`]. A write is answered when its commit is on the disk. SQL is written once,
//! in the subset both engines share: `$1` parameters in order of first appearance, `RETURNING`, `ON CONFLICT`.
//!
//! Rows belong to sites (tenants), by a number that this crate does not interpret. It has no table of its own subject;
//! the migrations that it is opened with must make the three that it works with itself: `id_counters`, `site_clocks` and
//! `tallies` (see [`Migration`]).

mod changes;
pub mod clock;
mod counts;
mod engine;
mod error;
mod inspect;
mod list;
mod migrations;
mod notices;
mod pending;
pub mod secrets;
mod tx;
mod value;

#[cfg(test)]
mod tests;

pub use counts::{
    ALL_STATES, CountSelection, CountedList, CountedRow, Discrepancy, ListDefinition, RangeCount, audit, key_of_range,
    recount, recount_of_site,
};
pub use engine::FromStore;
pub use error::StoreError;
pub use inspect::{analyze, engine_version, faults_within, is_in_use, quick_check, version, version_of};
pub use list::{Cursor, Filter, ListQuery, Order, Page, PageRequest, PageStart, TimeRange};
pub use migrations::{Migration, latest_version};
pub use notices::EventSubscription;
pub use pending::{Stamp, now};
pub use secrets::ServerKey;
pub use tx::Tx;
pub use value::{ColumnType, FromColumn, Row, ToValue, Value};

use engine::{Operation, UnitOfWork, postgres::Postgres, sqlite::Sqlite};
use notices::CommitNotices;
use pending::PendingChanges;
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

/// An open database. Cheap to clone; the database threads end with the last clone.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
    notices: Arc<CommitNotices>,
}

enum Inner {
    Sqlite(Sqlite, PathBuf),
    Postgres(Postgres, String),
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("engine", &self.engine()).finish_non_exhaustive()
    }
}

/// Who waits for the database asynchronously is answered after this long at the latest: a server that has stopped without
/// closing its connections (it hangs, or the network between swallows everything) says nothing by itself.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

async fn in_time<T, E: FromStore>(answer: oneshot::Receiver<Result<T, E>>) -> Result<T, E> {
    match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(StoreError::Closed.into()),
        Err(_) => Err(StoreError::Unavailable(format!("no answer for {} seconds", ANSWER_TIMEOUT.as_secs())).into()),
    }
}

impl Database {
    /// Opens the database and brings its tables up to date.
    ///
    /// `connections` is the number of connections that read (SQLite, beside the one that writes) or of all
    /// connections (PostgreSQL).
    ///
    /// # Errors
    /// When the database cannot be reached or its tables cannot be brought up to date.
    pub fn open(location: &Location, connections: usize, migrations: &[Migration]) -> Result<Self, StoreError> {
        let notices = Arc::new(CommitNotices::default());
        let inner = match location {
            Location::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder)
                        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", folder.display())))?;
                }
                engine::must_share_memory(path)?;
                migrations::sqlite(path, migrations)?;
                Inner::Sqlite(Sqlite::start(path, connections, &notices)?, path.clone())
            }
            Location::Postgres(url) => {
                let config = engine::postgres::config(url)?;
                migrations::postgres(&config, migrations)?;
                Inner::Postgres(Postgres::start(&config, connections, &notices)?, url.clone())
            }
        };
        Ok(Self { inner: Arc::new(inner), notices })
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
            && let Some(result) = engine.read_here(PendingChanges::reading_on_caller_thread(), &closure)
        {
            return result;
        }
        let (work, answer) = Operation::new(0, closure);
        self.send(false, Box::new(work));
        in_time(answer).await
    }

    /// Runs a closure that changes a site's rows, in turn with the site's other writes (`site` zero: outside any
    /// site). The answer comes when the change is on the disk. It may run again when its connection was lost
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
        self.refuse_on_other_files()?;
        let (work, answer) = Operation::new(site, closure);
        self.send(true, Box::new(work));
        in_time(answer).await
    }

    /// Looks whether the files underneath are still those that were opened, and whole; the answer is why not. As long as
    /// they are not, every write is refused: what is written into a file that nobody finds again is lost. Nothing on
    /// PostgreSQL. Takes longer when something is wrong, since it looks twice.
    #[must_use]
    pub fn check_files(&self) -> Option<String> {
        match &*self.inner {
            Inner::Sqlite(engine, _) => engine.files.check(),
            Inner::Postgres(..) => None,
        }
    }

    /// What [`Database::check_files`] has last found.
    #[must_use]
    pub fn file_fault(&self) -> Option<String> {
        match &*self.inner {
            Inner::Sqlite(engine, _) => engine.files.known(),
            Inner::Postgres(..) => None,
        }
    }

    fn refuse_on_other_files(&self) -> Result<(), StoreError> {
        match &*self.inner {
            Inner::Sqlite(engine, _) => engine.files.refuse(),
            Inner::Postgres(..) => Ok(()),
        }
    }

    /// [`Database::read`] for programs without an async runtime.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub fn read_now<T, E>(&self, closure: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromStore + 'static,
    {
        if let Inner::Sqlite(engine, _) = &*self.inner
            && let Some(result) = engine.read_here(PendingChanges::reading(), &closure)
        {
            return result;
        }
        let (work, answer) = Operation::new(0, closure);
        self.send(false, Box::new(work));
        answer.blocking_recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// [`Database::write`] for programs without an async runtime.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub fn write_now<T, E>(
        &self,
        site: i64,
        closure: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromStore + 'static,
    {
        self.refuse_on_other_files()?;
        let (work, answer) = Operation::new(site, closure);
        self.send(true, Box::new(work));
        answer.blocking_recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Waits until this process has committed work for a queue ([`Tx::notify_queue`]), and gives the sites and queues
    /// that have some.
    pub async fn queues_with_work(&self) -> Vec<(i64, i64)> {
        self.notices.queues_with_work().await
    }

    /// Subscribes to the events that this process commits from now on ([`Tx::notify_event`]).
    #[must_use]
    pub fn subscribe_to_events(&self) -> EventSubscription {
        self.notices.subscribe_to_events()
    }

    fn send(&self, write: bool, unit: Box<dyn UnitOfWork>) {
        match (&*self.inner, write) {
            (Inner::Sqlite(engine, _), true) => engine.write(unit),
            (Inner::Sqlite(engine, _), false) => engine.read(unit),
            (Inner::Postgres(engine, _), true) => engine.write(unit),
            (Inner::Postgres(engine, _), false) => engine.read(unit),
        }
    }
}
