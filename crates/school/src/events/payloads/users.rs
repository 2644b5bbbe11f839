//! `user.*`

use super::parts::Person;
use crate::time::Moment;
use serde::Serialize;
use std::borrow::Cow;
use store::users::CommissionType;
use store::{CourseId, DefinitionId, UserId};

/// A user. Unlike the Admin API's there is a `gid`, and no `full_name`.
#[derive(Debug, Clone, Serialize)]
pub struct User<'a> {
    /// Their id.
    pub id: UserId,
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
    pub affiliate_commission_type: CommissionType,
    /// Where an affiliate is paid.
    pub affiliate_payout_email: Option<&'a str>,
    /// The courses that a course admin looks after.
    pub administered_course_ids: Option<Vec<CourseId>>,
    /// Every field that the school asks for, with the user's value.
    pub custom_profile_fields: Vec<CustomProfileField<'a>>,
}

impl User<'static> {
    /// A made-up user, who signed up at this moment.
    pub(crate) fn sample(created_at: i64) -> Self {
        User {
            id: Person::SAMPLE.id,
            gid: "01JGFJJZ00AAAAAAAAAAAAAAAA",
            created_at: Moment(created_at),
            first_name: Person::SAMPLE.first_name,
            last_name: Person::SAMPLE.last_name,
            company: Some("[TEST] Example Ltd"),
            email: Person::SAMPLE.email,
            roles: vec![],
            avatar_url: None,
            bio: None,
            headline: Some("[TEST] Photographer"),
            affiliate_code: None,
            external_source: None,
            affiliate_commission: None,
            affiliate_commission_type: CommissionType::Percentage,
            affiliate_payout_email: None,
            administered_course_ids: None,
            custom_profile_fields: vec![CustomProfileField {
                id: None,
                value: None,
                label: "[TEST] Phone number",
                custom_profile_field_definition_id: DefinitionId::new(1),
            }],
        }
    }
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
    pub custom_profile_field_definition_id: DefinitionId,
}
