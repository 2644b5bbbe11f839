//! How often something may be tried: passwords are guessed, and mail is asked for, by people and by programs.
//!
//! Counted in the database, so that several nodes count together; by account and by address, so that neither many
//! guesses at one account nor one guess at each of many go far. What strangers can use up is never all that the owner of
//! an account has: tries from a device that is known, in a session, and with a link that came by mail are counted by
//! themselves ([`crate::known_devices`]).

use school::error::Result;
use std::net::Ipv6Addr;
use store::attempts as rows;
use store::{ServerKey, SiteId, Tx};

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Signing in to an account.
    SignInTo,
    /// Signing in from an address.
    SignInFrom,
    /// Signing in from a device that the account knows.
    SignInKnown,
    /// Giving a code, after the password or a link from a mail.
    CodeOf,
    /// The same in a whole day: a code has six digits, and somebody patient would guess one in the end.
    CodeOfInADay,
    /// Giving a code on a device that the account knows.
    CodeKnown,
    /// Giving a recovery code from an address.
    RecoveryCodeFrom,
    /// Giving the password in a session.
    InSession,
    /// Giving a password beside a link that came by mail.
    WithLink,
    /// Having a link to choose a password sent to an account.
    PasswordMailTo,
    /// Having a link to sign in sent to an account.
    SignInMailTo,
    /// Having a sign-up confirmed at an address.
    SignUpMailTo,
    /// Having a new address confirmed at it.
    EmailChangeMailTo,
    /// Asking for another address for an account.
    EmailChangeOf,
    /// Having a link sent to somebody in their session, to show who they are.
    ProofMailTo,
    /// Having a link sent to an account from a device that it knows, when strangers have asked for too many.
    MailKnown,
    /// Having mail sent from an address.
    MailFrom,
}

const MINUTE: i64 = 60_000;
/// With each try, at most this many rows that no longer count are forgotten.
const FORGOTTEN_AT_ONCE: i64 = 8;

impl Attempt {
    /// Its name in fingerprints, how often it may be tried, and in how many milliseconds.
    fn limit(self) -> (&'static str, i64, i64) {
        match self {
            Self::SignInTo => ("sign-in-to", 10, 15 * MINUTE),
            Self::SignInFrom => ("sign-in-from", 100, 15 * MINUTE),
            Self::SignInKnown => ("sign-in-known", 10, 15 * MINUTE),
            Self::CodeOf => ("code-of", 10, 15 * MINUTE),
            Self::CodeOfInADay => ("code-of-in-a-day", 50, 24 * 60 * MINUTE),
            Self::CodeKnown => ("code-known", 10, 15 * MINUTE),
            Self::RecoveryCodeFrom => ("recovery-code-from", 100, 15 * MINUTE),
            Self::InSession => ("in-session", 10, 15 * MINUTE),
            Self::WithLink => ("with-link", 10, 15 * MINUTE),
            // By themselves, so that somebody always has a link that works in their mailbox, whatever else was asked for.
            Self::PasswordMailTo => ("password-mail-to", 5, 60 * MINUTE),
            Self::SignInMailTo => ("sign-in-mail-to", 5, 60 * MINUTE),
            Self::SignUpMailTo => ("sign-up-mail-to", 5, 60 * MINUTE),
            Self::EmailChangeMailTo => ("email-change-mail-to", 5, 60 * MINUTE),
            Self::EmailChangeOf => ("email-change-of", 5, 60 * MINUTE),
            Self::ProofMailTo => ("proof-mail-to", 5, 60 * MINUTE),
            Self::MailKnown => ("mail-known", 1, 60 * MINUTE),
            Self::MailFrom => ("mail-from", 50, 60 * MINUTE),
        }
    }
}

/// Counts a try; gives the seconds to wait when there were too many, and then it does not count.
pub fn count(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, what: Attempt, whose: &str) -> Result<Option<u64>> {
    let now = tx.moment();
    let (_, most, window) = what.limit();
    let fingerprint = fingerprint(key, what, whose);
    rows::prune(tx, site, now, FORGOTTEN_AT_ONCE)?;
    let (tries, expires_at) = rows::get(tx, site, &fingerprint, now)?.unwrap_or((0, now + window));
    if tries >= most {
        return Ok(Some((expires_at - now).unsigned_abs().div_ceil(1000)));
    }
    rows::put(tx, site, &fingerprint, tries + 1, expires_at)?;
    Ok(None)
}

/// Forgets the tries: the right one was among them.
pub fn forget(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, what: Attempt, whose: &str) -> Result<()> {
    Ok(rows::delete(tx, site, &fingerprint(key, what, whose))?)
}

/// Forgets every try that is counted by addresses of mail, or by a user: they are no more.
pub(crate) fn forget_all_of(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    email_keys: &[String],
    user: &str,
) -> Result<()> {
    for what in [
        Attempt::SignInTo,
        Attempt::PasswordMailTo,
        Attempt::SignInMailTo,
        Attempt::SignUpMailTo,
        Attempt::EmailChangeMailTo,
    ] {
        for email_key in email_keys {
            forget(tx, key, site, what, email_key)?;
        }
    }
    for what in [Attempt::EmailChangeOf, Attempt::ProofMailTo, Attempt::CodeOf, Attempt::CodeOfInADay] {
        forget(tx, key, site, what, user)?;
    }
    Ok(())
}

fn fingerprint(key: &ServerKey, what: Attempt, whose: &str) -> String {
    let whose = match what {
        Attempt::SignInFrom | Attempt::RecoveryCodeFrom | Attempt::MailFrom => network(whose),
        _ => whose.to_owned(),
    };
    key.fingerprint(&format!("attempt:{}:{whose}", what.limit().0))
}

/// Of an IPv6 address the first half: whoever has one has all 2^64 of them (RFC 4291, section 2.5.4).
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse::<Ipv6Addr>() {
        Ok(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn the_addresses_of_one_network_count_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network(""), "");
    }
}
