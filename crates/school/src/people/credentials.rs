//! What shows that somebody is a user, beside the password, and what ends when the user changes: sessions, links that
//! were sent by mail, and what apps were let do.
//!
//! They are made and checked by the crate `identity`; what ends them is decided here, below the operations on users, so
//! that nobody can change a password and leave a session open.

use crate::error::Result;
pub use store::mailed_links::LinkPurpose;
use store::{SessionId, SiteId, Tx, UserId, grants};

/// A user has another password: whoever knew the old one is signed out, their devices are no longer known, and links
/// that stood for it lead nowhere. The session in which it was changed lasts.
pub(crate) fn password_changed(tx: &mut Tx<'_>, site: SiteId, user: UserId, session: Option<SessionId>) -> Result<()> {
    store::sessions::delete_of_user(tx, site, user, session)?;
    store::known_devices::delete_of_user(tx, site, user)?;
    end_links(tx, site, user)
}

/// A user has no second factor any more, nor anything that stands for it.
pub fn end_second_factor(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<bool> {
    store::recovery_codes::delete_of_user(tx, site, user)?;
    store::pending_sign_ins::delete_of_user(tx, site, user)?;
    Ok(store::second_factors::delete(tx, site, user)?)
}

/// A user has confirmed another address: whoever is signed in elsewhere is signed out, and links that were sent to the
/// address before lead nowhere.
pub fn email_changed(tx: &mut Tx<'_>, site: SiteId, user: UserId, session: Option<SessionId>) -> Result<()> {
    store::sessions::delete_of_user(tx, site, user, session)?;
    end_links(tx, site, user)
}

/// Somebody else has had an account: everything that opens it ends, its password too.
pub fn end_every_way_in(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<()> {
    store::users::clear_password(tx, site, user)?;
    password_changed(tx, site, user, None)?;
    store::email_changes::delete_of_user(tx, site, user)?;
    if grants::delete_of_user(tx, site, user)? > 0 {
        store::sites::invalidate_credentials(tx, site)?;
    }
    Ok(())
}

/// A user has other roles: what is remembered of the tokens of their apps is out of date.
pub(crate) fn roles_changed(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<()> {
    if grants::any_of_user(tx, site, user)? {
        store::sites::invalidate_credentials(tx, site)?;
    }
    Ok(())
}

/// A user is no more, and nothing opens anything in their name.
pub(crate) fn end_all(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<()> {
    store::sessions::delete_of_user(tx, site, user, None)?;
    store::known_devices::delete_of_user(tx, site, user)?;
    end_links(tx, site, user)?;
    end_second_factor(tx, site, user)?;
    store::email_changes::delete_of_user(tx, site, user)?;
    store::apps::forget_consents_of(tx, site, user)?;
    store::security_log::forget_user(tx, site, user)?;
    store::request_log::forget_user(tx, site, user)?;
    if grants::delete_of_user(tx, site, user)? > 0 {
        store::sites::invalidate_credentials(tx, site)?;
    }
    Ok(())
}

fn end_links(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<()> {
    store::pending_sign_ins::delete_of_user(tx, site, user)?;
    for purpose in LinkPurpose::ALL {
        store::mailed_links::delete_of_user(tx, site, user, *purpose)?;
    }
    Ok(())
}
