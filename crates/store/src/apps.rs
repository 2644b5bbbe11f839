//! Rows of apps, and of installs: which school has which app. Apps are the platform's: no school's id stands before
//! theirs.

use crate::enums::number_enum;
use crate::table::{select, table};
use crate::{AppId, SiteId, StoreError, Tx, UserId, params};

number_enum! {
    /// Who an app is for.
    #[derive(Default)]
    pub enum AppKind {
        /// For a handful of schools; not listed.
        #[default]
        Private = 0,
        /// For every school; may be listed.
        Public = 1,
    }
}

table! {
    /// An app's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct AppRow in "apps" {
        keys {
            /// Its id.
            id: AppId,
        }
        fixed {
            /// By what it names itself.
            client_id: String,
            /// The fingerprint of its secret.
            secret_fingerprint: String,
            /// The fingerprint of the secret before the last rotation.
            previous_fingerprint: Option<String>,
            /// Until when that one counts.
            previous_until: Option<i64>,
            /// When it was made.
            created_at: i64,
        }
        values {
            /// Who it is for.
            kind: AppKind,
            /// Its name.
            name: String,
            /// The last part of its addresses.
            slug: String,
            /// Who makes it.
            company: String,
            /// Where people are sent back to: a JSON array.
            redirect_uris: String,
            /// What it asks for: names with spaces between.
            scopes: String,
            /// Where it lives.
            app_url: Option<String>,
            /// Where its installation begins.
            install_url: Option<String>,
            /// When it was last changed.
            updated_at: i64,
        }
        written { secret_sealed: &[u8] }
    }
}

/// Adds an app with its sealed secret.
///
/// # Errors
/// [`StoreError::Taken`] `apps.slug`.
pub fn insert(tx: &mut Tx<'_>, app: &AppRow, secret_sealed: &[u8]) -> Result<(), StoreError> {
    app.insert(tx, secret_sealed)?;
    Ok(())
}

/// Writes what may change of an app; its secret is changed by [`set_secret`].
///
/// # Errors
/// [`StoreError::Taken`] `apps.slug`.
pub fn update(tx: &mut Tx<'_>, app: &AppRow) -> Result<(), StoreError> {
    app.update(tx)?;
    Ok(())
}

/// Replaces an app's secret; the one before counts until a moment.
pub fn set_secret(
    tx: &mut Tx<'_>,
    app: AppId,
    sealed: &[u8],
    fingerprint: &str,
    previous_until: i64,
    at: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE apps SET previous_fingerprint = secret_fingerprint, previous_sealed = secret_sealed, previous_until = $1,
           secret_sealed = $2, secret_fingerprint = $3, updated_at = $4
         WHERE id = $5",
        params![previous_until, sealed, fingerprint, at, app],
    )?;
    Ok(())
}

/// The sealed secret of an app.
pub fn sealed_secret(tx: &mut Tx<'_>, app: AppId) -> Result<Option<Vec<u8>>, StoreError> {
    tx.first("SELECT secret_sealed FROM apps WHERE id = $1", params![app], |row| row.get(0))
}

/// The sealed secret of an app before the last rotation, and until when it counts.
pub fn previous_sealed_secret(tx: &mut Tx<'_>, app: AppId) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
    let sql = "SELECT previous_sealed, previous_until FROM apps
               WHERE id = $1 AND previous_sealed IS NOT NULL AND previous_until IS NOT NULL";
    tx.first(sql, params![app], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Removes an app. That no school has it any more is the caller's business.
pub fn delete(tx: &mut Tx<'_>, app: AppId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM apps WHERE id = $1", params![app])?;
    Ok(())
}

/// The app with this id.
pub fn get(tx: &mut Tx<'_>, id: AppId) -> Result<Option<AppRow>, StoreError> {
    tx.first(select!(AppRow, "WHERE id = $1"), params![id], AppRow::read)
}

/// The app that names itself by this.
pub fn by_client_id(tx: &mut Tx<'_>, client_id: &str) -> Result<Option<AppRow>, StoreError> {
    tx.first(select!(AppRow, "WHERE client_id = $1"), params![client_id], AppRow::read)
}

/// The app with this slug.
pub fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<AppRow>, StoreError> {
    tx.first(select!(AppRow, "WHERE slug = $1"), params![slug], AppRow::read)
}

/// Every app, by id.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<AppRow>, StoreError> {
    tx.query(select!(AppRow, "ORDER BY id"), &[], AppRow::read)
}

table! {
    /// A school's having an app.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct InstallRow in "installs" of site {
        keys {
            /// The app.
            app_id: AppId,
        }
        fixed {
            /// When they first did.
            installed_at: i64,
        }
        values {
            /// What the school's admin consented to: names with spaces between.
            scopes: String,
            /// Who that was; zero when they were deleted.
            installed_by: UserId,
            /// When somebody last did.
            updated_at: i64,
        }
        on conflict "(site_id, app_id) DO UPDATE SET scopes = excluded.scopes, installed_by = excluded.installed_by,
          updated_at = excluded.updated_at"
    }
}

/// Notes that a school has an app, or consents to something else.
pub fn install(tx: &mut Tx<'_>, site: SiteId, app: AppId, scopes: &str, by: UserId, at: i64) -> Result<(), StoreError> {
    let scopes = scopes.to_owned();
    InstallRow { app_id: app, scopes, installed_by: by, installed_at: at, updated_at: at }.insert(tx, site)?;
    Ok(())
}

/// Forgets who let apps in where it was a user who is deleted. The school keeps the apps.
pub fn forget_installer(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("UPDATE installs SET installed_by = 0 WHERE site_id = $1 AND installed_by = $2", params![site, user])?;
    Ok(())
}

/// Whether and how a school has an app.
pub fn installed(tx: &mut Tx<'_>, site: SiteId, app: AppId) -> Result<Option<InstallRow>, StoreError> {
    let sql = select!(InstallRow, "WHERE t.site_id = $1 AND t.app_id = $2");
    tx.first(sql, params![site, app], InstallRow::read)
}

/// Every app that a school has.
pub fn of_site(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<InstallRow>, StoreError> {
    let sql = select!(InstallRow, "WHERE t.site_id = $1 ORDER BY t.app_id");
    tx.query(sql, params![site], InstallRow::read)
}

/// Every school that has an app.
pub fn sites_of(tx: &mut Tx<'_>, app: AppId) -> Result<Vec<SiteId>, StoreError> {
    tx.query("SELECT site_id FROM installs WHERE app_id = $1 ORDER BY site_id", params![app], |row| row.get(0))
}

/// Removes the note that a school has an app.
pub fn uninstall(tx: &mut Tx<'_>, site: SiteId, app: AppId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM installs WHERE site_id = $1 AND app_id = $2", params![site, app])?;
    Ok(())
}

/// What a person agreed that an app may learn about them: names with spaces between.
pub fn consent(tx: &mut Tx<'_>, site: SiteId, app: AppId, user: UserId) -> Result<Option<String>, StoreError> {
    tx.first(
        "SELECT scope FROM consents WHERE site_id = $1 AND app_id = $2 AND user_id = $3",
        params![site, app, user],
        |row| row.get(0),
    )
}

/// Notes what a person agrees to.
pub fn set_consent(
    tx: &mut Tx<'_>,
    site: SiteId,
    app: AppId,
    user: UserId,
    scope: &str,
    at: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO consents (site_id, app_id, user_id, scope, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site_id, app_id, user_id) DO UPDATE SET scope = excluded.scope, at = excluded.at",
        params![site, app, user, scope, at],
    )?;
    Ok(())
}

/// Forgets what people agreed to: everybody about an app, which the school no longer has.
pub fn forget_consents_to(tx: &mut Tx<'_>, site: SiteId, app: AppId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM consents WHERE site_id = $1 AND app_id = $2", params![site, app])?;
    Ok(())
}

/// Forgets what a person agreed to, who is no more.
pub fn forget_consents_of(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM consents WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    Ok(())
}
