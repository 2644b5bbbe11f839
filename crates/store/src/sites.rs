//! Rows of sites: one for each school.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{SiteId, StoreError, Tx, UserId, Value, params};

text_enum! {
    /// What a school has subscribed to.
    #[derive(Default)]
    pub enum Plan {
        /// Neither the API key nor apps.
        #[default]
        Free = "free",
        /// Apps, but no API key.
        Basic = "basic",
        /// The API key, but no apps.
        Start = "start",
        /// Both.
        Grow = "grow",
        /// Both.
        ProGrowth = "pro_growth",
        /// Both.
        Premier = "premier",
        /// Both.
        Plus = "plus",
    }
}

text_enum! {
    /// Who may have an account by themselves.
    #[derive(Default)]
    pub enum SignUpRule {
        /// Everybody.
        #[default]
        Open = "open",
        /// Nobody: only whom the school has made an account for.
        Invited = "invited",
        /// Whoever has an address at a host that the school names.
        Domains = "domains",
    }
}

table! {
    /// A school's own row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct SiteRow in "sites" {
        keys {
            /// Its id, which is also the `tenant_id` of its events.
            id: SiteId,
        }
        fixed {
            /// Its global id, a UUID.
            gid: String,
            /// The fingerprint of its API key; none when the key was revoked.
            api_key_fingerprint: Option<String>,
            /// The fingerprint of the API key before the last rotation, while it is kept.
            previous_key_fingerprint: Option<String>,
            /// Until when that one counts.
            previous_key_until: Option<i64>,
            /// Changes whenever its key, plan, limits or profile fields do: what is remembered of them is then out of date.
            credentials_rev: i64,
            /// When it was made.
            created_at: i64,
        }
        values {
            /// What it calls itself.
            name: String,
            /// Its plan.
            plan: Plan,
            /// Its currency, lower case.
            currency: String,
            /// Where its students ask for help.
            support_email: String,
            /// Its owner, once there is one.
            owner_user_id: Option<UserId>,
            /// Its own limit of requests a minute; none takes the server's.
            requests_per_minute: Option<i64>,
            /// Its own limit of requests at once; none takes the server's.
            requests_at_once: Option<i64>,
            /// How many bytes its files may take; none takes the server's number.
            file_quota: Option<i64>,
            /// The first label of its host name.
            subdomain: String,
            /// Whether everybody with a role must have a second factor.
            requires_second_factor: bool,
            /// Who may have an account by themselves.
            sign_up_rule: SignUpRule,
            /// The hosts of addresses that it names for that, one on each line.
            sign_up_domains: String,
            /// Since when it is suspended; none while it is open.
            suspended_at: Option<i64>,
            /// When it is deleted, since its owner has closed it; none while it is not closed.
            closes_at: Option<i64>,
            /// When it was last changed.
            updated_at: i64,
        }
        written { api_key_sealed: &[u8] }
    }
}

/// Adds a site.
///
/// # Errors
/// [`StoreError::Taken`] `sites.subdomain`.
pub fn insert(tx: &mut Tx<'_>, site: &SiteRow, api_key_sealed: &[u8]) -> Result<(), StoreError> {
    site.insert(tx, api_key_sealed)?;
    Ok(())
}

/// Writes what may change of a site, and makes what is remembered of it out of date.
///
/// # Errors
/// [`StoreError::Taken`] `sites.subdomain`.
pub fn update(tx: &mut Tx<'_>, site: &SiteRow, at: i64) -> Result<(), StoreError> {
    SiteRow { updated_at: at, ..site.clone() }.update(tx)?;
    invalidate_credentials(tx, site.id)
}

/// Replaces a site's API key, or takes it away. The one before, where it is given, counts until a moment.
pub fn set_key(
    tx: &mut Tx<'_>,
    site: SiteId,
    key: Option<(&[u8], &str)>,
    previous: Option<&PreviousKey>,
    at: i64,
) -> Result<(), StoreError> {
    let (sealed, fingerprint) = key.unzip();
    tx.execute(
        "UPDATE sites SET api_key_sealed = $1, api_key_fingerprint = $2, previous_key_sealed = $3,
           previous_key_fingerprint = $4, previous_key_until = $5, updated_at = $6, credentials_rev = credentials_rev + 1
         WHERE id = $7",
        &[
            Value::from(sealed),
            Value::from(fingerprint),
            Value::from(previous.map(|previous| previous.sealed.as_slice())),
            Value::from(previous.map(|previous| previous.fingerprint.as_str())),
            Value::from(previous.map(|previous| previous.until)),
            Value::Int(at),
            Value::from(site),
        ],
    )?;
    Ok(())
}

/// An API key that was replaced and still counts for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousKey {
    /// The key, sealed.
    pub sealed: Vec<u8>,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Until when it counts, in milliseconds since 1970.
    pub until: i64,
}

/// The API key of a site before the last rotation, if that is kept: it may count no more.
pub fn previous_key(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<PreviousKey>, StoreError> {
    let sql = "SELECT previous_key_sealed, previous_key_fingerprint, previous_key_until FROM sites
               WHERE id = $1 AND previous_key_until IS NOT NULL";
    tx.first(sql, params![site], |row| {
        Ok(PreviousKey { sealed: row.get(0)?, fingerprint: row.get(1)?, until: row.get(2)? })
    })
}

/// The site with this id.
pub fn get(tx: &mut Tx<'_>, id: SiteId) -> Result<Option<SiteRow>, StoreError> {
    tx.first(select!(SiteRow, "WHERE id = $1"), params![id], SiteRow::read)
}

/// The site with this subdomain.
pub fn by_subdomain(tx: &mut Tx<'_>, subdomain: &str) -> Result<Option<SiteRow>, StoreError> {
    tx.first(select!(SiteRow, "WHERE subdomain = $1"), params![subdomain], SiteRow::read)
}

/// The subdomain of the only site; none where there are several, or none.
pub fn only(tx: &mut Tx<'_>) -> Result<Option<String>, StoreError> {
    let mut some = tx.query("SELECT subdomain FROM sites ORDER BY id LIMIT 2", &[], |row| row.get::<String>(0))?;
    let first = some.pop();
    Ok(first.filter(|_| some.is_empty()))
}

/// The site whose API key, or the one before it, has this fingerprint.
pub fn by_key_fingerprint(tx: &mut Tx<'_>, fingerprint: &str) -> Result<Option<SiteRow>, StoreError> {
    let current = select!(SiteRow, "WHERE api_key_fingerprint = $1");
    let previous = select!(SiteRow, "WHERE previous_key_fingerprint = $1");
    match tx.first(current, params![fingerprint], SiteRow::read)? {
        Some(site) => Ok(Some(site)),
        None => tx.first(previous, params![fingerprint], SiteRow::read),
    }
}

/// Every site, by id.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<SiteRow>, StoreError> {
    tx.query(select!(SiteRow, "ORDER BY id"), &[], SiteRow::read)
}

/// The sealed API key of a site; none when it was revoked.
pub fn sealed_key(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(tx.first("SELECT api_key_sealed FROM sites WHERE id = $1", params![site], |row| row.get(0))?.flatten())
}

/// The number that tells whether what is remembered of a site's credentials still holds.
pub fn credentials_rev(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<i64>, StoreError> {
    tx.first("SELECT credentials_rev FROM sites WHERE id = $1", params![site], |row| row.get(0))
}

/// Makes what any process has cached of a school's credentials invalid.
pub fn invalidate_credentials(tx: &mut Tx<'_>, site: SiteId) -> Result<(), StoreError> {
    tx.execute("UPDATE sites SET credentials_rev = credentials_rev + 1 WHERE id = $1", params![site])?;
    Ok(())
}

/// Whether a site is suspended.
pub fn is_suspended(tx: &mut Tx<'_>, site: SiteId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM sites WHERE id = $1 AND suspended_at IS NOT NULL";
    Ok(tx.first(sql, params![site], |_| Ok(()))?.is_some())
}

/// The subdomains of the sites whose owner is nobody, or somebody who is gone.
pub fn without_owner(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    tx.query(
        "SELECT s.subdomain FROM sites s WHERE NOT EXISTS (
           SELECT 1 FROM users u WHERE u.site_id = s.id AND u.id = s.owner_user_id) ORDER BY s.id",
        &[],
        |row| row.get(0),
    )
}

/// The global id of a site, which never changes.
pub fn gid(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<String>, StoreError> {
    tx.cached("sites.gid", site, |tx| tx.first("SELECT gid FROM sites WHERE id = $1", params![site], |row| row.get(0)))
}
