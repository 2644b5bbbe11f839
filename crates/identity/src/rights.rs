//! Who may do what in a school: the kinds of people there are, the things that not everybody may do, and one table of
//! both. Whoever wants to know asks here.

use school::Site;
use school::roles::Role;
use school::users::User;

/// What somebody is in a school. One person may be several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The one who owns it; is also a site admin.
    Owner,
    /// Runs it.
    SiteAdmin,
    /// Runs it for its owner, from outside.
    Partner,
    /// Looks after courses.
    CourseAdmin,
    /// Looks at the progress of groups.
    GroupAnalyst,
    /// Earns a commission for those they bring.
    Affiliate,
    /// Everybody who has an account.
    Student,
}

/// Something that not everybody may do. Each is asked for by an operation: a right comes with what it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Give the school to another owner; change the owner's address or password.
    ChangeOwner,
    /// Close the school.
    CloseSchool,
    /// Read who came in, who could not, and what changed of the ways in.
    ReadSecurityLog,
    /// Say who must have a second factor, and take it away from somebody who has lost it.
    ManageSecurity,
    /// Change the code that the school adds to its pages: it runs with the rights of whoever looks at them, the owner's
    /// too.
    ManagePageCode,
    /// See and replace the school's API key, and make tokens that open as much: more than a role opens, since the key
    /// changes the owner too.
    ManageApiKeys,
    /// Let an app into the school, and turn it out.
    InstallApps,
    /// Use the Admin API through an app.
    UseAdminApi,
    /// Change the school: its settings, courses, people.
    ManageSchool,
    /// See the school as one of its people does.
    Impersonate,
    /// Look at the members and the progress of the groups that they were given.
    AnalyseGroups,
    /// Make courses, and change those that they may: course admins those that they look after.
    ManageCourses,
    /// Take courses.
    Learn,
    /// Look after their own account: its profile, password, address and sessions, what apps may do for it, and its end.
    ManageOwnAccount,
    /// Set up a second factor: what somebody may do before they have the one that their school asks for.
    SecureOwnAccount,
    /// Sign out, and stop seeing the school as somebody else.
    EndSession,
}

impl Right {
    /// Whether it is about an account itself. Nobody has it for the account of another.
    #[must_use]
    pub fn is_about_the_account(self) -> bool {
        matches!(self, Self::ManageOwnAccount | Self::SecureOwnAccount)
    }

    /// Whether somebody has it who has not set up yet the second factor that their school asks for.
    #[must_use]
    pub fn comes_before_the_second_factor(self) -> bool {
        matches!(self, Self::SecureOwnAccount | Self::EndSession)
    }
}

/// The table: each right, and who has it.
const TABLE: [(Right, &[Position]); 16] = {
    use Position::*;
    use Right::*;
    [
        (ChangeOwner, &[Owner]),
        (CloseSchool, &[Owner]),
        (ReadSecurityLog, &[Owner]),
        (ManageSecurity, &[Owner]),
        (ManagePageCode, &[Owner]),
        (ManageApiKeys, &[Owner]),
        (InstallApps, &[Owner, SiteAdmin, Partner]),
        (UseAdminApi, &[Owner, SiteAdmin, Partner]),
        (ManageSchool, &[Owner, SiteAdmin, Partner]),
        (Impersonate, &[Owner, SiteAdmin]),
        (AnalyseGroups, &[GroupAnalyst]),
        (ManageCourses, &[Owner, SiteAdmin, Partner, CourseAdmin]),
        (Learn, &[Owner, SiteAdmin, Partner, CourseAdmin, GroupAnalyst, Affiliate, Student]),
        (ManageOwnAccount, &[Owner, SiteAdmin, Partner, CourseAdmin, GroupAnalyst, Affiliate, Student]),
        (SecureOwnAccount, &[Owner, SiteAdmin, Partner, CourseAdmin, GroupAnalyst, Affiliate, Student]),
        (EndSession, &[Owner, SiteAdmin, Partner, CourseAdmin, GroupAnalyst, Affiliate, Student]),
    ]
};

/// What a user is in their school.
#[must_use]
pub fn positions(site: &Site, user: &User) -> Vec<Position> {
    let roles = [
        (Role::SiteAdmin, Position::SiteAdmin),
        (Role::Partner, Position::Partner),
        (Role::CourseAdmin, Position::CourseAdmin),
        (Role::GroupAnalyst, Position::GroupAnalyst),
        (Role::Affiliate, Position::Affiliate),
    ];
    let owner = (site.owner_user_id == Some(user.id)).then_some(Position::Owner);
    let roles = roles.into_iter().filter(|(role, _)| user.has(*role)).map(|(_, standing)| standing);
    owner.into_iter().chain(roles).chain([Position::Student]).collect()
}

/// Whether a user of a school may do something.
#[must_use]
pub fn may(site: &Site, user: &User, right: Right) -> bool {
    let positions = positions(site, user);
    TABLE.iter().any(|(known, who)| *known == right && positions.iter().any(|standing| who.contains(standing)))
}

/// Whether a user may let an app into their school.
#[must_use]
pub fn may_install_apps(site: &Site, user: &User) -> bool {
    may(site, user, Right::InstallApps)
}

/// Whether a user may use the Admin API through an app that is installed.
#[must_use]
pub fn may_use_admin_api(site: &Site, user: &User) -> bool {
    may(site, user, Right::UseAdminApi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use school::UserId;
    use school::roles::Roles;

    fn site() -> Site {
        store::sites::SiteRow { owner_user_id: Some(UserId::new(1)), ..Default::default() }.into()
    }

    fn user(id: i64, roles: &[Role]) -> User {
        let roles = roles.iter().fold(Roles::default(), |roles, role| roles.with(*role));
        store::users::UserRow { id: UserId::new(id), roles, ..Default::default() }.into()
    }

    #[test]
    fn owners_site_admins_and_partners_install_apps_and_nobody_else_does() {
        let site = site();
        assert!(may_install_apps(&site, &user(1, &[])), "the owner, whatever their roles");
        for (role, may) in [
            (Role::SiteAdmin, true),
            (Role::Partner, true),
            (Role::CourseAdmin, false),
            (Role::GroupAnalyst, false),
            (Role::Affiliate, false),
        ] {
            assert_eq!(may_install_apps(&site, &user(2, &[role])), may, "{role:?}");
            assert_eq!(may_use_admin_api(&site, &user(2, &[role])), may, "{role:?}");
        }
        assert!(!may_install_apps(&site, &user(2, &[])), "a student");
    }

    #[test]
    fn what_is_the_owners_alone_is_nobody_elses() {
        let (site, everything) = (site(), user(2, &[Role::SiteAdmin, Role::Partner, Role::CourseAdmin]));
        assert!(may(&site, &user(1, &[Role::SiteAdmin]), Right::ChangeOwner));
        assert!(!may(&site, &everything, Right::ChangeOwner));
        assert!(may(&site, &everything, Right::ManageSchool));
    }

    #[test]
    fn each_right_stands_in_the_table_once() {
        for (index, (right, who)) in TABLE.iter().enumerate() {
            assert!(!who.is_empty());
            assert!(!TABLE[index + 1..].iter().any(|(other, _)| other == right), "{right:?}");
        }
    }

    #[test]
    fn everybody_learns_and_who_only_looks_after_a_part_does_not_manage_the_school() {
        let site = site();
        assert!(may(&site, &user(9, &[]), Right::Learn));
        for role in [Role::Affiliate, Role::GroupAnalyst, Role::CourseAdmin] {
            assert!(may(&site, &user(9, &[role]), Right::Learn), "{role:?}");
            assert!(!may(&site, &user(9, &[role]), Right::ManageSchool), "{role:?}");
        }
    }
}
