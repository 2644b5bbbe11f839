//! The session of a visitor.

use identity::actor::Actor;
use identity::rights::Right;
use school::UserId;

/// The session of a visitor, as it was when their request came.
#[derive(Debug, Clone)]
pub struct Session {
    /// When they last proved who they are, in milliseconds since 1970.
    pub signed_in_at: i64,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// Who sees the school as them, when that is somebody else.
    pub impersonation: Option<Impersonation>,
    /// Whether they run the school, so that the way to its admin area is shown.
    pub manages: bool,
    /// Whether they look at the progress of groups, so that the way to these is shown.
    pub analyses_groups: bool,
}

/// That somebody who runs the school sees it as another person.
#[derive(Debug, Clone)]
pub struct Impersonation {
    /// Whom they see it as.
    pub seen_as: UserId,
    /// The name of who does.
    pub by: String,
    /// Until when at most, in milliseconds since 1970.
    pub until: i64,
}

impl From<&Actor> for Session {
    fn from(actor: &Actor) -> Self {
        Self {
            signed_in_at: actor.signed_in_at(),
            first_name: actor.first_name().to_owned(),
            last_name: actor.last_name().to_owned(),
            email: actor.email().to_owned(),
            impersonation: actor.seen_as().zip(actor.impersonation()).map(|(seen_as, (by, until))| Impersonation {
                seen_as,
                by,
                until,
            }),
            manages: actor.may(Right::ManageSchool),
            analyses_groups: actor.may(Right::AnalyseGroups),
        }
    }
}
