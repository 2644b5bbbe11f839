//! Rows of tokens of single sign-on that were used: none is used twice.

use crate::{SiteId, StoreError, Tx, params};

/// Notes that a token was used, until it would have expired anyway; gives whether it is the first time.
pub fn use_once(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, expires_at: i64) -> Result<bool, StoreError> {
    let added = tx.execute(
        "INSERT INTO sso_tokens (site_id, fingerprint, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (site_id, fingerprint) DO NOTHING",
        params![site, fingerprint, expires_at],
    )?;
    Ok(added > 0)
}

/// Forgets tokens that have expired, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("sso_tokens", "fingerprint"), site, now, most)
}
