//! Roles: what a user may be beside a student.

/// What a user may be beside a student. The numbers are stored; never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Earns a commission for those they bring.
    Affiliate = 0,
    /// Looks after courses.
    CourseAdmin = 1,
    /// Looks at the progress of groups.
    GroupAnalyst = 2,
    /// Runs the school.
    SiteAdmin = 3,
    /// Runs the school for its owner, from outside. The API neither shows nor sets this.
    Partner = 4,
}

impl Role {
    /// Every role that the API knows, with its name there.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Affiliate, "affiliate"),
        (Self::CourseAdmin, "course_admin"),
        (Self::GroupAnalyst, "group_analyst"),
        (Self::SiteAdmin, "site_admin"),
    ];

    /// The role with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(role, _)| *role)
    }
}

/// A set of roles, as a user's row holds them: bit n for the role with the number n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(i64);

impl Roles {
    /// The roles of a row.
    #[must_use]
    pub fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// The same for a row.
    #[must_use]
    pub fn bits(self) -> i64 {
        self.0
    }

    /// Whether a role is among them.
    #[must_use]
    pub fn has(self, role: Role) -> bool {
        self.0 >> role as i64 & 1 == 1
    }

    /// These and another one.
    #[must_use]
    pub fn with(self, role: Role) -> Self {
        Self(self.0 | 1 << role as i64)
    }

    /// These without one.
    #[must_use]
    pub fn without(self, role: Role) -> Self {
        Self(self.0 & !(1 << role as i64))
    }

    /// Those that the API knows, by their names there.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Role::ALL.into_iter().filter(move |(role, _)| self.has(*role)).map(|(_, name)| name)
    }
}
