//! Rows of links that were sent by mail and work once.

use crate::{StoreError, Tx, params};

/// A link's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The fingerprint of its secret, which only the mail has.
    pub fingerprint: String,
    /// What it is for.
    pub purpose: String,
    /// Whom it was sent to.
    pub user_id: i64,
    /// When it was made.
    pub created_at: i64,
    /// Until when it works.
    pub expires_at: i64,
}

/// Adds a link.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, link: &LinkRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mailed_links (site_id, fingerprint, purpose, user_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![site, &link.fingerprint, &link.purpose, link.user_id, link.created_at, link.expires_at],
    )?;
    Ok(())
}

/// Whom a link was sent to, while it works.
///
/// # Errors
/// Whatever the database says.
pub fn user(tx: &mut Tx<'_>, site: i64, fingerprint: &str, purpose: &str, now: i64) -> Result<Option<i64>, StoreError> {
    tx.first(
        "SELECT user_id FROM mailed_links WHERE site_id = $1 AND fingerprint = $2 AND purpose = $3 AND expires_at > $4",
        params![site, fingerprint, purpose, now],
        |row| row.get(0),
    )
}

/// Removes every link of a user that is for the same, used or not.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_user(tx: &mut Tx<'_>, site: i64, user: i64, purpose: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM mailed_links WHERE site_id = $1 AND user_id = $2 AND purpose = $3";
    tx.execute(sql, params![site, user, purpose])?;
    Ok(())
}

/// Removes links that no longer work, at most `most`; gives how many.
///
/// # Errors
/// Whatever the database says.
pub fn prune(tx: &mut Tx<'_>, site: i64, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("mailed_links", "fingerprint"), site, now, most)
}
