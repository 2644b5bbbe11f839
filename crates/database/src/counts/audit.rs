//! Taking the maintained counts again from the rows.

use super::CountedList;
use crate::{Engine, StoreError, Tx, params};

/// A counted list, and how its counts are taken from the rows.
#[derive(Debug, Clone, Copy)]
pub struct ListDefinition {
    /// Which list.
    pub list: CountedList,
    /// Its name, for people.
    pub name: &'static str,
    /// The query that gives site, scope, state and key of every row in the list: `SELECT …, …, …, … FROM …`.
    pub rows: &'static str,
}

/// A count that does not agree with the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// Which list.
    pub list: &'static str,
    /// How many of its counts disagree with the rows.
    pub counts: i64,
}

/// Takes every count again from the rows and names the lists where the maintained counts disagree. Reads every row;
/// meant for `doctor` and for tests.
///
/// # Errors
/// When the query of a list is refused.
pub fn audit(tx: &mut Tx<'_>, lists: &[ListDefinition]) -> Result<Vec<Discrepancy>, StoreError> {
    let mut found = Vec::new();
    for ListDefinition { list, name, rows } in lists {
        for level in 0..=3_i64 {
            let bucket = bucket(level);
            let sql = format!(
                "SELECT count(*) FROM (
                   SELECT site, scope, bucket, state, sum(n) AS n FROM (
                     SELECT site_id AS site, scope, bucket, state, n FROM tallies WHERE list = $1 AND level = $2
                     UNION ALL
                     SELECT site, scope, {bucket} AS bucket, state, -1 AS n FROM {}
                   ) AS both_sides GROUP BY site, scope, bucket, state HAVING sum(n) <> 0
                 ) AS wrong",
                named(rows)
            );
            let counts = tx.first(&sql, params![list.0, level], |row| row.get(0))?.unwrap_or(0);
            if counts != 0 {
                found.push(Discrepancy { list: name, counts });
            }
        }
    }
    Ok(found)
}

/// Writes every count anew from the rows, also while other processes write: theirs wait until this is committed.
///
/// # Errors
/// When the query of a list is refused.
pub fn recount(tx: &mut Tx<'_>, lists: &[ListDefinition]) -> Result<(), StoreError> {
    if tx.engine() == Engine::Postgres {
        // A write counts in its last step. Whoever has counted is waited for and seen; whoever has not will wait.
        tx.batch("LOCK TABLE tallies IN EXCLUSIVE MODE")?;
    }
    tx.execute("DELETE FROM tallies", &[])?;
    for ListDefinition { list, rows, .. } in lists {
        for level in 0..=3_i64 {
            let sql = format!(
                "INSERT INTO tallies (site_id, list, scope, level, bucket, state, n)
                 SELECT site, {}, scope, {level}, {}, state, count(*) FROM {} GROUP BY 1, 3, 5, 6",
                list.0,
                bucket(level),
                named(rows)
            );
            tx.execute(&sql, &[])?;
        }
    }
    Ok(())
}

/// Writes the counts of some lists of one site anew from the rows, in its turn of writing.
///
/// # Errors
/// When the query of a list is refused.
pub fn recount_of_site(tx: &mut Tx<'_>, site: i64, lists: &[ListDefinition]) -> Result<(), StoreError> {
    for ListDefinition { list, rows, .. } in lists {
        tx.execute("DELETE FROM tallies WHERE site_id = $1 AND list = $2", params![site, list.0])?;
        for level in 0..=3_i64 {
            let sql = format!(
                "INSERT INTO tallies (site_id, list, scope, level, bucket, state, n)
                 SELECT site, {}, scope, {level}, {}, state, count(*) FROM {} WHERE site = $1 GROUP BY 1, 3, 5, 6",
                list.0,
                bucket(level),
                named(rows)
            );
            tx.execute(&sql, params![site])?;
        }
    }
    Ok(())
}

/// Gives the four columns of a list's query their names.
fn named(rows: &str) -> String {
    let Some((columns, from)) = rows.strip_prefix("SELECT ").and_then(|rest| rest.split_once(" FROM ")) else {
        unreachable!("the query of every list reads SELECT … FROM …")
    };
    let columns: Vec<_> = columns
        .splitn(4, ", ")
        .zip(["site", "scope", "state", "key"])
        .map(|(sql, name)| format!("{sql} AS {name}"))
        .collect();
    format!("(SELECT {} FROM {from}) AS rows_now", columns.join(", "))
}

fn bucket(level: i64) -> String {
    if level == 3 { "0".to_owned() } else { format!("key >> {}", 7 * (level + 1)) }
}
