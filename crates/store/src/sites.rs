//! Rows of sites: one for each school.

use crate::{Row, StoreError, Tx, Value, params};

/// A school's own row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteRow {
    /// Its id, which is also the `tenant_id` of its events.
    pub id: i64,
    /// Its global id, a UUID.
    pub gid: String,
    /// The first label of its host name.
    pub subdomain: String,
    /// What it calls itself.
    pub name: String,
    /// Its plan, by name.
    pub plan: String,
    /// Its currency, lower case.
    pub currency: String,
    /// Where its students request for help.
    pub support_email: String,
    /// Its owner, once there is one.
    pub owner_user_id: Option<i64>,
    /// Its own limit of requests a minute; none takes the server's.
    pub requests_per_minute: Option<i64>,
    /// Its own limit of requests at once; none takes the server's.
    pub requests_at_once: Option<i64>,
    /// The fingerprint of its API key; none when the key was revoked.
    pub api_key_fingerprint: Option<String>,
    /// Changes whenever its key, plan, limits or profile fields do: what is remembered of them is then out of date.
    pub credentials_rev: i64,
    /// When it was made.
    pub created_at: i64,
}

const COLUMNS: &str = "id, gid, subdomain, name, plan, currency, support_email, owner_user_id, requests_per_minute, \
                       requests_at_once, api_key_fingerprint, credentials_rev, created_at";

fn read(row: &Row<'_>) -> Result<SiteRow, StoreError> {
    Ok(SiteRow {
        id: row.get(0)?,
        gid: row.get(1)?,
        subdomain: row.get(2)?,
        name: row.get(3)?,
        plan: row.get(4)?,
        currency: row.get(5)?,
        support_email: row.get(6)?,
        owner_user_id: row.get(7)?,
        requests_per_minute: row.get(8)?,
        requests_at_once: row.get(9)?,
        api_key_fingerprint: row.get(10)?,
        credentials_rev: row.get(11)?,
        created_at: row.get(12)?,
    })
}

/// Adds a site.
///
/// # Errors
/// [`StoreError::Taken`] `sites.subdomain`.
pub fn insert(tx: &mut Tx<'_>, site: &SiteRow, api_key_sealed: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sites (id, gid, subdomain, name, plan, currency, support_email, owner_user_id,
           requests_per_minute, requests_at_once, api_key_fingerprint, credentials_rev, created_at, updated_at,
           api_key_sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)",
        params![
            site.id,
            &site.gid,
            &site.subdomain,
            &site.name,
            &site.plan,
            &site.currency,
            &site.support_email,
            site.owner_user_id,
            site.requests_per_minute,
            site.requests_at_once,
            &site.api_key_fingerprint,
            site.credentials_rev,
            site.created_at,
            api_key_sealed,
        ],
    )?;
    Ok(())
}

/// Writes what may change of a site, and makes what is remembered of it out of date.
///
/// # Errors
/// Whatever the database says.
pub fn update(tx: &mut Tx<'_>, site: &SiteRow, at: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE sites SET name = $1, plan = $2, currency = $3, support_email = $4, owner_user_id = $5,
           requests_per_minute = $6, requests_at_once = $7, updated_at = $8, credentials_rev = credentials_rev + 1
         WHERE id = $9",
        params![
            &site.name,
            &site.plan,
            &site.currency,
            &site.support_email,
            site.owner_user_id,
            site.requests_per_minute,
            site.requests_at_once,
            at,
            site.id,
        ],
    )?;
    Ok(())
}

/// Replaces a site's API key, or takes it away.
///
/// # Errors
/// Whatever the database says.
pub fn set_key(tx: &mut Tx<'_>, site: i64, key: Option<(&[u8], &str)>, at: i64) -> Result<(), StoreError> {
    let (sealed, fingerprint) = key.unzip();
    tx.execute(
        "UPDATE sites SET api_key_sealed = $1, api_key_fingerprint = $2, updated_at = $3,
           credentials_rev = credentials_rev + 1
         WHERE id = $4",
        &[Value::from(sealed), Value::from(fingerprint), Value::Int(at), Value::Int(site)],
    )?;
    Ok(())
}

/// The site with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, id: i64) -> Result<Option<SiteRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM sites WHERE id = $1"), params![id], read)
}

/// The site with this subdomain.
///
/// # Errors
/// Whatever the database says.
pub fn by_subdomain(tx: &mut Tx<'_>, subdomain: &str) -> Result<Option<SiteRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM sites WHERE subdomain = $1"), params![subdomain], read)
}

/// The site whose API key has this fingerprint.
///
/// # Errors
/// Whatever the database says.
pub fn by_key_fingerprint(tx: &mut Tx<'_>, fingerprint: &str) -> Result<Option<SiteRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM sites WHERE api_key_fingerprint = $1"), params![fingerprint], read)
}

/// Every site, by id.
///
/// # Errors
/// Whatever the database says.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<SiteRow>, StoreError> {
    tx.query(&format!("SELECT {COLUMNS} FROM sites ORDER BY id"), &[], read)
}

/// The sealed API key of a site; none when it was revoked.
///
/// # Errors
/// Whatever the database says.
pub fn sealed_key(tx: &mut Tx<'_>, site: i64) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(tx.first("SELECT api_key_sealed FROM sites WHERE id = $1", params![site], |row| row.get(0))?.flatten())
}

/// The number that tells whether what is remembered of a site's credentials still holds.
///
/// # Errors
/// Whatever the database says.
pub fn credentials_rev(tx: &mut Tx<'_>, site: i64) -> Result<Option<i64>, StoreError> {
    tx.first("SELECT credentials_rev FROM sites WHERE id = $1", params![site], |row| row.get(0))
}

/// Makes what is remembered of a site out of date, in every process.
///
/// # Errors
/// Whatever the database says.
pub fn forget_remembered(tx: &mut Tx<'_>, site: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE sites SET credentials_rev = credentials_rev + 1 WHERE id = $1", params![site])?;
    Ok(())
}

/// The subdomains of the sites whose owner is nobody, or somebody who is gone.
///
/// # Errors
/// Whatever the database says.
pub fn without_owner(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    tx.query(
        "SELECT s.subdomain FROM sites s WHERE NOT EXISTS (
           SELECT 1 FROM users u WHERE u.site_id = s.id AND u.id = s.owner_user_id) ORDER BY s.id",
        &[],
        |row| row.get(0),
    )
}

/// The global id of a site, which never changes.
///
/// # Errors
/// Whatever the database says.
pub fn gid(tx: &mut Tx<'_>, site: i64) -> Result<Option<String>, StoreError> {
    tx.cached("sites.gid", site, |tx| tx.first("SELECT gid FROM sites WHERE id = $1", params![site], |row| row.get(0)))
}
