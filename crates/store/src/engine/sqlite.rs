//! SQLite: reads where they are asked for, one writing thread that commits in groups.
//!
//! A read takes a few dozen microseconds, and handing it to another thread and back takes as long again. So a read runs
//! on the thread that asks, on a connection that is idle; only when all of them are busy does it queue for a thread.

use super::{FromStore, Unit, guarded};
use crate::announce::Announcements;
use crate::books::{self, Books};
use crate::tx::Link;
use crate::{StoreError, Tx};
use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// At most this many writes share one commit, so that the first of them does not wait for ever.
const BATCH_UNITS: usize = 512;
/// A batch is closed after this long even if more writes are waiting.
const BATCH_TIME: Duration = Duration::from_millis(10);
/// Units of work that may wait before callers are made to.
const QUEUE: usize = 4096;

pub(crate) struct Sqlite {
    idle: Mutex<Vec<Connection>>,
    reads: Option<Sender<Box<dyn Unit>>>,
    writes: Option<Sender<Box<dyn Unit>>>,
    threads: Vec<JoinHandle<()>>,
}

/// Opens a connection with the settings every connection of the store has.
pub(crate) fn connect(path: &Path) -> Result<Connection, StoreError> {
    make_private(path)?;
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI,
    )?;
    connection.busy_timeout(Duration::from_secs(20))?;
    // FULL: a commit is on the disk before it is answered. A larger checkpoint than the default of 1,000 pages
    // keeps the writer from copying pages back all the time.
    connection.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;
         PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF;",
    )?;
    // Plans do not depend on the values that are bound: otherwise a statement is planned anew for each of them
    // (sqlite.org/queryplanner-ng.html, the stability guarantee).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

/// Makes a missing database readable by its owner only: it holds password hashes. SQLite gives the files beside it
/// the same permissions.
fn make_private(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::Unavailable(format!("{}: {error}", path.display()))),
    }
}

impl Sqlite {
    pub(crate) fn start(path: &Path, readers: usize, announcements: &Arc<Announcements>) -> Result<Self, StoreError> {
        let announcements = Arc::clone(announcements);
        let (reads, read_queue) = bounded(QUEUE);
        let (writes, write_queue) = bounded(QUEUE);
        let mut threads = Vec::with_capacity(readers + 1);
        let writer = connect(path)?;
        writer.execute_batch("PRAGMA cache_size=-16000")?;
        threads.push(spawn("store-write", move || write_loop(&writer, &write_queue, &announcements))?);
        let mut idle = Vec::with_capacity(readers);
        for _ in 0..readers.max(1) {
            idle.push(reader(path)?);
            let reader = reader(path)?;
            let queue: Receiver<Box<dyn Unit>> = read_queue.clone();
            threads.push(spawn("store-read", move || read_loop(&reader, &queue))?);
        }
        Ok(Self { idle: Mutex::new(idle), reads: Some(reads), writes: Some(writes), threads })
    }

    /// Reads here and now, when a connection is idle.
    pub(crate) fn read_here<T, E: FromStore>(
        &self,
        closure: &impl Fn(&mut Tx<'_>) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        // The last one put back is the first one taken: its pages and statements are in the caches.
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = idle().pop()?;
        let result = match run(&connection, "BEGIN DEFERRED") {
            Ok(()) => {
                let result = guarded(closure, &mut Tx::new(Link::Sqlite(&connection), &mut Books::reading()));
                end_read(&connection);
                result
            }
            Err(error) => Err(error.into()),
        };
        idle().push(connection);
        Some(result)
    }

    /// Has one of the reading threads do it.
    pub(crate) fn read(&self, unit: Box<dyn Unit>) {
        send(self.reads.as_ref(), unit);
    }

    pub(crate) fn write(&self, unit: Box<dyn Unit>) {
        send(self.writes.as_ref(), unit);
    }
}

impl Drop for Sqlite {
    /// Finishes the work that is queued, then closes the connections.
    fn drop(&mut self) {
        self.reads = None;
        self.writes = None;
        super::join(&mut self.threads);
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn send(queue: Option<&Sender<Box<dyn Unit>>>, unit: Box<dyn Unit>) {
    let refused = match queue {
        Some(queue) => queue.send(unit).err().map(|error| error.0),
        None => Some(unit),
    };
    if let Some(unit) = refused {
        unit.finish(Err(StoreError::Closed));
    }
}

fn reader(path: &Path) -> Result<Connection, StoreError> {
    let reader = connect(path)?;
    reader.execute_batch("PRAGMA query_only=ON; PRAGMA cache_size=-4000; PRAGMA mmap_size=268435456")?;
    Ok(reader)
}

fn read_loop(connection: &Connection, queue: &Receiver<Box<dyn Unit>>) {
    let mut books = Books::reading();
    while let Ok(unit) = queue.recv() {
        read_one(connection, &mut books, unit);
    }
}

fn read_one(connection: &Connection, books: &mut Books, mut unit: Box<dyn Unit>) {
    let begun = run(connection, "BEGIN DEFERRED");
    if begun.is_ok() {
        unit.run(&mut Tx::new(Link::Sqlite(connection), books));
        end_read(connection);
    }
    unit.finish(begun);
}

fn end_read(connection: &Connection) {
    let _ended = run(connection, "COMMIT").or_else(|_| run(connection, "ROLLBACK"));
}

fn write_loop(connection: &Connection, queue: &Receiver<Box<dyn Unit>>, announcements: &Announcements) {
    while let Ok(first) = queue.recv() {
        commit_group(connection, queue, first, announcements);
    }
}

type Done = (Box<dyn Unit>, Result<(), StoreError>);

/// Runs the waiting writes in turn, commits once, and only then answers each.
fn commit_group(
    connection: &Connection,
    queue: &Receiver<Box<dyn Unit>>,
    first: Box<dyn Unit>,
    announcements: &Announcements,
) {
    let mut books = Books::writing();
    let mut done: Vec<Done> = Vec::new();
    if let Err(error) = run(connection, "BEGIN IMMEDIATE") {
        first.finish(Err(error));
        return;
    }
    let committed = run_group(connection, queue, first, &mut books, &mut done)
        .and_then(|()| books::flush(&mut Tx::new(Link::Sqlite(connection), &mut books)))
        .and_then(|()| run(connection, "COMMIT"));
    let failure = committed.err().map(|error| {
        let _rolled_back = run(connection, "ROLLBACK");
        error.to_string()
    });
    if failure.is_none() {
        announcements.add(books.news());
        announcements.happened(books.events());
    }
    for (unit, result) in done {
        unit.finish(match &failure {
            None => result,
            Some(reason) => Err(StoreError::Unavailable(reason.clone())),
        });
    }
}

/// Runs the first unit and those that wait. Most units that fail do so before they change anything, and need no undoing.
/// So nothing is done to be able to undo one unit alone, which would cost a copy of every page it touches; when one does
/// fail half-way, the group begins again, each of its units inside a savepoint of its own.
fn run_group(
    connection: &Connection,
    queue: &Receiver<Box<dyn Unit>>,
    first: Box<dyn Unit>,
    books: &mut Books,
    done: &mut Vec<Done>,
) -> Result<(), StoreError> {
    let started = Instant::now();
    let mut alone = false;
    let mut next = Some(first);
    while let Some(mut unit) = next.take() {
        let result = if alone { in_savepoint(connection, books, unit.as_mut()) } else { Ok(()) };
        let whole = alone || in_group(connection, books, unit.as_mut());
        done.push((unit, result));
        if !whole {
            alone = true;
            if !connection.is_autocommit() {
                run(connection, "ROLLBACK")?;
            }
            run(connection, "BEGIN IMMEDIATE")?;
            *books = Books::writing();
            for (unit, result) in done.iter_mut() {
                *result = in_savepoint(connection, books, unit.as_mut());
            }
        }
        if done.len() < BATCH_UNITS && started.elapsed() < BATCH_TIME {
            next = queue.try_recv().ok();
        }
    }
    Ok(())
}

/// Runs a unit as a part of its group. False: it failed and had changed something, or ended the whole transaction (as a
/// full disk does).
fn in_group(connection: &Connection, books: &mut Books, unit: &mut dyn Unit) -> bool {
    let before = connection.total_changes();
    books.begin();
    if unit.run(&mut Tx::new(Link::Sqlite(connection), books)) {
        books.keep();
        return true;
    }
    books.forget();
    connection.total_changes() == before && !connection.is_autocommit()
}

/// Runs a unit so that it can be undone alone.
fn in_savepoint(connection: &Connection, books: &mut Books, unit: &mut dyn Unit) -> Result<(), StoreError> {
    run(connection, "SAVEPOINT unit")?;
    books.begin();
    if unit.run(&mut Tx::new(Link::Sqlite(connection), books)) {
        books.keep();
        run(connection, "RELEASE unit")
    } else {
        books.forget();
        run(connection, "ROLLBACK TO unit")?;
        run(connection, "RELEASE unit")
    }
}

fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_new_database_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("school.db");
        let connection = super::connect(&path).expect("opened");
        connection.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").expect("written");
        for name in ["school.db", "school.db-wal", "school.db-shm"] {
            let mode = folder.path().join(name).metadata().expect(name).permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
