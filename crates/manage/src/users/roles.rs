//! What the roles are called, and what somebody is in the school.

use pages::components::Tone;
use school::UserId;
use school::roles::{Role, Roles};
use school::users::User;

/// The roles that can be given, by their names in the API, in the order in which they are shown.
pub(super) const ROLES: [(&str, &str); 4] = [
    ("site_admin", "Site admin"),
    ("course_admin", "Course admin"),
    ("group_analyst", "Group analyst"),
    ("affiliate", "Affiliate"),
];

/// What somebody is in the school, beside a student.
pub(super) fn badges<S: AsRef<str>>(user: &User<S>, owner: Option<UserId>) -> Vec<(&'static str, Tone)> {
    badges_of(user.roles, owner == Some(user.id))
}

/// The same of somebody of whom only that is known.
pub(crate) fn badges_of(roles: Roles, is_owner: bool) -> Vec<(&'static str, Tone)> {
    let mut badges = Vec::new();
    if is_owner {
        badges.push(("Owner", Tone::Success));
    }
    if roles.has(Role::Partner) {
        badges.push(("Partner", Tone::Accent));
    }
    let has = |name: &str| roles.names().any(|had| had == name);
    badges.extend(ROLES.iter().filter(|(name, _)| has(name)).map(|(_, label)| (*label, Tone::Accent)));
    badges
}
