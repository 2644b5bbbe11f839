//! Rows of people who have shown the first of two factors, and are asked for the second.

use crate::security_log::SecurityEventKind;
use crate::table::{select, table};
use crate::{SiteId, StoreError, Tx, UserId, params};

table! {
    /// The row of somebody who is signing in.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PendingSignInRow in "pending_sign_ins" of site {
        keys {
            /// The fingerprint of a secret that only their browser has.
            fingerprint: String,
        }
        fixed {
            /// Who.
            user_id: UserId,
            /// By what they have shown the first.
            kind: SecurityEventKind,
            /// Whether the session is to outlive the browser.
            remembered: bool,
            /// Where they go on to afterwards; empty for the first page.
            return_to: String,
            /// When they have shown the first.
            created_at: i64,
            /// Until when they can show the second.
            expires_at: i64,
        }
    }
}

/// Adds somebody.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, pending: &PendingSignInRow) -> Result<(), StoreError> {
    pending.insert(tx, site)?;
    Ok(())
}

/// Who has this secret in their browser, while they can go on.
pub fn get(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, now: i64) -> Result<Option<PendingSignInRow>, StoreError> {
    let sql = select!(PendingSignInRow, "WHERE site_id = $1 AND fingerprint = $2 AND expires_at > $3");
    tx.first(sql, params![site, fingerprint, now], PendingSignInRow::read)
}

/// Removes one.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM pending_sign_ins WHERE site_id = $1 AND fingerprint = $2", params![site, fingerprint])?;
    Ok(())
}

/// Removes every one of a user.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM pending_sign_ins WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    Ok(())
}

/// Removes those that can no longer go on, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("pending_sign_ins", "fingerprint"), site, now, most)
}
