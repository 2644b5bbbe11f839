//! Changing one's own address.
//!
//! Whoever has somebody's session for a moment must not get their account for good. So a change is asked for with the
//! password (or, where there is none, with a link from a mail to the address that they have), confirmed by a link in a
//! mail to the new address, in a session of the same account, and the address before is told at once, with a link that
//! stops the change, or undoes it within a week. Whoever uses that link has shown whose account it is: everything that
//! opens it ends, the password too, and they choose another.
//!
//! That an address is taken is told to its owner alone, by mail, as when it is signed up.

use crate::actor::Actor;
use crate::attempts::{self, Attempt};
use crate::mailed_links::{self, Purpose};
use crate::own_account::Proof;
use crate::rights::{Right, may};
use crate::sessions::Device;
use school::error::{Error, Result};
use school::mails::{self, Kind, Recipient, Secret};
use school::security_log::{self, Kind as LogKind, Who};
use school::users::{self, UpdatedBy, UserEditor, UserInput, UserRef};
use school::{Set, Site, credentials};
use serde::{Deserialize, Serialize};
use store::email_changes::{self as rows, EmailChangeRow};
use store::users::email_key;
use store::{ServerKey, SiteId, StoreError, Tx, secrets};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// For how long a new address can be confirmed.
const CONFIRMED_WITHIN: i64 = DAY;
/// For how long a change can be stopped and undone: mail is not read every day.
const STOPPED_WITHIN: i64 = 7 * DAY;
/// With each change, at most this many that can no longer be stopped are forgotten.
const FORGOTTEN_AT_ONCE: i64 = 8;

/// What is kept of a change.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    old: String,
    new: String,
    /// When it was asked for: the row's time begins anew when its mail leaves.
    #[serde(default)]
    asked_at: i64,
}

/// What became of a wish for another address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is to be confirmed by mail, unless it is taken.
    Told,
    /// Too many were asked for; not for so many seconds.
    Wait(u64),
    /// They have not shown who they are.
    NotProven,
}

/// Takes the actor's wish for another address, and writes to both.
///
/// # Errors
/// [`Error::Invalid`] when it is no address, or the one that they have.
pub fn ask(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    proof: &Proof,
    email: &str,
    device: &Device,
) -> Result<Asked> {
    let (site, user) = (actor.site().id, actor.user());
    if !proof.is_of(tx, key, actor)? {
        return Ok(Asked::NotProven);
    }
    let wanted = UserInput { email: Set::To(email.to_owned()), ..UserInput::default() };
    users::check_update(tx, site, &UserRef::Id(user.id), &wanted)?;
    let email = school::email::address(email).unwrap_or_default();
    if email_key(email) == email_key(&user.email) {
        return Err(Error::invalid("email", "is your address already"));
    }
    if let Some(seconds) = attempts::count(tx, key, site, Attempt::EmailChangeOf, &user.id.to_string())? {
        return Ok(Asked::Wait(seconds));
    }
    if let Some(seconds) = mailed_links::count(tx, key, site, Attempt::EmailChangeMailTo, email, &device.address)? {
        return Ok(Asked::Wait(seconds));
    }
    proof.spend(tx, key, actor)?;
    let (stop, confirm) = (secret(), secret());
    let now = tx.moment();
    let kept = Kept { old: user.email.clone(), new: email.to_owned(), asked_at: now };
    let row = EmailChangeRow {
        fingerprint: fingerprint(key, &stop),
        confirm_fingerprint: fingerprint(key, &confirm),
        user_id: user.id,
        sealed: key.seal(&serde_json::to_string(&kept).map_err(|_| StoreError::Sealed)?)?,
        created_at: now,
        expires_at: now + STOPPED_WITHIN,
        confirmed_at: None,
    };
    // The mail may be still to leave: see `sent_links`.
    rows::prune(tx, site, now - mails::TRIED_FOR_MS, FORGOTTEN_AT_ONCE)?;
    rows::insert(tx, site, &row)?;
    // To the addresses as they are now, whatever they are when the mail leaves.
    let to = Secret { secret: stop, email: kept.old };
    mails::queue_secret(tx, key, site, Kind::EmailChangeAsked, Recipient::Sealed, &to)?;
    match users::id_by_email(tx, site, email)? {
        Some(owner) => mails::queue(tx, site, Kind::EmailTaken, owner)?,
        None => {
            let to = Secret { secret: confirm, email: kept.new };
            mails::queue_secret(tx, key, site, Kind::ConfirmEmail, Recipient::Sealed, &to)?;
        }
    }
    security_log::record(tx, site, LogKind::EmailChangeAsked, Some(user.id), "")?;
    Ok(Asked::Told)
}

/// The address that a link from a mail to it confirms, while it can be: the actor's own wish, and they have the address
/// that they had then.
pub fn to_confirm(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor, secret: &str) -> Result<Option<String>> {
    Ok(find_to_confirm(tx, key, actor, secret)?.map(|(_, kept)| kept.new))
}

fn find_to_confirm(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    secret: &str,
) -> Result<Option<(EmailChangeRow, Kept)>> {
    let (site, user, now) = (actor.site().id, actor.user(), tx.moment());
    let found = rows::confirmed_by(tx, site, &fingerprint(key, secret), now - CONFIRMED_WITHIN)?;
    let Some(row) = found.filter(|row| row.user_id == user.id) else { return Ok(None) };
    let kept = open(key, &row)?;
    Ok((email_key(&kept.old) == email_key(&user.email)).then_some((row, kept)))
}

/// Gives the actor the address that a link from a mail to it confirms, and ends their other sessions and every link that
/// was sent to the address before. False when the link does not work, or somebody has the address by now.
pub fn confirm(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor, secret: &str) -> Result<bool> {
    let (site, user) = (actor.site().id, actor.user());
    let Some((row, kept)) = find_to_confirm(tx, key, actor, secret)? else { return Ok(false) };
    if users::id_by_email(tx, site, &kept.new)?.is_some() {
        return Ok(false);
    }
    let input = UserInput { email: Set::To(kept.new), ..UserInput::default() };
    users::update(tx, site, &actor.as_editor(), &UserRef::Id(user.id), &input)?;
    users::confirm_email(tx, site, user.id)?;
    credentials::email_changed(tx, site, user.id, Some(actor.session_id()))?;
    let now = tx.moment();
    rows::confirm(tx, site, &row, now)?;
    security_log::record(tx, site, LogKind::EmailChanged, Some(user.id), "")?;
    Ok(true)
}

/// What a link to stop a change finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stoppable {
    /// The address that stays, or is theirs again.
    pub old: String,
    /// Whether the other one is confirmed already.
    pub is_confirmed: bool,
}

/// The change that a link from a mail to the address before stops, while it can be.
pub fn to_stop(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, secret: &str) -> Result<Option<Stoppable>> {
    let found = find_to_stop(tx, key, site, secret)?;
    Ok(found.map(|(row, kept)| Stoppable { old: kept.old, is_confirmed: row.confirmed_at.is_some() }))
}

fn find_to_stop(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    secret: &str,
) -> Result<Option<(EmailChangeRow, Kept)>> {
    let now = tx.moment();
    let Some(row) = rows::stopped_by(tx, site, &fingerprint(key, secret), now)? else { return Ok(None) };
    let kept = open(key, &row)?;
    let Some(user) = users::find(tx, site, row.user_id)? else { return Ok(None) };
    let has = |email: &str| email_key(email) == email_key(&user.email);
    if has(&kept.old) {
        return Ok(Some((row, kept)));
    }
    // It may have been changed once more since. What the school itself has changed is not undone by a mail.
    let mut is_of_a_change = false;
    for change in rows::of_user(tx, site, user.id)? {
        is_of_a_change |= change.confirmed_at.is_some() && has(&open(key, &change)?.new);
    }
    let old_is_free = users::id_by_email(tx, site, &kept.old)?.is_none();
    Ok((row.confirmed_at.is_some() && is_of_a_change && old_is_free).then_some((row, kept)))
}

/// Stops the change that a link from a mail to the address before names, or takes it back; ends everything that opens the
/// account, and gives the secret of a link to choose a password by. None when the link does not work.
pub fn stop(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, secret: &str) -> Result<Option<String>> {
    let Some((row, kept)) = find_to_stop(tx, key, site.id, secret)? else { return Ok(None) };
    let who = UserRef::Id(row.user_id);
    let user = users::get(tx, site.id, &who)?;
    let changes_owner = may(site, &user, Right::ChangeOwner);
    let themselves = UserEditor { id: user.id, session: None, changes_owner, by_public_app: false };
    let input = UserInput { email: Set::To(kept.old.clone()), ..UserInput::default() };
    let user = users::update(tx, site.id, &UpdatedBy::User(themselves), &who, &input)?;
    users::confirm_email(tx, site.id, user.id)?;
    credentials::end_every_way_in(tx, site.id, user.id)?;
    // Whoever has asked for the change may have set up a second factor that the owner of the account does not have.
    let factor = store::second_factors::get(tx, site.id, user.id)?;
    if factor.is_some_and(|factor| factor.created_at >= kept.asked_at) {
        credentials::end_second_factor(tx, site.id, user.id)?;
    }
    let who = Who::User(user.id);
    security_log::record_of(tx, site.id, who, LogKind::EmailChangeStopped, Some(user.id), "")?;
    mailed_links::make(tx, key, site.id, &user, Purpose::Password, "").map(Some)
}

fn open(key: &ServerKey, row: &EmailChangeRow) -> Result<Kept> {
    Ok(serde_json::from_str(&key.open(&row.sealed)?).map_err(|_| StoreError::Sealed)?)
}

fn secret() -> String {
    secrets::hex(&rand::random::<[u8; 32]>())
}

pub(crate) fn fingerprint(key: &ServerKey, secret: &str) -> String {
    key.fingerprint(&format!("email-change:{secret}"))
}
