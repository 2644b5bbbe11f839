//! Removing what has expired: rows of a school whose `expires_at` has passed, a few at a time.

use crate::{SiteId, StoreError, Tx, params};

/// Removes at most `most` rows of a table that have expired by now, the oldest first; gives how many. `key` is what
/// names a row within its school. The table needs an index on `site_id, expires_at`.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    (table, key): (&'static str, &'static str),
    site: SiteId,
    now: i64,
    most: i64,
) -> Result<u64, StoreError> {
    let sql = format!(
        "DELETE FROM {table} WHERE site_id = $1 AND {key} IN (
           SELECT {key} FROM {table} WHERE site_id = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3)"
    );
    tx.execute(&sql, params![site, now, most])
}
