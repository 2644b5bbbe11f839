//! Rows of second factors: the secrets of the apps that show people codes to sign in with.

use crate::table::{select, table};
use crate::{SiteId, StoreError, Tx, UserId, params};

table! {
    /// A second factor's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SecondFactorRow in "second_factors" of site {
        keys {
            /// Whose it is.
            user_id: UserId,
        }
        fixed {
            /// The secret, sealed.
            sealed: Vec<u8>,
            /// When it was made.
            created_at: i64,
        }
        values {
            /// Since when it counts; none until a code has confirmed it.
            confirmed_at: Option<i64>,
            /// The last step of time whose code was taken: neither that nor one before counts again.
            last_step: i64,
        }
    }
}

/// Gives a user a second factor, in the place of one that they may have.
pub fn put(tx: &mut Tx<'_>, site: SiteId, factor: &SecondFactorRow) -> Result<(), StoreError> {
    delete(tx, site, factor.user_id)?;
    factor.insert(tx, site)?;
    Ok(())
}

/// A user's second factor, confirmed or not.
pub fn get(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Option<SecondFactorRow>, StoreError> {
    tx.first(
        select!(SecondFactorRow, "WHERE site_id = $1 AND user_id = $2"),
        params![site, user],
        SecondFactorRow::read,
    )
}

/// Since when a user's second factor counts; none when they have none, or it is not confirmed.
pub fn confirmed_at(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Option<i64>, StoreError> {
    let sql =
        "SELECT confirmed_at FROM second_factors WHERE site_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL";
    tx.first(sql, params![site, user], |row| row.get(0))
}

/// Those of several users whose second factor counts.
pub fn confirmed_among(tx: &mut Tx<'_>, site: SiteId, users: &[UserId]) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user_id FROM second_factors WHERE site_id = $1 AND confirmed_at IS NOT NULL AND user_id IN ";
    tx.query_in(site, users.iter().copied(), sql, "", |row| row.get(0))
}

/// Takes the code of a step, if neither it nor a later one was taken before; whether it was.
pub fn take_step(tx: &mut Tx<'_>, site: SiteId, user: UserId, step: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE second_factors SET last_step = $1 WHERE site_id = $2 AND user_id = $3 AND last_step < $1";
    Ok(tx.execute(sql, params![step, site, user])? > 0)
}

/// Lets a second factor count from a moment on. What is remembered of the school's credentials is found out anew: apps of
/// whoever must have one work with it alone.
pub fn confirm(tx: &mut Tx<'_>, site: SiteId, user: UserId, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE second_factors SET confirmed_at = $1 WHERE site_id = $2 AND user_id = $3";
    tx.execute(sql, params![at, site, user])?;
    crate::sites::invalidate_credentials(tx, site)
}

/// Takes a user's second factor away; whether there was one that counted.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<bool, StoreError> {
    let counted = confirmed_at(tx, site, user)?.is_some();
    tx.execute("DELETE FROM second_factors WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    if counted {
        crate::sites::invalidate_credentials(tx, site)?;
    }
    Ok(counted)
}
