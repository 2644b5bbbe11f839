//! As whom the owner of a session sees the school: what [`crate::actor`] asks in every transaction, and
//! [`crate::impersonation`] before it begins.

use crate::rights::{Right, may};
use crate::sessions::Session;
use school::error::Result;
use school::sites::Site;
use school::users::{self, User};
use store::Tx;

/// Whether the school can be seen as this person: not as somebody who runs it.
pub(crate) fn can_be_seen_as(site: &Site, user: &User) -> bool {
    !may(site, user, Right::ManageSchool)
}

/// As whom the owner of a session sees the school now; none as themselves.
pub(crate) fn in_force(tx: &mut Tx<'_>, site: &Site, owner: &User, session: &Session) -> Result<Option<User>> {
    let (Some(whom), Some(until)) = (session.acting_as_user_id, session.acting_until) else { return Ok(None) };
    if until <= tx.moment() || !may(site, owner, Right::Impersonate) {
        return Ok(None);
    }
    Ok(users::find(tx, site.id, whom)?.filter(|user| can_be_seen_as(site, user)))
}
