//! The tables, brought up to date when a database is opened. Migrations first add and later remove: a node of the
//! version before must be able to work on the tables of the next.

use crate::StoreError;
use crate::engine::postgres::PgConnection;
use crate::engine::sqlite;
use crate::error::with_causes;
use refinery::Runner;
use rusqlite::Connection;
use std::path::Path;

/// One step of the tables: one text for both engines.
///
/// A line may hold a few words that are not SQL: `KEYED` after a table means that its rows live in its primary key, which
/// SQLite must be told. `SEQUENCE name` is a counter, which on SQLite is a row of `id_counters` made when first used.
/// `BYTES` is the type of raw bytes.
///
/// They must make `id_counters (kind, next)`, `site_clocks (site_id, rev, at, set_back_to)` and
/// `tallies (site_id, list, scope, level, bucket, state, n)`, each with a primary key of all columns but the last ones
/// that count (`next`; `rev`, `at` and the nullable `set_back_to`; `n`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// `V1__school`: its number, and what it is about.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

/// The number of the last migration.
#[must_use]
pub fn latest_version(migrations: &[Migration]) -> i64 {
    let number = |name: &str| name.strip_prefix('V')?.split_once("__")?.0.parse().ok();
    migrations.last().and_then(|last| number(last.name)).unwrap_or(0)
}

/// Keeps two processes from migrating the same PostgreSQL database at once. Any number that nobody else uses.
const MIGRATION_LOCK: i64 = 0x5c40_1ae0;

fn runner(migrations: &[Migration], sqlite: bool) -> Result<Runner, StoreError> {
    let migrations = migrations
        .iter()
        .map(|Migration { name, sql }| refinery::Migration::unapplied(name, &adapt(sql, sqlite)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    Ok(Runner::new(&migrations).set_grouped(true))
}

/// Writes the words of [`Migration`] that are not SQL as the engine understands them.
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

fn failed(error: refinery::Error) -> StoreError {
    StoreError::Engine(format!("the tables cannot be brought up to date: {}", with_causes(&error)))
}

pub(crate) fn sqlite(path: &Path, migrations: &[Migration]) -> Result<(), StoreError> {
    let mut connection = sqlite::connect(path)?;
    let report = runner(migrations, true)?.run(&mut connection).map_err(failed)?;
    if !report.applied_migrations().is_empty() {
        describe(&connection)?;
    }
    Ok(())
}

/// Tells SQLite's planner what our indexes are like. Without statistics it takes ten rows for a site and reads
/// a list by primary key, past a million rows that are not wanted; with measured ones its plans would change from
/// day to day. These are written once and always the same: many rows for a site, few for each further column,
/// one for all of them (sqlite.org/fileformat2.html#stat1tab).
fn describe(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE; ANALYZE sqlite_schema; DELETE FROM sqlite_stat1;")?;
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let tables: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for table in tables {
        let sql = "SELECT i.name, i.origin, (SELECT count(*) FROM pragma_index_info(i.name)),
                     (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0)
                   FROM pragma_index_list($1) AS i";
        let mut indexes = connection.prepare(sql)?;
        let indexes: Vec<(String, String, i64, String)> = indexes
            .query_map([&table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        for (name, origin, columns, first) in indexes {
            if first != "site_id" {
                continue;
            }
            let mut stat = String::from("1000000");
            for column in 1..=columns {
                stat.push_str(match column {
                    last if last == columns => " 1",
                    1 => " 1000000",
                    _ => " 1000",
                });
            }
            // The rows of a table WITHOUT ROWID are its primary key, which bears the table's name here.
            let index = if origin == "pk" { &table } else { &name };
            let sql = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)";
            connection.execute(sql, [&table, index, &stat])?;
        }
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

pub(crate) fn postgres(config: &tokio_postgres::Config, migrations: &[Migration]) -> Result<(), StoreError> {
    let mut connection = PgConnection::connect(config)?;
    connection.batch(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
    let runner = runner(migrations, false)?;
    let run = connection.with_client(async |client| runner.run_async(client).await.map_err(failed));
    connection.batch(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
    run.map(|_| ())
}
