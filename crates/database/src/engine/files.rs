//! The files of SQLite under an open database: whether they are still those that were opened, and whole.
//!
//! An open file that was deleted or replaced goes on as before, and all that is written to it is lost with the process;
//! nobody else would notice. So the names are looked up again and again. Files are never opened here: the system would
//! take all locks of this process on a file away when any of its handles is closed (sqlite.org/howtocorrupt.html,
//! section 2.2).

use crate::StoreError;
use rusqlite::Connection;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What looks wrong is looked at again after this long: files are also shorter than they should be while SQLite writes.
const AGAIN: Duration = Duration::from_millis(300);
/// A frame of the log has a header, as the log itself has (sqlite.org/fileformat2.html, "WAL File Format").
const LOG_HEAD: u64 = 32;
const FRAME_HEAD: u64 = 24;

/// The files of an open database.
pub(crate) struct Files {
    database: PathBuf,
    log: PathBuf,
    seen: Mutex<Seen>,
    fault: Mutex<Option<String>>,
}

/// What the files were when they were last found in order.
struct Seen {
    /// Says how long they must be; it maps nothing into memory, which would be deadly where something is missing.
    connection: Connection,
    database: Option<File>,
    log: Option<File>,
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
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        let seen = Mutex::new(Seen { connection, database: None, log: None });
        let files = Self { database: database.to_owned(), log: log.into(), seen, fault: Mutex::default() };
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
        let Seen { connection, database, log } = &mut *seen;
        compare(&self.database, database, || pages(connection))
            .or_else(|| compare(&self.log, log, || log_length(connection)))
    }
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
            let what = if is.length == 0 && !shown.to_string().ends_with("-wal") { "is empty" } else { "was cut" };
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
}
