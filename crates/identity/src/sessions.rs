//! Sessions: who is signed in to the school's own pages, on which device, and for how long.
//!
//! A session's secret is 256 random bits that only the browser has; the school keeps its fingerprint. Each time that
//! somebody proves who they are there is a new one: a secret that was there before is worth nothing afterwards
//! (session fixation, OWASP ASVS 4.0 section 3.2.1).

pub use crate::device::Device;
use crate::known_devices;
use school::error::{Error, Result};
use school::security_log::{self, Kind, Who};
use school::{credentials, users};
use store::sessions as rows;
use store::{ServerKey, SessionId, SiteId, Tx, UserId, secrets};

pub(crate) use store::sessions::SessionRow as Session;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A session that is not used ends after this: one that outlives the browser, and one that should not.
const IDLE_REMEMBERED: i64 = 14 * DAY;
const IDLE: i64 = 12 * HOUR;
/// Every session ends after this, however much it is used.
const LONGEST: i64 = 90 * DAY;
/// How exactly it is known when a session was last used; so often at most it is written down.
const SEEN_EVERY: i64 = 5 * MINUTE;
/// With each session that begins, at most this many that have expired are forgotten.
const FORGOTTEN_AT_ONCE: i64 = 8;
/// Longest name of a browser that is kept, in characters.
const LONGEST_AGENT: usize = 255;
/// A page lists at most this many sessions of a user.
const MOST_LISTED: i64 = 100;

/// What the browser of somebody is given who has just proved who they are.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The secret of the session, which the school does not keep.
    pub secret: String,
    /// Whether it outlives the browser.
    pub remembered: bool,
    /// By what the browser is known from now on.
    pub device: String,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("remembered", &self.remembered).finish_non_exhaustive()
    }
}

/// Begins a session of a user who has just proved who they are in some way, and says so to the webhooks and to the
/// security log.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn begin(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    user: UserId,
    device: &Device,
    (how, detail): (Kind, &str),
    remembered: bool,
) -> Result<NewSession> {
    let secret = secrets::hex(&rand::random::<[u8; 32]>());
    let now = tx.moment();
    let ends_at = now + LONGEST;
    let session = Session {
        id: SessionId::next(tx)?,
        fingerprint: fingerprint(key, &secret),
        user_id: user,
        created_at: now,
        signed_in_at: now,
        seen_at: now,
        expires_at: until(now, remembered, ends_at),
        ends_at,
        remembered,
        user_agent: device.user_agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect(),
        address: device.address.clone(),
        acting_as_user_id: None,
        acting_until: None,
    };
    rows::prune(tx, site, now, FORGOTTEN_AT_ONCE)?;
    rows::insert(tx, site, &session)?;
    known_devices::note(tx, key, site, user, device)?;
    users::signed_in(tx, site, user)?;
    security_log::record_of(tx, site, Who::User(user), how, Some(user), detail)?;
    Ok(NewSession { secret, remembered, device: device.secret.clone() })
}

/// Gives a session another secret: its owner has just proved again who they are. The old secret is worth nothing, and the
/// device is known.
///
/// # Errors
/// [`Error::NotFound`] when the session has ended meanwhile.
pub(crate) fn renew(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    session: &Session,
    device: &Device,
) -> Result<NewSession> {
    let secret = secrets::hex(&rand::random::<[u8; 32]>());
    let (now, user) = (tx.moment(), session.user_id);
    // An app that asks for a recent proof asks for both factors; this was one.
    let is_whole = store::second_factors::confirmed_at(tx, site, user)?.is_none();
    let signed_in_at = if is_whole { now } else { session.signed_in_at };
    if !rows::renew(tx, site, session.id, &fingerprint(key, &secret), signed_in_at)? {
        return Err(Error::NotFound);
    }
    known_devices::note(tx, key, site, session.user_id, device)?;
    Ok(NewSession { secret, remembered: session.remembered, device: device.secret.clone() })
}

/// The session with this secret, unless it has ended.
pub(crate) fn find(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, secret: &str) -> Result<Option<Session>> {
    let now = tx.moment();
    Ok(rows::by_fingerprint(tx, site, &fingerprint(key, secret))?.filter(|session| session.expires_at > now))
}

/// Whether it is time to write down that a session is used.
pub(crate) fn is_to_be_noted(session: &Session, now: i64) -> bool {
    now - session.seen_at >= SEEN_EVERY
}

/// Writes down that a session is used, which makes it last longer.
pub(crate) fn note(tx: &mut Tx<'_>, site: SiteId, session: &Session) -> Result<()> {
    let now = tx.moment();
    Ok(rows::seen(tx, site, session.id, now, until(now, session.remembered, session.ends_at))?)
}

/// A user's sessions, the newest first.
pub(crate) fn list(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<Session>> {
    let now = tx.moment();
    Ok(rows::of_user(tx, site, user, now, MOST_LISTED)?)
}

/// Ends one of a user's sessions.
///
/// # Errors
/// [`Error::NotFound`] when the user has no such session.
pub fn end(tx: &mut Tx<'_>, site: SiteId, user: UserId, id: SessionId) -> Result<()> {
    if let Some(session) = rows::acting_of(tx, site, user)?.into_iter().find(|session| session.id == id) {
        credentials::end_impersonation(tx, site, &session, "signed out")?;
    }
    if rows::delete(tx, site, user, id)? { Ok(()) } else { Err(Error::NotFound) }
}

/// Ends the session with this secret, if there is one.
pub(crate) fn end_by_secret(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, secret: &str) -> Result<()> {
    if let Some(session) = find(tx, key, site, secret)? {
        end(tx, site, session.user_id, session.id)?;
    }
    Ok(())
}

/// Ends every session of a user, but one if one is named.
pub fn end_all(tx: &mut Tx<'_>, site: SiteId, user: UserId, but: Option<SessionId>) -> Result<()> {
    credentials::end_sessions(tx, site, user, but)
}

/// Until when a session lasts that is used now.
fn until(now: i64, remembered: bool, ends_at: i64) -> i64 {
    (now + if remembered { IDLE_REMEMBERED } else { IDLE }).min(ends_at)
}

fn fingerprint(key: &ServerKey, secret: &str) -> String {
    key.fingerprint(&format!("session:{secret}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_while_it_is_used_but_not_for_ever() {
        assert_eq!(until(0, true, LONGEST), 14 * DAY);
        assert_eq!(until(0, false, LONGEST), 12 * HOUR);
        assert_eq!(until(89 * DAY, true, LONGEST), LONGEST);
    }
}
