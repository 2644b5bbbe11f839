//! Mail that the school owes somebody, written in the transaction of its cause.

use crate::{StoreError, Tx, params};

/// Notes that a user is to be sent a mail of some kind.
///
/// # Errors
/// Whatever the database says.
pub fn owe(tx: &mut Tx<'_>, site: i64, at: i64, kind: &str, user: i64, detail: Option<&str>) -> Result<(), StoreError> {
    let id = tx.next_id("outgoing_mails")?;
    tx.execute(
        "INSERT INTO outgoing_mails (site_id, id, created_at, kind, user_id, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        params![site, id, at, kind, user, detail],
    )?;
    Ok(())
}
