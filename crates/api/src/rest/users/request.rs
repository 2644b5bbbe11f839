//! Users as clients send them.

use identity::passwords::{self, Password};
use schemars::{JsonSchema, Schema};
use school::Set;
use school::check::{Check, LINE};
use school::external_ids::{self, Provider};
use school::users::{CreationOptions, UserInput};
use serde::Deserialize;
use serde_json::{Value, json};
use web::ApiError;
use web::context::ApiContext;
use web::input::{Bool, Field, Text};

/// What a new user comes with, beside what is said of every user.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NewUserOptions {
    /// Whether required custom profile fields may be missing.
    pub skip_custom_fields_validation: Field<Bool>,
    /// Whether the school's welcome mail is sent.
    pub send_welcome_email: Field<Bool>,
    /// The id by which the provider knows the user.
    pub external_id: Field<Text>,
    /// SSO, which is the default, or OPENID_CONNECT.
    pub provider: Field<Text>,
}

// Of a body its two parts are read one after the other, so that what is wrong is said under the name of its field.
/// A user to be made.
#[derive(JsonSchema)]
#[schemars(transform = complete_creation)]
pub struct CreateUserRequest {
    #[serde(flatten)]
    _user: UserInput,
    #[serde(flatten)]
    _options: NewUserOptions,
}

fn complete_creation(schema: &mut Schema) {
    let required = ["first_name", "last_name", "email"];
    for name in required {
        if let Some(field) = schema.pointer_mut(&format!("/properties/{name}")) {
            field["type"] = "string".into();
        }
    }
    schema.insert("required".to_owned(), json!(required));
    set_examples(
        schema,
        json!({
            "first_name": "Amara", "last_name": "Okafor", "email": "amara.okafor@demo.example",
            "company": "Harbour Bakery Co-op", "headline": "Baker", "external_source": "newsletter",
            "custom_profile_fields": [{ "value": "Nigeria", "custom_profile_field_definition_id": 2 }],
            "send_welcome_email": true, "external_id": "crm-1000", "provider": "SSO",
        }),
    );
}

/// Changes to a user: only the given fields change.
#[derive(JsonSchema)]
#[schemars(transform = complete_update)]
pub struct UpdateUserRequest {
    #[serde(flatten)]
    _user: UserInput,
}

fn complete_update(schema: &mut Schema) {
    set_examples(schema, json!({ "company": "Harbour Bakery Co-op", "headline": "Head baker" }));
}

/// Gives fields of a request their examples.
fn set_examples(schema: &mut Schema, examples: Value) {
    for (name, example) in examples.as_object().into_iter().flatten() {
        if let Some(field) = schema.pointer_mut(&format!("/properties/{name}")) {
            field["examples"] = json!([example]);
        }
    }
}

/// The input with its password hashed.
pub(super) async fn hashed(mut input: UserInput, api: &ApiContext) -> Result<UserInput, ApiError> {
    if let Some(text) = input.password.value().and_then(Password::to_hash).map(str::to_owned) {
        input.password = Set::To(api.hash(move || passwords::hash(&text)).await?);
    }
    Ok(input)
}

impl NewUserOptions {
    /// What they say; what is wrong with them is refused when the user is to be made.
    pub(super) fn welcome(&self, api: &ApiContext) -> CreationOptions {
        let flag = |field: &Field<Bool>| field.0.value().is_some_and(|flag| flag.0);
        let mut check = Check::new();
        let named = self.provider.0.value().map(|name| external_ids::provider(&name.0));
        check.that(named != Some(None), "provider", "is not included in the list");
        let provider = named.flatten().unwrap_or(Provider::Sso);
        let external_id = self.external_id.0.value().map(|id| id.0.clone()).filter(|id| !id.is_empty());
        check.length("external_id", external_id.as_deref().unwrap_or_default(), LINE);
        api.refuse(check);
        CreationOptions {
            skip_custom_fields_validation: flag(&self.skip_custom_fields_validation),
            send_welcome_email: flag(&self.send_welcome_email),
            external_id: external_id.map(|id| (provider, id)),
            ..CreationOptions::default()
        }
    }
}
