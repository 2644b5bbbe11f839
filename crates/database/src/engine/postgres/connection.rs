//! A connection with its prepared statements.

use super::super::tls;
use crate::error::with_causes;
use crate::{StoreError, Value};
use futures_util::StreamExt as _;
use std::cell::Cell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Socket, Statement};

/// A server that has not let us in after this long is not there.
const CONNECTING: Duration = Duration::from_secs(20);
/// At most this many executions of a statement are under way together.
const TOGETHER: usize = 128;

/// A connection with its prepared statements.
///
/// Most of what a statement costs is the way to the server and back, so as few ways as possible are waited for: what begins
/// and ends transactions travels with the statement that comes next, and the same statement with many parameters goes
/// in one journey (postgresql.org/docs/current/protocol-flow.html, "Pipelining").
pub(crate) struct PgConnection {
    client: Client,
    statements: HashMap<String, Statement>,
    /// What is sent with the next statement, before it.
    ahead: Cell<String>,
    /// How often something was changed or went wrong, after which PostgreSQL refuses everything but the end.
    pub(super) changes: u64,
    pub(super) open: bool,
    /// Whether a statement of the transaction failed: committing it would undo it, and say that all is well.
    pub(super) broken: bool,
    /// The site whose writes take turns with the transaction.
    pub(super) site: i64,
    /// Sends and receives while something is waited for.
    runtime: Runtime,
}

impl PgConnection {
    pub(crate) fn connect(config: &Config) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let client = match config.get_ssl_mode() {
            SslMode::Require => runtime.block_on(open(config, tls::connector()?))?,
            _ => runtime.block_on(open(config, NoTls))?,
        };
        let (statements, ahead) = (HashMap::new(), Cell::default());
        let mut link = Self { client, statements, ahead, changes: 0, open: false, broken: false, site: 0, runtime };
        link.batch("SET synchronous_commit = on")?;
        Ok(link)
    }

    /// Sends a command with the next statement.
    pub(super) fn send_with_next(&self, command: &str) {
        let mut ahead = self.ahead.take();
        ahead.push_str(command);
        ahead.push(';');
        self.ahead.set(ahead);
    }

    /// Sends what is to be sent with a statement, now that there is none.
    pub(super) fn send_ahead(&mut self) -> Result<(), StoreError> {
        let ahead = self.ahead.take();
        if ahead.is_empty() { Ok(()) } else { self.batch(&ahead) }
    }

    /// Waits for an answer, and for that of what goes ahead of it.
    fn wait<T>(&self, asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let ahead = self.ahead.take();
        self.runtime.block_on(async {
            if ahead.is_empty() {
                return asked.await;
            }
            let (before, answer) = tokio::join!(biased; self.client.batch_execute(&ahead), asked);
            before.and(answer)
        })
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.wait(self.client.prepare(sql))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn noted<T>(&mut self, reads: bool, result: Result<T, Error>) -> Result<T, StoreError> {
        if !reads || result.is_err() {
            self.changes += 1;
        }
        self.broken |= result.is_err();
        Ok(result?)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let done =
            self.prepared(sql).and_then(|statement| self.wait(self.client.execute(&statement, &references(params))));
        self.noted(false, done)
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let rows =
            self.prepared(sql).and_then(|statement| self.wait(self.client.query(&statement, &references(params))));
        self.noted(sql.starts_with("SELECT"), rows)
    }

    /// Runs a query once for each set of parameters, in their order.
    pub(crate) fn query_each(&mut self, sql: &str, sets: &[&[Value<'_>]]) -> Result<Vec<Vec<Row>>, StoreError> {
        let mut answers = Vec::with_capacity(sets.len());
        for sets in sets.chunks(TOGETHER) {
            let rows = self.prepared(sql).and_then(|statement| self.wait(in_order(&self.client, &statement, sets)));
            answers.append(&mut self.noted(sql.starts_with("SELECT"), rows)?);
        }
        Ok(answers)
    }

    /// Runs a query and hands over its rows one by one.
    pub(crate) fn for_each<E: From<StoreError>>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let rows = self
            .prepared(sql)
            .and_then(|statement| self.wait(self.client.query_raw(&statement, params.iter().copied())));
        let mut rows = pin!(self.noted(sql.starts_with("SELECT"), rows)?);
        while let Some(row) = self.runtime.block_on(rows.next()) {
            let row = self.noted(true, row)?;
            each(&row)?;
        }
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = self.wait(self.client.batch_execute(sql));
        self.noted(false, done)
    }

    /// Does something of its own with the connection.
    pub(crate) fn with_client<T>(&mut self, work: impl AsyncFnOnce(&mut Client) -> T) -> T {
        self.changes += 1;
        self.runtime.block_on(work(&mut self.client))
    }
}

/// Reads the address of a database. The modes of TLS in which other clients check who answers are all one here, where it
/// is always checked (postgresql.org/docs/current/libpq-ssl.html, "SSL Mode Descriptions").
pub(crate) fn config(url: &str) -> Result<Config, StoreError> {
    let url = url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
    url.parse().map_err(|error| {
        StoreError::Config(format!("the address of the database is not understood: {}", with_causes(&error)))
    })
}

async fn open<T>(config: &Config, tls: T) -> Result<Client, StoreError>
where
    T: MakeTlsConnect<Socket, Stream: Send + 'static>,
{
    let late = |_| StoreError::Unavailable(format!("no answer for {} seconds", CONNECTING.as_secs()));
    let (client, connection) = tokio::time::timeout(CONNECTING, config.connect(tls)).await.map_err(late)??;
    // Whatever ends the connection, the next statement says so.
    tokio::spawn(async { drop(connection.await) });
    Ok(client)
}

/// Asks all before it waits for any.
async fn in_order(client: &Client, statement: &Statement, sets: &[&[Value<'_>]]) -> Result<Vec<Vec<Row>>, Error> {
    let mut asked: Vec<_> =
        sets.iter().map(|params| Box::pin(async { client.query(statement, &references(params)).await })).collect();
    let mut answers: Vec<Option<Vec<Row>>> = sets.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut missing = false;
        for (one, answer) in asked.iter_mut().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
            match one.as_mut().poll(context) {
                Poll::Ready(Ok(rows)) => *answer = Some(rows),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => missing = true,
            }
        }
        if missing { Poll::Pending } else { Poll::Ready(Ok(())) }
    })
    .await?;
    Ok(answers.into_iter().flatten().collect())
}

fn references<'a>(params: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|value| value as _).collect()
}
