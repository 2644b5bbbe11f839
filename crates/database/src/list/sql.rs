//! The statements that lists are read with.

use crate::{Row, StoreError, Tx, Value};
use std::fmt::Write as _;

/// A statement while it is put together.
pub(super) struct Sql {
    pub(super) text: String,
    begun: bool,
}

impl Sql {
    pub(super) fn select(columns: &str, from: &str) -> Self {
        let mut text = String::with_capacity(columns.len() + from.len() + 128);
        let _infallible = write!(text, "SELECT {columns} FROM {from}");
        Self { text, begun: false }
    }

    /// Adds a condition, giving each `?` in it the number of its value.
    pub(super) fn and<'v>(&mut self, parts: &[&str], values: &mut Vec<Value<'v>>, more: &[Value<'v>]) {
        self.text.push_str(if self.begun { " AND " } else { " WHERE " });
        self.begun = true;
        let mut more = more.iter();
        for part in parts {
            for (index, piece) in part.split('?').enumerate() {
                if index > 0
                    && let Some(value) = more.next()
                {
                    values.push(*value);
                    let _infallible = write!(self.text, "${}", values.len());
                }
                self.text.push_str(piece);
            }
        }
    }
}

/// The smallest key of the site's rows whose moment is not before `moment`, found by halving: moments only grow
/// with the key. `i64::MAX` when there is none, `i64::MIN` when all are.
pub(super) fn first_key(
    tx: &mut Tx<'_>,
    site: i64,
    table: &str,
    key: &str,
    column: &str,
    moment: i64,
) -> Result<i64, StoreError> {
    if moment == i64::MIN || moment == i64::MAX {
        return Ok(moment);
    }
    let ends = |direction: &str| {
        format!("SELECT {key}, {column} FROM {table} WHERE site_id = $1 ORDER BY {key} {direction} LIMIT 1")
    };
    let read = |row: &Row<'_>| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?));
    let Some((mut low, first_moment)) = tx.first(&ends(""), &[Value::Int(site)], read)? else { return Ok(i64::MAX) };
    if first_moment >= moment {
        return Ok(i64::MIN);
    }
    let Some((mut high, last_moment)) = tx.first(&ends("DESC"), &[Value::Int(site)], read)? else {
        return Ok(i64::MAX);
    };
    if last_moment < moment {
        return Ok(i64::MAX);
    }
    let probe =
        format!("SELECT {key}, {column} FROM {table} WHERE site_id = $1 AND {key} >= $2 ORDER BY {key} LIMIT 1");
    // Invariant: rows with a key below `low` are too early; the first row at or after `high` is not.
    while low < high {
        let middle = low + (high - low) / 2;
        match tx.first(&probe, &[Value::Int(site), Value::Int(middle)], read)? {
            Some((at, when)) if when < moment => low = at + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
