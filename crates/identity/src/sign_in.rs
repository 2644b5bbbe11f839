//! Signing in with a password.
//!
//! In three steps, because hashing takes tens of milliseconds and no transaction should wait for it: [`begin`] counts
//! the try and finds what the password is compared with, [`StoredPassword::verify`] compares, [`finish`] begins the
//! session. An address without an account takes as long and says the same as a wrong password.

use crate::attempts::{self, Attempt};
use crate::known_devices;
use crate::passwords::{self, StoredPassword, VerifiedPassword};
use crate::second_factor::{self, FirstStep};
use crate::sessions::Device;
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
    /// It may, and the device is known: it waits for no strangers. With by what it is known.
    TryKnown(StoredPassword, String),
    /// Not for so many seconds.
    Wait(u64),
}

/// Counts a try to sign in to an account from a device, and finds what the password is compared with.
pub fn begin(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, email: &str, device: &Device) -> Result<PasswordTry> {
    let account = email_key(email);
    let user = users::id_by_email(tx, site, email)?;
    if let Some(user) = user
        && let Some(known) = known_devices::find(tx, key, site, user, device)?
    {
        return Ok(match attempts::count(tx, key, site, Attempt::SignInKnown, &known)? {
            Some(seconds) => {
                security_log::count(tx, site, Kind::SignInLocked, Some(user), "known device")?;
                PasswordTry::Wait(seconds)
            }
            None => PasswordTry::TryKnown(passwords::stored(tx, site, user)?, known),
        });
    }
    for (what, whose) in [(Attempt::SignInFrom, &device.address), (Attempt::SignInTo, &account)] {
        if let Some(seconds) = attempts::count(tx, key, site, what, whose)? {
            security_log::count(tx, site, Kind::SignInLocked, user, "")?;
            return Ok(PasswordTry::Wait(seconds));
        }
    }
    Ok(PasswordTry::Try(match user {
        Some(id) => passwords::stored(tx, site, id)?,
        None => StoredPassword::new(None),
    }))
}

/// Begins the session of somebody who has shown that they know the password, or asks them for their second factor. None
/// when the account or its password changed meanwhile. `return_to` is where they go on to.
#[expect(clippy::too_many_arguments, reason = "who, by what, where from and where to")]
pub fn finish(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    email: &str,
    verified: &VerifiedPassword,
    device: &Device,
    remembered: bool,
    return_to: &str,
) -> Result<Option<FirstStep>> {
    let Some(id) = users::id_by_email(tx, site, email)? else { return Ok(None) };
    if !verified.is_of(tx, site, id)? {
        return Ok(None);
    }
    match known_devices::find(tx, key, site, id, device)? {
        // What strangers have tried stays counted.
        Some(known) => attempts::forget(tx, key, site, Attempt::SignInKnown, &known)?,
        None => attempts::forget(tx, key, site, Attempt::SignInTo, &email_key(email))?,
    }
    second_factor::begin_session(tx, key, site, id, device, (Kind::SignIn, "password"), remembered, return_to).map(Some)
}

/// Records that somebody tried to sign in to an account and did not know its password. The same is done for an address
/// that nobody has.
pub fn refuse(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<()> {
    let about = users::id_by_email(tx, site, email)?;
    security_log::count(tx, site, Kind::SignInRefused, about, "password")
}
