//! Rows of people who have signed up and not yet shown that the address is theirs.

use crate::{StoreError, Tx, params};

/// A sign-up's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUpRow {
    /// The fingerprint of the secret in the link that confirms it.
    pub fingerprint: String,
    /// The fingerprint of the browser that it was made with.
    pub visitor_fingerprint: String,
    /// What they wrote, sealed.
    pub sealed: Vec<u8>,
    /// When they did.
    pub created_at: i64,
    /// Until when it can be confirmed.
    pub expires_at: i64,
}

/// Adds a sign-up.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, row: &SignUpRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sign_ups (site_id, fingerprint, visitor_fingerprint, sealed, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            site,
            &row.fingerprint,
            &row.visitor_fingerprint,
            row.sealed.as_slice(),
            row.created_at,
            row.expires_at,
        ],
    )?;
    Ok(())
}

/// The sign-up with this fingerprint, while it can be confirmed.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, fingerprint: &str, now: i64) -> Result<Option<SignUpRow>, StoreError> {
    tx.first(
        "SELECT fingerprint, visitor_fingerprint, sealed, created_at, expires_at FROM sign_ups
         WHERE site_id = $1 AND fingerprint = $2 AND expires_at > $3",
        params![site, fingerprint, now],
        |row| {
            Ok(SignUpRow {
                fingerprint: row.get(0)?,
                visitor_fingerprint: row.get(1)?,
                sealed: row.get(2)?,
                created_at: row.get(3)?,
                expires_at: row.get(4)?,
            })
        },
    )
}

/// Removes a sign-up.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, fingerprint: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sign_ups WHERE site_id = $1 AND fingerprint = $2", params![site, fingerprint])?;
    Ok(())
}

/// Removes sign-ups that were not confirmed in time, at most `most`; gives how many.
///
/// # Errors
/// Whatever the database says.
pub fn prune(tx: &mut Tx<'_>, site: i64, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("sign_ups", "fingerprint"), site, now, most)
}
