//! Rows of recovery codes, which stand for a second factor once each.

use crate::table::table;
use crate::{SiteId, StoreError, Tx, UserId, params};

table! {
    /// A recovery code's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RecoveryCodeRow in "recovery_codes" of site {
        keys {
            /// The fingerprint of the code and its user together.
            fingerprint: String,
        }
        fixed {
            /// Whose it is.
            user_id: UserId,
            /// When it was made.
            created_at: i64,
        }
    }
}

/// Adds a code.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, code: &RecoveryCodeRow) -> Result<(), StoreError> {
    code.insert(tx, site)?;
    Ok(())
}

/// Uses a code up; whether there was one.
pub fn take(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE site_id = $1 AND fingerprint = $2";
    Ok(tx.execute(sql, params![site, fingerprint])? > 0)
}

/// How many codes a user has left.
pub fn count_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM recovery_codes WHERE site_id = $1 AND user_id = $2";
    Ok(tx.first(sql, params![site, user], |row| row.get(0))?.unwrap_or_default())
}

/// Removes every code of a user.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM recovery_codes WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    Ok(())
}
