//! `user.*`

use crate::custom_profile_field_definitions::Definition;
use crate::money::two_decimals;
use crate::time::Moment;
use crate::users::{self, Role};
use serde::Serialize;
use std::borrow::Cow;

/// A user. Unlike the Admin API's there is a `gid`, and no `full_name`.
#[derive(Debug, Clone, Serialize)]
pub struct User<'a> {
    /// Their id.
    pub id: i64,
    /// Their global id, a ULID.
    pub gid: &'a str,
    /// When they signed up.
    pub created_at: Moment,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// Company.
    pub company: Option<&'a str>,
    /// Address.
    pub email: &'a str,
    /// What they are beside a student.
    pub roles: Vec<&'static str>,
    /// Picture.
    pub avatar_url: Option<&'a str>,
    /// A few words about them.
    pub bio: Option<&'a str>,
    /// Title.
    pub headline: Option<&'a str>,
    /// Code of an affiliate.
    pub affiliate_code: Option<&'a str>,
    /// Where they came from.
    pub external_source: Option<&'a str>,
    /// Commission of an affiliate, a decimal as text: `15.00`.
    pub affiliate_commission: Option<String>,
    /// `%` or `$`.
    pub affiliate_commission_type: &'a str,
    /// Where an affiliate is paid.
    pub affiliate_payout_email: Option<&'a str>,
    /// The courses that a course admin looks after.
    pub administered_course_ids: Option<Vec<i64>>,
    /// Every field that the school asks for, with the user's value.
    pub custom_profile_fields: Vec<CustomProfileField<'a>>,
}

/// A field that the school asks for.
#[derive(Debug, Clone, Serialize)]
pub struct CustomProfileField<'a> {
    /// The value's id; null when the user has none.
    pub id: Option<i64>,
    /// The value.
    pub value: Option<Cow<'a, str>>,
    /// What the field is called.
    pub label: &'a str,
    /// The field's id.
    pub custom_profile_field_definition_id: i64,
}

impl<'a> User<'a> {
    /// A user, with every field that the school asks for.
    #[must_use]
    pub fn of(user: &'a users::User, definitions: &'a [Definition]) -> Self {
        let mut values = user.custom_fields();
        let mut field = |definition: &'a Definition| {
            let at = values.iter().position(|(_, id, _)| *id == definition.id);
            let (id, value) = at.map(|at| values.swap_remove(at)).map(|(id, _, value)| (id, value)).unzip();
            CustomProfileField {
                id,
                value,
                label: &definition.label,
                custom_profile_field_definition_id: definition.id,
            }
        };
        Self {
            id: user.id,
            gid: &user.gid,
            created_at: Moment(user.created_at),
            first_name: &user.first_name,
            last_name: &user.last_name,
            company: user.company.as_deref(),
            email: &user.email,
            roles: Role::ALL.iter().filter(|(role, _)| user.has(*role)).map(|(_, name)| *name).collect(),
            avatar_url: user.avatar_url.as_deref(),
            bio: user.bio.as_deref(),
            headline: user.headline.as_deref(),
            affiliate_code: user.affiliate_code.as_deref(),
            external_source: user.external_source.as_deref(),
            affiliate_commission: user.affiliate_commission.map(two_decimals),
            affiliate_commission_type: &user.affiliate_commission_type,
            affiliate_payout_email: user.affiliate_payout_email.as_deref(),
            administered_course_ids: user
                .administered_course_ids
                .as_deref()
                .and_then(|ids| serde_json::from_str(ids).ok()),
            custom_profile_fields: definitions.iter().map(&mut field).collect(),
        }
    }
}
