//! Users as the API gives them.

use schemars::JsonSchema;
use school::custom_profile_field_definitions::Definition;
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

/// Declares what is shown of a user: each field once, with where it comes from.
macro_rules! user_response {
    (
        $user:ident, $known:ident, $profile:ident, $maybe:ident, $said:ident;
        $($(#[$meta:meta])* $name:ident: $type:ty = $value:expr,)*
    ) => {
        /// A user.
        #[derive(Debug, Serialize, JsonSchema)]
        pub struct UserResponse<'a> {
            $($(#[$meta])* pub $name: $type,)*
        }

        pub(super) fn view<'a, S: AsRef<str>>($user: &'a User<S>, $known: &'a AuthContext) -> UserResponse<'a> {
            // An app with the general scope alone is not shown what people say of themselves.
            let $profile = $known.caller.sees_profiles();
            let $maybe = |text: &'a Option<S>| text.as_ref().map(AsRef::as_ref);
            let $said = |text: &'a Option<S>| $maybe(text).filter(|_| $profile);
            UserResponse { $($name: $value),* }
        }
    };
}

user_response! {
    user, known, profile, maybe, said;
    /// Their id.
    #[schemars(example = 2)]
    id: UserId = user.id,
    /// When they signed up.
    created_at: Timestamp = Timestamp(user.created_at),
    /// First name.
    #[schemars(example = &"Amara")]
    first_name: &'a str = user.first_name.as_ref(),
    /// Last name.
    #[schemars(example = &"Okafor")]
    last_name: &'a str = user.last_name.as_ref(),
    /// Both names.
    #[schemars(example = &"Amara Okafor")]
    full_name: String = [user.first_name.as_ref(), user.last_name.as_ref()].join(" "),
    /// Company.
    #[schemars(example = &"Harbour Bakery Co-op")]
    company: Option<&'a str> = said(&user.company),
    /// Address.
    #[schemars(example = &"amara.okafor@demo.example")]
    email: &'a str = user.email.as_ref(),
    /// What they are beside a student.
    #[schemars(example = [""; 0])]
    roles: Vec<&'static str> = user.roles.names().collect(),
    /// Picture.
    avatar_url: Option<&'a str> = said(&user.avatar_url),
    /// A few words about them.
    bio: Option<&'a str> = said(&user.bio),
    /// Title.
    #[schemars(example = &"Baker")]
    headline: Option<&'a str> = said(&user.headline),
    /// Code of an affiliate.
    affiliate_code: Option<&'a str> = maybe(&user.affiliate_code),
    /// Where they came from.
    #[schemars(example = &"newsletter")]
    external_source: Option<&'a str> = maybe(&user.external_source),
    /// Commission of an affiliate, a decimal as text.
    affiliate_commission: Option<String> = user.affiliate_commission.map(school::money::decimal),
    /// `%` for a percentage, `$` for an amount.
    #[schemars(example = &"%")]
    affiliate_commission_type: &'static str = user.affiliate_commission_type.name(),
    /// Where an affiliate is paid.
    affiliate_payout_email: Option<&'a str> = maybe(&user.affiliate_payout_email),
    /// The courses that a course admin looks after.
    administered_course_ids: Option<Vec<CourseId>> = user.administered_course_ids(),
    /// Every field that the school asks for, with the user's value.
    custom_profile_fields: Vec<CustomProfileField<'a>> = custom_profile_fields(user, known, profile),
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

/// Every field that the school asks for, with the user's value.
fn custom_profile_fields<'a, S: AsRef<str>>(
    user: &'a User<S>,
    known: &'a AuthContext,
    profile: bool,
) -> Vec<CustomProfileField<'a>> {
    let mut values = user.custom_fields();
    let field = |definition: &'a Definition| {
        let had = values.iter().position(|(_, id, _)| *id == definition.id).map(|at| values.swap_remove(at));
        let (id, value) = had.map(|(id, _, value)| (id, value)).unzip();
        CustomProfileField {
            id: id.unwrap_or(0),
            value,
            label: &definition.label,
            custom_profile_field_definition_id: definition.id,
        }
    };
    known.definitions.iter().filter(|_| profile).map(field).collect()
}
