//! The second factor: a code that an app shows, or a recovery code where the telephone is gone. Whoever has one is asked
//! for it after whatever else they have shown: their password, a link from a mail, or a token of single sign-on. (Whoever
//! holds the API key can sign such tokens; the key opens no account that has a second factor.)
//!
//! A code counts once, and a few tries at it count by themselves: whoever knows the password of an account can use up those
//! of strangers, but not those of a device that the account knows. Recovery codes are too long to be guessed; tries at them
//! are counted by the address alone, so that nobody shuts out whoever has one.

use crate::actor::Actor;
use crate::attempts::{self, Attempt};
use crate::known_devices;
use crate::rights::{self, Position};
use crate::sessions::{self, Device, NewSession};
use crate::totp;
use school::error::{Error, Result};
use school::mails::{self, Kind as MailKind};
use school::security_log::{self, Kind, Who};
use school::sites::Site;
use school::users::{self, User, UserRef};
use school::{credentials, sites};
use store::pending_sign_ins::{self, PendingSignInRow};
use store::recovery_codes::{self, RecoveryCodeRow};
use store::second_factors::{self, SecondFactorRow};
use store::{ServerKey, SiteId, StoreError, Tx, UserId, secrets};

const MINUTE: i64 = 60_000;
/// For how long somebody who has shown the first factor can show the second.
const PENDING: i64 = 15 * MINUTE;
/// With each of them, at most this many whose time is over are forgotten.
const FORGOTTEN_AT_ONCE: i64 = 8;
/// So many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// So many letters of five bits each a recovery code has.
const RECOVERY_LETTERS: usize = 10;
/// Letters and digits that nobody takes for one another (Crockford's Base32).
const PLAIN_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What comes after the first factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstStep {
    /// They are signed in.
    Session(NewSession),
    /// They are asked for the second. The secret by which their browser goes on.
    AskForCode(String),
}

/// What somebody gives for their second factor.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// What their app shows.
    Code(String),
    /// A recovery code.
    RecoveryCode(String),
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Given(hidden)")
    }
}

#[expect(clippy::too_many_arguments, reason = "who, by what, where from and where to")]
/// Begins the session of somebody who has shown the first factor, or asks them for the second where they have one.
pub(crate) fn begin_session(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    user: UserId,
    device: &Device,
    (how, detail): (Kind, &str),
    remembered: bool,
    return_to: &str,
) -> Result<FirstStep> {
    if second_factors::confirmed_at(tx, site, user)?.is_none() {
        return sessions::begin(tx, key, site, user, device, (how, detail), remembered).map(FirstStep::Session);
    }
    let (secret, now) = (secrets::hex(&rand::random::<[u8; 32]>()), tx.moment());
    let pending = PendingSignInRow {
        fingerprint: fingerprint(key, &secret),
        user_id: user,
        kind: how,
        remembered,
        return_to: return_to.to_owned(),
        created_at: now,
        expires_at: now + PENDING,
    };
    pending_sign_ins::prune(tx, site, now, FORGOTTEN_AT_ONCE)?;
    pending_sign_ins::insert(tx, site, &pending)?;
    Ok(FirstStep::AskForCode(secret))
}

/// Where somebody goes on to who has this secret in their browser and is asked for the second factor; none when they
/// must begin anew.
pub fn pending_return_to(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, secret: &str) -> Result<Option<String>> {
    let now = tx.moment();
    Ok(pending_sign_ins::get(tx, site, &fingerprint(key, secret), now)?.map(|pending| pending.return_to))
}

/// What comes of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondStep {
    /// They are signed in, and go on to a place.
    SignedIn(NewSession, String),
    /// It is wrong, or was used before.
    Wrong,
    /// Not for so many seconds.
    Wait(u64),
    /// They must begin anew: their time is over, or their password has changed.
    Gone,
}

/// Begins the session of somebody who has shown the first factor and gives the second.
pub fn finish(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    secret: &str,
    given: &Given,
    device: &Device,
) -> Result<SecondStep> {
    let now = tx.moment();
    let Some(pending) = pending_sign_ins::get(tx, site, &fingerprint(key, secret), now)? else {
        return Ok(SecondStep::Gone);
    };
    let user = pending.user_id;
    let tries = tries_of(tx, key, site, user, device, given)?;
    for (what, whose) in &tries {
        if let Some(seconds) = attempts::count(tx, key, site, *what, whose)? {
            security_log::count(tx, site, Kind::SecondFactorLocked, Some(user), "")?;
            return Ok(SecondStep::Wait(seconds));
        }
    }
    if !is_right(tx, key, site, user, given)? {
        security_log::count(tx, site, Kind::SecondFactorRefused, Some(user), "")?;
        return Ok(SecondStep::Wrong);
    }
    // Of an address others use too, what they have tried stays counted.
    for (what, whose) in tries.iter().filter(|(what, _)| *what != Attempt::RecoveryCodeFrom) {
        attempts::forget(tx, key, site, *what, whose)?;
    }
    pending_sign_ins::delete(tx, site, &pending.fingerprint)?;
    let detail = if matches!(given, Given::Code(_)) { "with a code" } else { "with a recovery code" };
    let session = sessions::begin(tx, key, site, user, device, (pending.kind, detail), pending.remembered)?;
    if matches!(given, Given::RecoveryCode(_)) {
        let left = recovery_codes::count_of_user(tx, site, user)?;
        security_log::record_of(
            tx,
            site,
            Who::User(user),
            Kind::RecoveryCodeUsed,
            Some(user),
            &format!("{left} left"),
        )?;
        mails::queue(tx, site, MailKind::RecoveryCodeUsed, user)?;
    }
    Ok(SecondStep::SignedIn(session, pending.return_to))
}

/// By what tries at a second factor of a user are counted.
fn tries_of(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    user: UserId,
    device: &Device,
    given: &Given,
) -> Result<Vec<(Attempt, String)>> {
    if matches!(given, Given::RecoveryCode(_)) {
        return Ok(vec![(Attempt::RecoveryCodeFrom, device.address.clone())]);
    }
    Ok(match known_devices::find(tx, key, site, user, device)? {
        Some(known) => vec![(Attempt::CodeKnown, known)],
        None => vec![(Attempt::CodeOf, user.to_string()), (Attempt::CodeOfInADay, user.to_string())],
    })
}

/// Whether it is a user's second factor, which is used up with that.
pub(crate) fn is_right(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, user: UserId, given: &Given) -> Result<bool> {
    match given {
        Given::Code(code) => {
            let Some(factor) = second_factors::get(tx, site, user)?.filter(|factor| factor.confirmed_at.is_some())
            else {
                return Ok(false);
            };
            is_code_of(tx, key, site, &factor, code)
        }
        Given::RecoveryCode(code) => {
            Ok(recovery_codes::take(tx, site, &recovery_fingerprint(key, user, &plain_letters(code)))?)
        }
    }
}

/// Whether it is a code of now that was not used, and uses it up.
pub(crate) fn is_code_of(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    factor: &SecondFactorRow,
    code: &str,
) -> Result<bool> {
    let (secret, now) = (secret_of(key, factor)?, tx.moment());
    match totp::step_of(&secret, code, now, factor.last_step) {
        Some(step) => Ok(second_factors::take_step(tx, site, factor.user_id, step)?),
        None => Ok(false),
    }
}

fn secret_of(key: &ServerKey, factor: &SecondFactorRow) -> Result<Vec<u8>> {
    Ok(totp::bytes_of_base32(&key.open(&factor.sealed)?).ok_or(StoreError::Sealed)?)
}

pub(crate) fn is_required_of(actor: &Actor) -> bool {
    is_required(actor.site(), actor.user())
}

fn is_required(site: &Site, user: &User) -> bool {
    let has_role = || rights::positions(site, user).iter().any(|known| *known != Position::Student);
    site.requires_second_factor && has_role()
}

/// Whether a user must have a second factor and has none.
pub(crate) fn is_missing_of(tx: &mut Tx<'_>, site: &Site, user: &User) -> Result<bool> {
    Ok(is_required(site, user) && second_factors::confirmed_at(tx, site.id, user.id)?.is_none())
}

/// Whether the actor must have a second factor and has none: then they do nothing before they have set one up.
pub fn is_missing(tx: &mut Tx<'_>, actor: &Actor) -> Result<bool> {
    Ok(is_required_of(actor) && second_factors::confirmed_at(tx, actor.site().id, actor.user_id())?.is_none())
}

pub(crate) fn take_away(tx: &mut Tx<'_>, site: SiteId, user: UserId, detail: &str) -> Result<()> {
    if credentials::end_second_factor(tx, site, user)? {
        security_log::record(tx, site, Kind::SecondFactorOff, Some(user), detail)?;
        mails::queue(tx, site, MailKind::SecondFactorOff, user)?;
    }
    Ok(())
}

/// Since when the second factor of a user of the actor's school counts; none when they have none.
pub fn since(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<Option<i64>> {
    Ok(second_factors::confirmed_at(tx, actor.site().id, id)?)
}

/// Takes the second factor of a user away who has lost it, for the owner of the school.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user; [`Error::Invalid`] when it is the actor's own, which takes a code.
pub fn reset_by(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
    let user = users::get(tx, actor.site().id, &UserRef::Id(id))?;
    if user.id == actor.user_id() {
        return Err(Error::invalid("base", "Turn your own second factor off in your account"));
    }
    take_away(tx, actor.site().id, user.id, "reset by the owner")
}

/// Takes the second factor of a user away, for whoever runs the server; whether they had one.
pub fn reset(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<bool> {
    let had = second_factors::confirmed_at(tx, site, id)?.is_some();
    take_away(tx, site, id, "reset on the server")?;
    Ok(had)
}

/// Asks everybody with a role for a second factor from now on, or no longer. Whoever has none sets one up before they do
/// anything else.
///
/// # Errors
/// [`Error::Invalid`] when the actor has none themselves.
pub fn require(tx: &mut Tx<'_>, actor: &Actor, is_required: bool) -> Result<()> {
    let site = actor.site();
    if is_required && second_factors::confirmed_at(tx, site.id, actor.user_id())?.is_none() {
        return Err(Error::invalid("requires_second_factor", "can be asked of others once you have one yourself"));
    }
    if site.requires_second_factor == is_required {
        return Ok(());
    }
    sites::update(tx, site, |site| site.requires_second_factor = is_required)?;
    let detail = if is_required { "required of everybody with a role" } else { "required of nobody" };
    security_log::record(tx, site.id, Kind::SecondFactorRequirementChanged, None, detail)
}

/// Makes recovery codes in the place of those that a user has.
pub(crate) fn make_recovery_codes(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, user: UserId) -> Result<Vec<String>> {
    recovery_codes::delete_of_user(tx, site, user)?;
    let now = tx.moment();
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let letters = rand::random::<[u8; RECOVERY_LETTERS]>().map(|byte| PLAIN_LETTERS[usize::from(byte & 31)]);
        let code: String = letters.iter().map(|letter| char::from(*letter)).collect();
        let fingerprint = recovery_fingerprint(key, user, &code);
        recovery_codes::insert(tx, site, &RecoveryCodeRow { fingerprint, user_id: user, created_at: now })?;
        let (first, second) = code.split_at(RECOVERY_LETTERS / 2);
        codes.push(format!("{first}-{second}"));
    }
    Ok(codes)
}

/// A recovery code as it was made, however it is typed: without blanks and hyphens, in small letters, with digits where
/// somebody has read letters.
fn plain_letters(code: &str) -> String {
    let letters = code.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'));
    let plain = letters.map(|letter| match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    plain.take(2 * RECOVERY_LETTERS).collect()
}

fn recovery_fingerprint(key: &ServerKey, user: UserId, code: &str) -> String {
    key.fingerprint(&format!("recovery-code:{user}:{code}"))
}

fn fingerprint(key: &ServerKey, secret: &str) -> String {
    key.fingerprint(&format!("pending-sign-in:{secret}"))
}

#[cfg(test)]
mod tests {
    use super::plain_letters;

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_typed() {
        for typed in ["0ab1c-d2efg", "0AB1C-D2EFG", " oabic d2efg ", "0abLc\u{2013}d2efg"] {
            assert_eq!(plain_letters(typed), "0ab1cd2efg", "{typed}");
        }
    }
}
