//! Rows of API access tokens: those that a school makes for itself.

use crate::{Row, StoreError, Tx, params};

/// An API access token's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAccessTokenRow {
    /// The school.
    pub site_id: i64,
    /// Its id.
    pub id: i64,
    /// What the school calls it.
    pub name: String,
    /// When it was made.
    pub created_at: i64,
    /// Until when it counts; none for ever.
    pub expires_at: Option<i64>,
    /// About when it was last used.
    pub last_used_at: Option<i64>,
}

const COLUMNS: &str = "site_id, id, name, created_at, expires_at, last_used_at";

fn read(row: &Row<'_>) -> Result<ApiAccessTokenRow, StoreError> {
    Ok(ApiAccessTokenRow {
        site_id: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        created_at: row.get(3)?,
        expires_at: row.get(4)?,
        last_used_at: row.get(5)?,
    })
}

/// Adds a token.
///
/// # Errors
/// [`StoreError::Taken`] `api_access_tokens.name`.
pub fn insert(tx: &mut Tx<'_>, token: &ApiAccessTokenRow, fingerprint: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO api_access_tokens (site_id, id, name, fingerprint, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![token.site_id, token.id, &token.name, fingerprint, token.created_at, token.expires_at],
    )?;
    Ok(())
}

/// The token with this fingerprint, in whatever school.
///
/// # Errors
/// Whatever the database says.
pub fn by_fingerprint(tx: &mut Tx<'_>, fingerprint: &str) -> Result<Option<ApiAccessTokenRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_access_tokens WHERE fingerprint = $1");
    tx.first(&sql, params![fingerprint], read)
}

/// Every token of a school, by id.
///
/// # Errors
/// Whatever the database says.
pub fn all(tx: &mut Tx<'_>, site: i64) -> Result<Vec<ApiAccessTokenRow>, StoreError> {
    tx.query(&format!("SELECT {COLUMNS} FROM api_access_tokens WHERE site_id = $1 ORDER BY id"), params![site], read)
}

/// Notes that a token was used.
///
/// # Errors
/// Whatever the database says.
pub fn used(tx: &mut Tx<'_>, site: i64, id: i64, at: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE api_access_tokens SET last_used_at = $1 WHERE site_id = $2 AND id = $3", params![at, site, id])?;
    Ok(())
}

/// Removes a token. Whether there was one.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM api_access_tokens WHERE site_id = $1 AND id = $2", params![site, id])? > 0)
}

/// Removes all of them, of every school.
///
/// # Errors
/// Whatever the database says.
pub fn clear(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM api_access_tokens", &[])?;
    Ok(())
}
