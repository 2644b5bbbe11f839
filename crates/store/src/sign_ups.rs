//! Rows of people who have signed up and not yet shown that the address is theirs.

use crate::table::{select, table};
use crate::{SiteId, StoreError, Tx, params};

table! {
    /// A sign-up's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SignUpRow in "sign_ups" of site {
        keys {
            /// The fingerprint of the secret in the link that confirms it.
            fingerprint: String,
        }
        fixed {
            /// The fingerprint of the browser that it was made with.
            visitor_fingerprint: String,
            /// What they wrote, sealed.
            sealed: Vec<u8>,
            /// When they did.
            created_at: i64,
            /// Until when it can be confirmed.
            expires_at: i64,
        }
    }
}

/// Adds a sign-up.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, row: &SignUpRow) -> Result<(), StoreError> {
    row.insert(tx, site)?;
    Ok(())
}

/// The sign-up with this fingerprint, while it can be confirmed.
pub fn get(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, now: i64) -> Result<Option<SignUpRow>, StoreError> {
    let sql = select!(SignUpRow, "WHERE t.site_id = $1 AND t.fingerprint = $2 AND t.expires_at > $3");
    tx.first(sql, params![site, fingerprint, now], SignUpRow::read)
}

/// Removes a sign-up.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sign_ups WHERE site_id = $1 AND fingerprint = $2", params![site, fingerprint])?;
    Ok(())
}

/// Lets the life of a sign-up begin anew, as long as it was. False: there is none.
pub fn begin_life(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE sign_ups SET expires_at = $1 + (expires_at - created_at), created_at = $1
               WHERE site_id = $2 AND fingerprint = $3";
    Ok(tx.execute(sql, params![now, site, fingerprint])? > 0)
}

/// Removes sign-ups that were not confirmed in time, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("sign_ups", "fingerprint"), site, now, most)
}
