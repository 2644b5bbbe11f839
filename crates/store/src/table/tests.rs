//! Tests of the declaration of tables, with a table that has every section.

use crate::{Location, SiteId, Stamp, StoreError, params};
use database::{Database, Migration};

const TABLES: &[Migration] = &[Migration {
    name: "V1__things",
    sql: "CREATE TABLE things (
            site_id BIGINT NOT NULL, id BIGINT NOT NULL, rev BIGINT NOT NULL, created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL, maker BIGINT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
            billing_interval TEXT, sealed BYTES NOT NULL, PRIMARY KEY (site_id, id)) KEYED;
          CREATE TABLE makers (site_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL);",
}];

table! {
    /// A row with every section.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct ThingRow in "things" of site {
        keys {
            /// Id.
            id: i64,
        }
        stamps {
            /// Change.
            rev: i64,
            /// Made.
            created_at: i64,
            /// Changed.
            updated_at: i64,
        }
        fixed {
            /// Maker.
            maker: i64,
        }
        values {
            /// Name.
            name: String,
            /// Interval.
            interval as "billing_interval": Option<String>,
        }
        joined {
            /// The maker's name.
            maker_name: String = "m.name",
        }
        attached {
            /// Parts.
            parts: Vec<i64>,
        }
        derived(row) {
            name_key = row.name.to_lowercase(),
        }
        written {
            sealed: &[u8],
        }
        on conflict "(site_id, id) DO NOTHING"
    }
}

const JOIN: &str = "LEFT JOIN makers m ON m.site_id = t.site_id AND m.id = t.maker";

fn thing() -> ThingRow {
    let (name, interval) = ("Ä".to_owned(), Some("month".to_owned()));
    ThingRow { id: 7, rev: 1, created_at: 10, updated_at: 10, maker: 3, name, interval, ..ThingRow::default() }
}

fn in_a_database<T: Send + 'static>(work: impl Fn(&mut crate::Tx<'_>) -> Result<T, StoreError> + Send + 'static) -> T {
    let folder = tempfile::tempdir().expect("a folder");
    let location = Location::Sqlite(folder.path().join("test.db"));
    Database::open(&location, 1, TABLES).expect("a database").write_now(0, work).expect("done")
}

#[test]
fn a_row_is_read_as_it_was_written_with_what_is_joined_and_a_second_one_conflicts() {
    let (added, again, read, hidden) = in_a_database(|tx| {
        tx.execute("INSERT INTO makers (site_id, id, name) VALUES (1, 3, 'Ann')", &[])?;
        let (added, again) = (thing().insert(tx, SiteId::new(1), &[1, 2])?, thing().insert(tx, SiteId::new(1), &[])?);
        let read = tx.first(select!(ThingRow, JOIN, "WHERE t.site_id = $1"), params![1_i64], ThingRow::read)?;
        let hidden = tx.first("SELECT name_key, sealed FROM things", &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((added, again, read, hidden))
    });
    assert_eq!((added, again), (1, 0));
    assert_eq!(read, Some(ThingRow { maker_name: "Ann".to_owned(), ..thing() }));
    assert_eq!(hidden, Some(("ä".to_owned(), vec![1, 2])));
}

#[test]
fn an_update_writes_the_stamp_the_values_and_what_is_derived_and_leaves_the_rest_and_other_schools() {
    let rows = in_a_database(|tx| {
        for site in [1, 2].map(SiteId::new) {
            thing().insert(tx, site, &[])?;
        }
        let changed = ThingRow { name: "B".to_owned(), interval: None, maker: 9, created_at: 99, ..thing() };
        assert_eq!(changed.update(tx, SiteId::new(1), Stamp { at: 20, rev: 5 })?, 1);
        let sql = select!(ThingRow + "t.name_key, t.site_id", JOIN, "ORDER BY t.site_id");
        tx.query(sql, &[], |row| {
            Ok((ThingRow::read(row)?, row.get::<String>(ThingRow::WIDTH)?, row.get::<i64>(ThingRow::WIDTH + 1)?))
        })
    });
    let has = ThingRow { rev: 5, updated_at: 20, name: "B".to_owned(), interval: None, ..thing() };
    assert_eq!(rows, [(has, "b".to_owned(), 1), (thing(), "ä".to_owned(), 2)]);
}

#[test]
fn a_column_stands_in_every_statement_under_its_own_name() {
    let columns = "t.id, t.rev, t.created_at, t.updated_at, t.maker, t.name, t.billing_interval, m.name";
    assert_eq!((ThingRow::COLUMNS, ThingRow::WIDTH), (columns, 8));
    assert_eq!(super::insert_sql("a", &["b", "c"], ""), "INSERT INTO a (b, c) VALUES ($1, $2)");
    assert_eq!(super::update_sql("a", &["b", "c"], &["d"]), "UPDATE a SET b = $1, c = $2 WHERE d = $3");
}
