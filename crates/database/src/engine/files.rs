//! The files of SQLite under an open database: whether they are still those that were opened, and whole.
//!
//! An open file that was deleted or replaced goes on as before, and all that is written to it is lost with the process;
//! nobody else would notice. That includes the shared memory (`-shm`), by which programs that use a database at once know
//! what each has written (sqlite.org/wal.html, section 4): two that have different ones write over each other. So the
//! names are looked up again and again, and no program opens a database beside others without their memory. Files are never opened here: the system would
//! take all locks of this process on a file away when any of its handles is closed (sqlite.org/howtocorrupt.html,
//! section 2.2).

use crate::StoreError;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What looks wrong is looked at again after this long: files are also shorter than they should be while SQLite writes.
const AGAIN: Duration = Duration::from_millis(300);
/// A frame of the log has a header, as the log itself has (sqlite.org/fileformat2.html, "WAL File Format").
const LOG_HEAD: u64 = 32;
const FRAME_HEAD: u64 = 24;
/// Who is about to open a database, or to look whether others have it open, is waited for so long.
const OPENED: Duration = Duration::from_secs(3);
const RETRY: Duration = Duration::from_millis(20);

/// The files of an open database.
pub(crate) struct Files {
    database: PathBuf,
    log: PathBuf,
    memory: PathBuf,
    seen: Mutex<Seen>,
    fault: Mutex<Option<String>>,
}

/// What the files were when they were last found in order.
struct Seen {
    /// Says how long they must be; it maps nothing into memory, which would be deadly where something is missing.
    connection: Connection,
    database: Option<File>,
    log: Option<File>,
    memory: Option<File>,
}

#[derive(Clone, Copy)]
struct File {
    device: u64,
    inode: u64,
    length: u64,
}

impl File {
    fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino(), length: metadata.len() }
    }

    fn is(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

impl Files {
    pub(crate) fn new(database: &Path, connection: Connection) -> Self {
        let (log, memory) = (beside(database, "-wal"), beside(database, "-shm"));
        let seen = Mutex::new(Seen { connection, database: None, log: None, memory: None });
        let files = Self { database: database.to_owned(), log, memory, seen, fault: Mutex::default() };
        let _first = files.check();
        files
    }

    /// Looks at them, and gives what is wrong.
    pub(crate) fn check(&self) -> Option<String> {
        let mut found = self.look();
        if found.is_some() {
            std::thread::sleep(AGAIN);
            found = self.look();
        }
        self.fault().clone_from(&found);
        found
    }

    /// What was wrong when they were last looked at.
    pub(crate) fn known(&self) -> Option<String> {
        self.fault().clone()
    }

    /// Refuses a write as long as something is wrong.
    pub(crate) fn refuse(&self) -> Result<(), StoreError> {
        match self.fault().as_ref() {
            None => Ok(()),
            Some(fault) => Err(StoreError::Unavailable(fault.clone())),
        }
    }

    fn fault(&self) -> MutexGuard<'_, Option<String>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> Option<String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Seen { connection, database, log, memory } = &mut *seen;
        compare(&self.database, database, || pages(connection))
            .or_else(|| compare(&self.log, log, || log_length(connection)))
            // It never becomes shorter while somebody has it open.
            .or_else(|| compare(&self.memory, memory, || None))
    }
}

impl Drop for Files {
    /// Whoever is the last to close a database writes the log back into it and deletes the log. Where the files are no
    /// longer those that were opened, that would destroy what others have written since: a connection that stays open
    /// until the process ends makes none the last.
    fn drop(&mut self) {
        if self.known().is_some() {
            let seen = self.seen.get_mut().unwrap_or_else(PoisonError::into_inner);
            if let Ok(other) = Connection::open_in_memory() {
                std::mem::forget(std::mem::replace(&mut seen.connection, other));
            }
        }
    }
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes sure, before a database is opened, that it is not opened beside other programs without the memory that they
/// share: SQLite would make another one, and each would write over what the others have written.
///
/// # Errors
/// [`StoreError::Unavailable`] when others have it open, and their shared memory is gone.
pub(crate) fn must_share_memory(database: &Path) -> Result<(), StoreError> {
    let memory = beside(database, "-shm");
    let missing = || database.metadata().is_ok_and(|file| file.len() > 0) && !memory.exists();
    let begun = Instant::now();
    while missing() {
        if is_nobody_elses(database) {
            return Ok(());
        }
        if begun.elapsed() >= OPENED {
            return Err(StoreError::Unavailable(format!(
                "other programs have it open, and the file {} is gone, by which they know what each of them writes: stop \
                 them (a server, other commands), and try again; nothing was changed",
                memory.display()
            )));
        }
        std::thread::sleep(RETRY);
    }
    Ok(())
}

/// Whether no other program has a database open. In this mode nothing is shared, and none is let in beside others
/// (sqlite.org/wal.html, section 8). What cannot be read at all is told by whoever opens it.
fn is_nobody_elses(database: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let looked = Connection::open_with_flags(database, flags).and_then(|connection| {
        connection.busy_timeout(Duration::ZERO)?;
        connection.execute_batch("PRAGMA locking_mode=EXCLUSIVE; SELECT count(*) FROM sqlite_schema")
    });
    !matches!(looked, Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::DatabaseBusy)
}

/// Compares a file with what it was, and remembers what it is when that is in order. How long it must be is asked when it
/// has become shorter.
fn compare(path: &Path, seen: &mut Option<File>, least: impl FnOnce() -> Option<u64>) -> Option<String> {
    let shown = path.display();
    let is = match std::fs::metadata(path) {
        Ok(metadata) => File::of(&metadata),
        // The log begins with the first transaction.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return seen.is_some().then(|| format!("the file {shown} is gone"));
        }
        Err(error) => return Some(format!("the file {shown} cannot be looked at: {error}")),
    };
    if let Some(was) = seen {
        if !was.is(&is) {
            return Some(format!("the file {shown} was replaced by another one"));
        }
        if is.length < was.length && least().is_none_or(|least| is.length < was.length.min(least)) {
            let is_beside = ["-wal", "-shm"].iter().any(|suffix| shown.to_string().ends_with(suffix));
            let what = if is.length == 0 && !is_beside { "is empty" } else { "was cut" };
            return Some(format!("the file {shown} {what}"));
        }
    }
    *seen = Some(is);
    None
}

/// How long the database is with all that is in the log.
fn pages(connection: &Connection) -> Option<u64> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    connection.query_row(sql, [], |row| row.get::<_, i64>(0)).ok()?.try_into().ok()
}

/// How long the log is with all its frames.
fn log_length(connection: &Connection) -> Option<u64> {
    let frames: i64 = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1)).ok()?;
    let page: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0)).ok()?;
    let (frames, page) = (u64::try_from(frames).ok()?, u64::try_from(page).ok()?);
    Some(if frames == 0 { 0 } else { LOG_HEAD + frames * (FRAME_HEAD + page) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sqlite;

    #[test]
    fn a_database_that_is_made_smaller_and_a_log_that_starts_over_are_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("school.db");
        let connection = sqlite::connect(&path).expect("opened");
        connection.execute_batch("CREATE TABLE t (a); PRAGMA wal_checkpoint(TRUNCATE)").expect("written");
        let files = Files::new(&path, sqlite::connect(&path).expect("opened"));
        connection
            .execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                 INSERT INTO t SELECT hex(randomblob(2000)) FROM n; PRAGMA wal_checkpoint(TRUNCATE)",
            )
            .expect("filled");
        assert_eq!(files.check(), None);
        connection.execute_batch("DELETE FROM t; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").expect("emptied");
        assert_eq!(files.check(), None);
        connection.execute_batch("INSERT INTO t VALUES (1)").expect("written");
        assert_eq!(files.check(), None);
        std::fs::OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(4096)).expect("cut");
        assert!(files.check().is_some_and(|why| why.ends_with("was cut")));
        assert!(files.refuse().is_err());
    }

    #[test]
    fn nobody_opens_a_database_beside_others_without_the_memory_that_they_share() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("school.db");
        let connection = sqlite::connect(&path).expect("opened");
        connection.execute_batch("CREATE TABLE t (a)").expect("written");
        must_share_memory(&path).expect("it is there");
        std::fs::remove_file(beside(&path, "-shm")).expect("removed");
        let refused = must_share_memory(&path).expect_err("somebody has it open").to_string();
        assert!(refused.contains("school.db-shm is gone"), "{refused}");
        assert!(!beside(&path, "-shm").exists(), "no other one was made");
        drop(connection);
        must_share_memory(&path).expect("nobody has it open");
        let count = |sql| sqlite::connect(&path).expect("opened").query_row(sql, [], |row| row.get::<_, i64>(0));
        assert_eq!(count("SELECT count(*) FROM sqlite_schema"), Ok(1));
    }
}
