//! Values on their way in and columns on their way out, the same for both engines.

use crate::StoreError;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::{IsNull, ToSql as PgToSql, Type, private::BytesMut};

/// One parameter of a statement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// SQL `NULL`.
    Null,
    /// A 64-bit integer: ids, counts, minor units, milliseconds.
    Int(i64),
    /// A boolean.
    Bool(bool),
    /// Text in UTF-8, without NUL characters.
    Text(&'a str),
    /// Raw bytes.
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_deref().into()
    }
}

/// A type that is written into a column: the other side of [`FromColumn`].
pub trait ToValue {
    /// The parameter of a statement, borrowed from this.
    fn to_value(&self) -> Value<'_>;
}

impl ToValue for i64 {
    fn to_value(&self) -> Value<'_> {
        Value::Int(*self)
    }
}
impl ToValue for bool {
    fn to_value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}
impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}
impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}
impl ToValue for [u8] {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}
impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}
impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        T::to_value(self)
    }
}
impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::to_value)
    }
}

/// Builds the parameters of a statement: `params![site, id, &name]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(value),
            Value::Bool(value) => ValueRef::Integer(i64::from(value)),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl PgToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) if *ty == Type::INT4 => i32::try_from(value)?.to_sql(ty, out),
            Value::Int(value) if *ty == Type::BOOL => (value != 0).to_sql(ty, out),
            Value::Int(value) => value.to_sql(ty, out),
            Value::Bool(value) => value.to_sql(ty, out),
            Value::Text(value) => value.to_sql(ty, out),
            Value::Bytes(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A 64-bit integer.
    Int,
    /// A boolean, which SQLite keeps as 0 or 1.
    Bool,
    /// Text.
    Text,
    /// Raw bytes.
    Bytes,
}

/// One row of an answer. Columns are numbered from zero in the order of the `SELECT`.
pub enum Row<'r> {
    /// A row of SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// A row of PostgreSQL.
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    /// Reads one column as the type the caller expects.
    ///
    /// # Errors
    /// [`StoreError::Column`] when the column holds another type or an unexpected `NULL`.
    pub fn get<T: FromColumn<'r>>(&self, column: usize) -> Result<T, StoreError> {
        T::from_column(self, column)
    }

    /// Reads one column whose type is known only when the program runs.
    ///
    /// # Errors
    /// [`StoreError::Column`] when the column holds another type.
    pub fn value(&self, column: usize, of: ColumnType) -> Result<Value<'r>, StoreError> {
        Ok(match of {
            ColumnType::Int => self.get::<Option<i64>>(column)?.into(),
            ColumnType::Bool => self.get::<Option<bool>>(column)?.into(),
            ColumnType::Text => self.get::<Option<&str>>(column)?.into(),
            ColumnType::Bytes => self.get::<Option<&[u8]>>(column)?.into(),
        })
    }
}

/// A type that can be read from a column of either engine. Text can be borrowed from the row.
pub trait FromColumn<'r>: Sized {
    /// Reads the column; none when it is `NULL`.
    ///
    /// # Errors
    /// [`StoreError::Column`] when the column does not hold this type.
    fn from_nullable(row: &Row<'r>, column: usize) -> Result<Option<Self>, StoreError>;

    /// Reads the column, which must not be `NULL` unless the type is an `Option`.
    ///
    /// # Errors
    /// [`StoreError::Column`] when the column does not hold this type.
    fn from_column(row: &Row<'r>, column: usize) -> Result<Self, StoreError> {
        Self::from_nullable(row, column)?.ok_or_else(|| StoreError::column(column, "it is NULL"))
    }
}

impl<'r, T: FromColumn<'r>> FromColumn<'r> for Option<T> {
    fn from_nullable(row: &Row<'r>, column: usize) -> Result<Option<Self>, StoreError> {
        T::from_nullable(row, column).map(Some)
    }
}

macro_rules! from_column {
    ($type:ty, $sqlite:expr) => {
        impl<'r> FromColumn<'r> for $type {
            fn from_nullable(row: &Row<'r>, column: usize) -> Result<Option<Self>, StoreError> {
                match row {
                    Row::Sqlite(row) => match row.get_ref(column).map_err(|e| StoreError::column(column, e))? {
                        ValueRef::Null => Ok(None),
                        value => {
                            let read: fn(ValueRef<'r>) -> Option<$type> = $sqlite;
                            read(value).map(Some).ok_or_else(|| StoreError::column(column, value.data_type()))
                        }
                    },
                    Row::Postgres(row) => row.try_get(column).map_err(|e| StoreError::column(column, e)),
                }
            }
        }
    };
}

from_column!(i64, |value| value.as_i64().ok());
from_column!(bool, |value| value.as_i64().ok().map(|flag| flag != 0));
from_column!(&'r str, |value| value.as_str().ok());
from_column!(String, |value| value.as_str().ok().map(str::to_owned));
from_column!(&'r [u8], |value| value.as_blob().ok());
from_column!(Vec<u8>, |value| value.as_blob().ok().map(<[u8]>::to_vec));
