//! The declaration of a table. A column stands once, in [`table!`]: the row type, the list of columns, reading, `INSERT`
//! and `UPDATE` come from there. Every other statement is plain SQL; [`select!`] begins one with all columns.

/// Declares the row type of a table.
///
/// ```text
/// table! {
///     /// A coupon's row.
///     #[derive(Debug, Clone, PartialEq, Eq)]
///     pub struct CouponRow in "coupons" of site {
///         keys { /// Its id.
///             id: i64 }
///         stamps { … rev: i64, … created_at: i64, … updated_at: i64 }
///         fixed { … promotion_id: i64 }
///         values { … code: String, … note: Option<String> }
///         derived(row) { code_key = code_key(&row.code) }
///         on conflict "(site_id, code_key) DO NOTHING"
///     }
/// }
/// ```
///
/// `of site` says that rows belong to a school: the column `site_id` is no field, but the argument `site` of what is made
/// here. The sections, each of which may be left out:
///
/// - `parent`: columns of the key that are no fields: the row is part of something that the caller has, and gives them as
///   arguments.
/// - `keys`: what else names a row (within its school).
/// - `stamps`: the number of the last change, when the row was made and last changed. A row that is added was last changed
///   when it was made; an update takes the first and the last from the [`Stamp`](crate::Stamp) it is given.
/// - `fixed`: written once. `values`: may change. A field whose column has another name says so: `interval as
///   "billing_interval": String`.
/// - `joined`: read from a table that is joined, never written; the default of its type where nothing is joined.
/// - `attached`: not of this table; the default of its type until the module fills it.
/// - `derived(row)`: columns that are computed when the row is written, and never read.
/// - `written`: columns that are arguments of the insert, and never read along.
///
/// Made are `COLUMNS` (with the alias `t`), `WIDTH` (how many they are), `read`, `read_at` (from a later column on),
/// `insert`, `update` and `list` (every row, as the beginning of a list query). `pub struct UserRow<S>` makes the texts of
/// type `S` borrowable: `UserRow<&str>` reads without copying.
macro_rules! table {
    (
        $(#[$meta:meta])*
        pub struct $row:ident $(<$text:ident>)? in $table:literal $(of $site:ident)? {
            $(parent { $($parent:ident: $parent_type:ty),* $(,)? })?
            $(keys { $($(#[$key_meta:meta])* $key:ident: $key_type:ty),* $(,)? })?
            $(stamps {
                $(#[$rev_meta:meta])* $rev:ident: $rev_type:ty,
                $(#[$created_meta:meta])* $created:ident: $created_type:ty,
                $(#[$updated_meta:meta])* $updated:ident: $updated_type:ty $(,)?
            })?
            $(fixed { $($(#[$fixed_meta:meta])* $fixed:ident $(as $fixed_as:literal)?: $fixed_type:ty),* $(,)? })?
            $(values { $($(#[$value_meta:meta])* $value:ident $(as $value_as:literal)?: $value_type:ty),* $(,)? })?
            $(joined { $($(#[$joined_meta:meta])* $joined:ident: $joined_type:ty = $joined_sql:literal),* $(,)? })?
            $(attached { $($(#[$attached_meta:meta])* $attached:ident: $attached_type:ty),* $(,)? })?
            $(derived($this:ident) { $($derived:ident = $derived_as:expr),* $(,)? })?
            $(written { $($written:ident: $written_type:ty),* $(,)? })?
            $(on conflict $conflict:literal)?
        }
    ) => {
        $(#[$meta])*
        pub struct $row $(<$text = String>)? {
            $($($(#[$key_meta])* pub $key: $key_type,)*)?
            $($(#[$rev_meta])* pub $rev: $rev_type, $(#[$created_meta])* pub $created: $created_type,
                $(#[$updated_meta])* pub $updated: $updated_type,)?
            $($($(#[$fixed_meta])* pub $fixed: $fixed_type,)*)?
            $($($(#[$value_meta])* pub $value: $value_type,)*)?
            $($($(#[$joined_meta])* pub $joined: $joined_type,)*)?
            $($($(#[$attached_meta])* pub $attached: $attached_type,)*)?
        }

        #[allow(dead_code, reason = "not every table is read, written and listed in every way")]
        impl $row {
            pub(crate) const TABLE: &'static str = $table;
            pub(crate) const COLUMNS: &'static str = concat!(
                $($(", t.", stringify!($key),)*)?
                $(", t.", stringify!($rev), ", t.", stringify!($created), ", t.", stringify!($updated),)?
                $($(", t.", $crate::table::column!($fixed $($fixed_as)?),)*)?
                $($(", t.", $crate::table::column!($value $($value_as)?),)*)?
                $($(", ", $joined_sql,)*)?
            )
            .split_at(2)
            .1;
            pub(crate) const WIDTH: usize = $crate::table::width(Self::COLUMNS);

            /// Adds the row; gives the number of rows that were added or changed by it.
            pub(crate) fn insert(
                &self,
                tx: &mut $crate::Tx<'_>,
                $($site: $crate::SiteId,)?
                $($($parent: $parent_type,)*)?
                $($($written: $written_type,)*)?
            ) -> Result<u64, $crate::StoreError> {
                static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
                    let columns = [
                        $(concat!(stringify!($site), "_id"),)?
                        $($(stringify!($parent),)*)?
                        $($(stringify!($key),)*)?
                        $(stringify!($rev), stringify!($created), stringify!($updated),)?
                        $($($crate::table::column!($fixed $($fixed_as)?),)*)?
                        $($($crate::table::column!($value $($value_as)?),)*)?
                        $($(stringify!($derived),)*)?
                        $($(stringify!($written),)*)?
                    ];
                    $crate::table::insert_sql($table, &columns, concat!($($conflict)?))
                });
                $(let $this = self; $(let $derived = $derived_as;)*)?
                let params = [
                    $($crate::Value::from($site),)?
                    $($(database::ToValue::to_value(&$parent),)*)?
                    $($(database::ToValue::to_value(&self.$key),)*)?
                    $(database::ToValue::to_value(&self.$rev), database::ToValue::to_value(&self.$created),
                        database::ToValue::to_value(&self.$created),)?
                    $($(database::ToValue::to_value(&self.$fixed),)*)?
                    $($(database::ToValue::to_value(&self.$value),)*)?
                    $($(database::ToValue::to_value(&$derived),)*)?
                    $($(database::ToValue::to_value(&$written),)*)?
                ];
                tx.execute(&SQL, &params)
            }

            /// Writes what may change over the row with these keys; gives the number of rows that were changed.
            pub(crate) fn update(
                &self,
                tx: &mut $crate::Tx<'_>,
                $($site: $crate::SiteId,)?
                $($($parent: $parent_type,)*)?
                $($rev: $crate::Stamp,)?
            ) -> Result<u64, $crate::StoreError> {
                static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
                    let changed = [
                        $(stringify!($rev), stringify!($updated),)?
                        $($($crate::table::column!($value $($value_as)?),)*)?
                        $($(stringify!($derived),)*)?
                    ];
                    let keys = [
                        $(concat!(stringify!($site), "_id"),)?
                        $($(stringify!($parent),)*)?
                        $($(stringify!($key),)*)?
                    ];
                    $crate::table::update_sql($table, &changed, &keys)
                });
                $(let $this = self; $(let $derived = $derived_as;)*)?
                let params = [
                    $($crate::Value::from($rev.rev), $crate::Value::from($rev.at),)?
                    $($(database::ToValue::to_value(&self.$value),)*)?
                    $($(database::ToValue::to_value(&$derived),)*)?
                    $($crate::Value::from($site),)?
                    $($(database::ToValue::to_value(&$parent),)*)?
                    $($(database::ToValue::to_value(&self.$key),)*)?
                ];
                tx.execute(&SQL, &params)
            }

            /// A list of every row; its module adds what narrows and counts it.
            pub(crate) fn list<'a>() -> $crate::ListQuery<'a> {
                $crate::ListQuery::all($table, concat!($table, " t"), Self::COLUMNS)
            }
        }

        #[allow(dead_code, reason = "not every table is read in every way")]
        impl $(<$text>)? $row $(<$text>)? {
            /// Reads a row whose first columns are `COLUMNS`.
            pub(crate) fn read<'r>(row: &$crate::Row<'r>) -> Result<Self, $crate::StoreError>
            $(where $text: $crate::FromColumn<'r>)?
            {
                Self::read_at(row, 0)
            }

            /// Reads a row whose columns from the given one on are `COLUMNS`.
            pub(crate) fn read_at<'r>(row: &$crate::Row<'r>, first: usize) -> Result<Self, $crate::StoreError>
            $(where $text: $crate::FromColumn<'r>)?
            {
                let mut columns = first..;
                let mut next = || columns.next().unwrap_or_default();
                Ok(Self {
                    $($($key: row.get(next())?,)*)?
                    $($rev: row.get(next())?, $created: row.get(next())?, $updated: row.get(next())?,)?
                    $($($fixed: row.get(next())?,)*)?
                    $($($value: row.get(next())?,)*)?
                    $($($joined: row.get::<Option<_>>(next())?.unwrap_or_default(),)*)?
                    $($($attached: Default::default(),)*)?
                })
            }
        }
    };
}

/// The name of a field's column.
macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $column:literal) => {
        $column
    };
}

/// The text of a query for whole rows, made once: `select!(CouponRow, "WHERE t.site_id = $1 AND t.id = $2")`. More columns
/// after those of the row come after a plus: `select!(ContentRow + "b.file", "JOIN …")`.
macro_rules! select {
    ($row:ident $(+ $more:expr)?, $($rest:expr),+) => {{
        static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
            let columns = [$row::COLUMNS, $($more)?].join(", ");
            ["SELECT", columns.trim_end_matches(", "), "FROM", $row::TABLE, "t", $($rest),+].join(" ")
        });
        SQL.as_str()
    }};
}

pub(crate) use {column, select, table};

/// How many columns a list has.
pub(crate) const fn width(columns: &str) -> usize {
    let bytes = columns.as_bytes();
    let (mut width, mut at) = (1, 0);
    while at < bytes.len() {
        if bytes[at] == b',' {
            width += 1;
        }
        at += 1;
    }
    width
}

/// `$1, $2, …`
fn numbers(from: usize, count: usize) -> Vec<String> {
    (from..from + count).map(|number| format!("${number}")).collect()
}

pub(crate) fn insert_sql(table: &str, columns: &[&str], conflict: &str) -> String {
    let values = numbers(1, columns.len()).join(", ");
    let on_conflict = if conflict.is_empty() { "" } else { " ON CONFLICT " };
    format!("INSERT INTO {table} ({}) VALUES ({values}){on_conflict}{conflict}", columns.join(", "))
}

pub(crate) fn update_sql(table: &str, changed: &[&str], keys: &[&str]) -> String {
    let equal = |columns: &[&str], from: usize| -> Vec<String> {
        columns
            .iter()
            .zip(numbers(from, columns.len()))
            .map(|(column, number)| format!("{column} = {number}"))
            .collect()
    };
    let conditions = equal(keys, 1 + changed.len()).join(" AND ");
    format!("UPDATE {table} SET {} WHERE {conditions}", equal(changed, 1).join(", "))
}

#[cfg(test)]
mod tests;
