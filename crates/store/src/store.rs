//! The database with the school's tables in it.

use crate::migrations::MIGRATIONS;
use crate::{Engine, FromStore, Location, SiteId, StoreError, Tx, WebhookNumber};
use database::Database;

/// The store. Cheap to clone; the database threads end with the last clone.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
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
        let store = Self { database: Database::open(location, connections, MIGRATIONS)? };
        if store.read_now(crate::users::words_are_missing)? {
            store.write_now(None, crate::users::write_missing_words)?;
        }
        Ok(store)
    }

    /// Which engine is underneath.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.database.engine()
    }

    /// Where the data lives.
    #[must_use]
    pub fn location(&self) -> Location {
        self.database.location()
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
        self.database.read(closure).await
    }

    /// Runs a closure that changes a school, in turn with the school's other writes (`None`: outside any school). The answer comes when the change is on the disk. It may run again when its connection was lost
    /// before the commit, or when another write of its group failed half-way.
    ///
    /// # Errors
    /// The closure's own, in which case nothing was changed; or [`StoreError`] as the closure's error type: after
    /// [`StoreError::Unavailable`] the change may still happen.
    pub async fn write<T, E>(
        &self,
        site: impl Into<Option<SiteId>>,
        closure: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromStore + 'static,
    {
        self.database.write(turn(site), closure).await
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
        self.database.read_now(closure)
    }

    /// [`Store::write`] for programs without an async runtime.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_now<T, E>(
        &self,
        site: impl Into<Option<SiteId>>,
        closure: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: FromStore + 'static,
    {
        self.database.write_now(turn(site), closure)
    }

    /// Looks whether the files of SQLite are still those that were opened, and whole; the answer is why not. As long as
    /// they are not, every write is refused. Takes longer when something is wrong, since it looks twice.
    #[must_use]
    pub fn check_files(&self) -> Option<String> {
        self.database.check_files()
    }

    /// What [`Store::check_files`] has last found.
    #[must_use]
    pub fn file_fault(&self) -> Option<String> {
        self.database.file_fault()
    }

    /// Writes that it was tried, to see whether that is possible.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn try_to_write(&self) -> Result<(), StoreError> {
        self.write(None, crate::server_key::touch).await
    }

    /// Waits until this process has committed a delivery, and gives the schools and webhooks that have some.
    pub async fn webhooks_with_deliveries(&self) -> Vec<(SiteId, WebhookNumber)> {
        let queues = self.database.queues_with_work().await;
        queues.into_iter().map(|(site, webhook)| (SiteId::new(site), WebhookNumber::new(webhook))).collect()
    }

    /// Subscribes to the events that this process commits from now on.
    #[must_use]
    pub fn subscribe_to_events(&self) -> EventSubscription {
        EventSubscription(self.database.subscribe_to_events())
    }
}

/// Receives the events that this process commits, from when it was made.
#[derive(Debug)]
pub struct EventSubscription(database::EventSubscription);

impl EventSubscription {
    /// Waits until this process has committed an event of this school. Returns also when the subscription has fallen
    /// behind: an event of the school may then have been missed.
    pub async fn next_of(&mut self, site: SiteId) {
        self.0.next_of(site.get()).await;
    }
}

/// Whose writes take turns: the database numbers those outside any school zero.
fn turn(site: impl Into<Option<SiteId>>) -> i64 {
    site.into().map_or(0, SiteId::get)
}
