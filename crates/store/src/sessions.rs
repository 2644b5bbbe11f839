//! Rows of sessions: who is signed in, and on what.

use crate::{Row, StoreError, Tx, params};

/// A session's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id, by which its owner can end it.
    pub id: i64,
    /// The fingerprint of its secret, which only the browser has.
    pub fingerprint: String,
    /// Whose it is.
    pub user_id: i64,
    /// When it began.
    pub created_at: i64,
    /// When its owner last proved who they are.
    pub signed_in_at: i64,
    /// When it was last used, give or take a few minutes.
    pub seen_at: i64,
    /// When it ends unless it is used before.
    pub expires_at: i64,
    /// When it ends in any case.
    pub ends_at: i64,
    /// Whether it outlives the browser.
    pub remembered: bool,
    /// What the browser calls itself.
    pub user_agent: String,
    /// From which address it began.
    pub address: String,
}

const COLUMNS: &str = "id, fingerprint, user_id, created_at, signed_in_at, seen_at, expires_at, ends_at, remembered, \
                       user_agent, address";

fn read(row: &Row<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: row.get(0)?,
        fingerprint: row.get(1)?,
        user_id: row.get(2)?,
        created_at: row.get(3)?,
        signed_in_at: row.get(4)?,
        seen_at: row.get(5)?,
        expires_at: row.get(6)?,
        ends_at: row.get(7)?,
        remembered: row.get(8)?,
        user_agent: row.get(9)?,
        address: row.get(10)?,
    })
}

/// Adds a session.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, session: &SessionRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sessions (site_id, id, fingerprint, user_id, created_at, signed_in_at, seen_at, expires_at,
           ends_at, remembered, user_agent, address)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            site,
            session.id,
            &session.fingerprint,
            session.user_id,
            session.created_at,
            session.signed_in_at,
            session.seen_at,
            session.expires_at,
            session.ends_at,
            session.remembered,
            &session.user_agent,
            &session.address,
        ],
    )?;
    Ok(())
}

/// The session with this fingerprint, also when it has expired.
///
/// # Errors
/// Whatever the database says.
pub fn by_fingerprint(tx: &mut Tx<'_>, site: i64, fingerprint: &str) -> Result<Option<SessionRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE site_id = $1 AND fingerprint = $2");
    tx.first(&sql, params![site, fingerprint], read)
}

/// A user's sessions that have not expired, the newest first; at most `most`.
///
/// # Errors
/// Whatever the database says.
pub fn of_user(tx: &mut Tx<'_>, site: i64, user: i64, now: i64, most: i64) -> Result<Vec<SessionRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sessions WHERE site_id = $1 AND user_id = $2 AND expires_at > $3
         ORDER BY id DESC LIMIT $4"
    );
    tx.query(&sql, params![site, user, now, most], read)
}

/// Notes that a session was used, and until when it lasts now.
///
/// # Errors
/// Whatever the database says.
pub fn seen(tx: &mut Tx<'_>, site: i64, id: i64, seen_at: i64, expires_at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE site_id = $3 AND id = $4 AND seen_at < $1";
    tx.execute(sql, params![seen_at, expires_at, site, id])?;
    Ok(())
}

/// Gives a session another secret: its owner has just proved again who they are.
///
/// # Errors
/// Whatever the database says.
pub fn renew(tx: &mut Tx<'_>, site: i64, id: i64, fingerprint: &str, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE sessions SET fingerprint = $1, signed_in_at = $2 WHERE site_id = $3 AND id = $4";
    Ok(tx.execute(sql, params![fingerprint, at, site, id])? > 0)
}

/// Removes one of a user's sessions; gives whether there was one.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, user: i64, id: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sessions WHERE site_id = $1 AND id = $2 AND user_id = $3";
    Ok(tx.execute(sql, params![site, id, user])? > 0)
}

/// Removes every session of a user but one.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_user(tx: &mut Tx<'_>, site: i64, user: i64, but: Option<i64>) -> Result<u64, StoreError> {
    let sql = "DELETE FROM sessions WHERE site_id = $1 AND user_id = $2 AND id <> $3";
    tx.execute(sql, params![site, user, but.unwrap_or(0)])
}

/// Removes sessions that expired before now, at most `most`; gives how many.
///
/// # Errors
/// Whatever the database says.
pub fn prune(tx: &mut Tx<'_>, site: i64, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("sessions", "id"), site, now, most)
}
