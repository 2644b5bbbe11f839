//! What can go wrong between a closure and the rows.

use std::borrow::Cow;

/// An error of the store. Domain code tells [`StoreError::Taken`] apart (a unique value is in use, which is
/// usually the caller's mistake); everything else is the server's trouble and is logged once, at the boundary.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique constraint refused the row. Carries `table.column`, where the column is the last of the constraint.
    #[error("{0} has already been taken")]
    Taken(Cow<'static, str>),
    /// The database cannot be reached, or has closed the connection.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database refused a statement.
    #[error("the database refused a statement: {0}")]
    Engine(String),
    /// A column holds something that its type does not allow.
    #[error("column {column} cannot be read: {reason}")]
    Column {
        /// Position of the column in the row, from zero.
        column: usize,
        /// What was found instead.
        reason: String,
    },
    /// A sealed secret cannot be opened: another server key, or a damaged row.
    #[error("a sealed secret cannot be opened; is this the server key that sealed it?")]
    Sealed,
    /// The closure panicked; its changes were rolled back.
    #[error("the operation panicked and was rolled back")]
    Panicked,
    /// A read turned out to be long on a thread that others wait for. It begins again on a reader thread; this never leaves
    /// the database.
    #[error("the read takes long")]
    NeedsReaderThread,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The configuration of the store makes no sense.
    #[error("{0}")]
    Config(String),
}

impl StoreError {
    /// A column that cannot be read, and why.
    pub fn column(column: usize, reason: impl ToString) -> Self {
        Self::Column { column, reason: reason.to_string() }
    }

    /// Whether the same work may be tried again on another connection.
    pub(crate) fn lost_connection(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::SqliteFailure(code, Some(message)) = &error {
            let unique = code.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                || code.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY;
            if unique && let Some((_, columns)) = message.split_once(": ") {
                let last = columns.rsplit(", ").next().unwrap_or(columns);
                return Self::Taken(last.to_owned().into());
            }
        }
        match &error {
            rusqlite::Error::SqliteFailure(code, _) if is_trouble_of_the_machine(code.code) => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Engine(error.to_string()),
        }
    }
}

/// Whether the same statement may succeed another time: a full disk, a file that cannot be used, a lock that was not given.
fn is_trouble_of_the_machine(code: rusqlite::ErrorCode) -> bool {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, FileLockingProtocolFailed, NotADatabase,
        ReadOnly, SystemIoFailure,
    };
    matches!(
        code,
        CannotOpen
            | DatabaseBusy
            | DatabaseCorrupt
            | DatabaseLocked
            | DiskFull
            | FileLockingProtocolFailed
            | NotADatabase
            | ReadOnly
            | SystemIoFailure
    )
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        if error.is_closed() {
            return Self::Unavailable(error.to_string());
        }
        match error.as_db_error() {
            Some(db) if *db.code() == tokio_postgres::error::SqlState::UNIQUE_VIOLATION => {
                // Unique indexes are named `table__column`; primary keys `table_pkey`.
                let name = db.constraint().unwrap_or_default();
                Self::Taken(name.replacen("__", ".", 1).into())
            }
            // Class 53: no room on the disk, or in memory. 25006: the server only answers reads for the time being.
            Some(db) if ["57P", "08", "53", "25006"].iter().any(|class| db.code().code().starts_with(class)) => {
                Self::Unavailable(db.to_string())
            }
            Some(db) => Self::Engine(format!("{} ({})", db.message(), db.code().code())),
            None => Self::Unavailable(with_causes(&error)),
        }
    }
}

/// An error and what caused it, which the client does not say by itself.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let said = next.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = next.source();
    }
    text
}
