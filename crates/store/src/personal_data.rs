//! What the database holds about a person, table by table: for the person, who may ask for it.

use crate::dump::{ColumnType, table_named};
use crate::{SiteId, StoreError, Tx, UserId, Value, params};

/// What is said of a person in a table: its name, what finds the person in it, and the columns that are theirs to know.
/// Secrets and their fingerprints are nobody's to know.
struct About {
    table: &'static str,
    /// A condition with the school as `$1` and the person as `$2`.
    condition: &'static str,
    columns: &'static [&'static str],
}

const BY_USER: &str = "site_id = $1 AND user_id = $2";
const OF_THEIR_ENROLLMENTS: &str =
    "site_id = $1 AND enrollment_id IN (SELECT id FROM enrollments WHERE site_id = $1 AND user_id = $2)";
const OF_THEIR_ORDERS: &str =
    "site_id = $1 AND order_id IN (SELECT id FROM orders WHERE site_id = $1 AND user_id = $2)";

const ABOUT: &[About] = &[
    About { table: "authentications", condition: BY_USER, columns: &["provider", "external_id"] },
    About { table: "group_users", condition: BY_USER, columns: &["group_id"] },
    About { table: "group_analysts", condition: BY_USER, columns: &["group_id"] },
    About {
        table: "enrollments",
        condition: BY_USER,
        columns: &[
            "id",
            "course_id",
            "created_at",
            "percentage_completed",
            "completed",
            "started_at",
            "activated_at",
            "completed_at",
            "expiry_date",
        ],
    },
    About {
        table: "lesson_completions",
        condition: OF_THEIR_ENROLLMENTS,
        columns: &["enrollment_id", "content_id", "at"],
    },
    About {
        table: "quiz_attempts",
        condition: OF_THEIR_ENROLLMENTS,
        columns: &["enrollment_id", "content_id", "at", "correct_count", "incorrect_count", "grade"],
    },
    About {
        table: "course_reviews",
        condition: BY_USER,
        columns: &["id", "course_id", "created_at", "rating", "title", "review_text", "approved"],
    },
    About {
        table: "orders",
        condition: BY_USER,
        columns: &[
            "id",
            "order_number",
            "created_at",
            "user_email",
            "user_name",
            "product_id",
            "product_name",
            "amount_cents",
            "currency",
            "coupon_code",
            "status",
        ],
    },
    About {
        table: "order_transactions",
        condition: OF_THEIR_ORDERS,
        columns: &["order_id", "created_at", "amount", "currency", "succeeded", "refunded_amount"],
    },
    About {
        table: "subscriptions",
        condition: BY_USER,
        columns: &["product_id", "created_at", "amount", "billing_interval", "status", "cancelled_at"],
    },
    About {
        table: "external_orders",
        condition: BY_USER,
        columns: &["id", "created_at", "payment_provider", "product_id", "order_type", "currency", "paid", "refunded"],
    },
    About {
        table: "sessions",
        condition: BY_USER,
        columns: &["created_at", "signed_in_at", "seen_at", "user_agent", "address"],
    },
    About { table: "known_devices", condition: BY_USER, columns: &["created_at", "expires_at"] },
    About { table: "second_factors", condition: BY_USER, columns: &["created_at", "confirmed_at"] },
    About {
        table: "request_log",
        condition: BY_USER,
        columns: &["created_at", "app_id", "method", "path", "status", "address"],
    },
    About { table: "consents", condition: BY_USER, columns: &["app_id", "scope", "at"] },
    About { table: "grants", condition: BY_USER, columns: &["app_id", "created_at", "expires_at", "scope"] },
    About { table: "outgoing_mails", condition: BY_USER, columns: &["created_at", "kind"] },
    About {
        table: "security_log",
        condition: BY_USER,
        columns: &["created_at", "kind", "actor", "detail", "address", "user_agent", "times"],
    },
    About { table: "jobs", condition: BY_USER, columns: &["id", "created_at", "kind", "state"] },
];

/// Hands over everything that is said of a user beside their profile: for each row its table, and its columns with what
/// stands in them. A table without such a row comes once, with none. Moments are in milliseconds since 1970, in columns
/// that [`is_moment`] knows.
pub fn of_user(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    mut each: impl FnMut(&'static str, Option<&[(&'static str, Value<'_>)]>),
) -> Result<(), StoreError> {
    for About { table, condition, columns } in ABOUT {
        let known = table_named(tx, table)?;
        let kind = |name: &str| known.columns.iter().find(|column| column.name == name).map(|column| column.kind);
        let kinds: Vec<ColumnType> = columns.iter().filter_map(|name| kind(name)).collect();
        let sql = format!("SELECT {} FROM {table} WHERE {condition}", columns.join(", "));
        each(table, None);
        tx.for_each(&sql, params![site, user], |row| {
            let mut cells = Vec::with_capacity(columns.len());
            for ((at, name), kind) in columns.iter().enumerate().zip(&kinds) {
                cells.push((*name, row.value(at, *kind)?));
            }
            each(table, Some(&cells));
            Ok::<_, StoreError>(())
        })?;
    }
    Ok(())
}

/// Whether the numbers in a column are moments.
#[must_use]
pub fn is_moment(column: &str) -> bool {
    column == "at" || column.ends_with("_at") || column.ends_with("_date")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::{self, tests::store};
    use std::collections::BTreeSet;

    /// Tables that name people and are left out: what finds the others, and what is about somebody else's work.
    const LEFT_OUT: &[&str] = &[
        // The profile, which is told apart, and what finds it.
        "users",
        "user_words",
        "user_roles",
        "custom_profile_field_values",
        // What they teach and look after, which is the school's.
        "instructors",
        "courses",
        "course_administrators",
        "product_publish_requests",
        "sites",
        "api_access_tokens",
        // Who uploaded what is the school's; on which days somebody was active is counted from their courses.
        "files",
        "student_days",
        // Secrets that work for a while.
        "mailed_links",
        "email_changes",
        "recovery_codes",
        "pending_sign_ins",
        // The same as in their orders.
        "external_order_transactions",
    ];

    #[test]
    fn every_table_that_names_people_is_told_or_left_out_with_a_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let tables = store(&folder).read_now(dump::tables).expect("tables");
        let names_people = |table: &&dump::Table| table.columns.iter().any(|column| column.name.ends_with("user_id"));
        let named: BTreeSet<&str> = tables.iter().filter(names_people).map(|table| table.name).collect();
        let told: BTreeSet<&str> = ABOUT.iter().map(|about| about.table).collect();
        let missing: Vec<_> = named.iter().filter(|name| !told.contains(*name) && !LEFT_OUT.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let nobody =
            store(&folder).read_now(|tx| of_user(tx, SiteId::new(1), UserId::new(1), |_, row| assert_eq!(row, None)));
        nobody.expect("every column is there");
    }
}
