//! What `doctor` and `restore` ask of a database as a whole: its version, whether it is sound, its counts.

use crate::engine::postgres::{self, PgLink};
use crate::{Engine, Location, StoreError, Tx, lists};
use rusqlite::{Connection, OpenFlags};

const VERSION: &str = "SELECT CAST(coalesce(max(version), 0) AS BIGINT) FROM refinery_schema_history";

/// The number of the last migration of the tables.
///
/// # Errors
/// Whatever the database says.
pub fn version(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    Ok(tx.first(VERSION, &[], |row| row.get(0))?.unwrap_or(0))
}

/// The same for a database that is not open, which is left as it is: [`crate::Store::open`] would make a missing one
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
            let connection =
                Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(std::time::Duration::from_secs(20))?;
            let there = "SELECT count(*) FROM sqlite_master WHERE name = 'refinery_schema_history'";
            if connection.query_row(there, [], |row| row.get::<_, i64>(0))? == 0 {
                return Ok(None);
            }
            Ok(Some(connection.query_row(VERSION, [], |row| row.get(0))?))
        }
        Location::Postgres(url) => {
            let config = postgres::config(url)?;
            let mut link = PgLink::connect(&config)?;
            let there = link.query("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[])?;
            if !there.first().is_some_and(|row| row.try_get(0).unwrap_or(false)) {
                return Ok(None);
            }
            Ok(link.query(VERSION, &[])?.first().map(|row| row.try_get(0)).transpose()?)
        }
    }
}

/// The number of the last migration that this program knows.
#[must_use]
pub fn latest_version() -> i64 {
    crate::migrations::latest()
}

/// The version of the database itself: `SQLite 3.51.1`, `PostgreSQL 15.6`.
///
/// # Errors
/// Whatever the database says.
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
/// Whatever the database says.
pub fn quick_check(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    if tx.engine() == Engine::Postgres {
        return Ok(Vec::new());
    }
    let mut found: Vec<String> = tx.query("PRAGMA quick_check", &[], |row| row.get(0))?;
    found.retain(|line| line != "ok");
    Ok(found)
}

/// Writes every maintained count anew, also while other processes write: theirs wait until this is committed.
///
/// # Errors
/// Whatever the database says.
pub fn recount(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    if tx.engine() == Engine::Postgres {
        // A write counts in its last step. Whoever has counted is waited for and seen; whoever has not will wait.
        tx.batch("LOCK TABLE tallies IN EXCLUSIVE MODE")?;
    }
    lists::recount(tx)
}

/// Tells PostgreSQL how much there is in each table, which it would find out by itself a while later. SQLite was told
/// with its tables.
///
/// # Errors
/// Whatever the database says.
pub fn analyze(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    if tx.engine() == Engine::Postgres { tx.batch("ANALYZE") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::tests::store;

    #[test]
    fn looking_at_the_version_makes_no_database() {
        let folder = tempfile::tempdir().expect("a folder");
        let location = Location::Sqlite(folder.path().join("test.db"));
        assert_eq!(version_of(&location).expect("none"), None);
        assert!(!folder.path().join("test.db").exists());
        let opened = store(&folder).read_now(version).expect("a version");
        assert_eq!(version_of(&location).expect("a version"), Some(opened));
    }
}
