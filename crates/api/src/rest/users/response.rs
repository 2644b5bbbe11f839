//! Users as the API gives them.

use schemars::JsonSchema;
use school::users::User;
use school::{CourseId, DefinitionId, UserId};
use serde::Serialize;
use std::borrow::Cow;
use web::authentication::AuthContext;
use web::input::Timestamp;

/// A user's value of a custom profile field.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CustomProfileField<'a> {
    /// Its id; 0 when the user has no value, because clients read it into a number that cannot be null.
    #[schemars(example = 1)]
    pub id: i64,
    /// The value.
    #[schemars(example = &"Nigeria")]
    pub value: Option<Cow<'a, str>>,
    /// What the field is called.
    #[schemars(example = &"Country")]
    pub label: &'a str,
    /// The field's id.
    #[schemars(example = 2)]
    pub custom_profile_field_definition_id: DefinitionId,
}

/// A user.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UserResponse<'a> {
    /// Their id.
    #[schemars(example = 2)]
    pub id: UserId,
    /// When they signed up.
    pub created_at: Timestamp,
    /// First name.
    #[schemars(example = &"Amara")]
    pub first_name: &'a str,
    /// Last name.
    #[schemars(example = &"Okafor")]
    pub last_name: &'a str,
    /// Both names.
    #[schemars(example = &"Amara Okafor")]
    pub full_name: String,
    /// Company.
    #[schemars(example = &"Harbour Bakery Co-op")]
    pub company: Option<&'a str>,
    /// Address.
    #[schemars(example = &"amara.okafor@demo.example")]
    pub email: &'a str,
    /// What they are beside a student.
    #[schemars(example = [""; 0])]
    pub roles: Vec<&'static str>,
    /// Picture.
    pub avatar_url: Option<&'a str>,
    /// A few words about them.
    pub bio: Option<&'a str>,
    /// Title.
    #[schemars(example = &"Baker")]
    pub headline: Option<&'a str>,
    /// Code of an affiliate.
    pub affiliate_code: Option<&'a str>,
    /// Where they came from.
    #[schemars(example = &"newsletter")]
    pub external_source: Option<&'a str>,
    /// Commission of an affiliate, a decimal as text.
    pub affiliate_commission: Option<String>,
    /// `%` for a percentage, `$` for an amount.
    #[schemars(example = &"%")]
    pub affiliate_commission_type: &'static str,
    /// Where an affiliate is paid.
    pub affiliate_payout_email: Option<&'a str>,
    /// The courses that a course admin looks after.
    pub administered_course_ids: Option<Vec<CourseId>>,
    /// Every field that the school asks for, with the user's value.
    pub custom_profile_fields: Vec<CustomProfileField<'a>>,
}

/// By which id a provider knows a user.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuthenticationResponse {
    /// The provider.
    #[schemars(example = &"SSO")]
    pub provider: &'static str,
    /// The id.
    #[schemars(example = &"crm-1000")]
    pub external_id: String,
}

pub(super) fn view<'a, S: AsRef<str>>(user: &'a User<S>, known: &'a AuthContext) -> UserResponse<'a> {
    // An app with the general scope alone is not shown what people say of themselves.
    let profile = known.caller.sees_profiles();
    let mut values = user.custom_fields();
    let custom_profile_fields = known
        .definitions
        .iter()
        .filter(|_| profile)
        .map(|definition| {
            let had = values.iter().position(|(_, id, _)| *id == definition.id).map(|at| values.swap_remove(at));
            let (id, value) = had.map(|(id, _, value)| (id, value)).unzip();
            CustomProfileField {
                id: id.unwrap_or(0),
                value,
                label: &definition.label,
                custom_profile_field_definition_id: definition.id,
            }
        })
        .collect();
    UserResponse {
        id: user.id,
        created_at: Timestamp(user.created_at),
        first_name: user.first_name.as_ref(),
        last_name: user.last_name.as_ref(),
        full_name: [user.first_name.as_ref(), user.last_name.as_ref()].join(" "),
        company: text(&user.company).filter(|_| profile),
        email: user.email.as_ref(),
        roles: user.roles.names().collect(),
        avatar_url: text(&user.avatar_url).filter(|_| profile),
        bio: text(&user.bio).filter(|_| profile),
        headline: text(&user.headline).filter(|_| profile),
        affiliate_code: text(&user.affiliate_code),
        external_source: text(&user.external_source),
        affiliate_commission: user.affiliate_commission.map(school::money::decimal),
        affiliate_commission_type: user.affiliate_commission_type.name(),
        affiliate_payout_email: text(&user.affiliate_payout_email),
        administered_course_ids: user.administered_course_ids(),
        custom_profile_fields,
    }
}

fn text<S: AsRef<str>>(text: &Option<S>) -> Option<&str> {
    text.as_ref().map(AsRef::as_ref)
}
