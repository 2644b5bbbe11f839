//! Looking at a database as a whole: its version, whether it is sound.

use crate::engine::{
    self,
    postgres::{self, PgConnection},
};
use crate::{Engine, Location, StoreError, Tx};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;
use std::time::Duration;

const VERSION: &str = "SELECT CAST(coalesce(max(version), 0) AS BIGINT) FROM refinery_schema_history";

/// The number of the last migration of the tables.
///
/// # Errors
/// When the table of migrations cannot be read.
pub fn version(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    Ok(tx.first(VERSION, &[], |row| row.get(0))?.unwrap_or(0))
}

/// The same for a database that is not open, which is left as it is: [`crate::Database::open`] would make a missing one
/// and bring an old one up to date. None when there is no database, or nothing in it.
///
/// # Errors
/// When the database cannot be reached.
pub fn version_of(location: &Location) -> Result<Option<i64>, StoreError> {
    match location {
        Location::Sqlite(path) => {
            if !path.exists() {
                return Ok(None);
            }
            engine::must_share_memory(path)?;
            let connection =
                Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(Duration::from_secs(20))?;
            let there = "SELECT count(*) FROM sqlite_master WHERE name = 'refinery_schema_history'";
            if connection.query_row(there, [], |row| row.get::<_, i64>(0))? == 0 {
                return Ok(None);
            }
            Ok(Some(connection.query_row(VERSION, [], |row| row.get(0))?))
        }
        Location::Postgres(url) => {
            let config = postgres::config(url)?;
            let mut connection = PgConnection::connect(&config)?;
            let there = connection.query("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[])?;
            if !there.first().is_some_and(|row| row.try_get(0).unwrap_or(false)) {
                return Ok(None);
            }
            Ok(connection.query(VERSION, &[])?.first().map(|row| row.try_get(0)).transpose()?)
        }
    }
}

/// Whether some program has a SQLite database open. It is not changed.
///
/// # Errors
/// When the file cannot be read as a database.
pub fn is_in_use(path: &Path) -> Result<bool, StoreError> {
    engine::must_share_memory(path)?;
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::ZERO)?;
    // Only who is alone leaves the mode in which several programs share a file (sqlite.org/wal.html, section 3.3).
    match connection.query_row("PRAGMA journal_mode=DELETE", [], |row| row.get::<_, String>(0)) {
        Ok(mode) => Ok(mode == "wal"),
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::DatabaseBusy => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// The version of the engine itself: `SQLite 3.51.1`, `PostgreSQL 15.6`.
///
/// # Errors
/// When the engine does not say it.
pub fn engine_version(tx: &mut Tx<'_>) -> Result<String, StoreError> {
    let (name, sql) = match tx.engine() {
        Engine::Sqlite => ("SQLite", "SELECT sqlite_version()"),
        Engine::Postgres => ("PostgreSQL", "SELECT current_setting('server_version')"),
    };
    let version: Option<String> = tx.first(sql, &[], |row| row.get(0))?;
    Ok(format!("{name} {}", version.unwrap_or_default()))
}

/// What SQLite finds wrong with its own file; nothing on PostgreSQL, which has no such check. Reads the whole file.
///
/// # Errors
/// When the file cannot be read.
pub fn quick_check(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    if tx.engine() == Engine::Postgres {
        return Ok(Vec::new());
    }
    let mut found: Vec<String> = tx.query("PRAGMA quick_check", &[], |row| row.get(0))?;
    found.retain(|line| line != "ok");
    Ok(found)
}

/// What SQLite finds wrong with a file within so much time, without opening it as a database of ours; nothing on
/// PostgreSQL. A large file is not read to its end.
///
/// # Errors
/// When the file cannot be read as a database at all.
pub fn faults_within(location: &Location, time: Duration) -> Result<Vec<String>, StoreError> {
    let Location::Sqlite(path) = location else { return Ok(Vec::new()) };
    engine::must_share_memory(path)?;
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(20))?;
    let (over, waiting) = std::sync::mpsc::channel::<()>();
    let interrupt = connection.get_interrupt_handle();
    let watch = std::thread::spawn(move || {
        if waiting.recv_timeout(time).is_err() {
            interrupt.interrupt();
        }
    });
    let mut found = Vec::new();
    let checked = connection.prepare("PRAGMA quick_check(5)").and_then(|mut statement| {
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            found.push(row.get::<_, String>(0)?);
        }
        Ok(())
    });
    let _ended_meanwhile = over.send(());
    let _panicked = watch.join();
    found.retain(|line| line != "ok");
    match checked {
        Err(rusqlite::Error::SqliteFailure(code, _)) if code.code == rusqlite::ErrorCode::OperationInterrupted => {
            Ok(found)
        }
        Err(error) => Err(error.into()),
        Ok(()) => Ok(found),
    }
}

/// Tells PostgreSQL how much there is in each table, which it would find out by itself a while later. SQLite was told
/// with its tables.
///
/// # Errors
/// When the engine refuses.
pub fn analyze(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    if tx.engine() == Engine::Postgres { tx.batch("ANALYZE") } else { Ok(()) }
}
