//! Users, as somebody changes them who runs the school.

use crate::actor::Actor;
use crate::rights::Right;
use crate::{attempts, sessions};
use school::error::{Error, Result};
use school::files::{self, FileAddresses};
use school::users::{self, CreationOptions, User, UserInput, UserRef};
use school::{FileId, Set, SiteId, UserId, account_deletion, account_erasure, personal_data};
use store::users::email_key;
use store::{ServerKey, Tx};

/// Makes a user of the actor's school.
///
/// # Errors
/// As [`users::create`].
pub fn create(tx: &mut Tx<'_>, actor: &Actor, input: &UserInput, options: &CreationOptions) -> Result<User> {
    users::create(tx, actor.site().id, input, options)
}

/// Changes a user of the actor's school.
///
/// # Errors
/// As [`users::update`]: the owner's address and password are the owner's alone.
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: UserId, input: &UserInput) -> Result<User> {
    users::update(tx, actor.site().id, &actor.as_editor(), &UserRef::Id(id), input)
}

/// The width in which the picture of a user is asked for, in pixels: as large as it is ever shown.
pub(crate) const PICTURE_WIDTH: u32 = 320;

/// Gives a user of the actor's school the picture that was uploaded as theirs.
///
/// # Errors
/// As [`files::use_as_avatar`].
pub fn set_picture(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: UserId,
    picture: FileId,
    addresses: &FileAddresses,
) -> Result<User> {
    let site = actor.site().id;
    let picture = files::use_as_avatar(tx, site, id, picture)?;
    let url = addresses.in_width(site, &picture, store::now(), PICTURE_WIDTH);
    update(tx, actor, id, &UserInput { avatar_url: Set::To(url), ..UserInput::default() })
}

/// Deletes a user of the actor's school, with what goes with them.
///
/// # Errors
/// As [`account_deletion::delete`]: the owner stays.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
    account_deletion::delete(tx, actor.site().id, &UserRef::Id(id))
}

/// Deletes a user of the actor's school, and takes what names them from orders, events and everything else that stays.
///
/// # Errors
/// As [`erase`].
pub fn erase_by(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor, id: UserId) -> Result<()> {
    erase(tx, key, actor.site().id, &UserRef::Id(id))
}

/// Erases a user, or what is left of one who is gone, for whoever may: see [`account_erasure::erase`]. Tries that are
/// counted of them are forgotten too.
///
/// # Errors
/// As [`account_erasure::erase`]: the owner stays.
pub fn erase(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, who: &UserRef) -> Result<()> {
    let erased = account_erasure::erase(tx, key, site, who)?;
    let emails = erased.emails.iter().map(|email| email_key(email)).collect::<Vec<_>>();
    for id in &erased.ids {
        attempts::forget_all_of(tx, key, site, &emails, &id.to_string())?;
    }
    Ok(())
}

/// Everything that the actor's school holds about a user, to be handed to them.
///
/// # Errors
/// [`school::Error::NotFound`] when there is no such user, or it is the owner and the actor may not know when and from
/// where the owner came in, which is part of it.
pub fn personal_data(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<serde_json::Value> {
    if actor.site().owner_user_id == Some(id) && !actor.may(Right::ReadSecurityLog) {
        return Err(Error::NotFound);
    }
    personal_data::of_user(tx, actor.site().id, id)
}

/// Signs a user out everywhere.
///
/// # Errors
/// [`school::Error::NotFound`] when there is no such user; [`school::Error::Invalid`] when they own the school, and the
/// actor does not.
pub fn sign_out_everywhere(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
    let user = users::get(tx, actor.site().id, &UserRef::Id(id))?;
    if actor.site().owner_user_id == Some(id) && !actor.may(Right::ChangeOwner) {
        return Err(Error::invalid("base", "Only the owner of the school can end their sessions"));
    }
    sessions::end_all(tx, actor.site().id, user.id, None)
}
