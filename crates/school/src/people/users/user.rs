//! What everybody may know of a user. Whether they have a password is known, its hash is not.

use super::fields::{self, StoredField};
use crate::events::payloads;
use crate::roles::{Role, Roles};
use store::users::{CommissionType, UserRow};
use store::{CourseId, UserId};

/// A user. Lists show `User<&str>`, whose texts are still the database's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User<S = String> {
    /// Their id.
    pub id: UserId,
    /// When they signed up.
    pub created_at: i64,
    /// When they were last changed.
    pub updated_at: i64,
    /// Their global id, a ULID.
    pub gid: S,
    /// Their address, as they wrote it.
    pub email: S,
    /// First name.
    pub first_name: S,
    /// Last name.
    pub last_name: S,
    /// Company.
    pub company: Option<S>,
    /// A few words about them.
    pub bio: Option<S>,
    /// Their title.
    pub headline: Option<S>,
    /// Their picture.
    pub avatar_url: Option<S>,
    /// Their roles.
    pub roles: Roles,
    /// Where they came from.
    pub external_source: Option<S>,
    /// Code of an affiliate.
    pub affiliate_code: Option<S>,
    /// Hundredths of a percent, or of the currency.
    pub affiliate_commission: Option<i64>,
    /// `%` or `$`.
    pub affiliate_commission_type: CommissionType,
    /// Where an affiliate is paid.
    pub affiliate_payout_email: Option<S>,
    /// Whether a link that is sent by mail signs them in: as long as they have not chosen a password.
    pub express_sign_in: bool,
    has_password: bool,
    custom_fields: S,
    administered_course_ids: Option<S>,
}

impl<S> From<UserRow<S>> for User<S> {
    fn from(row: UserRow<S>) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            gid: row.gid,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            company: row.company,
            bio: row.bio,
            headline: row.headline,
            avatar_url: row.avatar_url,
            roles: Roles::from_bits(row.roles),
            external_source: row.external_source,
            affiliate_code: row.affiliate_code,
            affiliate_commission: row.affiliate_commission,
            affiliate_commission_type: row.affiliate_commission_type,
            affiliate_payout_email: row.affiliate_payout_email,
            express_sign_in: row.express_sign_in,
            has_password: row.password_hash.is_some(),
            custom_fields: row.custom_fields,
            administered_course_ids: row.administered_course_ids,
        }
    }
}

impl<S: AsRef<str>> User<S> {
    /// Whether the user has a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.has(role)
    }

    /// Whether they have chosen a password.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.has_password
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
