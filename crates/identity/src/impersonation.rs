//! Seeing the school as one of its people: an owner or a site admin does, to find out what somebody sees who asks for help.
//!
//! It belongs to a session of theirs, lasts an hour at most, and is confirmed anew in every transaction ([`crate::actor`]):
//! whoever loses the role is themselves again. Rights are then those of the other person, without everything that is
//! about the account itself ([`Right::is_about_the_account`]). Who runs the school cannot be seen so, since that would be
//! a way to more rights. What is written meanwhile is told as the work of whoever does it.

use crate::actor::Actor;
use crate::rights::Right;
use crate::seen_as::can_be_seen_as;
use school::credentials;
use school::error::{Error, Result};
use school::security_log::{self, Kind};
use school::users::{self, User, UserRef};
use store::{Tx, UserId};

/// For how long at most, in milliseconds: an hour.
pub const LONGEST_MS: i64 = 3_600_000;

/// Whether the school can be seen as this person: by whoever may, and not as somebody who runs it.
#[must_use]
pub fn is_possible(actor: &Actor, user: &User) -> bool {
    actor.may(Right::Impersonate) && can_be_seen_as(actor.site(), user)
}

/// Lets the actor see the school as a user, in this session, for an hour at most.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user; [`Error::Invalid`] when they run the school.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, user: UserId) -> Result<()> {
    let site = actor.site();
    let user = users::get(tx, site.id, &UserRef::Id(user))?;
    if !is_possible(actor, &user) {
        return Err(Error::invalid("base", "The school can't be seen as somebody who runs it"));
    }
    let until = tx.moment() + LONGEST_MS;
    store::sessions::act_as(tx, site.id, actor.session_id(), Some((user.id, until)))?;
    security_log::record(tx, site.id, Kind::ImpersonationBegun, Some(user.id), "for an hour at most")
}

/// Lets the actor see the school as themselves again; gives whom they saw it as.
pub fn end(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<UserId>> {
    let whom = actor.seen_as();
    if whom.is_some() {
        credentials::end_impersonation(tx, actor.site().id, actor.session(), "by themselves")?;
    }
    Ok(whom)
}

/// Writes down that it has ended by itself: the hour is over, or what it takes is no longer there.
pub fn end_lapsed(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    if actor.has_lapsed_impersonation() {
        let is_over = actor.session().acting_until.is_some_and(|until| until <= tx.moment());
        let why = if is_over { "the hour was over" } else { "it was no longer allowed" };
        credentials::end_impersonation(tx, actor.site().id, actor.session(), why)?;
    }
    Ok(())
}
