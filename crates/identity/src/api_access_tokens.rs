//! API access tokens: what a school makes for a program of its own that is no app. Such a token opens what the school's
//! key opens, and can be taken away without taking the key from everybody else.

use school::check::{self, Check};
use school::error::{Error, Result, Taken};
use school::ids;
use school::security_log::{self, Kind, Who};
use store::api_access_tokens as rows;
pub use store::api_access_tokens::ApiAccessTokenRow as ApiAccessToken;
use store::{ApiAccessTokenId, ServerKey, SiteId, Tx};

/// A school has no more than this many, so that their list is short.
const MOST: usize = 100;

/// Makes a token, which is given back to be shown this once. It counts until `expires_at`, or for ever.
///
/// # Errors
/// [`Error::Invalid`] `name` when it is missing or taken, `expires_at` when it is past, `base` when there are too many.
pub fn create(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    name: &str,
    expires_at: Option<i64>,
) -> Result<(ApiAccessToken, String)> {
    let now = tx.moment();
    let mut check = Check::new();
    let name = check.required("name", Some(name), check::LINE);
    check.that(expires_at.is_none_or(|end| end > now), "expires_at", "must be in the future");
    let others = rows::all(tx, site)?;
    check.that(others.len() < MOST, "base", "There are 100 tokens already. Remove one first.");
    if others.iter().any(|other| other.name == name) {
        check.taken("name");
    }
    check.done()?;
    let value = ids::api_access_token();
    let id = ApiAccessTokenId::next(tx)?;
    let created_by = match security_log::who(tx) {
        Who::User(user) => Some(user),
        _ => None,
    };
    let token = ApiAccessToken { site_id: site, id, name, created_at: now, expires_at, created_by, last_used_at: None };
    rows::insert(tx, &token, &key.fingerprint(&value)).taken(&[("api_access_tokens.name", "name")])?;
    security_log::record(tx, site, Kind::ApiAccessTokenCreated, None, &token.name)?;
    Ok((token, value))
}

/// Every token of a school.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<ApiAccessToken>> {
    Ok(rows::all(tx, site)?)
}

/// Takes a token away: it opens nothing from the commit on.
///
/// # Errors
/// [`Error::NotFound`] when the school has no token of this name.
pub fn revoke(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<()> {
    let token = rows::all(tx, site)?.into_iter().find(|token| token.name == name).ok_or(Error::NotFound)?;
    rows::delete(tx, site, token.id)?;
    security_log::record(tx, site, Kind::ApiAccessTokenRevoked, None, name)?;
    Ok(store::sites::invalidate_credentials(tx, site)?)
}

/// The same by its id.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such token.
pub fn revoke_by_id(tx: &mut Tx<'_>, site: SiteId, id: ApiAccessTokenId) -> Result<()> {
    let token = rows::all(tx, site)?.into_iter().find(|token| token.id == id).ok_or(Error::NotFound)?;
    revoke(tx, site, &token.name)
}

/// A token is worth a word before its end for this long, in milliseconds: ten days.
const ENDS_SOON_MS: i64 = 10 * 86_400_000;

/// How long a token still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// For more than ten days, or for ever.
    Counts,
    /// For ten days at most.
    EndsSoon,
    /// It has ended.
    Ended,
}

/// How long a token still counts.
#[must_use]
pub fn validity(token: &ApiAccessToken, now: i64) -> Validity {
    match token.expires_at {
        Some(end) if end <= now => Validity::Ended,
        Some(end) if end <= now + ENDS_SOON_MS => Validity::EndsSoon,
        _ => Validity::Counts,
    }
}
