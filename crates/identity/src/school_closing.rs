//! Closing a school: its owner does, who shows anew that they are who they are. It is suspended at once and deleted after
//! 30 days; until then whoever has the link in the mail to the owner, or runs the server, opens it again as it was.

use crate::actor::Actor;
use crate::mailed_links::{self, Purpose};
use crate::own_account::Proof;
use crate::sessions;
use school::error::{Error, Result};
use school::mails::{self, Kind, Recipient, Secret};
use school::security_log::{self, Kind as LogKind};
use school::sites::{self, Site};
use store::{ServerKey, Tx};

/// Closes the actor's school, whose name they have typed. False when they have not shown who they are.
///
/// # Errors
/// [`Error::Invalid`] when the name is another.
pub fn close(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor, name: &str, proof: &Proof) -> Result<bool> {
    let (site, user) = (actor.site(), actor.user());
    if name.trim() != site.name.trim() {
        return Err(Error::invalid("name", "is not the name of the school"));
    }
    if !proof.is_of(tx, key, actor)? {
        return Ok(false);
    }
    proof.spend(tx, key, actor)?;
    let closes_at = tx.moment() + sites::CLOSED_KEPT_MS;
    let closed = sites::update(tx, site, |site| site.closes_at = Some(closes_at))?;
    sites::set_suspended(tx, &closed, true)?;
    security_log::record(tx, site.id, LogKind::SchoolClosed, None, "")?;
    store::mailed_links::delete_of_user(tx, site.id, user.id, Purpose::ReopenSchool)?;
    let secret = mailed_links::make(tx, key, site.id, user, Purpose::ReopenSchool, "")?;
    let secret = Secret { secret, ..Secret::default() };
    mails::queue_secret(tx, key, site.id, Kind::SchoolClosed, Recipient::User(user.id), &secret)?;
    sessions::end_all(tx, site.id, user.id, None)?;
    Ok(true)
}

/// Whether a link opens the school again that was closed.
pub fn can_reopen(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, secret: &str) -> Result<bool> {
    Ok(site.closes_at.is_some() && mailed_links::return_to(tx, key, site.id, Purpose::ReopenSchool, secret)?.is_some())
}

/// Opens a school again that was closed, for whoever has the link from the mail. False: the link does not work.
pub fn reopen(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, secret: &str) -> Result<bool> {
    if !can_reopen(tx, key, site, secret)? {
        return Ok(false);
    }
    sites::set_suspended(tx, site, false)?;
    security_log::record(tx, site.id, LogKind::SchoolReopened, None, "by the link from the mail")?;
    if let Some(owner) = site.owner_user_id {
        store::mailed_links::delete_of_user(tx, site.id, owner, Purpose::ReopenSchool)?;
    }
    Ok(true)
}
