//! Signing in with a password.
//!
//! In three steps, because hashing takes tens of milliseconds and no transaction should wait for it: [`begin`] counts
//! the try and finds what the password is compared with, [`StoredPassword::verify`] compares, [`finish`] begins the
//! session. An address without an account takes as long and says the same as a wrong password.

use crate::attempts::{self, Attempt};
use crate::passwords::{self, StoredPassword, VerifiedPassword};
use crate::sessions::{self, Device, NewSession};
use school::error::Result;
use school::security_log::{self, Kind};
use school::users;
use store::users::email_key;
use store::{ServerKey, SiteId, Tx};

/// Whether a password may be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordTry {
    /// It may. There is nothing to compare it with when the account has no password, or there is no account.
    Try(StoredPassword),
    /// Not for so many seconds.
    Wait(u64),
}

/// Counts a try to sign in to an account from an address, and finds what the password is compared with.
pub fn begin(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, email: &str, address: &str) -> Result<PasswordTry> {
    let account = email_key(email);
    for (what, whose) in [(Attempt::SignInFrom, address), (Attempt::SignInTo, &account)] {
        if let Some(seconds) = attempts::count(tx, key, site, what, whose)? {
            let about = users::id_by_email(tx, site, email)?;
            security_log::count(tx, site, Kind::SignInLocked, about, "")?;
            return Ok(PasswordTry::Wait(seconds));
        }
    }
    Ok(PasswordTry::Try(match users::id_by_email(tx, site, email)? {
        Some(id) => passwords::stored(tx, site, id)?,
        None => StoredPassword::new(None),
    }))
}

/// Begins the session of somebody who has shown that they know the password. None when the account or its password
/// changed meanwhile.
pub fn finish(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    email: &str,
    verified: &VerifiedPassword,
    device: &Device,
    remembered: bool,
) -> Result<Option<NewSession>> {
    let Some(id) = users::id_by_email(tx, site, email)? else { return Ok(None) };
    if !verified.is_of(tx, site, id)? {
        return Ok(None);
    }
    attempts::forget(tx, key, site, Attempt::SignInTo, &email_key(email))?;
    sessions::begin(tx, key, site, id, device, (Kind::SignIn, "password"), remembered).map(Some)
}

/// Records that somebody tried to sign in to an account and did not know its password. The same is done for an address
/// that nobody has.
pub fn refuse(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<()> {
    let about = users::id_by_email(tx, site, email)?;
    security_log::count(tx, site, Kind::SignInRefused, about, "password")
}
