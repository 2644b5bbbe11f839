//! Rows of grants, what one person let one app do at one time, and of the access tokens that came of them. A grant that
//! is gone ends all its tokens: a token without its grant opens nothing, and goes when it has expired.

use crate::table::{select, table};
use crate::{AppId, GrantId, SiteId, StoreError, Tx, UserId, Value, params};

table! {
    /// A grant's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct GrantRow in "grants" of site {
        keys {
            /// Its id.
            id: GrantId,
        }
        fixed {
            /// The app.
            app_id: AppId,
            /// The person.
            user_id: UserId,
            /// When they granted it.
            created_at: i64,
            /// What the app asked for in the request: names with spaces between.
            scope: String,
            /// What the app wants to find in the id token.
            nonce: Option<String>,
            /// When the person signed in.
            signed_in_at: i64,
            /// Where the code was sent.
            redirect_uri: String,
            /// The fingerprint of the code.
            code_fingerprint: String,
            /// The S256 challenge of RFC 7636, if the app sent one.
            code_challenge: Option<String>,
        }
        values {
            /// When it ends by itself; none while there is a refresh token.
            expires_at: Option<i64>,
            /// When the code was redeemed.
            redeemed_at: Option<i64>,
            /// The fingerprint of the half that all refresh tokens of the grant share.
            family_fingerprint: Option<String>,
            /// The fingerprint of the refresh token that was given last.
            refresh_fingerprint: Option<String>,
            /// The fingerprints of the other refresh tokens that count, with spaces between.
            other_refresh_tokens: String,
            /// Refresh tokens that were used lately: `fingerprint:moment`, with spaces between, and of those that were used
            /// several times `fingerprint/uses:moment` too.
            used_refresh_tokens: String,
        }
    }
}

/// Adds a grant.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, grant: &GrantRow) -> Result<(), StoreError> {
    grant.insert(tx, site)?;
    Ok(())
}

/// Writes what changes of a grant in its life.
pub fn update(tx: &mut Tx<'_>, site: SiteId, grant: &GrantRow) -> Result<(), StoreError> {
    grant.update(tx, site)?;
    Ok(())
}

/// Writes which refresh tokens of a grant count, and which were used lately.
pub fn set_refresh(tx: &mut Tx<'_>, site: SiteId, grant: &GrantRow) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE grants SET refresh_fingerprint = $1, other_refresh_tokens = $2, used_refresh_tokens = $3
         WHERE site_id = $4 AND id = $5",
        &[
            Value::from(grant.refresh_fingerprint.as_deref()),
            Value::from(grant.other_refresh_tokens.as_str()),
            Value::from(grant.used_refresh_tokens.as_str()),
            Value::from(site),
            Value::from(grant.id),
        ],
    )?;
    Ok(())
}

/// The grant that began with this code.
pub fn by_code(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<Option<GrantRow>, StoreError> {
    let sql = select!(GrantRow, "WHERE site_id = $1 AND code_fingerprint = $2");
    tx.first(sql, params![site, fingerprint], GrantRow::read)
}

/// The grant whose refresh tokens have this first half.
pub fn by_family(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<Option<GrantRow>, StoreError> {
    let sql = select!(GrantRow, "WHERE site_id = $1 AND family_fingerprint = $2");
    tx.first(sql, params![site, fingerprint], GrantRow::read)
}

/// The grant with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: GrantId) -> Result<Option<GrantRow>, StoreError> {
    tx.first(select!(GrantRow, "WHERE site_id = $1 AND id = $2"), params![site, id], GrantRow::read)
}

/// Ends a grant. Whether there was one.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: GrantId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM grants WHERE site_id = $1 AND id = $2", params![site, id])? > 0)
}

/// Ends every grant of a person. How many there were.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM grants WHERE site_id = $1 AND user_id = $2", params![site, user])
}

/// Whether a person has granted anything.
pub fn any_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM grants WHERE site_id = $1 AND user_id = $2 LIMIT 1";
    Ok(tx.first(sql, params![site, user], |_| Ok(()))?.is_some())
}

/// Ends every grant to an app in a school.
pub fn delete_of_app(tx: &mut Tx<'_>, site: SiteId, app: AppId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM grants WHERE site_id = $1 AND app_id = $2", params![site, app])
}

/// Ends the oldest grants of a person to an app, so that these many are left. How many went.
pub fn keep_newest(tx: &mut Tx<'_>, site: SiteId, user: UserId, app: AppId, kept: i64) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM grants WHERE site_id = $1 AND id IN (
           SELECT id FROM grants WHERE site_id = $1 AND user_id = $2 AND app_id = $3 ORDER BY id DESC LIMIT 20 OFFSET $4)",
        params![site, user, app, kept],
    )
}

/// Removes grants and access tokens that have expired, so many of each at most.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, before: i64, most: i64) -> Result<u64, StoreError> {
    let grants = crate::expired::remove(tx, ("grants", "id"), site, before, most)?;
    let tokens = crate::expired::remove(tx, ("access_tokens", "fingerprint"), site, before, most)?;
    Ok(grants + tokens)
}

/// An access token's row, with what its grant says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessTokenRow {
    /// The school.
    pub site_id: SiteId,
    /// The grant.
    pub grant_id: GrantId,
    /// Until when it counts.
    pub expires_at: i64,
    /// The app.
    pub app_id: AppId,
    /// The person.
    pub user_id: UserId,
    /// What the app asked for in the request.
    pub scope: String,
    /// When the person granted it.
    pub granted_at: i64,
}

/// Adds an access token.
pub fn insert_token(
    tx: &mut Tx<'_>,
    site: SiteId,
    fingerprint: &str,
    grant: GrantId,
    expires_at: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO access_tokens (site_id, fingerprint, grant_id, expires_at) VALUES ($1, $2, $3, $4)",
        params![site, fingerprint, grant, expires_at],
    )?;
    Ok(())
}

/// The access token with this fingerprint, in whatever school, as long as its grant is there.
pub fn token(tx: &mut Tx<'_>, fingerprint: &str) -> Result<Option<AccessTokenRow>, StoreError> {
    tx.first(
        "SELECT t.site_id, t.grant_id, t.expires_at, g.app_id, g.user_id, g.scope, g.created_at
         FROM access_tokens t JOIN grants g ON g.site_id = t.site_id AND g.id = t.grant_id
         WHERE t.fingerprint = $1",
        params![fingerprint],
        |row| {
            Ok(AccessTokenRow {
                site_id: row.get(0)?,
                grant_id: row.get(1)?,
                expires_at: row.get(2)?,
                app_id: row.get(3)?,
                user_id: row.get(4)?,
                scope: row.get(5)?,
                granted_at: row.get(6)?,
            })
        },
    )
}

/// Ends an access token.
pub fn delete_token(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM access_tokens WHERE site_id = $1 AND fingerprint = $2", params![site, fingerprint])?;
    Ok(())
}

/// Removes all of them, of every school.
pub fn clear(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM access_tokens", &[])?;
    tx.execute("DELETE FROM grants", &[])?;
    Ok(())
}
