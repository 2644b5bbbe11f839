//! Roles: what a user may be beside a student. A user's row holds all of theirs in one number.

use crate::{FromColumn, Row, StoreError, Value};
use database::ToValue;

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

    /// The numbers of these, in order.
    pub(crate) fn numbers(self) -> impl Iterator<Item = i64> {
        (0..63).filter(move |role| self.0 >> role & 1 == 1)
    }

    /// Those of these that are not among others.
    pub(crate) fn but(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Those that the API knows, by their names there.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Role::ALL.into_iter().filter(move |(role, _)| self.has(*role)).map(|(_, name)| name)
    }
}

impl ToValue for Roles {
    fn to_value(&self) -> Value<'_> {
        Value::Int(self.0)
    }
}

impl<'r> FromColumn<'r> for Roles {
    fn from_nullable(row: &Row<'r>, column: usize) -> Result<Option<Self>, StoreError> {
        Ok(i64::from_nullable(row, column)?.map(Self))
    }
}
