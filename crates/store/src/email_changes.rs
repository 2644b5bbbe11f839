//! Rows of addresses that people asked to change themselves: until the new one is confirmed, and for as long afterwards as
//! the owner of the old one can undo it.

use crate::table::{select, table};
use crate::{SiteId, StoreError, Tx, UserId, params};

table! {
    /// A change's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct EmailChangeRow in "email_changes" of site {
        keys {
            /// The fingerprint of the secret that stops it, which only the mail to the old address has.
            fingerprint: String,
        }
        fixed {
            /// The fingerprint of the secret that confirms it, which only the mail to the new address has.
            confirm_fingerprint: String,
            /// Whose address it is.
            user_id: UserId,
            /// Both addresses, sealed.
            sealed: Vec<u8>,
            /// When it was asked for.
            created_at: i64,
            /// Until when it can be stopped.
            expires_at: i64,
            /// When the new address was confirmed.
            confirmed_at: Option<i64>,
        }
    }
}

/// Adds a change.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, row: &EmailChangeRow) -> Result<(), StoreError> {
    row.insert(tx, site)?;
    Ok(())
}

/// The change that a secret with this fingerprint stops, while it can be.
pub fn stopped_by(
    tx: &mut Tx<'_>,
    site: SiteId,
    fingerprint: &str,
    now: i64,
) -> Result<Option<EmailChangeRow>, StoreError> {
    let sql = select!(EmailChangeRow, "WHERE t.site_id = $1 AND t.fingerprint = $2 AND t.expires_at > $3");
    tx.first(sql, params![site, fingerprint, now], EmailChangeRow::read)
}

/// The change that a secret with this fingerprint confirms, when it was asked for after a moment and is not confirmed.
pub fn confirmed_by(
    tx: &mut Tx<'_>,
    site: SiteId,
    fingerprint: &str,
    after: i64,
) -> Result<Option<EmailChangeRow>, StoreError> {
    let sql = select!(
        EmailChangeRow,
        "WHERE t.site_id = $1 AND t.confirm_fingerprint = $2 AND t.created_at > $3 AND t.confirmed_at IS NULL"
    );
    tx.first(sql, params![site, fingerprint, after], EmailChangeRow::read)
}

/// Lets the time in which a change can be confirmed and stopped begin anew, as long as it was, unless it is confirmed; by
/// either fingerprint. False: there is no such change.
pub fn begin_life(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "SELECT fingerprint, confirmed_at FROM email_changes
               WHERE site_id = $1 AND (fingerprint = $2 OR confirm_fingerprint = $2)";
    let read = |row: &crate::Row<'_>| Ok((row.get::<String>(0)?, row.get::<Option<i64>>(1)?));
    let Some((found, confirmed_at)) = tx.first(sql, params![site, fingerprint], read)? else { return Ok(false) };
    if confirmed_at.is_none() {
        let sql = "UPDATE email_changes SET expires_at = $1 + (expires_at - created_at), created_at = $1
                   WHERE site_id = $2 AND fingerprint = $3";
        tx.execute(sql, params![now, site, &found])?;
    }
    Ok(true)
}

/// Every change of a user's address that is kept, the oldest first.
pub fn of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<EmailChangeRow>, StoreError> {
    let sql = select!(EmailChangeRow, "WHERE t.site_id = $1 AND t.user_id = $2 ORDER BY t.created_at, t.fingerprint");
    tx.query(sql, params![site, user], EmailChangeRow::read)
}

/// Every change in a school that is kept. They are few: each is kept for days.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<EmailChangeRow>, StoreError> {
    tx.query(
        select!(EmailChangeRow, "WHERE t.site_id = $1 ORDER BY t.fingerprint"),
        params![site],
        EmailChangeRow::read,
    )
}

/// Notes that a change was confirmed, and forgets the others of its user that were not.
pub fn confirm(tx: &mut Tx<'_>, site: SiteId, row: &EmailChangeRow, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE email_changes SET confirmed_at = $1 WHERE site_id = $2 AND fingerprint = $3";
    tx.execute(sql, params![at, site, &row.fingerprint])?;
    let sql = "DELETE FROM email_changes WHERE site_id = $1 AND user_id = $2 AND confirmed_at IS NULL";
    tx.execute(sql, params![site, row.user_id])?;
    Ok(())
}

/// Removes a change.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM email_changes WHERE site_id = $1 AND fingerprint = $2", params![site, fingerprint])?;
    Ok(())
}

/// Removes every change of a user's address.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM email_changes WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    Ok(())
}

/// Removes changes that can no longer be stopped, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("email_changes", "fingerprint"), site, now, most)
}
