//! One's own second factor: setting it up, turning it off, and other recovery codes. Whoever does any of it shows that they
//! know their password, where they have one.

use crate::actor::Actor;
use crate::attempts::{self, Attempt};
use crate::own_account::{Proof, session_name};
use crate::second_factor::{self, Given, is_code_of, is_required_of, is_right, make_recovery_codes};
use crate::{sessions, totp};
use school::error::{Error, Result};
use school::mails::{self, Kind as MailKind};
use school::security_log::{self, Kind};
use store::second_factors::{self, SecondFactorRow};
use store::{ServerKey, StoreError, Tx, recovery_codes};

/// How it stands with the actor's second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when it counts, in milliseconds since 1970; none while they have none.
    pub since: Option<i64>,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// Whether the school asks it of them.
    pub is_required: bool,
    /// Whether they have a password, which is asked for beside a code.
    pub has_password: bool,
}

/// How it stands with the actor's second factor.
pub fn of(tx: &mut Tx<'_>, actor: &Actor) -> Result<SecondFactor> {
    let (site, user) = (actor.site(), actor.user());
    Ok(SecondFactor {
        since: second_factors::confirmed_at(tx, site.id, user.id)?,
        recovery_codes: recovery_codes::count_of_user(tx, site.id, user.id)?,
        is_required: is_required_of(actor),
        has_password: user.has_password,
    })
}

/// What an app on a telephone is told, to show codes.
#[derive(Clone, PartialEq, Eq)]
pub struct SetUp {
    /// The secret in letters, to be typed.
    pub secret: String,
    /// The same as an address, to be shown as a picture (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
    pub uri: String,
}

/// Makes a secret for the actor, which counts once a code has confirmed it. One that was made before and not confirmed
/// counts no more.
///
/// # Errors
/// [`Error::Invalid`] when they have a second factor.
pub fn prepare(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor) -> Result<()> {
    let (site, user) = (actor.site().id, actor.user_id());
    if second_factors::confirmed_at(tx, site, user)?.is_some() {
        return Err(Error::invalid("base", "You have a second factor already"));
    }
    let secret = totp::base32(&rand::random::<[u8; totp::SECRET_BYTES]>());
    let now = tx.moment();
    let factor = SecondFactorRow {
        user_id: user,
        sealed: key.seal(&secret)?,
        created_at: now,
        confirmed_at: None,
        last_step: 0,
    };
    Ok(second_factors::put(tx, site, &factor)?)
}

/// What the actor's app is to be told, while their secret waits for a code to confirm it.
pub fn to_set_up(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor) -> Result<Option<SetUp>> {
    let factor = second_factors::get(tx, actor.site().id, actor.user_id())?;
    let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_none()) else { return Ok(None) };
    let secret = key.open(&factor.sealed)?;
    // A colon would part the school from the account.
    let issuer = actor.site().name.replace(':', " ");
    let mut uri = url::Url::parse("otpauth://totp/").map_err(|_| StoreError::Sealed)?;
    uri.set_path(&format!("{issuer}:{}", actor.email()));
    uri.query_pairs_mut().append_pair("secret", &secret).append_pair("issuer", &issuer);
    // Apps read a plus as itself.
    Ok(Some(SetUp { secret, uri: uri.as_str().replace('+', "%20") }))
}

/// What comes of changing one's own second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed<T> {
    /// It was done.
    Done(T),
    /// They have not shown that they know their password.
    NotProven,
    /// The code is wrong, or was used before.
    WrongCode,
    /// Not for so many seconds.
    Wait(u64),
}

impl<T> Changed<T> {
    /// The same with something else for what was done.
    pub fn map<U>(self, done: impl FnOnce(T) -> U) -> Changed<U> {
        match self {
            Self::Done(was) => Changed::Done(done(was)),
            Self::NotProven => Changed::NotProven,
            Self::WrongCode => Changed::WrongCode,
            Self::Wait(seconds) => Changed::Wait(seconds),
        }
    }
}

/// Lets the actor's second factor count, which a code of it confirms; ends their other sessions, tells them by mail, and
/// gives the recovery codes, to be shown this once.
///
/// # Errors
/// [`Error::NotFound`] when nothing is to be confirmed.
pub fn turn_on(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    proof: Option<&Proof>,
    code: &str,
) -> Result<Changed<Vec<String>>> {
    let (site, user) = (actor.site().id, actor.user_id());
    let factor = second_factors::get(tx, site, user)?.filter(|factor| factor.confirmed_at.is_none());
    let factor = factor.ok_or(Error::NotFound)?;
    if !is_proven(tx, key, actor, proof)? {
        return Ok(Changed::NotProven);
    }
    if !is_code_of(tx, key, site, &factor, code)? {
        return Ok(Changed::WrongCode);
    }
    spend(tx, key, actor, proof)?;
    let now = tx.moment();
    second_factors::confirm(tx, site, user, now)?;
    sessions::end_all(tx, site, user, Some(actor.session_id()))?;
    security_log::record(tx, site, Kind::SecondFactorOn, Some(user), "")?;
    mails::queue(tx, site, MailKind::SecondFactorOn, user)?;
    Ok(Changed::Done(make_recovery_codes(tx, key, site, user)?))
}

/// Gives the actor other recovery codes, to be shown this once.
pub fn replace_recovery_codes(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    proof: Option<&Proof>,
    given: &Given,
) -> Result<Changed<Vec<String>>> {
    let refused = refusal(tx, key, actor, proof, given)?;
    if let Some(refused) = refused {
        return Ok(refused);
    }
    let (site, user) = (actor.site().id, actor.user_id());
    security_log::record(tx, site, Kind::RecoveryCodesReplaced, Some(user), "")?;
    Ok(Changed::Done(make_recovery_codes(tx, key, site, user)?))
}

/// Takes the actor's second factor away with its recovery codes, and tells them by mail.
pub fn turn_off(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    proof: Option<&Proof>,
    given: &Given,
) -> Result<Changed<()>> {
    if let Some(refused) = refusal(tx, key, actor, proof, given)? {
        return Ok(refused);
    }
    second_factor::take_away(tx, actor.site().id, actor.user_id(), "").map(Changed::Done)
}

/// Why the actor may not change their second factor, if they may not: they show their password, where they have one, and
/// a code.
fn refusal<T>(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    proof: Option<&Proof>,
    given: &Given,
) -> Result<Option<Changed<T>>> {
    let (site, user) = (actor.site().id, actor.user_id());
    if !is_proven(tx, key, actor, proof)? {
        return Ok(Some(Changed::NotProven));
    }
    let whose = format!("code in {}", session_name(actor));
    if let Some(seconds) = attempts::count(tx, key, site, Attempt::InSession, &whose)? {
        security_log::count(tx, site, Kind::SecondFactorLocked, Some(user), "in a session")?;
        return Ok(Some(Changed::Wait(seconds)));
    }
    if !is_right(tx, key, site, user, given)? {
        security_log::count(tx, site, Kind::SecondFactorRefused, Some(user), "in a session")?;
        return Ok(Some(Changed::WrongCode));
    }
    attempts::forget(tx, key, site, Attempt::InSession, &whose)?;
    spend(tx, key, actor, proof)?;
    Ok(None)
}

fn is_proven(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor, proof: Option<&Proof>) -> Result<bool> {
    match proof {
        Some(proof) => proof.is_of(tx, key, actor),
        None => Ok(!actor.user().has_password),
    }
}

fn spend(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor, proof: Option<&Proof>) -> Result<()> {
    proof.map_or(Ok(()), |proof| proof.spend(tx, key, actor))
}
