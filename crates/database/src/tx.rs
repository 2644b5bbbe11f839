//! A transaction in hand: what every closure that touches rows is given.

use crate::engine::postgres::PgConnection;
use crate::pending::PendingChanges;
use crate::{Row, StoreError, Value};
use rusqlite::Connection;
use std::fmt::Write as _;

/// The most ids that one statement names.
const IDS_OF_A_STATEMENT: usize = 256;

/// The transaction a closure works in. Everything it does is committed together or not at all.
pub struct Tx<'c> {
    connection: Connected<'c>,
    pending: &'c mut PendingChanges,
}

pub(crate) enum Connected<'c> {
    Sqlite(&'c Connection),
    Postgres(&'c mut PgConnection),
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: Connected<'c>, pending: &'c mut PendingChanges) -> Self {
        Self { connection, pending }
    }

    /// Runs a statement that answers no rows; gives the number of rows it changed.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when a unique constraint refuses, [`StoreError::Engine`] otherwise.
    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        match &mut self.connection {
            Connected::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, params)?;
                Ok(statement.raw_execute()? as u64)
            }
            Connected::Postgres(connection) => connection.execute(sql, params),
        }
    }

    /// Runs a query and reads every row of its answer.
    ///
    /// # Errors
    /// Whatever the statement or `read` meets.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match &mut self.connection {
            Connected::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, params)?;
                let mut rows = statement.raw_query();
                let mut answer = Vec::new();
                while let Some(row) = rows.next()? {
                    answer.push(read(&Row::Sqlite(row))?);
                }
                Ok(answer)
            }
            Connected::Postgres(connection) => {
                connection.query(sql, params)?.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        }
    }

    /// Runs a query and hands over its rows one by one: they are never all in memory.
    ///
    /// # Errors
    /// Whatever the statement or `each` meets; the rows after that are not asked for.
    pub fn for_each<E: From<StoreError>>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.connection {
            Connected::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql).map_err(StoreError::from)?;
                bind(&mut statement, params)?;
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next().map_err(StoreError::from)? {
                    each(&Row::Sqlite(row))?;
                }
            }
            Connected::Postgres(connection) => connection.for_each(sql, params, |row| each(&Row::Postgres(row)))?,
        }
        Ok(())
    }

    /// Runs a query and reads its first row, if there is one.
    ///
    /// # Errors
    /// Whatever the statement or `read` meets.
    pub fn first<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match &mut self.connection {
            Connected::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, params)?;
                let mut rows = statement.raw_query();
                match rows.next()? {
                    Some(row) => read(&Row::Sqlite(row)).map(Some),
                    None => Ok(None),
                }
            }
            Connected::Postgres(connection) => {
                connection.query(sql, params)?.first().map(|row| read(&Row::Postgres(row))).transpose()
            }
        }
    }

    /// Runs a query once for each of several sets of parameters, in their order, and reads the first row of each answer.
    ///
    /// # Errors
    /// Whatever the statement or `read` meets.
    pub fn first_of_each<T>(
        &mut self,
        sql: &str,
        sets: &[&[Value<'_>]],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<Option<T>>, StoreError> {
        match &mut self.connection {
            Connected::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut answers = Vec::with_capacity(sets.len());
                for params in sets {
                    bind(&mut statement, params)?;
                    answers.push(statement.raw_query().next()?.map(|row| read(&Row::Sqlite(row))).transpose()?);
                }
                Ok(answers)
            }
            Connected::Postgres(connection) => {
                let answers = connection.query_each(sql, sets)?;
                answers.iter().map(|rows| rows.first().map(|row| read(&Row::Postgres(row))).transpose()).collect()
            }
        }
    }

    /// Runs one query for many ids: `before` ends where the ids in parentheses belong, and has the site as `$1`. The ids
    /// are taken sorted and once each; a page of rows is one query.
    ///
    /// # Errors
    /// Those of the statement and of `read`.
    pub fn query_in<T>(
        &mut self,
        site: impl Into<i64>,
        ids: impl IntoIterator<Item = impl Into<i64>>,
        before: &str,
        after: &str,
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let site = site.into();
        let mut ids: Vec<i64> = ids.into_iter().map(Into::into).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::new();
        for some in ids.chunks(IDS_OF_A_STATEMENT) {
            // The number of ids is rounded up to a power of two by repeating the last one: the two engines then keep
            // nine prepared statements at most, not one for each size of page.
            let count = some.len().next_power_of_two();
            let last = some.last().copied().unwrap_or_default();
            let mut values = Vec::with_capacity(1 + count);
            values.push(Value::Int(site));
            values.extend(some.iter().copied().chain(std::iter::repeat_n(last, count - some.len())).map(Value::Int));
            let mut sql = String::with_capacity(before.len() + after.len() + 6 * count);
            sql.push_str(before);
            for number in 2..count + 2 {
                let opening = if number == 2 { '(' } else { ',' };
                let _infallible = write!(sql, "{opening}${number}");
            }
            sql.push(')');
            sql.push_str(after);
            found.extend(self.query(&sql, &values, &mut read)?);
        }
        Ok(found)
    }

    /// Runs several statements without parameters, separated by semicolons.
    ///
    /// # Errors
    /// Whatever the first refused statement says.
    pub fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.connection {
            Connected::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Connected::Postgres(connection) => connection.batch(sql),
        }
    }

    /// Says that what this transaction removes or replaces must not be found in the files afterwards. SQLite overwrites what
    /// is removed, and its log of writes, in which it still stands, is emptied after the commit. PostgreSQL frees rows by
    /// itself when it vacuums.
    pub fn leave_nothing_behind(&mut self) {
        self.pending.unit.erased = true;
    }

    /// Which engine this is, for the few statements that differ.
    #[must_use]
    pub fn engine(&self) -> crate::Engine {
        match self.connection {
            Connected::Sqlite(_) => crate::Engine::Sqlite,
            Connected::Postgres(_) => crate::Engine::Postgres,
        }
    }

    pub(crate) fn pending(&mut self) -> &mut PendingChanges {
        self.pending
    }
}

fn bind(statement: &mut rusqlite::Statement<'_>, params: &[Value<'_>]) -> Result<(), StoreError> {
    for (index, value) in params.iter().enumerate() {
        // SQLite numbers `$n` by first appearance, PostgreSQL by n; statements are written so that both agree.
        debug_assert_eq!(
            statement.parameter_name(index + 1),
            Some(format!("${}", index + 1).as_str()),
            "parameters must first appear in order"
        );
        statement.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}
