//! SQLite: reads where they are asked for, one writing thread that commits in groups.
//!
//! A read takes a few dozen microseconds, and handing it to another thread and back takes as long again. So a read runs
//! on the thread that asks, on a connection that is idle; only when all of them are busy does it queue for a thread.

use super::files::Files;
use super::group::{WriteConnection, WriteGroup};
use super::{FromStore, UnitOfWork, guarded};
use crate::notices::CommitNotices;
use crate::pending::PendingChanges;
use crate::tx::Connected;
use crate::{StoreError, Tx};
use crossbeam_channel::{Receiver, RecvError, RecvTimeoutError, Sender, TryRecvError, bounded};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Units of work that may wait before callers are made to.
const QUEUE: usize = 4096;
/// How long a connection waits for the lock of another.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// How long emptying the log waits for those who read. Other processes renew their views each second.
const LOG_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the writing thread keeps one view open while it has nothing to write.
const WATCHED: Duration = Duration::from_secs(1);

pub(crate) struct Sqlite {
    pub(crate) files: Box<Files>,
    idle: Mutex<Vec<Connection>>,
    reads: Option<Sender<Box<dyn UnitOfWork>>>,
    writes: Option<Sender<Box<dyn UnitOfWork>>>,
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
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // FULL: a commit is on the disk before it is answered. A larger checkpoint than the default of 1,000 pages
    // keeps the writer from copying pages back all the time. What is deleted is overwritten: people are told that it is
    // gone, and files get copied.
    connection.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;
         PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF;
         PRAGMA secure_delete=ON;",
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

/// Marks the file as ours (sqlite.org/fileformat.html, "Application ID") while its write-ahead log is empty: until
/// something is in the log, each view asks the kernel how large the database is.
fn begin_log(writer: &Connection, path: &Path) -> Result<(), StoreError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(log).map_or(0, |log| log.len()) == 0 {
        writer.execute_batch("PRAGMA application_id=0x5C401AE; PRAGMA wal_checkpoint")?;
    }
    Ok(())
}

impl Sqlite {
    pub(crate) fn start(path: &Path, readers: usize, notices: &Arc<CommitNotices>) -> Result<Self, StoreError> {
        let notices = Arc::clone(notices);
        let (reads, read_queue) = bounded(QUEUE);
        let (writes, write_queue) = bounded(QUEUE);
        let mut threads = Vec::with_capacity(readers + 1);
        let writer = connect(path)?;
        writer.execute_batch("PRAGMA cache_size=-16000")?;
        begin_log(&writer, path)?;
        let watch = reader(path)?;
        threads.push(spawn("store-write", move || write_loop(writer, &watch, &write_queue, &notices))?);
        let mut idle = Vec::with_capacity(readers);
        for _ in 0..readers.max(1) {
            idle.push(reader(path)?);
            let reader = reader(path)?;
            let queue: Receiver<Box<dyn UnitOfWork>> = read_queue.clone();
            threads.push(spawn("store-read", move || read_loop(&reader, &queue))?);
        }
        let files = Box::new(Files::new(path, connect(path)?));
        Ok(Self { files, idle: Mutex::new(idle), reads: Some(reads), writes: Some(writes), threads })
    }

    /// Reads here and now, when a connection is idle; none too when the read takes longer than this thread may be kept.
    pub(crate) fn read_here<T, E: FromStore>(
        &self,
        mut pending: PendingChanges,
        closure: &impl Fn(&mut Tx<'_>) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        // The last one put back is the first one taken: its pages and statements are in the caches.
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = idle().pop()?;
        let viewed = viewing(&connection, &mut pending, |tx| guarded(closure, tx));
        idle().push(connection);
        let result = viewed.unwrap_or_else(|error| Err(error.into()));
        let needs_reader_thread = |error: &E| matches!(error.store_error(), Some(StoreError::NeedsReaderThread));
        if result.as_ref().err().is_some_and(needs_reader_thread) { None } else { Some(result) }
    }

    /// Has one of the reading threads do it.
    pub(crate) fn read(&self, unit: Box<dyn UnitOfWork>) {
        send(self.reads.as_ref(), unit);
    }

    pub(crate) fn write(&self, unit: Box<dyn UnitOfWork>) {
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

fn send(queue: Option<&Sender<Box<dyn UnitOfWork>>>, unit: Box<dyn UnitOfWork>) {
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
    // Nothing is mapped into memory: where a mapped file is cut, the system ends the process at the next look at it
    // (sqlite.org/mmap.html, "Disadvantages"), and nobody is told why.
    reader.execute_batch("PRAGMA query_only=ON; PRAGMA cache_size=-4000; PRAGMA mmap_size=0")?;
    Ok(reader)
}

/// Does something on one view of the data. A statement that has begun and not ended holds that view as a transaction does
/// (sqlite.org/lang_transaction.html, "Implicit versus explicit transactions"), for one statement instead of two.
fn viewing<T>(
    connection: &Connection,
    pending: &mut PendingChanges,
    work: impl FnOnce(&mut Tx<'_>) -> T,
) -> Result<T, StoreError> {
    let mut holding = connection.prepare_cached("SELECT 1 FROM sqlite_schema")?;
    let mut view = holding.raw_query();
    view.next()?;
    Ok(work(&mut Tx::new(Connected::Sqlite(connection), pending)))
}

fn read_loop(connection: &Connection, queue: &Receiver<Box<dyn UnitOfWork>>) {
    while let Ok(mut unit) = queue.recv() {
        let viewed = viewing(connection, &mut PendingChanges::reading(), |tx| unit.run(tx)).map(drop);
        unit.finish(viewed);
    }
}

fn write_loop(
    mut connection: Connection,
    watch: &Connection,
    queue: &Receiver<Box<dyn UnitOfWork>>,
    notices: &CommitNotices,
) {
    while let Ok(first) = next_write(watch, queue) {
        let mut group = WriteGroup::of(first);
        let written = group.write(&mut connection, notices, || queue.try_recv().ok());
        group.finish(written.map_err(|failed| failed.error));
    }
}

/// Waits for the next unit to write, and meanwhile keeps a view of the data open. As long as one view is, SQLite takes and
/// gives back the locks of others of the same data in memory, where it would otherwise make two system calls for each, one
/// thread after the other. A view that stays would keep the write-ahead log from starting over, so it is open only while
/// nothing is written here, and renewed now and then for the sake of other processes.
fn next_write(watch: &Connection, queue: &Receiver<Box<dyn UnitOfWork>>) -> Result<Box<dyn UnitOfWork>, RecvError> {
    loop {
        match queue.try_recv() {
            Ok(unit) => return Ok(unit),
            Err(TryRecvError::Disconnected) => return Err(RecvError),
            Err(TryRecvError::Empty) => {}
        }
        match viewing(watch, &mut PendingChanges::reading(), |_| queue.recv_timeout(WATCHED)) {
            Ok(Ok(unit)) => return Ok(unit),
            Ok(Err(RecvTimeoutError::Disconnected)) => return Err(RecvError),
            Ok(Err(RecvTimeoutError::Timeout)) => {}
            Err(_) => return queue.recv(),
        }
    }
}

impl WriteConnection for Connection {
    fn begin(&mut self) -> Result<(), StoreError> {
        run(self, "BEGIN IMMEDIATE")
    }

    fn command(&mut self, sql: &str) -> Result<(), StoreError> {
        run(self, sql)
    }

    fn connected(&mut self) -> Connected<'_> {
        Connected::Sqlite(self)
    }

    fn changes(&self) -> u64 {
        self.total_changes()
    }

    fn is_open(&self) -> bool {
        !self.is_autocommit()
    }

    /// Empties the write-ahead log. Whoever reads meanwhile keeps it from that; it is then emptied later, at the latest
    /// when the last connection is closed.
    fn forget_overwritten(&mut self) {
        let _waits_less = self.busy_timeout(LOG_TIMEOUT);
        let emptied = self.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, i64>(0));
        let _waits_again = self.busy_timeout(BUSY_TIMEOUT);
        if !matches!(emptied, Ok(0)) {
            tracing::info!("somebody reads: what was erased stands in the write-ahead log until that is emptied");
        }
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
