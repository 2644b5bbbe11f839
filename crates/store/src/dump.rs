//! The database as a whole: the rows of every table out of one database and into another, of either engine, and what
//! `doctor` asks of a database. Rows pass through; a table is never held in memory.
//!
//! What the columns are is asked of the database itself, so that a migration that adds one needs no change here.

mod next_ids;

pub use crate::lists::recount;
use crate::{Engine, StoreError, Tx, Value, params};
pub use database::{ColumnType, analyze, engine_version, quick_check, version, version_of};
pub use next_ids::{counters, set_counters};

/// Every table whose rows are the school's, in the order in which they are read. The next ids are apart, because
/// PostgreSQL keeps them in sequences: see [`counters`].
pub const TABLES: &[&str] = &[
    "site_clocks",
    "tallies",
    "sites",
    "users",
    "user_roles",
    "authentications",
    "custom_profile_field_definitions",
    "custom_profile_field_values",
    "groups",
    "group_users",
    "group_analysts",
    "instructors",
    "courses",
    "course_administrators",
    "chapters",
    "contents",
    "content_bodies",
    "course_reviews",
    "products",
    "product_prices",
    "related_products",
    "product_publish_requests",
    "bundles",
    "bundle_courses",
    "collections",
    "collection_memberships",
    "promotions",
    "promotion_products",
    "coupons",
    "enrollments",
    "bundle_enrollments",
    "orders",
    "order_numbers",
    "order_items",
    "external_orders",
    "external_order_transactions",
    "external_order_days",
    "idempotency_keys",
    "outgoing_mails",
    "events",
    "webhooks",
    "deliveries",
    "delivery_attempts",
    "leads",
    "order_transactions",
    "subscriptions",
    "lesson_completions",
    "quiz_attempts",
    "sessions",
    "mailed_links",
    "sign_ups",
    "sso_tokens",
    "attempts",
    "mailbox",
    "apps",
    "installs",
    "consents",
    "grants",
    "access_tokens",
    "api_access_tokens",
    "signing_keys",
    "server_key",
];

/// Every kind of thing that has ids of its own: the `SEQUENCE` lines of the migrations.
pub const KINDS: &[&str] = &[
    "sites",
    "users",
    "custom_profile_field_definitions",
    "custom_profile_field_values",
    "groups",
    "instructors",
    "courses",
    "chapters",
    "contents",
    "course_reviews",
    "products",
    "product_prices",
    "product_publish_requests",
    "bundles",
    "collections",
    "promotions",
    "coupons",
    "enrollments",
    "orders",
    "external_orders",
    "external_order_transactions",
    "outgoing_mails",
    "events",
    "webhooks",
    "deliveries",
    "leads",
    "order_transactions",
    "subscriptions",
    "quiz_attempts",
    "sessions",
    "apps",
    "grants",
    "api_access_tokens",
    "signing_keys",
];

/// At most this many values in one `INSERT`. Both engines allow a few times more.
const VALUES: usize = 2_000;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnType,
    /// Its place in the primary key, from one; zero when it is none of it.
    key: i64,
}

/// A table as it is in this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// Every table as it is in this database, in the order of [`TABLES`].
///
/// # Errors
/// [`StoreError::Engine`] when a table is missing or a column is of a type that the store does not use.
pub fn tables(tx: &mut Tx<'_>) -> Result<Vec<Table>, StoreError> {
    TABLES.iter().map(|name| table(tx, name)).collect()
}

fn table(tx: &mut Tx<'_>, name: &'static str) -> Result<Table, StoreError> {
    let sql = match tx.engine() {
        Engine::Sqlite => "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid",
        Engine::Postgres => {
            "SELECT CAST(c.column_name AS TEXT), CAST(c.data_type AS TEXT), CAST(coalesce(k.place, 0) AS BIGINT)
             FROM information_schema.columns c
             LEFT JOIN (
               SELECT u.column_name, u.ordinal_position AS place
               FROM information_schema.table_constraints t
               JOIN information_schema.key_column_usage u ON u.constraint_schema = t.constraint_schema
                 AND u.constraint_name = t.constraint_name AND u.table_name = t.table_name
               WHERE t.table_schema = current_schema() AND CAST(t.table_name AS TEXT) = $1
                 AND t.constraint_type = 'PRIMARY KEY'
             ) AS k ON k.column_name = c.column_name
             WHERE c.table_schema = current_schema() AND CAST(c.table_name AS TEXT) = $1
             ORDER BY c.ordinal_position"
        }
    };
    let columns: Vec<(String, String, i64)> =
        tx.query(sql, params![name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if columns.is_empty() {
        return Err(StoreError::Engine(format!("there is no table {name}")));
    }
    let columns = columns.into_iter().map(|(column, of, key)| {
        let kind = match of.to_lowercase().as_str() {
            "bigint" => ColumnType::Int,
            "boolean" => ColumnType::Bool,
            "text" => ColumnType::Text,
            "blob" | "bytea" => ColumnType::Bytes,
            _ => return Err(StoreError::Engine(format!("column {column} of {name} is of the unknown type {of}"))),
        };
        Ok(Column { name: column, kind, key })
    });
    Ok(Table { name, columns: columns.collect::<Result<_, _>>()? })
}

impl Table {
    /// The same table with its columns in the order of `names`. None when these are not exactly its columns.
    #[must_use]
    pub fn in_order(&self, names: &[String]) -> Option<Self> {
        let columns: Option<Vec<Column>> =
            names.iter().map(|name| self.columns.iter().find(|column| column.name == *name).cloned()).collect();
        // As many as there are, and each of them there: the same ones, unless a name comes twice.
        let twice = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
        let columns = columns.filter(|columns| columns.len() == self.columns.len() && !twice)?;
        Some(Self { name: self.name, columns })
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn count(&self, tx: &mut Tx<'_>) -> Result<u64, StoreError> {
        let count = tx.first(&format!("SELECT count(*) FROM \"{}\"", self.name), &[], |row| row.get::<i64>(0))?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }

    /// Hands over the rows one by one, in the order of the primary key, which is the same on both engines.
    ///
    /// # Errors
    /// Whatever the database or `each` says.
    pub fn for_each<E: From<StoreError>>(
        &self,
        tx: &mut Tx<'_>,
        mut each: impl FnMut(&[Value<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let collate = if tx.engine() == Engine::Postgres { " COLLATE \"C\"" } else { "" };
        let mut keys: Vec<&Column> = self.columns.iter().filter(|column| column.key > 0).collect();
        keys.sort_unstable_by_key(|column| column.key);
        let keys: Vec<String> = keys
            .into_iter()
            .map(|column| format!("\"{}\"{}", column.name, if column.kind == ColumnType::Text { collate } else { "" }))
            .collect();
        let order = if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) };
        let sql = format!("SELECT {} FROM \"{}\"{order}", self.names(), self.name);
        tx.for_each(&sql, &[], |row| {
            let values: Result<Vec<Value<'_>>, StoreError> =
                self.columns.iter().enumerate().map(|(at, column)| row.value(at, column.kind)).collect();
            each(&values?)
        })
    }

    /// Adds rows; `values` are those of the first row in the order of the columns, then those of the second, and so
    /// on.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when a row is there already, and whatever else the database says.
    pub fn insert(&self, tx: &mut Tx<'_>, values: &[Value<'_>]) -> Result<(), StoreError> {
        let width = self.columns.len();
        let mut left = values;
        while !left.is_empty() {
            // Powers of two: a table has a handful of statements, which stay prepared.
            let rows = (left.len() / width).min(VALUES / width).max(1);
            let rows = if rows.is_power_of_two() { rows } else { rows.next_power_of_two() / 2 };
            let (now, later) = left.split_at_checked(rows * width).unwrap_or((left, &[]));
            let mut sql = format!("INSERT INTO \"{}\" ({}) VALUES ", self.name, self.names());
            for at in 0..now.len() {
                let before = match (at, at % width) {
                    (0, _) => "($",
                    (_, 0) => "), ($",
                    _ => ", $",
                };
                sql.push_str(before);
                sql.push_str(&(at + 1).to_string());
            }
            sql.push(')');
            tx.execute(&sql, now)?;
            left = later;
        }
        Ok(())
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
    }
}

/// The number of the last migration that this program knows.
#[must_use]
pub fn latest_version() -> i64 {
    database::latest_version(crate::migrations::MIGRATIONS)
}

/// The first table that has rows; none in an empty database. The next ids do not count: an attempt to make a school
/// that failed takes one. Nor does the server's key, which is there as soon as a server was started.
///
/// # Errors
/// Whatever the database says.
pub fn occupied(tx: &mut Tx<'_>) -> Result<Option<&'static str>, StoreError> {
    // Sites first: that there is a school is the plainest thing to say.
    for name in std::iter::once(&"sites").chain(TABLES).filter(|name| **name != "server_key") {
        let sql = format!("SELECT CAST(1 AS BIGINT) FROM \"{name}\" LIMIT 1");
        if tx.first(&sql, &[], |row| row.get::<i64>(0))?.is_some() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Location, Store};

    pub fn store(folder: &tempfile::TempDir) -> Store {
        Store::open(&Location::Sqlite(folder.path().join("test.db")), 1).expect("a store")
    }

    fn sorted<T: Ord>(mut of: Vec<T>) -> Vec<T> {
        of.sort();
        of
    }

    #[test]
    fn no_table_and_no_sequence_of_the_migrations_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let there = store(&folder).read_now(|tx| {
            let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                       AND name NOT IN ('id_counters', 'refinery_schema_history')";
            tx.query(sql, &[], |row| row.get::<String>(0))
        });
        assert_eq!(sorted(there.expect("tables")), sorted(TABLES.iter().map(|name| (*name).to_owned()).collect()));

        let mut sequences = Vec::new();
        for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).expect("a folder") {
            let text = std::fs::read_to_string(file.expect("a file").path()).expect("a migration");
            let names = text.lines().filter_map(|line| line.strip_prefix("SEQUENCE "));
            sequences.extend(names.map(|name| name.trim_end_matches(';').to_owned()));
        }
        assert_eq!(sorted(sequences), sorted(KINDS.iter().map(|name| (*name).to_owned()).collect()));
    }

    #[test]
    fn rows_of_every_kind_of_column_come_out_as_they_went_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(&folder);
        let seen = store.write_now(0, |tx| {
            assert_eq!(occupied(tx)?, None);
            let names = ["fingerprint", "site_id", "key", "status", "body", "created_at"].map(str::to_owned);
            let keys = table(tx, "idempotency_keys")?.in_order(&names).expect("the same columns");
            // More than one statement's worth, in an order that is not that of the key.
            let texts: Vec<String> = (0..3_000).rev().map(|n| format!("key-{n:04}")).collect();
            let mut values = Vec::new();
            for text in &texts {
                let row: [Value<'_>; 6] =
                    ["ü\n".into(), 7.into(), text.as_str().into(), 200.into(), Value::Bytes(&[0, 255]), 1.into()];
                values.extend(row);
            }
            keys.insert(tx, &values)?;
            assert_eq!((keys.count(tx)?, occupied(tx)?), (3_000, Some("idempotency_keys")));
            let mut seen = Vec::new();
            keys.for_each(tx, |row| {
                let [Value::Text("ü\n"), Value::Int(7), Value::Text(key), _, Value::Bytes([0, 255]), _] = row else {
                    return Err(StoreError::Engine(format!("{row:?}")));
                };
                seen.push((*key).to_owned());
                Ok(())
            })?;
            Ok::<_, StoreError>(seen)
        });
        let seen = seen.expect("rows");
        assert!(seen.is_sorted() && seen.len() == 3_000);
    }

    #[test]
    fn columns_that_are_not_the_tables_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let table = store(&folder).read_now(|tx| table(tx, "user_roles")).expect("a table");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(table.in_order(&names(&["user_id", "role", "site_id"])).is_some());
        assert_eq!(table.in_order(&names(&["user_id", "role"])), None);
        assert_eq!(table.in_order(&names(&["user_id", "role", "role"])), None);
        assert_eq!(table.in_order(&names(&["user_id", "role", "site_id", "more"])), None);
    }
}
