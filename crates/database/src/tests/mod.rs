//! What needs a database with tables: a small one of its own.

mod pages_by_id;

use crate::{ALL_STATES, PageStart};
use crate::{
    CountSelection, CountedList, CountedRow, Database, Filter, ListQuery, Location, Migration, PageRequest, StoreError,
    Tx, params, version, version_of,
};
use tempfile::TempDir;

const MIGRATIONS: &[Migration] = &[Migration {
    name: "V1__things",
    sql: "CREATE TABLE id_counters (kind TEXT PRIMARY KEY, next BIGINT NOT NULL) KEYED;
CREATE TABLE site_clocks (site_id BIGINT PRIMARY KEY, rev BIGINT NOT NULL, at BIGINT NOT NULL,
  set_back_to BIGINT);
CREATE TABLE tallies (
  site_id BIGINT NOT NULL, list BIGINT NOT NULL, scope BIGINT NOT NULL, level BIGINT NOT NULL,
  bucket BIGINT NOT NULL, state BIGINT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (site_id, list, scope, level, bucket, state)
) KEYED;
SEQUENCE things;
CREATE TABLE things (site_id BIGINT NOT NULL, id BIGINT NOT NULL, colour TEXT NOT NULL, PRIMARY KEY (site_id, id)) KEYED;",
}];

const THINGS: CountedList = CountedList(1);

fn location(folder: &TempDir) -> Location {
    Location::Sqlite(folder.path().join("test.db"))
}

fn open(folder: &TempDir) -> Database {
    Database::open(&location(folder), 1, MIGRATIONS).expect("a database")
}

fn add(tx: &mut Tx<'_>, colour: &str) -> Result<i64, StoreError> {
    let id = tx.next_id("things")?;
    tx.execute("INSERT INTO things (site_id, id, colour) VALUES (1, $1, $2)", params![id, colour])?;
    tx.update_counts(&[], &[CountedRow { site: 1, list: THINGS, scope: 0, state: 0, key: id }]);
    Ok(id)
}

fn things(colour: Option<&str>) -> ListQuery<'_> {
    let counts = CountSelection { site: 1, list: THINGS, scope: 0, states: ALL_STATES };
    ListQuery {
        by_id: Some(counts),
        filters: colour.map(|colour| Filter::is("t.colour = ?", colour)).into_iter().collect(),
        ..ListQuery::all("things", "things t", "t.id")
    }
}

#[test]
fn the_write_ahead_log_starts_over_although_a_view_stays_open_between_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = open(&folder);
    let megabytes = "x".repeat(4 << 20);
    for _ in 0..20 {
        let text = megabytes.clone();
        database.write_now(1, move |tx| add(tx, &text)).expect("written");
        // The writing thread opens its view as soon as nothing waits.
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let log = folder.path().join("test.db-wal").metadata().expect("the log").len();
    let written = folder.path().join("test.db").metadata().expect("the database").len();
    assert!(written > 60 << 20, "{written} bytes in the database");
    assert!(log < 40 << 20, "{log} bytes in the log, of {written} in the database");
}

#[tokio::test]
async fn a_read_that_needs_a_reader_thread_is_begun_again_on_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = open(&folder);
    let here = std::thread::current().id();
    let read = async |long: bool| {
        let read = database.read(move |tx| -> Result<_, StoreError> {
            if long {
                tx.needs_reader_thread()?;
            }
            Ok(std::thread::current().id())
        });
        read.await.expect("read")
    };
    assert_eq!(read(false).await, here);
    assert_ne!(read(true).await, here);
}

#[tokio::test]
async fn a_list_that_is_counted_by_scanning_needs_a_reader_thread_and_one_with_counts_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = open(&folder);
    let added = database.write(1, |tx| {
        add(tx, "red")?;
        add(tx, "red")
    });
    added.await.expect("added");
    let here = std::thread::current().id();
    for (colour, on_this_thread) in [(None, true), (Some("red"), false)] {
        let read = database.read(move |tx| -> Result<_, StoreError> {
            let page = tx.page(1, &things(colour), &PageRequest::first(1), |row| row.get::<i64>(0))?;
            Ok((page.total, std::thread::current().id() == here))
        });
        assert_eq!(read.await.expect("read"), (2, on_this_thread));
    }
}

#[test]
fn ids_in_a_query_are_taken_sorted_and_once_each_however_many_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = open(&folder);
    database.write_now(1, |tx| (0..600).try_for_each(|_| add(tx, "red").map(drop))).expect("added");
    let found = database.read_now(|tx| {
        let ids = (1..=600).rev().chain([5, 5, 601]);
        tx.query_in(1, ids, "SELECT id FROM things WHERE site_id = $1 AND id IN ", " ORDER BY id", |row| {
            row.get::<i64>(0)
        })
    });
    assert_eq!(found.expect("found"), (1..=600).collect::<Vec<i64>>());
}

#[test]
fn a_unit_that_fails_leaves_neither_rows_nor_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = open(&folder);
    database.write_now(1, |tx| add(tx, "red")).expect("added");
    let failed: Result<i64, StoreError> = database.write_now(1, |tx| {
        add(tx, "blue")?;
        Err(StoreError::Config("changed my mind".to_owned()))
    });
    assert!(failed.is_err());
    let page = database.read_now(|tx| {
        let last = PageRequest { start: PageStart::Page(1), ..PageRequest::first(10) };
        tx.page(1, &things(None), &last, |row| row.get::<i64>(0))
    });
    let page = page.expect("a page");
    assert_eq!((page.items, page.total), (vec![1], 1));
}

#[test]
fn looking_at_the_version_makes_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(version_of(&location(&folder)).expect("none"), None);
    assert!(!folder.path().join("test.db").exists());
    let opened = open(&folder).read_now(version).expect("a version");
    assert_eq!((version_of(&location(&folder)).expect("a version"), opened), (Some(1), 1));
}
