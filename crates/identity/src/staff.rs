//! The people of a school who have a role: how they sign in, and where they are signed in.

use crate::actor::Actor;
use crate::own_account::{OpenSession, open_session};
use crate::sessions;
use school::error::Result;
use school::roles::Roles;
use school::security_log::{self, Kind};
use std::collections::HashSet;
use store::{SessionId, Tx, UserId};

/// So many people with a role are shown at most.
pub const MOST: i64 = 200;

/// Somebody with a role.
#[derive(Debug, Clone)]
pub struct StaffMember {
    /// Who.
    pub id: UserId,
    /// Their whole name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they are.
    pub roles: Roles,
    /// Whether they own the school.
    pub is_owner: bool,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// Where they are signed in, the newest first.
    pub sessions: Vec<OpenSession>,
}

/// Everybody with a role in the actor's school, the owner first; [`MOST`] at most.
pub fn list(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<StaffMember>> {
    let (site, now) = (actor.site(), tx.moment());
    let mut ids: Vec<UserId> = site.owner_user_id.into_iter().collect();
    let with_a_role = store::users::with_a_role(tx, site.id, MOST)?;
    ids.extend(with_a_role.into_iter().filter(|id| site.owner_user_id != Some(*id)));
    let with_factor: HashSet<i64> =
        store::second_factors::confirmed_among(tx, site.id, &ids)?.into_iter().map(i64::from).collect();
    let open = store::sessions::of_users(tx, site.id, &ids, now)?;
    let mut members = Vec::with_capacity(ids.len());
    for store::users::NamedUser { id, first_name, last_name, email, roles } in store::users::of_ids(tx, site.id, &ids)?
    {
        let of_them = open.iter().filter(|session| session.user_id == id).cloned();
        members.push(StaffMember {
            id,
            name: format!("{first_name} {last_name}").trim().to_owned(),
            email,
            roles,
            is_owner: site.owner_user_id == Some(id),
            has_second_factor: with_factor.contains(&i64::from(id)),
            sessions: of_them.map(|session| open_session(actor, session)).collect(),
        });
    }
    members.sort_by_key(|member| (!member.is_owner, i64::from(member.id)));
    Ok(members)
}

/// Ends one of somebody's sessions.
///
/// # Errors
/// [`school::Error::NotFound`] when they have no such session.
pub fn end_session(tx: &mut Tx<'_>, actor: &Actor, user: UserId, session: SessionId) -> Result<()> {
    sessions::end(tx, actor.site().id, user, session)?;
    security_log::record(tx, actor.site().id, Kind::SignOut, Some(user), "one session")
}

/// Ends the sessions of everybody with a role but the actor's own that asks.
pub fn end_all_sessions(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let site = actor.site();
    let mut ids = store::users::with_a_role(tx, site.id, i64::MAX)?;
    ids.extend(site.owner_user_id);
    for id in ids {
        sessions::end_all(tx, site.id, id, Some(actor.session_id()))?;
    }
    security_log::record(tx, site.id, Kind::SignOut, None, "every session of everybody with a role")
}
