//! PostgreSQL: a few threads with a connection each; one transaction per closure.

use super::Unit;
use crate::announce::Announcements;
use crate::books::{self, Books};
use crate::tx::Link;
use crate::{StoreError, Tx, Value};
use crossbeam_channel::{Receiver, Sender, bounded};
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Statement};
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

const QUEUE: usize = 4096;
/// How often a unit of work is tried again after its connection was lost before it could commit.
const TRIES: u32 = 3;

pub(crate) struct Postgres {
    queue: Option<Sender<(Mode, Box<dyn Unit>)>>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Read,
    Write,
}

/// A connection with its prepared statements.
pub(crate) struct PgLink {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl PgLink {
    pub(crate) fn connect(config: &Config) -> Result<Self, StoreError> {
        let mut client = config.connect(NoTls)?;
        client.batch_execute("SET synchronous_commit = on")?;
        Ok(Self { client, statements: HashMap::new() })
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql)?;
        Ok(self.client.execute(&statement, &references(params))?)
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<postgres::Row>, StoreError> {
        let statement = self.prepared(sql)?;
        Ok(self.client.query(&statement, &references(params))?)
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.client.batch_execute(sql)?)
    }

    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
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
        let (queue, work) = bounded(QUEUE);
        let mut threads = Vec::with_capacity(connections);
        for _ in 0..connections.max(1) {
            let config = config.clone();
            let work: Receiver<(Mode, Box<dyn Unit>)> = work.clone();
            let announcements = Arc::clone(announcements);
            let thread = std::thread::Builder::new()
                .name("store-postgres".to_owned())
                .spawn(move || serve(&config, &work, &announcements))
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            threads.push(thread);
        }
        Ok(Self { queue: Some(queue), threads })
    }

    pub(crate) fn read(&self, unit: Box<dyn Unit>) {
        self.send(Mode::Read, unit);
    }

    pub(crate) fn write(&self, unit: Box<dyn Unit>) {
        self.send(Mode::Write, unit);
    }

    fn send(&self, mode: Mode, unit: Box<dyn Unit>) {
        let refused = match &self.queue {
            Some(queue) => queue.send((mode, unit)).err().map(|error| error.0.1),
            None => Some(unit),
        };
        if let Some(unit) = refused {
            unit.finish(Err(StoreError::Closed));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.queue = None;
        super::join(&mut self.threads);
    }
}

fn serve(config: &Config, work: &Receiver<(Mode, Box<dyn Unit>)>, announcements: &Announcements) {
    let mut link: Option<PgLink> = None;
    while let Ok((mode, mut unit)) = work.recv() {
        let mut tries = 0;
        let outcome = loop {
            tries += 1;
            let outcome = open(&mut link, config).and_then(|link| transact(link, mode, unit.as_mut(), announcements));
            let lost = match &outcome {
                Ok(()) => unit.lost_connection(),
                Err(failed) => failed.error.lost_connection(),
            };
            if lost {
                link = None;
            }
            // A commit whose answer was lost may have happened: it is never repeated blindly.
            let may_repeat = !matches!(&outcome, Err(failed) if failed.committing);
            if !(lost && may_repeat && tries < TRIES) {
                break outcome;
            }
            std::thread::sleep(Duration::from_millis(50 * u64::from(tries)));
        };
        unit.finish(outcome.map_err(|failed| failed.error));
    }
}

struct Failed {
    error: StoreError,
    committing: bool,
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self { error, committing: false }
    }
}

fn open<'a>(link: &'a mut Option<PgLink>, config: &Config) -> Result<&'a mut PgLink, Failed> {
    match link {
        Some(link) => Ok(link),
        None => Ok(link.insert(PgLink::connect(config)?)),
    }
}

fn transact(link: &mut PgLink, mode: Mode, unit: &mut dyn Unit, announcements: &Announcements) -> Result<(), Failed> {
    let mut books = match mode {
        Mode::Read => Books::reading(),
        Mode::Write => Books::writing(),
    };
    link.batch(match mode {
        // A list and its total must come from the same moment.
        Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Mode::Write => "BEGIN",
    })?;
    let kept = run(link, mode, unit, &mut books);
    match kept {
        Ok(true) => {
            link.batch("COMMIT").map_err(|error| Failed { error, committing: true })?;
            announcements.add(books.news());
            announcements.happened(books.events());
            Ok(())
        }
        Ok(false) => link.batch("ROLLBACK").map_err(Failed::from),
        Err(error) => {
            let _rolled_back = link.batch("ROLLBACK");
            Err(error.into())
        }
    }
}

fn run(link: &mut PgLink, mode: Mode, unit: &mut dyn Unit, books: &mut Books) -> Result<bool, StoreError> {
    if mode == Mode::Write {
        // The writes of one school take turns, as they do on SQLite: ids, clocks and ledgers stay in order.
        link.query("SELECT 1 FROM (SELECT pg_advisory_xact_lock($1)) AS turn", &[Value::Int(unit.site())])?;
        books.begin();
    }
    if !unit.run(&mut Tx::new(Link::Postgres(link), books)) {
        return Ok(false);
    }
    if mode == Mode::Write {
        books.keep();
        books::flush(&mut Tx::new(Link::Postgres(link), books))?;
    }
    Ok(true)
}
