//! A transaction in hand: what every closure that touches rows is given.

use crate::books::Books;
use crate::engine::postgres::PgLink;
use crate::{Row, StoreError, Value};
use rusqlite::Connection;

/// The transaction a closure works in. Everything it does is committed together or not at all.
pub struct Tx<'c> {
    link: Link<'c>,
    books: &'c mut Books,
}

pub(crate) enum Link<'c> {
    Sqlite(&'c Connection),
    Postgres(&'c mut PgLink),
}

impl<'c> Tx<'c> {
    pub(crate) fn new(link: Link<'c>, books: &'c mut Books) -> Self {
        Self { link, books }
    }

    /// Runs a statement that answers no rows; gives the number of rows it changed.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when a unique constraint refuses, [`StoreError::Engine`] otherwise.
    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        match &mut self.link {
            Link::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, params)?;
                Ok(statement.raw_execute()? as u64)
            }
            Link::Postgres(link) => link.execute(sql, params),
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
        match &mut self.link {
            Link::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, params)?;
                let mut rows = statement.raw_query();
                let mut answer = Vec::new();
                while let Some(row) = rows.next()? {
                    answer.push(read(&Row::Sqlite(row))?);
                }
                Ok(answer)
            }
            Link::Postgres(link) => link.query(sql, params)?.iter().map(|row| read(&Row::Postgres(row))).collect(),
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
        match &mut self.link {
            Link::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql).map_err(StoreError::from)?;
                bind(&mut statement, params)?;
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next().map_err(StoreError::from)? {
                    each(&Row::Sqlite(row))?;
                }
            }
            Link::Postgres(link) => link.for_each(sql, params, |row| each(&Row::Postgres(row)))?,
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
        match &mut self.link {
            Link::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, params)?;
                let mut rows = statement.raw_query();
                match rows.next()? {
                    Some(row) => read(&Row::Sqlite(row)).map(Some),
                    None => Ok(None),
                }
            }
            Link::Postgres(link) => link.query(sql, params)?.first().map(|row| read(&Row::Postgres(row))).transpose(),
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
        match &mut self.link {
            Link::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut answers = Vec::with_capacity(sets.len());
                for params in sets {
                    bind(&mut statement, params)?;
                    answers.push(statement.raw_query().next()?.map(|row| read(&Row::Sqlite(row))).transpose()?);
                }
                Ok(answers)
            }
            Link::Postgres(link) => {
                let answers = link.query_each(sql, sets)?;
                answers.iter().map(|rows| rows.first().map(|row| read(&Row::Postgres(row))).transpose()).collect()
            }
        }
    }

    /// Runs several statements without parameters, separated by semicolons.
    ///
    /// # Errors
    /// Whatever the first refused statement says.
    pub fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.link {
            Link::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Link::Postgres(link) => link.batch(sql),
        }
    }

    /// Which engine this is, for the few statements that differ.
    #[must_use]
    pub fn engine(&self) -> crate::Engine {
        match self.link {
            Link::Sqlite(_) => crate::Engine::Sqlite,
            Link::Postgres(_) => crate::Engine::Postgres,
        }
    }

    pub(crate) fn books(&mut self) -> &mut Books {
        self.books
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
