//! PostgreSQL: a few threads with a connection each; one transaction for each read, and for the writes of one school that
//! wait together.

use super::Unit;
use super::group::{Failed, Group, Writes};
use super::tls;
use crate::announce::Announcements;
use crate::books::Books;
use crate::error::with_causes;
use crate::tx::Link;
use crate::{StoreError, Tx, Value};
use futures_util::StreamExt as _;
use std::cell::Cell;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Socket, Statement};

/// How often a unit of work is tried again after its connection was lost before it could commit.
const TRIES: u32 = 3;

pub(crate) struct Postgres {
    work: Arc<Waiting>,
    threads: Vec<JoinHandle<()>>,
}

/// The work that waits for a thread.
#[derive(Default)]
struct Waiting {
    jobs: Mutex<Jobs>,
    more: Condvar,
}

#[derive(Default)]
struct Jobs {
    /// In the order in which they are taken.
    ready: VecDeque<Job>,
    /// The writes of each school that has a job here or a thread at work: one thread at a time writes for a school.
    writes: HashMap<i64, VecDeque<Box<dyn Unit>>>,
    closed: bool,
}

enum Job {
    Read(Box<dyn Unit>),
    /// The writes of a school.
    Writes(i64),
}

impl Waiting {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, unit: Box<dyn Unit>) {
        self.jobs().ready.push_back(Job::Read(unit));
        self.more.notify_one();
    }

    fn write(&self, unit: Box<dyn Unit>) {
        let site = unit.site();
        let mut jobs = self.jobs();
        match jobs.writes.entry(site) {
            Entry::Occupied(mut waiting) => waiting.get_mut().push_back(unit),
            Entry::Vacant(none) => {
                none.insert(VecDeque::from([unit]));
                jobs.ready.push_back(Job::Writes(site));
                self.more.notify_one();
            }
        }
    }

    /// The next job, if one waits.
    fn next_ready(&self) -> Option<Job> {
        self.jobs().ready.pop_front()
    }

    /// Waits for the next job; none when the store is closed and everything is done.
    fn next(&self) -> Option<Job> {
        let mut jobs = self.jobs();
        loop {
            if let Some(job) = jobs.ready.pop_front() {
                return Some(job);
            }
            if jobs.closed {
                return None;
            }
            jobs = self.more.wait(jobs).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next write of a school.
    fn next_write(&self, site: i64) -> Option<Box<dyn Unit>> {
        self.jobs().writes.get_mut(&site)?.pop_front()
    }

    /// A thread has written for a school; what came meanwhile waits for its turn among the others.
    fn written(&self, site: i64) {
        let mut jobs = self.jobs();
        if jobs.writes.get(&site).is_some_and(VecDeque::is_empty) {
            jobs.writes.remove(&site);
        } else {
            jobs.ready.push_back(Job::Writes(site));
            self.more.notify_one();
        }
    }
}

/// A server that has not let us in after this long is not there.
const CONNECTING: Duration = Duration::from_secs(20);
/// At most this many executions of a statement are under way together.
const TOGETHER: usize = 128;

/// A connection with its prepared statements.
///
/// Most of what a statement costs is the way to the server and back, so as few ways as possible are waited for: what begins
/// and ends transactions travels with the statement that comes next, and the same statement with many parameters goes
/// in one journey (postgresql.org/docs/current/protocol-flow.html, "Pipelining").
pub(crate) struct PgLink {
    client: Client,
    statements: HashMap<String, Statement>,
    /// What is sent with the next statement, before it.
    ahead: Cell<String>,
    /// How often something was changed or went wrong, after which PostgreSQL refuses everything but the end.
    changes: u64,
    open: bool,
    /// Whether a statement of the transaction failed: committing it would undo it, and say that all is well.
    broken: bool,
    /// Whose writes take turns with the transaction.
    site: i64,
    /// Sends and receives while something is waited for.
    runtime: Runtime,
}

impl PgLink {
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
    fn later(&self, command: &str) {
        let mut ahead = self.ahead.take();
        ahead.push_str(command);
        ahead.push(';');
        self.ahead.set(ahead);
    }

    /// Sends what is to be sent with a statement, now that there is none.
    fn settle(&mut self) -> Result<(), StoreError> {
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

impl Writes for PgLink {
    fn begin(&mut self) -> Result<(), StoreError> {
        (self.open, self.broken) = (true, false);
        // The writes of one school take turns, as they do on SQLite: ids, clocks and ledgers stay in order.
        self.later(&format!("BEGIN; SELECT pg_advisory_xact_lock({})", self.site));
        Ok(())
    }

    fn command(&mut self, sql: &str) -> Result<(), StoreError> {
        if self.broken && sql == "COMMIT" {
            return Err(StoreError::Engine("a statement of the transaction failed unnoticed".to_owned()));
        }
        self.batch(sql)?;
        self.broken &= !sql.starts_with("ROLLBACK");
        if matches!(sql, "COMMIT" | "ROLLBACK") {
            self.open = false;
        }
        Ok(())
    }

    fn link(&mut self) -> Link<'_> {
        Link::Postgres(self)
    }

    fn changes(&self) -> u64 {
        self.changes
    }

    fn is_open(&self) -> bool {
        self.open
    }
}

fn references<'a>(params: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|value| value as _).collect()
}

impl Postgres {
    pub(crate) fn start(
        config: &Config,
        connections: usize,
        announcements: &Arc<Announcements>,
    ) -> Result<Self, StoreError> {
        let work = Arc::new(Waiting::default());
        let mut threads = Vec::with_capacity(connections);
        for _ in 0..connections.max(1) {
            let config = config.clone();
            let work = Arc::clone(&work);
            let announcements = Arc::clone(announcements);
            let thread = std::thread::Builder::new()
                .name("store-postgres".to_owned())
                .spawn(move || serve(&config, &work, &announcements))
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            threads.push(thread);
        }
        Ok(Self { work, threads })
    }

    pub(crate) fn read(&self, unit: Box<dyn Unit>) {
        self.work.read(unit);
    }

    pub(crate) fn write(&self, unit: Box<dyn Unit>) {
        self.work.write(unit);
    }
}

impl Drop for Postgres {
    /// Finishes the work that waits, then closes the connections.
    fn drop(&mut self) {
        self.work.jobs().closed = true;
        self.work.more.notify_all();
        super::join(&mut self.threads);
    }
}

fn serve(config: &Config, work: &Waiting, announcements: &Announcements) {
    let mut link: Option<PgLink> = None;
    loop {
        let ready = work.next_ready().or_else(|| {
            // Nothing follows that the end of the last transaction could travel with.
            if link.as_mut().is_some_and(|link| link.settle().is_err()) {
                link = None;
            }
            work.next()
        });
        let Some(job) = ready else { return };
        match job {
            Job::Read(mut unit) => {
                let done = again(&mut link, config, |link| {
                    read(link, unit.as_mut());
                    Ok(unit.lost_connection())
                });
                unit.finish(done);
            }
            Job::Writes(site) => {
                let Some(first) = work.next_write(site) else {
                    work.written(site);
                    continue;
                };
                let mut group = Group::of(first);
                let done = again(&mut link, config, |link| {
                    link.site = site;
                    group.write(link, announcements, || work.next_write(site))?;
                    Ok(false)
                });
                group.finish(done);
                work.written(site);
            }
        }
    }
}

/// Does something on a connection, and does it again on a new one when the connection was lost (which `attempt` may say
/// itself). A commit whose answer was lost may have happened: it is never repeated blindly.
fn again(
    link: &mut Option<PgLink>,
    config: &Config,
    mut attempt: impl FnMut(&mut PgLink) -> Result<bool, Failed>,
) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let outcome = match link {
            Some(link) => attempt(link),
            None => PgLink::connect(config).map_err(Failed::from).and_then(|new| attempt(link.insert(new))),
        };
        let (lost, may_repeat) = match &outcome {
            Ok(lost) => (*lost, true),
            Err(failed) => (failed.error.lost_connection(), !failed.committing),
        };
        if lost {
            *link = None;
        }
        if !(lost && may_repeat && tries < TRIES) {
            return outcome.map(drop).map_err(|failed| failed.error);
        }
        std::thread::sleep(Duration::from_millis(50 * u64::from(tries)));
    }
}

fn read(link: &mut PgLink, unit: &mut dyn Unit) {
    // A list and its total must come from the same moment.
    link.later("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    let kept = unit.run(&mut Tx::new(Link::Postgres(link), &mut Books::reading()));
    link.later(if kept { "COMMIT" } else { "ROLLBACK" });
}
