//! Signing in with a password.
//!
//! In three steps, because hashing takes tens of milliseconds and no transaction should wait for it: [`begin`] counts
//! the try and finds the hash, [`passwords::verify_or_pretend`] compares, [`finish`] begins the session. An
//! address without an account takes as long and says the same as a wrong password.

use crate::attempts::{self, Attempt};
use crate::passwords;
use crate::sessions::{self, Device, Session};
use school::error::Result;
use school::users;
use store::users::email_key;
use store::{ServerKey, Tx};

/// Whether a password may be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It may. The hash is missing when the account has no password, or there is no account.
    Try(Option<String>),
    /// Not for so many seconds.
    Wait(u64),
}

/// Counts a try to sign in to an account from an address, and finds what the password is compared with.
pub fn begin(tx: &mut Tx<'_>, key: &ServerKey, site: i64, email: &str, address: &str) -> Result<Begun> {
    let account = email_key(email);
    for (what, whose) in [(Attempt::SignInFrom, address), (Attempt::SignInTo, &account)] {
        if let Some(seconds) = attempts::count(tx, key, site, what, whose)? {
            return Ok(Begun::Wait(seconds));
        }
    }
    let hash = match users::id_by_email(tx, site, email)? {
        Some(id) => passwords::stored(tx, site, id)?,
        None => None,
    };
    Ok(Begun::Try(hash))
}

/// Begins the session of somebody whose password was compared with this hash and found right. None when the account
/// or its password changed meanwhile.
pub fn finish(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: i64,
    email: &str,
    hash: &str,
    device: &Device,
    remembered: bool,
) -> Result<Option<(Session, String)>> {
    let Some(id) = users::id_by_email(tx, site, email)? else { return Ok(None) };
    if passwords::stored(tx, site, id)?.as_deref() != Some(hash) {
        return Ok(None);
    }
    attempts::forget(tx, key, site, Attempt::SignInTo, &email_key(email))?;
    sessions::begin(tx, key, site, id, device, remembered).map(Some)
}
