//! One table: what its columns are, its rows out of it and into it.

use crate::{Engine, SiteId, StoreError, Tx, Value, params};
use database::ColumnType;

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
    pub(super) key: i64,
}

/// A table as it is in this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// Asks the database what the columns of a table are.
pub(super) fn table(tx: &mut Tx<'_>, name: &'static str) -> Result<Table, StoreError> {
    let sql = match tx.engine() {
        Engine::Sqlite => "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid",
        Engine::Postgres => {
            // Not from information_schema, which checks rights column by column and takes 60 ms a table.
            "SELECT CAST(a.attname AS TEXT), format_type(a.atttypid, a.atttypmod),
               CAST(coalesce(array_position(CAST(k.indkey AS SMALLINT[]), a.attnum) + 1, 0) AS BIGINT)
             FROM pg_class c
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
             WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS REGNAMESPACE) AND c.relkind = 'r'
               AND CAST(c.relname AS TEXT) = $1
             ORDER BY a.attnum"
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

    /// The column that says which school a row is of; none in tables of the platform.
    #[must_use]
    pub fn school_column(&self) -> Option<&str> {
        let wanted = if self.name == "sites" { "id" } else { "site_id" };
        self.columns.iter().map(|column| column.name.as_str()).find(|name| *name == wanted)
    }

    /// How many rows of a school there are; none in tables of the platform.
    pub fn count_of(&self, tx: &mut Tx<'_>, site: SiteId) -> Result<u64, StoreError> {
        let Some(column) = self.school_column() else { return Ok(0) };
        let sql = format!("SELECT count(*) FROM \"{}\" WHERE {column} = $1", self.name);
        Ok(tx.first(&sql, params![site], |row| row.get::<i64>(0))?.unwrap_or(0).unsigned_abs())
    }

    /// Removes rows of a school, at most so many; gives how many. What counts them is the caller's business.
    pub fn remove_of(&self, tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<u64, StoreError> {
        let Some(school) = self.school_column() else { return Ok(0) };
        let keys: Vec<String> = self.keys().iter().map(|column| format!("\"{}\"", column.name)).collect();
        let (name, keys) = (self.name, keys.join(", "));
        let sql = format!(
            "DELETE FROM \"{name}\" WHERE {school} = $1 AND ({keys}) IN (
               SELECT {keys} FROM \"{name}\" WHERE {school} = $1 ORDER BY {keys} LIMIT $2)"
        );
        tx.execute(&sql, params![site, most])
    }

    /// The columns of the primary key, in its order.
    fn keys(&self) -> Vec<&Column> {
        let mut keys: Vec<&Column> = self.columns.iter().filter(|column| column.key > 0).collect();
        keys.sort_unstable_by_key(|column| column.key);
        keys
    }

    /// How many rows there are.
    pub fn count(&self, tx: &mut Tx<'_>) -> Result<u64, StoreError> {
        let count = tx.first(&format!("SELECT count(*) FROM \"{}\"", self.name), &[], |row| row.get::<i64>(0))?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }

    /// Hands over the rows one by one, in the order of the primary key, which is the same on both engines.
    pub fn for_each<E: From<StoreError>>(
        &self,
        tx: &mut Tx<'_>,
        each: impl FnMut(&[Value<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.walk(tx, "", &[], each)
    }

    /// The same for the rows of a school alone; none in tables of the platform.
    pub fn for_each_of<E: From<StoreError>>(
        &self,
        tx: &mut Tx<'_>,
        site: SiteId,
        each: impl FnMut(&[Value<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(column) = self.school_column() else { return Ok(()) };
        self.walk(tx, &format!(" WHERE {column} = $1"), params![site], each)
    }

    fn walk<E: From<StoreError>>(
        &self,
        tx: &mut Tx<'_>,
        condition: &str,
        values: &[Value<'_>],
        mut each: impl FnMut(&[Value<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let collate = if tx.engine() == Engine::Postgres { " COLLATE \"C\"" } else { "" };
        let keys: Vec<String> = self
            .keys()
            .into_iter()
            .map(|column| format!("\"{}\"{}", column.name, if column.kind == ColumnType::Text { collate } else { "" }))
            .collect();
        let order = if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) };
        let sql = format!("SELECT {} FROM \"{}\"{condition}{order}", self.names(), self.name);
        tx.for_each(&sql, values, |row| {
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
