//! The tables, brought up to date when the store opens. Migrations first add and later remove: a node of the version
//! before must be able to work on the tables of the next.

use crate::StoreError;
use crate::engine::postgres::PgLink;
use crate::engine::sqlite;
use refinery::{Migration, Runner};
use std::path::Path;

/// The migrations, in order. One text for both engines; see [`adapt`] for the few words that differ.
const MIGRATIONS: &[(&str, &str)] = &[("V1__school", include_str!("../migrations/V1__school.sql"))];

/// Keeps two processes from migrating the same PostgreSQL database at once. Any number that nobody else uses.
const MIGRATION_LOCK: i64 = 0x5c40_1ae0;

fn runner(sqlite: bool) -> Result<Runner, StoreError> {
    let migrations = MIGRATIONS
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, &adapt(sql, sqlite)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    Ok(Runner::new(&migrations).set_grouped(true))
}

/// `KEYED` after a table means that its rows live in its primary key, which SQLite must be told. `SEQUENCE name` is
/// a counter, which on SQLite is a row of `id_counters` made when first used. `BYTES` is the type of raw bytes.
fn adapt(sql: &str, sqlite: bool) -> String {
    let mut text = String::with_capacity(sql.len());
    for line in sql.lines() {
        if let Some(name) = line.strip_prefix("SEQUENCE ") {
            if !sqlite {
                text.push_str("CREATE SEQUENCE ids_");
                text.push_str(name);
            }
        } else if sqlite {
            text.push_str(&line.replace(") KEYED;", ") WITHOUT ROWID;").replace(" BYTES", " BLOB"));
        } else {
            text.push_str(&line.replace(") KEYED;", ");").replace(" BYTES", " BYTEA"));
        }
        text.push('\n');
    }
    text
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Engine(format!("the tables cannot be brought up to date: {error}"))
}

pub(crate) fn sqlite(path: &Path) -> Result<(), StoreError> {
    let mut connection = sqlite::connect(path)?;
    runner(true)?.run(&mut connection).map_err(failed)?;
    Ok(())
}

pub(crate) fn postgres(config: &postgres::Config) -> Result<(), StoreError> {
    let mut link = PgLink::connect(config)?;
    link.batch(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
    let run = runner(false)?.run(link.client()).map_err(failed);
    link.batch(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
    run.map(|_| ())
}
