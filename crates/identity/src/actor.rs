//! Who acts on a page of the school: somebody who is signed in, as one transaction sees them.
//!
//! Somebody who runs the school may see it as another person ([`crate::impersonation`]). The actor is then that person,
//! who really acts is known beside, and nothing can be done that is about the account itself.
//!
//! Sessions end, people are deleted and lose roles between a page and the form that it leads to. So an operation that
//! somebody does for themselves takes an [`Actor`], which can be had inside its transaction alone.

use crate::rights::{self, Right};
use crate::seen_as;
use crate::sessions::{self, Session};
use school::error::Result;
use school::sites::Site;
use school::users::{self, UpdatedBy, User, UserEditor};
use std::borrow::Cow;
use store::{ServerKey, SessionId, Tx, UserId};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Actor {
    site: Site,
    user: User,
    session: Session,
    /// Who sees the school as that user; none when they are it themselves.
    impersonator: Option<User>,
}

/// Who is signed in with this secret; none when the session has ended or the user is gone.
pub fn find(tx: &mut Tx<'_>, key: &ServerKey, site: Site, secret: &str) -> Result<Option<Actor>> {
    let Some(session) = sessions::find(tx, key, site.id, secret)? else { return Ok(None) };
    let Some(owner) = users::find(tx, site.id, session.user_id)? else { return Ok(None) };
    let (user, impersonator) = match seen_as::in_force(tx, &site, &owner, &session)? {
        Some(user) => (user, Some(owner)),
        None => (owner, None),
    };
    Ok(Some(Actor { site, user, session, impersonator }))
}

impl Actor {
    /// Whether they may do something.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        let is_theirs = self.impersonator.is_none() || !right.is_about_the_account();
        is_theirs && rights::may(&self.site, &self.user, right)
    }

    /// Whom they see the school as, when that is somebody else.
    #[must_use]
    pub fn seen_as(&self) -> Option<UserId> {
        self.impersonator.as_ref().map(|_| self.user.id)
    }

    /// The whole name of whoever sees the school as them, and until when at most; none when they are it themselves.
    #[must_use]
    pub fn impersonation(&self) -> Option<(String, i64)> {
        let by = self.impersonator.as_ref()?;
        let name = format!("{} {}", by.first_name, by.last_name).trim().to_owned();
        let name = if name.is_empty() { by.email.clone() } else { name };
        Some((name, self.session.acting_until.unwrap_or_default()))
    }

    /// Whether they saw the school as somebody else and do so no more, which is still to be written down.
    #[must_use]
    pub fn has_lapsed_impersonation(&self) -> bool {
        self.impersonator.is_none() && self.session.acting_as_user_id.is_some()
    }

    /// Whoever has signed in, as themselves.
    #[must_use]
    pub fn in_person(&self) -> Cow<'_, Self> {
        match &self.impersonator {
            None => Cow::Borrowed(self),
            Some(user) => Cow::Owned(Self { user: user.clone(), impersonator: None, ..self.clone() }),
        }
    }

    /// Their school.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Their id.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.user.id
    }

    /// Their address.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.user.email
    }

    /// First name.
    #[must_use]
    pub fn first_name(&self) -> &str {
        &self.user.first_name
    }

    /// Last name.
    #[must_use]
    pub fn last_name(&self) -> &str {
        &self.user.last_name
    }

    /// The id of their session.
    #[must_use]
    pub fn session_id(&self) -> SessionId {
        self.session.id
    }

    /// When they last proved who they are, in milliseconds since 1970.
    #[must_use]
    pub fn signed_in_at(&self) -> i64 {
        self.session.signed_in_at
    }

    /// Whether it is time to write down that their session is used.
    #[must_use]
    pub fn is_to_be_noted(&self, now: i64) -> bool {
        sessions::is_to_be_noted(&self.session, now)
    }

    pub(crate) fn user(&self) -> &User {
        &self.user
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// That they change users, themselves for one.
    pub(crate) fn as_editor(&self) -> UpdatedBy {
        UpdatedBy::User(UserEditor {
            id: self.user.id,
            session: Some(self.session.id),
            changes_owner: self.may(Right::ChangeOwner),
            by_public_app: false,
        })
    }
}

/// Writes down that an actor's session is used, which makes it last longer.
pub fn touch_session(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    sessions::note(tx, actor.site.id, &actor.session)
}
