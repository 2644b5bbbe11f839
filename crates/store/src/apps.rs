//! Rows of apps, and of installs: which school has which app. Apps are the platform's: no school's id stands before
//! theirs.

use crate::{Row, StoreError, Tx, params};

/// An app's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppRow {
    /// Its id.
    pub id: i64,
    /// 0 private, 1 public.
    pub kind: i64,
    /// Its name.
    pub name: String,
    /// The last part of its addresses.
    pub slug: String,
    /// Who makes it.
    pub company: String,
    /// By what it names itself.
    pub client_id: String,
    /// The fingerprint of its secret.
    pub secret_fingerprint: String,
    /// The fingerprint of the secret before the last rotation.
    pub previous_fingerprint: Option<String>,
    /// Until when that one counts.
    pub previous_until: Option<i64>,
    /// Where people are sent back to: a JSON array.
    pub redirect_uris: String,
    /// What it asks for: names with spaces between.
    pub scopes: String,
    /// Where it lives.
    pub app_url: Option<String>,
    /// Where its installation begins.
    pub install_url: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

const COLUMNS: &str = "id, kind, name, slug, company, client_id, secret_fingerprint, previous_fingerprint, \
                       previous_until, redirect_uris, scopes, app_url, install_url, created_at, updated_at";

fn read(row: &Row<'_>) -> Result<AppRow, StoreError> {
    Ok(AppRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        name: row.get(2)?,
        slug: row.get(3)?,
        company: row.get(4)?,
        client_id: row.get(5)?,
        secret_fingerprint: row.get(6)?,
        previous_fingerprint: row.get(7)?,
        previous_until: row.get(8)?,
        redirect_uris: row.get(9)?,
        scopes: row.get(10)?,
        app_url: row.get(11)?,
        install_url: row.get(12)?,
        created_at: row.get(13)?,
        updated_at: row.get(14)?,
    })
}

/// Adds an app with its sealed secret.
///
/// # Errors
/// [`StoreError::Taken`] `apps.slug`.
pub fn insert(tx: &mut Tx<'_>, app: &AppRow, secret_sealed: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO apps (id, kind, name, slug, company, client_id, secret_fingerprint, previous_fingerprint,
           previous_until, redirect_uris, scopes, app_url, install_url, created_at, updated_at, secret_sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            app.id,
            app.kind,
            &app.name,
            &app.slug,
            &app.company,
            &app.client_id,
            &app.secret_fingerprint,
            &app.previous_fingerprint,
            app.previous_until,
            &app.redirect_uris,
            &app.scopes,
            &app.app_url,
            &app.install_url,
            app.created_at,
            app.updated_at,
            secret_sealed,
        ],
    )?;
    Ok(())
}

/// Writes what may change of an app; its secret is changed by [`set_secret`].
///
/// # Errors
/// [`StoreError::Taken`] `apps.slug`.
pub fn update(tx: &mut Tx<'_>, app: &AppRow) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE apps SET kind = $1, name = $2, slug = $3, company = $4, redirect_uris = $5, scopes = $6, app_url = $7,
           install_url = $8, updated_at = $9
         WHERE id = $10",
        params![
            app.kind,
            &app.name,
            &app.slug,
            &app.company,
            &app.redirect_uris,
            &app.scopes,
            &app.app_url,
            &app.install_url,
            app.updated_at,
            app.id,
        ],
    )?;
    Ok(())
}

/// Replaces an app's secret; the one before counts until a moment.
///
/// # Errors
/// Whatever the database says.
pub fn set_secret(
    tx: &mut Tx<'_>,
    app: i64,
    sealed: &[u8],
    fingerprint: &str,
    previous_until: i64,
    at: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE apps SET previous_fingerprint = secret_fingerprint, previous_until = $1, secret_sealed = $2,
           secret_fingerprint = $3, updated_at = $4
         WHERE id = $5",
        params![previous_until, sealed, fingerprint, at, app],
    )?;
    Ok(())
}

/// The sealed secret of an app.
///
/// # Errors
/// Whatever the database says.
pub fn sealed_secret(tx: &mut Tx<'_>, app: i64) -> Result<Option<Vec<u8>>, StoreError> {
    tx.first("SELECT secret_sealed FROM apps WHERE id = $1", params![app], |row| row.get(0))
}

/// Removes an app. That no school has it any more is the caller's business.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, app: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM apps WHERE id = $1", params![app])?;
    Ok(())
}

/// The app with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, id: i64) -> Result<Option<AppRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM apps WHERE id = $1"), params![id], read)
}

/// The app that names itself by this.
///
/// # Errors
/// Whatever the database says.
pub fn by_client_id(tx: &mut Tx<'_>, client_id: &str) -> Result<Option<AppRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM apps WHERE client_id = $1"), params![client_id], read)
}

/// The app with this slug.
///
/// # Errors
/// Whatever the database says.
pub fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<AppRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM apps WHERE slug = $1"), params![slug], read)
}

/// Every app, by id.
///
/// # Errors
/// Whatever the database says.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<AppRow>, StoreError> {
    tx.query(&format!("SELECT {COLUMNS} FROM apps ORDER BY id"), &[], read)
}

/// A school's having an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallRow {
    /// The app.
    pub app_id: i64,
    /// What the school's admin consented to: names with spaces between.
    pub scopes: String,
    /// Who that was.
    pub installed_by: i64,
    /// When they first did.
    pub installed_at: i64,
    /// When somebody last did.
    pub updated_at: i64,
}

const INSTALL: &str = "app_id, scopes, installed_by, installed_at, updated_at";

fn read_install(row: &Row<'_>) -> Result<InstallRow, StoreError> {
    Ok(InstallRow {
        app_id: row.get(0)?,
        scopes: row.get(1)?,
        installed_by: row.get(2)?,
        installed_at: row.get(3)?,
        updated_at: row.get(4)?,
    })
}

/// Notes that a school has an app, or consents to something else.
///
/// # Errors
/// Whatever the database says.
pub fn install(tx: &mut Tx<'_>, site: i64, app: i64, scopes: &str, by: i64, at: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO installs (site_id, app_id, scopes, installed_by, installed_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (site_id, app_id) DO UPDATE SET scopes = excluded.scopes, installed_by = excluded.installed_by,
           updated_at = excluded.updated_at",
        params![site, app, scopes, by, at],
    )?;
    Ok(())
}

/// Whether and how a school has an app.
///
/// # Errors
/// Whatever the database says.
pub fn installed(tx: &mut Tx<'_>, site: i64, app: i64) -> Result<Option<InstallRow>, StoreError> {
    let sql = format!("SELECT {INSTALL} FROM installs WHERE site_id = $1 AND app_id = $2");
    tx.first(&sql, params![site, app], read_install)
}

/// Every app that a school has.
///
/// # Errors
/// Whatever the database says.
pub fn of_site(tx: &mut Tx<'_>, site: i64) -> Result<Vec<InstallRow>, StoreError> {
    tx.query(&format!("SELECT {INSTALL} FROM installs WHERE site_id = $1 ORDER BY app_id"), params![site], read_install)
}

/// Every school that has an app.
///
/// # Errors
/// Whatever the database says.
pub fn sites_of(tx: &mut Tx<'_>, app: i64) -> Result<Vec<i64>, StoreError> {
    tx.query("SELECT site_id FROM installs WHERE app_id = $1 ORDER BY site_id", params![app], |row| row.get(0))
}

/// Removes the note that a school has an app.
///
/// # Errors
/// Whatever the database says.
pub fn uninstall(tx: &mut Tx<'_>, site: i64, app: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM installs WHERE site_id = $1 AND app_id = $2", params![site, app])?;
    Ok(())
}

/// What a person agreed that an app may learn about them: names with spaces between.
///
/// # Errors
/// Whatever the database says.
pub fn consent(tx: &mut Tx<'_>, site: i64, app: i64, user: i64) -> Result<Option<String>, StoreError> {
    tx.first(
        "SELECT scope FROM consents WHERE site_id = $1 AND app_id = $2 AND user_id = $3",
        params![site, app, user],
        |row| row.get(0),
    )
}

/// Notes what a person agrees to.
///
/// # Errors
/// Whatever the database says.
pub fn set_consent(tx: &mut Tx<'_>, site: i64, app: i64, user: i64, scope: &str, at: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO consents (site_id, app_id, user_id, scope, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site_id, app_id, user_id) DO UPDATE SET scope = excluded.scope, at = excluded.at",
        params![site, app, user, scope, at],
    )?;
    Ok(())
}

/// Forgets what people agreed to: everybody about an app, which the school no longer has.
///
/// # Errors
/// Whatever the database says.
pub fn forget_consents_to(tx: &mut Tx<'_>, site: i64, app: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM consents WHERE site_id = $1 AND app_id = $2", params![site, app])?;
    Ok(())
}

/// Forgets what a person agreed to, who is no more.
///
/// # Errors
/// Whatever the database says.
pub fn forget_consents_of(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM consents WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    Ok(())
}
