//! For whom a page works: somebody who is signed in and has a right, or anybody.

use crate::error::PageError;
use identity::actor::{self, Actor};
use identity::rights::Right;
use identity::second_factor;
use identity::sessions::Device;
use school::UserId;
use school::security_log::{Origin, Who};
use school::sites::{self, Site};
use web::{Authority, ServerKey, Tx};

/// Somebody who is signed in, and may do something.
pub(crate) struct SignedIn {
    pub key: ServerKey,
    /// The school whose host it is.
    pub subdomain: String,
    /// The secret of their session.
    pub secret: String,
    /// Whom they saw the school as when their request came.
    pub seen_as: Option<UserId>,
    /// What they must have.
    pub right: Right,
    /// Where they come back to when they must sign in first.
    pub here: String,
    /// What they are at.
    pub device: Device,
}

impl Authority for SignedIn {
    type Actor = Actor;
    type Error = PageError;

    fn confirm(&self, tx: &mut Tx<'_>) -> Result<Actor, PageError> {
        let site = site(tx, &self.subdomain)?;
        let actor = actor::find(tx, &self.key, site, &self.secret)?;
        let actor = actor.ok_or_else(|| PageError::SignIn(self.here.clone()))?;
        if actor.seen_as() != self.seen_as {
            return Err(PageError::Forged);
        }
        if !actor.may(self.right) {
            let is_theirs = actor.seen_as().is_none() || !self.right.is_about_the_account();
            return Err(PageError::NotAllowed(if is_theirs { NOT_ALLOWED } else { NOT_YOUR_ACCOUNT }));
        }
        if !self.right.comes_before_the_second_factor() && second_factor::is_missing(tx, &actor.in_person())? {
            return Err(PageError::SetUpSecondFactor(self.here.clone()));
        }
        Ok(actor)
    }

    fn origin(&self, actor: &Actor) -> Origin {
        self.device.origin(Who::User(actor.in_person().user_id()))
    }
}

const NOT_ALLOWED: &str = "Your role in this school does not allow it. Please ask whoever runs the school.";

const NOT_YOUR_ACCOUNT: &str = "You see the school as somebody else. Their account is theirs alone: their profile, \
                                password, address and sessions, what apps may do for them, and leaving the school. \
                                Stop seeing the school as them to go on with your own.";

/// Anybody who is at a school's pages.
pub(crate) struct Anyone {
    /// The school whose host it is.
    pub subdomain: String,
    /// What they are at.
    pub device: Device,
}

impl Authority for Anyone {
    type Actor = Site;
    type Error = PageError;

    fn confirm(&self, tx: &mut Tx<'_>) -> Result<Site, PageError> {
        site(tx, &self.subdomain)
    }

    fn origin(&self, _: &Site) -> Origin {
        self.device.origin(Who::Anyone)
    }
}

/// Anybody who is at the pages of a school that may be closed, with nothing but a link.
pub(crate) struct AnyoneOfClosed {
    /// The school whose host it is.
    pub subdomain: String,
    /// What they are at.
    pub device: Device,
}

impl Authority for AnyoneOfClosed {
    type Actor = Site;
    type Error = PageError;

    fn confirm(&self, tx: &mut Tx<'_>) -> Result<Site, PageError> {
        match sites::by_subdomain(tx, &self.subdomain) {
            Err(school::Error::NotFound) => Err(PageError::NoSchool),
            site => Ok(site?),
        }
    }

    fn origin(&self, _: &Site) -> Origin {
        self.device.origin(Who::Anyone)
    }
}

/// Whoever sends a request, before it is known who they are.
pub(crate) struct Sender {
    pub key: ServerKey,
    pub subdomain: String,
    /// The secret that their browser has of a session.
    pub secret: Option<String>,
}

impl Authority for Sender {
    type Actor = (Site, Option<Actor>);
    type Error = PageError;

    fn confirm(&self, tx: &mut Tx<'_>) -> Result<Self::Actor, PageError> {
        let site = site(tx, &self.subdomain)?;
        let actor = match &self.secret {
            Some(secret) => actor::find(tx, &self.key, site.clone(), secret)?,
            None => None,
        };
        Ok((site, actor))
    }

    fn origin(&self, (_, actor): &Self::Actor) -> Origin {
        let who = actor.as_ref().map_or(Who::Anyone, |actor| Who::User(actor.in_person().user_id()));
        Origin { who, ..Origin::default() }
    }
}

fn site(tx: &mut Tx<'_>, subdomain: &str) -> Result<Site, PageError> {
    match sites::by_subdomain(tx, subdomain) {
        Err(school::Error::NotFound) => Err(PageError::NoSchool),
        Ok(site) if site.suspended_at.is_some() => Err(PageError::Suspended),
        site => Ok(site?),
    }
}
