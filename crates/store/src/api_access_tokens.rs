//! Rows of API access tokens: those that a school makes for itself.

use crate::table::{select, table};
use crate::{ApiAccessTokenId, SiteId, StoreError, Tx, UserId, params};

table! {
    /// An API access token's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApiAccessTokenRow in "api_access_tokens" {
        keys {
            /// The school.
            site_id: SiteId,
            /// Its id.
            id: ApiAccessTokenId,
        }
        fixed {
            /// What the school calls it.
            name: String,
            /// When it was made.
            created_at: i64,
            /// Until when it counts; none for ever.
            expires_at: Option<i64>,
            /// The user who made it; none when a command on the server did, or they are gone.
            created_by as "created_by_user_id": Option<UserId>,
        }
        values {
            /// About when it was last used.
            last_used_at: Option<i64>,
        }
        written { fingerprint: &str }
    }
}

/// Adds a token.
///
/// # Errors
/// [`StoreError::Taken`] `api_access_tokens.name`.
pub fn insert(tx: &mut Tx<'_>, token: &ApiAccessTokenRow, fingerprint: &str) -> Result<(), StoreError> {
    token.insert(tx, fingerprint)?;
    Ok(())
}

/// The token with this fingerprint, in whatever school.
pub fn by_fingerprint(tx: &mut Tx<'_>, fingerprint: &str) -> Result<Option<ApiAccessTokenRow>, StoreError> {
    let sql = select!(ApiAccessTokenRow, "WHERE fingerprint = $1");
    tx.first(sql, params![fingerprint], ApiAccessTokenRow::read)
}

/// Every token of a school, by id.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<ApiAccessTokenRow>, StoreError> {
    tx.query(select!(ApiAccessTokenRow, "WHERE site_id = $1 ORDER BY id"), params![site], ApiAccessTokenRow::read)
}

/// Notes that a token was used.
pub fn used(tx: &mut Tx<'_>, site: SiteId, id: ApiAccessTokenId, at: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE api_access_tokens SET last_used_at = $1 WHERE site_id = $2 AND id = $3", params![at, site, id])?;
    Ok(())
}

/// Removes a token. Whether there was one.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: ApiAccessTokenId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM api_access_tokens WHERE site_id = $1 AND id = $2", params![site, id])? > 0)
}

/// Forgets who made tokens where it was a user who is deleted. The tokens stay.
pub fn forget_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    let sql = "UPDATE api_access_tokens SET created_by_user_id = NULL WHERE site_id = $1 AND created_by_user_id = $2";
    tx.execute(sql, params![site, user])?;
    Ok(())
}

/// Removes all of them, of every school.
pub fn clear(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM api_access_tokens", &[])?;
    Ok(())
}
