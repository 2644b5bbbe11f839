//! Links that are sent by mail and work once: to choose a new password, to sign in without one, and to show in a session
//! who one is where there is no password to ask for.
//!
//! Whether an address has an account is not told: asking is answered the same, and what there is to say is said in the
//! mail, which only the owner of the address reads (OWASP, Forgot Password Cheat Sheet).

use crate::actor::Actor;
use crate::attempts::{self, Attempt};
use crate::known_devices;
use crate::passwords::Password;
use crate::rights::{Right, may};
use crate::second_factor::{self, FirstStep};
use crate::sessions::Device;
pub use school::credentials::LinkPurpose as Purpose;
use school::error::Result;
use school::mails::{self, Kind, Recipient, Secret};
use school::security_log::Kind as LogKind;
use school::users::{self, UpdatedBy, User, UserEditor, UserInput, UserRef};
use school::{Error, Set, Site, sites};
use store::mailed_links::{self as rows, LinkRow};
use store::users::email_key;
use store::{ServerKey, SiteId, Tx, UserId, secrets};

const MINUTE: i64 = 60_000;
/// How long the link of an invitation works: whoever gets one has not asked for it, and may be away.
const INVITATION: i64 = 7 * 24 * 60 * MINUTE;
/// With each new link, at most this many that no longer work are forgotten.
const FORGOTTEN_AT_ONCE: i64 = 8;

/// How long a link works, in milliseconds.
fn life(purpose: Purpose) -> i64 {
    match purpose {
        Purpose::Password | Purpose::ChangeEmail | Purpose::DeleteAccount => 60 * MINUTE,
        Purpose::SignIn => 15 * MINUTE,
        Purpose::ReopenSchool => sites::CLOSED_KEPT_MS,
    }
}

/// What a link is for that anybody may ask for who knows an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicPurpose {
    /// To choose a password.
    Password,
    /// To sign in without one.
    SignIn,
}

impl From<PublicPurpose> for Purpose {
    fn from(purpose: PublicPurpose) -> Self {
        match purpose {
            PublicPurpose::Password => Self::Password,
            PublicPurpose::SignIn => Self::SignIn,
        }
    }
}

/// Sends a link to whoever has this address, if anybody has; gives the seconds to wait when too much mail was asked
/// for. `return_to` is where they go on to afterwards.
pub fn ask(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    purpose: PublicPurpose,
    email: &str,
    device: &Device,
    return_to: &str,
) -> Result<Option<u64>> {
    let user = users::id_by_email(tx, site, email)?;
    let mail_to = match purpose {
        PublicPurpose::Password => Attempt::PasswordMailTo,
        PublicPurpose::SignIn => Attempt::SignInMailTo,
    };
    let mut wait = count(tx, key, site, mail_to, email, &device.address)?;
    if wait.is_some()
        && let Some(user) = user
        && let Some(known) = known_devices::find(tx, key, site, user, device)?
    {
        wait = attempts::count(tx, key, site, Attempt::MailKnown, &known)?;
    }
    if wait.is_some() {
        return Ok(wait);
    }
    let Some(user) = user else { return Ok(None) };
    let Some(user) = users::find(tx, site, user)? else { return Ok(None) };
    let kind = match purpose {
        PublicPurpose::Password => Kind::NewPassword,
        PublicPurpose::SignIn if user.express_sign_in => Kind::SignInLink,
        // Whoever has chosen a password signs in with it.
        PublicPurpose::SignIn => {
            mails::queue(tx, site, Kind::HasPassword, user.id)?;
            return Ok(None);
        }
    };
    let secret = make(tx, key, site, &user, purpose.into(), return_to)?;
    mails::queue_secret(tx, key, site, kind, Recipient::User(user.id), &Secret { secret, ..Secret::default() })?;
    Ok(None)
}

/// Counts that somebody asks for mail; gives the seconds to wait when that was too often.
pub(crate) fn count(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    mail_to: Attempt,
    email: &str,
    address: &str,
) -> Result<Option<u64>> {
    for (what, whose) in [(Attempt::MailFrom, address), (mail_to, &email_key(email))] {
        if let Some(seconds) = attempts::count(tx, key, site, what, whose)? {
            return Ok(Some(seconds));
        }
    }
    Ok(None)
}

/// Invites a user for whom the school has made an account to choose a password, by a mail with a link.
pub fn invite(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, user: UserId) -> Result<()> {
    let user = users::get(tx, site, &UserRef::Id(user))?;
    let secret = make_for(tx, key, site, &user, Purpose::Password, "", INVITATION)?;
    let secret = Secret { secret, ..Secret::default() };
    mails::queue_secret(tx, key, site, Kind::Welcome, Recipient::User(user.id), &secret)
}

/// Makes a link: its secret, to be sent or shown to its owner alone.
pub(crate) fn make(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    user: &User,
    purpose: Purpose,
    return_to: &str,
) -> Result<String> {
    make_for(tx, key, site, user, purpose, return_to, life(purpose))
}

/// The same for a link that works for so many milliseconds.
fn make_for(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    user: &User,
    purpose: Purpose,
    return_to: &str,
    life: i64,
) -> Result<String> {
    let secret = secrets::hex(&rand::random::<[u8; 32]>());
    let now = tx.moment();
    let link = LinkRow {
        fingerprint: fingerprint(key, &secret),
        purpose,
        user_id: user.id,
        created_at: now,
        expires_at: now + life,
        return_to: return_to.to_owned(),
    };
    // The mail may be still to leave: see `sent_links`.
    rows::prune(tx, site, now - mails::TRIED_FOR_MS, FORGOTTEN_AT_ONCE)?;
    rows::insert(tx, site, &link)?;
    Ok(secret)
}

/// Where a link goes on to, while it works.
pub fn return_to(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    purpose: Purpose,
    secret: &str,
) -> Result<Option<String>> {
    Ok(find(tx, key, site, purpose, secret)?.map(|(_, return_to)| return_to))
}

/// Whom a link was sent to and where they go on to, while it works.
fn find(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    purpose: Purpose,
    secret: &str,
) -> Result<Option<(User, String)>> {
    let now = tx.moment();
    let Some((user, return_to)) = rows::find(tx, site, &fingerprint(key, secret), purpose, now)? else {
        return Ok(None);
    };
    let user = users::find(tx, site, user)?;
    // Whoever has chosen a password since signs in with it.
    Ok(user.filter(|user| purpose != Purpose::SignIn || user.express_sign_in).map(|user| (user, return_to)))
}

/// Sends the actor, who has no password, a link by which they show that they are who they are; gives the seconds to wait
/// when too many were asked for.
pub(crate) fn ask_for_proof(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    purpose: Purpose,
    kind: Kind,
) -> Result<Option<u64>> {
    let (site, user) = (actor.site().id, actor.user());
    if let Some(seconds) = attempts::count(tx, key, site, Attempt::ProofMailTo, &user.id.to_string())? {
        return Ok(Some(seconds));
    }
    let secret = make(tx, key, site, user, purpose, "")?;
    mails::queue_secret(tx, key, site, kind, Recipient::User(user.id), &Secret { secret, ..Secret::default() })?;
    Ok(None)
}

/// Whether a link of this purpose was sent to the actor, and works.
pub fn is_of(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor, purpose: Purpose, secret: &str) -> Result<bool> {
    let found = find(tx, key, actor.site().id, purpose, secret)?;
    Ok(found.is_some_and(|(user, _)| user.id == actor.user_id()))
}

/// Whether the owner of a link may choose a password by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordChoice {
    /// They may.
    Begin,
    /// Not for so many seconds.
    Wait(u64),
    /// The link does not work.
    NoLink,
}

/// Counts, before a password is worth hashing, that one is chosen by a link.
pub fn begin_choosing(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, secret: &str) -> Result<PasswordChoice> {
    if find(tx, key, site, Purpose::Password, secret)?.is_none() {
        return Ok(PasswordChoice::NoLink);
    }
    Ok(match attempts::count(tx, key, site, Attempt::WithLink, secret)? {
        Some(seconds) => PasswordChoice::Wait(seconds),
        None => PasswordChoice::Begin,
    })
}

/// Gives the owner of a link the password they have chosen, signs them out everywhere and says so by mail; the link and
/// all like it work no more. False when the link does not work.
///
/// # Errors
/// [`Error::Invalid`] when the password is too short; the link still works then.
pub fn choose_password(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: &Site,
    secret: &str,
    password: &Password,
) -> Result<bool> {
    let Some((user, _)) = find(tx, key, site.id, Purpose::Password, secret)? else { return Ok(false) };
    let input = UserInput { password: Set::To(password.clone()), ..UserInput::default() };
    let changes_owner = may(site, &user, Right::ChangeOwner);
    let themselves = UserEditor { id: user.id, session: None, changes_owner, by_public_app: false };
    users::update(tx, site.id, &UpdatedBy::User(themselves), &UserRef::Id(user.id), &input)?;
    users::confirm_email(tx, site.id, user.id)?;
    attempts::forget(tx, key, site.id, Attempt::SignInTo, &email_key(&user.email))?;
    mails::queue(tx, site.id, Kind::PasswordChanged, user.id)?;
    Ok(true)
}

/// Begins a session of the owner of a link, or asks them for their second factor, and says where they go on to; the link
/// and all like it work no more. None when the link does not work.
pub fn sign_in(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    secret: &str,
    device: &Device,
) -> Result<Option<(FirstStep, String)>> {
    let Some((user, return_to)) = find(tx, key, site, Purpose::SignIn, secret)? else { return Ok(None) };
    rows::delete_of_user(tx, site, user.id, Purpose::SignIn)?;
    users::confirm_email(tx, site, user.id)?;
    let by = (LogKind::SignInByLink, "");
    match second_factor::begin_session(tx, key, site, user.id, device, by, false, &return_to) {
        Err(Error::NotFound) => Ok(None),
        other => other.map(|step| Some((step, return_to))),
    }
}

pub(crate) fn fingerprint(key: &ServerKey, secret: &str) -> String {
    key.fingerprint(&format!("link:{secret}"))
}
