//! Scopes: what an app may do in a school. One table of names, and what each means in the words of the consent page.
//! Which scope an operation needs stands on the operation's own line in the table of endpoints.
//!
//! An app has its scopes from its registration, not from the request; a school's admin consents to them, and what both
//! say is what the app may do. The scopes of OpenID Connect are something else: they are asked for in the request and
//! say what an app learns about the person. See [`Claims`].

use std::fmt;

macro_rules! scopes {
    ($($name:ident = $text:literal, $label:literal;)*) => {
        /// Something that an app may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Scope {
            /// Every scope, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it lets an app do, in the words of the consent page.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}

scopes! {
    ReadUsers = "read:users", "See your users: names, e-mail addresses, roles";
    WriteUsers = "write:users", "Create, change and remove users";
    ReadUsersProfile = "read:users_profile", "See your users with their whole profile, custom profile fields included";
    WriteUsersProfile = "write:users_profile", "Create, change and remove users with their whole profile";
    ReadCustomProfileFields = "read:custom_profile_fields", "See which custom profile fields you ask your users for";
    WriteCustomProfileFields = "write:custom_profile_fields", "Create, change and remove the custom profile fields that you ask your users for";
    ReadGroups = "read:groups", "See your groups and their analysts";
    WriteGroups = "write:groups", "Create and remove groups, and say who is in them";
    ReadCourses = "read:courses", "See your courses, chapters and lessons";
    WriteCourses = "write:courses", "Create, change and remove courses, chapters and lessons";
    ReadCourseReviews = "read:course_reviews", "See the reviews of your courses";
    WriteCourseReviews = "write:course_reviews", "Write reviews of your courses";
    ReadInstructors = "read:instructors", "See your instructors";
    WriteInstructors = "write:instructors", "Create, change and remove instructors";
    ReadProducts = "read:products", "See your products and their prices";
    WriteProducts = "write:products", "Change how your products are sold, and their prices";
    ReadProductPublishRequests = "read:product_publish_requests", "See requests to publish a product";
    WriteProductPublishRequests = "write:product_publish_requests", "Approve and deny requests to publish a product";
    ReadBundles = "read:bundles", "See your bundles and who is enrolled in them";
    WriteBundles = "write:bundles", "Create, change and remove bundles, and enroll users in them";
    ReadCollections = "read:collections", "See your categories and the products in them";
    WriteCollections = "write:collections", "Create, change and remove categories";
    ReadEnrollments = "read:enrollments", "See who is enrolled in what, and their progress";
    WriteEnrollments = "write:enrollments", "Enroll users in courses, and end enrollments";
    ReadOrders = "read:orders", "See your orders and what was paid";
    ReadExternalOrders = "read:external_orders", "See what was paid elsewhere";
    WriteExternalOrders = "write:external_orders", "Report what was paid elsewhere";
    ReadPromotions = "read:promotions", "See your promotions";
    WritePromotions = "write:promotions", "Create, change and remove promotions";
    ReadCoupons = "read:coupons", "See your coupons";
    WriteCoupons = "write:coupons", "Create, change and remove coupons";
    ReadSecurityLog = "read:security_log", "See who signed in to your school, from where, and what changed of keys, apps and roles (for the owner alone)";
    ReadJobs = "read:jobs", "See your jobs: people enrolled or brought in many at once, lists written out";
    WriteJobs = "write:jobs", "Ask for jobs: enroll and bring in many people at once, and write out lists";
    ReadFiles = "read:files", "See your files and download them";
    WriteFiles = "write:files", "Upload, change and remove files";
    WriteSiteScripts = "write:site_scripts", "Add scripts to the pages of your school";
}

impl Scope {
    /// The scope with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|scope| scope.name() == name).copied()
    }

    fn bit(self) -> u64 {
        1 << self as u64
    }
}

/// A set of scopes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u64);

impl Scopes {
    /// The names in a text with spaces between; unknown ones are left out.
    #[must_use]
    pub fn known_in(text: &str) -> Self {
        text.split_ascii_whitespace().filter_map(Scope::named).collect()
    }

    /// Whether a scope is in the set. The whole profile of users includes what is general.
    #[must_use]
    pub fn allow(self, scope: Scope) -> bool {
        let wider = match scope {
            Scope::ReadUsers => Scope::ReadUsersProfile.bit(),
            Scope::WriteUsers => Scope::WriteUsersProfile.bit(),
            _ => 0,
        };
        self.0 & (scope.bit() | wider) != 0
    }

    /// Those that are in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether every scope of this set is in the other.
    #[must_use]
    pub fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes, in their order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.0 & scope.bit() != 0)
    }

    /// Whether both alternatives for users are in the set, of which an app picks one.
    #[must_use]
    pub fn both_kinds_of_users(self) -> bool {
        let general = Scope::ReadUsers.bit() | Scope::WriteUsers.bit();
        let profile = Scope::ReadUsersProfile.bit() | Scope::WriteUsersProfile.bit();
        self.0 & general != 0 && self.0 & profile != 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

/// What an app asks to learn about a person: the scopes of OpenID Connect (Core 1.0, section 5.4) that a request may
/// name, and `site`, which is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Claims {
    /// `openid`: who they are, as an id.
    pub openid: bool,
    /// `profile`: their name and picture.
    pub profile: bool,
    /// `email`: their address.
    pub email: bool,
    /// `site`: which school.
    pub site: bool,
}

impl Claims {
    /// What a request's `scope` names. Names that are not of OpenID Connect are of no account here: an app cannot
    /// widen what it may do by asking.
    #[must_use]
    pub fn asked_in(scope: &str) -> Self {
        let asks = |name: &str| scope.split_ascii_whitespace().any(|asked| asked == name);
        Self { openid: asks("openid"), profile: asks("profile"), email: asks("email"), site: asks("site") }
    }

    /// The names, with spaces between.
    #[must_use]
    pub fn names(self) -> String {
        let all = [(self.openid, "openid"), (self.profile, "profile"), (self.email, "email"), (self.site, "site")];
        all.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written_and_fit_into_a_set() {
        assert!(Scope::ALL.len() <= 64);
        let all: Scopes = Scope::ALL.iter().copied().collect();
        assert_eq!(Scopes::known_in(&all.to_string()), all);
        assert_eq!(Scopes::known_in("read:users  admin write:users"), Scopes::known_in("write:users read:users"));
    }

    #[test]
    fn the_profile_of_users_includes_what_is_general_and_not_the_other_way_round() {
        let profile = Scopes::known_in("read:users_profile");
        assert!(profile.allow(Scope::ReadUsers) && !profile.allow(Scope::WriteUsers));
        assert!(!Scopes::known_in("read:users").allow(Scope::ReadUsersProfile));
        assert!(Scopes::known_in("read:users write:users_profile").both_kinds_of_users());
        assert!(!Scopes::known_in("read:users write:users").both_kinds_of_users());
    }

    #[test]
    fn asking_for_claims_gives_no_rights() {
        assert_eq!(Claims::asked_in("openid read:users profile").names(), "openid profile");
        assert!(!Claims::asked_in("").openid);
    }
}
