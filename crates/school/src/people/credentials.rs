//! What shows that somebody is a user, beside the password, and what ends when the user changes: sessions, links that
//! were sent by mail, and what apps were let do.
//!
//! They are made and checked by the crate `identity`; what ends them is decided here, below the operations on users, so
//! that nobody can change a password and leave a session open.

use crate::error::Result;
use crate::security_log::{self, Kind, Who};
pub use store::mailed_links::LinkPurpose;
use store::sessions::SessionRow;
use store::{SessionId, SiteId, Tx, UserId, grants};

/// A user has another password: whoever knew the old one is signed out, their devices are no longer known, and links
/// that stood for it lead nowhere. The session in which it was changed lasts.
pub(crate) fn password_changed(tx: &mut Tx<'_>, site: SiteId, user: UserId, session: Option<SessionId>) -> Result<()> {
    end_sessions(tx, site, user, session)?;
    store::known_devices::delete_of_user(tx, site, user)?;
    end_links(tx, site, user)
}

/// Ends every session of a user but one if one is named. In whichever they looked at the school as somebody else, that
/// ends too.
pub fn end_sessions(tx: &mut Tx<'_>, site: SiteId, user: UserId, but: Option<SessionId>) -> Result<()> {
    for session in store::sessions::acting_of(tx, site, user)? {
        if but != Some(session.id) {
            end_impersonation(tx, site, &session, "their session ended")?;
        }
    }
    store::sessions::delete_of_user(tx, site, user, but)?;
    Ok(())
}

/// Lets the owner of a session look at the school as themselves again, and says so in the security log, with both people.
pub fn end_impersonation(tx: &mut Tx<'_>, site: SiteId, session: &SessionRow, why: &str) -> Result<()> {
    store::sessions::act_as(tx, site, session.id, None)?;
    let (who, whom) = (Who::User(session.user_id), session.acting_as_user_id);
    security_log::record_of(tx, site, who, Kind::ImpersonationEnded, whom, why)
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
    end_sessions(tx, site, user, session)?;
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
    for session in store::sessions::acting_as(tx, site, user)? {
        end_impersonation(tx, site, &session, "the account was deleted")?;
    }
    end_sessions(tx, site, user, None)?;
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
