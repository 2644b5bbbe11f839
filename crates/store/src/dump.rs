//! The database as a whole: the rows of every table out of one database and into another, of either engine, and what
//! `doctor` asks of a database. Rows pass through; a table is never held in memory.
//!
//! What the columns are is asked of the database itself, so that a migration that adds one needs no change here.

mod next_ids;
mod table;

pub use crate::lists::recount;
use crate::{StoreError, Tx};
pub use database::{ColumnType, analyze, engine_version, faults_within, is_in_use, quick_check, version, version_of};
pub use next_ids::{counters, set_counters};
use table::table;
pub use table::{Column, Table};

/// Every table whose rows are the school's, in the order in which they are read. The next ids are apart, because
/// PostgreSQL keeps them in sequences: see [`counters`].
pub const TABLES: &[&str] = &[
    "site_clocks",
    "tallies",
    "sites",
    "users",
    "user_roles",
    "user_words",
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
    "questions",
    "choices",
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
    "order_days",
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
    "student_days",
    "sessions",
    "known_devices",
    "page_codes",
    "mail_texts",
    "second_factors",
    "recovery_codes",
    "pending_sign_ins",
    "mailed_links",
    "email_changes",
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
    "security_log",
    "jobs",
    "job_chunks",
    "files",
    "file_parts",
    "file_uses",
    "removed_files",
    "file_usage",
    "request_log",
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
    "questions",
    "choices",
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
    "security_log",
    "jobs",
    "files",
    "request_log",
];

/// Every table as it is in this database, in the order of [`TABLES`].
///
/// # Errors
/// [`StoreError::Engine`] when a table is missing or a column is of a type that the store does not use.
pub fn tables(tx: &mut Tx<'_>) -> Result<Vec<Table>, StoreError> {
    TABLES.iter().map(|name| table(tx, name)).collect()
}

/// A table as it is in this database.
pub(crate) fn table_named(tx: &mut Tx<'_>, name: &'static str) -> Result<Table, StoreError> {
    table(tx, name)
}

/// The number of the last migration that this program knows.
#[must_use]
pub fn latest_version() -> i64 {
    database::latest_version(crate::migrations::MIGRATIONS)
}

/// The first table that has rows; none in an empty database. The next ids do not count: an attempt to make a school
/// that failed takes one. Nor does the server's key, which is there as soon as a server was started.
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
    use crate::Value;
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
        let seen = store.write_now(None, |tx| {
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
