//! Users as clients send them.

use identity::passwords;
use schemars::JsonSchema;
use school::Set;
use school::external_ids::Provider;
use school::users::{UserInput, Welcome};
use serde::Deserialize;
use serde_json::json;
use web::ApiError;
use web::context::ApiContext;
use web::input::{Bool, Decimal, Field, Int, Text};

/// A value of a custom profile field.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CustomProfileFieldRequest {
    /// The value; null removes it.
    #[serde(default)]
    #[schemars(example = &"Nigeria")]
    pub value: Field<Text>,
    /// The field's id.
    #[schemars(example = 2)]
    pub custom_profile_field_definition_id: Int,
}

/// A user to be made.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CreateUserRequest {
    /// First name.
    #[schemars(required, with = "Text", example = &"Amara")]
    pub first_name: Field<Text>,
    /// Last name.
    #[schemars(required, with = "Text", example = &"Okafor")]
    pub last_name: Field<Text>,
    /// Address; unique in the school.
    #[schemars(required, with = "Text", example = &"amara.okafor@demo.example")]
    pub email: Field<Text>,
    /// Password, of at least six characters. Without one the express sign-in link works.
    pub password: Field<Text>,
    /// Any of affiliate, course_admin, group_analyst, site_admin.
    pub roles: Field<Vec<Text>>,
    /// A few words about them.
    pub bio: Field<Text>,
    /// Company.
    #[schemars(example = &"Harbour Bakery Co-op")]
    pub company: Field<Text>,
    /// Title.
    #[schemars(example = &"Baker")]
    pub headline: Field<Text>,
    /// Picture.
    pub avatar_url: Field<Text>,
    /// Where they came from.
    #[schemars(example = &"newsletter")]
    pub external_source: Field<Text>,
    /// Code of an affiliate.
    pub affiliate_code: Field<Text>,
    /// Commission of an affiliate.
    pub affiliate_commission: Field<Decimal>,
    /// `%` for a percentage, `$` for an amount.
    pub affiliate_commission_type: Field<Text>,
    /// Where an affiliate is paid.
    pub affiliate_payout_email: Field<Text>,
    /// Values of custom profile fields.
    #[schemars(example = [json!({ "value": "Nigeria", "custom_profile_field_definition_id": 2 })])]
    pub custom_profile_fields: Field<Vec<CustomProfileFieldRequest>>,
    /// Whether required custom profile fields may be missing.
    pub skip_custom_fields_validation: Field<Bool>,
    /// Whether the school's welcome mail is sent.
    #[schemars(example = true)]
    pub send_welcome_email: Field<Bool>,
    /// The id by which the provider knows the user.
    #[schemars(example = &"crm-1000")]
    pub external_id: Field<Text>,
    /// SSO, which is the default, or OPENID_CONNECT.
    #[schemars(example = &"SSO")]
    pub provider: Field<Text>,
}

/// Changes to a user: only the given fields change.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UpdateUserRequest {
    /// First name.
    pub first_name: Field<Text>,
    /// Last name.
    pub last_name: Field<Text>,
    /// Address. Only an integration with the school's API key, or a private app, may change it.
    pub email: Field<Text>,
    /// Password.
    pub password: Field<Text>,
    /// Roles.
    pub roles: Field<Vec<Text>>,
    /// Picture.
    pub avatar_url: Field<Text>,
    /// A few words about them.
    pub bio: Field<Text>,
    /// Company.
    #[schemars(example = &"Harbour Bakery Co-op")]
    pub company: Field<Text>,
    /// Title.
    #[schemars(example = &"Head baker")]
    pub headline: Field<Text>,
    /// Where they came from.
    pub external_source: Field<Text>,
    /// Code of an affiliate.
    pub affiliate_code: Field<Text>,
    /// Commission of an affiliate.
    pub affiliate_commission: Field<Decimal>,
    /// `%` for a percentage, `$` for an amount.
    pub affiliate_commission_type: Field<Text>,
    /// Where an affiliate is paid.
    pub affiliate_payout_email: Field<Text>,
    /// Values of custom profile fields.
    pub custom_profile_fields: Field<Vec<CustomProfileFieldRequest>>,
}

impl UpdateUserRequest {
    /// The same as the school takes it, with the password hashed.
    pub(super) async fn input(self, api: &ApiContext) -> Result<UserInput, ApiError> {
        let password = match self.password.text() {
            Set::Keep => Set::Keep,
            Set::Clear => Set::Clear,
            Set::To(text) => Set::To(api.hash(move || passwords::hash(&text)).await?),
        };
        Ok(UserInput {
            first_name: self.first_name.text(),
            last_name: self.last_name.text(),
            email: self.email.text(),
            password,
            roles: self.roles.set(|roles| roles.into_iter().map(String::from).collect()),
            bio: self.bio.text(),
            company: self.company.text(),
            headline: self.headline.text(),
            avatar_url: self.avatar_url.text(),
            external_source: self.external_source.text(),
            affiliate_code: self.affiliate_code.text(),
            affiliate_commission: self.affiliate_commission.set(i64::from),
            affiliate_commission_type: self.affiliate_commission_type.text(),
            affiliate_payout_email: self.affiliate_payout_email.text(),
            custom_profile_fields: self.custom_profile_fields.set(|fields| {
                fields
                    .into_iter()
                    .map(|field| (field.custom_profile_field_definition_id.0, field.value.value().map(String::from)))
                    .collect()
            }),
        })
    }
}

impl CreateUserRequest {
    pub(super) fn welcome(&self) -> Result<Welcome, ApiError> {
        let flag = |field: &Field<Bool>| field.0.value().is_some_and(|flag| flag.0);
        let provider = match self.provider.0.value() {
            None => Provider::Sso,
            Some(name) => {
                Provider::named(&name.0).ok_or_else(|| ApiError::invalid("provider", "is not included in the list"))?
            }
        };
        let external_id = self.external_id.0.value().map(|id| id.0.clone()).filter(|id| !id.is_empty());
        if external_id.as_ref().is_some_and(|id| id.chars().count() > school::check::LINE) {
            return Err(ApiError::invalid("external_id", "is too long (maximum is 255 characters)"));
        }
        Ok(Welcome {
            skip_custom_fields_validation: flag(&self.skip_custom_fields_validation),
            send_welcome_email: flag(&self.send_welcome_email),
            external_id: external_id.map(|id| (provider, id)),
        })
    }

    pub(super) fn user(self) -> UpdateUserRequest {
        UpdateUserRequest {
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            password: self.password,
            roles: self.roles,
            avatar_url: self.avatar_url,
            bio: self.bio,
            company: self.company,
            headline: self.headline,
            external_source: self.external_source,
            affiliate_code: self.affiliate_code,
            affiliate_commission: self.affiliate_commission,
            affiliate_commission_type: self.affiliate_commission_type,
            affiliate_payout_email: self.affiliate_payout_email,
            custom_profile_fields: self.custom_profile_fields,
        }
    }
}
