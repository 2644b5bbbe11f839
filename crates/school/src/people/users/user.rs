//! A user, as everybody may know them.

use super::fields::{self, StoredField};
use crate::events::payloads;
use crate::roles::Role;
use store::CourseId;
use store::users::UserRow;

/// A user: their row, which says whether they have a password and not which. Lists show `User<&str>`, whose texts are
/// still the database's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User<S = String>(UserRow<S>);

impl<S> From<UserRow<S>> for User<S> {
    fn from(row: UserRow<S>) -> Self {
        Self(row)
    }
}

impl<S> std::ops::Deref for User<S> {
    type Target = UserRow<S>;

    fn deref(&self) -> &UserRow<S> {
        &self.0
    }
}

impl<S: AsRef<str>> User<S> {
    /// Whether the user has a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.has(role)
    }

    /// The user's values of custom profile fields.
    #[must_use]
    pub fn custom_fields(&self) -> Vec<StoredField<'_>> {
        fields::stored(self.custom_fields.as_ref())
    }

    /// The courses that a course admin looks after, when any were ever named.
    #[must_use]
    pub fn administered_course_ids(&self) -> Option<Vec<CourseId>> {
        self.administered_course_ids.as_ref().and_then(|ids| serde_json::from_str(ids.as_ref()).ok())
    }
}

impl User {
    /// The user, as most events name one.
    pub(crate) fn person(&self) -> payloads::Person<'_> {
        payloads::Person { email: &self.email, first_name: &self.first_name, id: self.id, last_name: &self.last_name }
    }
}
