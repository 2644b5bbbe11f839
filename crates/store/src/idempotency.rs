//! What was answered to a request with an `Idempotency-Key`, recorded in the transaction of its effect.

use crate::{SiteId, StoreError, Tx, params};

/// A recorded answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What the request was: a hash of its method, address and body.
    pub fingerprint: String,
    /// The status that was answered.
    pub status: i64,
    /// The body that was answered.
    pub body: Vec<u8>,
}

/// Keys are forgotten after a day.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Each new key makes room by forgetting at most this many old ones.
const FORGOTTEN_AT_ONCE: i64 = 8;

/// The answer recorded under a key.
pub fn get(tx: &mut Tx<'_>, site: SiteId, key: &str, now: i64) -> Result<Option<Recorded>, StoreError> {
    tx.first(
        "SELECT fingerprint, status, body FROM idempotency_keys WHERE site_id = $1 AND key = $2 AND created_at > $3",
        params![site, key, now - KEPT_MS],
        |row| Ok(Recorded { fingerprint: row.get(0)?, status: row.get(1)?, body: row.get(2)? }),
    )
}

/// Records an answer under a key, and forgets a few keys that are too old.
pub fn put(tx: &mut Tx<'_>, site: SiteId, key: &str, recorded: &Recorded, now: i64) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM idempotency_keys WHERE site_id = $1 AND key IN (
           SELECT key FROM idempotency_keys WHERE site_id = $1 AND created_at <= $2 ORDER BY created_at LIMIT $3)",
        params![site, now - KEPT_MS, FORGOTTEN_AT_ONCE],
    )?;
    tx.execute(
        "INSERT INTO idempotency_keys (site_id, key, fingerprint, status, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (site_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
           body = excluded.body, created_at = excluded.created_at",
        params![site, key, &recorded.fingerprint, recorded.status, recorded.body.as_slice(), now],
    )?;
    Ok(())
}
