//! Rows of attempts: how often something was tried in a stretch of time.

use crate::{SiteId, StoreError, Tx, params};

/// How often it was tried, and when the stretch of time ends; none when nothing was tried lately.
pub fn get(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, now: i64) -> Result<Option<(i64, i64)>, StoreError> {
    tx.first(
        "SELECT tries, expires_at FROM attempts WHERE site_id = $1 AND fingerprint = $2 AND expires_at > $3",
        params![site, fingerprint, now],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Writes down how often it was tried.
pub fn put(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, tries: i64, expires_at: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO attempts (site_id, fingerprint, tries, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site_id, fingerprint) DO UPDATE SET tries = excluded.tries, expires_at = excluded.expires_at",
        params![site, fingerprint, tries, expires_at],
    )?;
    Ok(())
}

/// Forgets what was tried.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM attempts WHERE site_id = $1 AND fingerprint = $2", params![site, fingerprint])?;
    Ok(())
}

/// Removes what no longer counts, at most `most` rows; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("attempts", "fingerprint"), site, now, most)
}
