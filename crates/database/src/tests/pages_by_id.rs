//! Lists in the order of ids that are asked for when their rows were made and changed: pages, totals and cursors are those
//! that reading every row would give, and no statement walks a whole table.

use crate::{
    ALL_STATES, CountSelection, CountedList, CountedRow, Database, ListQuery, Location, Migration, Order, Page,
    PageRequest, PageStart, StoreError, TimeRange, Tx, params,
};

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
CREATE TABLE things (site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL, created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL, colour BIGINT NOT NULL, PRIMARY KEY (site_id, id)) KEYED;
CREATE UNIQUE INDEX things__rev ON things (site_id, rev);
CREATE INDEX things_by_colour ON things (site_id, colour, id);",
}];

const BY_ID: CountedList = CountedList(1);
const BY_REV: CountedList = CountedList(2);
const OF_COLOUR: CountedList = CountedList(3);
const HOUR: i64 = 3_600_000;
const START: i64 = 1_704_110_400_000;

#[derive(Debug, Clone, Copy)]
struct Thing {
    id: i64,
    rev: i64,
    created: i64,
    updated: i64,
    colour: i64,
}

fn counted(thing: &Thing) -> [CountedRow; 3] {
    let row = |list, scope, key| CountedRow { site: 1, list, scope, state: 0, key };
    [row(BY_ID, 0, thing.id), row(BY_REV, 0, thing.rev), row(OF_COLOUR, thing.colour, thing.id)]
}

/// Pseudo-random numbers, the same each time (Knuth's constants of a linear congruential generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64).rem_euclid(end)
    }
}

/// Makes things hour by hour, and changes and removes some of them, of which some are often the same.
fn fill(database: &Database, makes: i64, changes: i64, numbers: &mut Numbers) -> Vec<Thing> {
    let mut things: Vec<Thing> = Vec::new();
    for hour in 0..makes + changes {
        let change = !things.is_empty() && numbers.below(makes + changes) < changes;
        let at = if change { numbers.below(things.len() as i64) as usize } else { 0 };
        let (dice, colour, had) = (numbers.below(40), numbers.below(3), things.get(at).copied());
        let now = database.write_now(1, move |tx| -> Result<Option<Thing>, StoreError> {
            tx.backdate(START + hour * HOUR);
            let stamp = tx.stamp(1)?;
            match had.filter(|_| change) {
                Some(had) if dice == 0 => {
                    tx.execute("DELETE FROM things WHERE site_id = 1 AND id = $1", params![had.id])?;
                    tx.update_counts(&counted(&had), &[]);
                    Ok(None)
                }
                Some(had) => {
                    let has = Thing { rev: stamp.rev, updated: stamp.at, ..had };
                    tx.execute(
                        "UPDATE things SET rev = $1, updated_at = $2 WHERE site_id = 1 AND id = $3",
                        params![has.rev, has.updated, has.id],
                    )?;
                    tx.update_counts(&counted(&had), &counted(&has));
                    Ok(Some(has))
                }
                None => {
                    let id = tx.next_id("things")?;
                    let has = Thing { id, rev: stamp.rev, created: stamp.at, updated: stamp.at, colour };
                    tx.execute(
                        "INSERT INTO things (site_id, id, rev, created_at, updated_at, colour)
                                VALUES (1, $1, $2, $3, $3, $4)",
                        params![id, has.rev, has.created, colour],
                    )?;
                    tx.update_counts(&[], &counted(&has));
                    Ok(Some(has))
                }
            }
        });
        match (change, now.expect("written")) {
            (true, Some(has)) => things[at] = has,
            (true, None) => drop(things.remove(at)),
            (false, has) => things.extend(has),
        }
    }
    things
}

/// The list of all things, of those of a colour, with counts or without.
fn list(kind: i64) -> ListQuery<'static> {
    let counts = |list, scope| Some(CountSelection { site: 1, list, scope, states: ALL_STATES });
    let mut query = ListQuery {
        by_id: counts(BY_ID, 0),
        by_rev: counts(BY_REV, 0),
        ..ListQuery::all("things", "things t", "t.colour")
    };
    match kind {
        0 => {}
        1 => {
            query.scope.push(crate::Filter::is("t.colour = ?", 1));
            query.by_id = counts(OF_COLOUR, 1);
            query.by_rev = None;
        }
        _ => query.filters.push(crate::Filter::is("t.colour + 0 = ?", 1)),
    }
    query
}

fn read(database: &Database, kind: i64, request: PageRequest) -> Page<i64> {
    let page = database.read_now(move |tx: &mut Tx<'_>| tx.page(1, &list(kind), &request, |row| row.get::<i64>(1)));
    page.expect("a page")
}

fn within(range: TimeRange, moment: i64) -> bool {
    range.from <= moment && (moment < range.to || range.to == i64::MAX)
}

/// Reads a list by numbered pages and by cursors; both must be what reading every row gives.
fn compare(database: &Database, things: &[Thing], kind: i64, request: PageRequest) {
    let mut expected: Vec<i64> = things
        .iter()
        .filter(|thing| within(request.created, thing.created) && within(request.updated, thing.updated))
        .filter(|thing| kind == 0 || thing.colour == 1)
        .map(|thing| thing.id)
        .collect();
    if request.descending {
        expected.reverse();
    }
    let named = format!("kind {kind}, {request:?}");
    let limit = request.limit as usize;
    let total = expected.len();
    for number in 0..=total / limit {
        let start = PageStart::Page(number as i64 + 1);
        let page = read(database, kind, PageRequest { start, ..request });
        let from = (number * limit).min(total);
        let to = (from + limit).min(total);
        assert_eq!(
            (page.items, page.total, page.offset),
            (expected[from..to].to_vec(), total as i64, from as i64),
            "{named}"
        );
        assert_eq!(page.next_after.is_some(), to < total, "{named}");
    }
    let mut page = read(database, kind, request);
    let mut seen = page.items.clone();
    while let Some(cursor) = page.next_after {
        assert_eq!((cursor.order, Some(&cursor.key)), (Order::Id, seen.last()), "{named}");
        page = read(
            database,
            kind,
            PageRequest { start: PageStart::After(cursor.key), order: Some(Order::Id), ..request },
        );
        assert_eq!((page.total, page.offset), (total as i64, seen.len() as i64), "{named}");
        seen.extend(&page.items);
    }
    assert_eq!(seen, expected, "{named}");
}

fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::open(&Location::Sqlite(folder.path().join("test.db")), 1, MIGRATIONS).expect("a database");
    (folder, database)
}

#[test]
fn pages_by_id_of_what_was_made_and_changed_at_a_time_are_those_of_all_rows() {
    let mut numbers = Numbers(7);
    for (makes, changes) in [(0, 0), (5, 3), (300, 40), (150, 900)] {
        let (_folder, database) = database();
        let things = fill(&database, makes, changes, &mut numbers);
        let hours = makes + changes;
        let mut moment = |open: i64| match numbers.below(6) {
            0 => open,
            1 => START - HOUR,
            2 => START + (hours + 5) * HOUR,
            _ => START + numbers.below(hours + 1) * HOUR,
        };
        for round in 0..36 {
            let mut range = || TimeRange { from: moment(i64::MIN), to: moment(i64::MAX) };
            let updated = range();
            let created = if round % 3 == 0 { range() } else { TimeRange::default() };
            let limit = [3, 25, 250][round % 3].min(1 + hours);
            let request = PageRequest { created, updated, descending: round % 2 == 1, ..PageRequest::first(limit) };
            compare(&database, &things, round as i64 / 2 % 3, request);
        }
    }
}

#[tokio::test]
async fn a_long_list_is_walked_only_where_neither_its_changes_nor_its_counts_say_where_a_page_begins() {
    let (_folder, database) = database();
    // 2,000 things of an hour each, every other of which is changed two months later; then one more, long after.
    let made = database.write(1, |tx| {
        for hour in 0..3000 {
            tx.backdate(START + hour * HOUR);
            let stamp = tx.stamp(1)?;
            let id = if hour < 2000 { tx.next_id("things")? } else { 2 * (hour - 1999) };
            let has = Thing { id, rev: stamp.rev, created: stamp.at, updated: stamp.at, colour: 1 };
            if hour < 2000 {
                tx.execute(
                    "INSERT INTO things (site_id, id, rev, created_at, updated_at, colour)
                                VALUES (1, $1, $2, $3, $3, 1)",
                    params![id, has.rev, has.created],
                )?;
                tx.update_counts(&[], &counted(&has));
            } else {
                let had = Thing { rev: id, ..has };
                tx.execute(
                    "UPDATE things SET rev = $1, updated_at = $2 WHERE site_id = 1 AND id = $3",
                    params![has.rev, has.updated, id],
                )?;
                tx.update_counts(&counted(&had), &counted(&has));
            }
        }
        Ok::<_, StoreError>(())
    });
    made.await.expect("made");
    let here = std::thread::current().id();
    let far = TimeRange::default();
    for (updated, page, total, on_this_thread) in [
        // Before the first and after the last row it is a list without a filter.
        (TimeRange { from: START - HOUR, ..far }, 7, 2000, true),
        (TimeRange { to: START + 4000 * HOUR, ..far }, 7, 2000, true),
        // A few changes, and all but a few, are found by the changes.
        (TimeRange { from: START + 2990 * HOUR, ..far }, 1, 10, true),
        (TimeRange { to: START + 2900 * HOUR, ..far }, 7, 1900, true),
        // Of rows made since, each was changed since.
        (TimeRange { from: START + 1900 * HOUR, ..far }, 1, 1050, true),
        (TimeRange { from: START + 1500 * HOUR, ..far }, 6, 1250, false),
    ] {
        let start = PageStart::Page(page);
        let read = database.read(move |tx| -> Result<_, StoreError> {
            let request = PageRequest { updated, start, ..PageRequest::first(100) };
            let page = tx.page(1, &list(0), &request, |row| row.get::<i64>(1))?;
            Ok((page.total, std::thread::current().id() == here))
        });
        assert_eq!(read.await.expect("read"), (total, on_this_thread), "{updated:?}");
    }
}
