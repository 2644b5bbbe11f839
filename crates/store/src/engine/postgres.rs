//! PostgreSQL: a few threads with a connection each; one transaction for each read, and for the writes of one school that
//! wait together.

use super::Unit;
use super::group::{Failed, Group, Writes};
use crate::announce::Announcements;
use crate::books::Books;
use crate::tx::Link;
use crate::{StoreError, Tx, Value};
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Statement};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

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

    /// The next job; none when the store is closed and everything is done.
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

/// A connection with its prepared statements.
pub(crate) struct PgLink {
    client: Client,
    statements: HashMap<String, Statement>,
    /// How often something was changed or went wrong, after which PostgreSQL refuses everything but the end.
    changes: u64,
    open: bool,
    /// Whether a statement of the transaction failed: committing it would undo it, and say that all is well.
    broken: bool,
    /// Whose writes take turns with the transaction.
    site: i64,
}

impl PgLink {
    pub(crate) fn connect(config: &Config) -> Result<Self, StoreError> {
        let mut client = config.connect(NoTls)?;
        client.batch_execute("SET synchronous_commit = on")?;
        Ok(Self { client, statements: HashMap::new(), changes: 0, open: false, broken: false, site: 0 })
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn noted<T>(&mut self, reads: bool, result: Result<T, postgres::Error>) -> Result<T, StoreError> {
        if !reads || result.is_err() {
            self.changes += 1;
        }
        self.broken |= result.is_err();
        Ok(result?)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let done = self.prepared(sql).and_then(|statement| self.client.execute(&statement, &references(params)));
        self.noted(false, done)
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<postgres::Row>, StoreError> {
        let rows = self.prepared(sql).and_then(|statement| self.client.query(&statement, &references(params)));
        self.noted(sql.starts_with("SELECT"), rows)
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = self.client.batch_execute(sql);
        self.noted(false, done)
    }

    pub(crate) fn client(&mut self) -> &mut Client {
        self.changes += 1;
        &mut self.client
    }
}

impl Writes for PgLink {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.batch("BEGIN")?;
        (self.open, self.broken) = (true, false);
        // The writes of one school take turns, as they do on SQLite: ids, clocks and ledgers stay in order.
        self.query("SELECT 1 FROM (SELECT pg_advisory_xact_lock($1)) AS turn", &[Value::Int(self.site)])?;
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
    while let Some(job) = work.next() {
        match job {
            Job::Read(mut unit) => {
                let done = again(&mut link, config, |link| {
                    read(link, unit.as_mut())?;
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

fn read(link: &mut PgLink, unit: &mut dyn Unit) -> Result<(), StoreError> {
    // A list and its total must come from the same moment.
    link.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    let kept = unit.run(&mut Tx::new(Link::Postgres(link), &mut Books::reading()));
    if unit.lost_connection() {
        return Ok(());
    }
    link.batch(if kept { "COMMIT" } else { "ROLLBACK" })
}
