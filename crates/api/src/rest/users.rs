//! Users.

use identity::passwords::{self, Password};
use identity::scopes::Scope;
use schemars::{JsonSchema, Schema};
use school::Set;
use school::account_deletion;
use school::custom_profile_field_definitions::Definition;
use school::external_ids::{self, Provider};
use school::users::{self, User, UserInput, Wanted, Welcome, Who};
use school::{CourseId, DefinitionId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;
use web::authentication::AuthContext;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Bool, Field, Text, Timestamp};
use web::parameter::Param;
use web::path::PathTexts;
use web::query::Query;
use web::response::{ApiResponse, ListItems};
use web::{ApiError, ApiResult};

/// The filters of the list.
pub const FILTERS: &[Param] = &[
    Param::text("query[email]", "Only the user with this address, in any case."),
    Param::text("query[role]", "Only those with this role."),
    Param::text("query[external_source]", "Only those from this source."),
    Param::text("query[custom_profile_field_label]", "With `query[custom_profile_field_value]`: the field's label."),
    Param::text("query[custom_profile_field_value]", "With `query[custom_profile_field_label]`: the field's value."),
    Param::integer("query[group_id]", "Only those in this group."),
];

/// Says that the id in the path is the one that a provider knows the user by.
pub const PROVIDER: &[Param] =
    &[Param::one_of("provider", Provider::NAMES, "Says that the id is the one this provider knows the user by.")];

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

        fn view<'a, S: AsRef<str>>($user: &'a User<S>, $known: &'a AuthContext) -> UserResponse<'a> {
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
async fn hashed(mut input: UserInput, api: &ApiContext) -> Result<UserInput, ApiError> {
    if let Some(text) = input.password.value().and_then(Password::to_hash).map(str::to_owned) {
        input.password = Set::To(api.hash(move || passwords::hash(&text)).await?);
    }
    Ok(input)
}

impl NewUserOptions {
    fn welcome(&self) -> Result<Welcome, ApiError> {
        let flag = |field: &Field<Bool>| field.0.value().is_some_and(|flag| flag.0);
        let provider = match self.provider.0.value() {
            None => Provider::Sso,
            Some(name) => external_ids::provider(&name.0)
                .ok_or_else(|| ApiError::invalid("provider", "is not included in the list"))?,
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

/// How the path and the query name a user.
fn who(PathTexts(texts): &PathTexts, query: &Query) -> Result<Who, ApiError> {
    let text = texts.first().ok_or_else(ApiError::not_found)?;
    match query.text("provider") {
        None => text.parse().map(Who::Id).map_err(|_| ApiError::not_found()),
        Some(name) => {
            let provider = external_ids::provider(&name)
                .ok_or_else(|| ApiError::BadRequest("Parameter provider must be SSO or OPENID_CONNECT.".to_owned()))?;
            Ok(Who::External(provider, text.clone()))
        }
    }
}

fn filter(query: &Query) -> Result<Wanted, ApiError> {
    let field = match (query.text("query[custom_profile_field_label]"), query.text("query[custom_profile_field_value]"))
    {
        (Some(label), Some(value)) => Some((label, value)),
        (None, None) => None,
        (Some(_), None) => return Err(ApiError::MissingParameter("query[custom_profile_field_value]")),
        (None, Some(_)) => return Err(ApiError::MissingParameter("query[custom_profile_field_label]")),
    };
    Ok(Wanted {
        email: query.text("query[email]"),
        role: query.text("query[role]"),
        external_source: query.text("query[external_source]"),
        field,
        group_id: query.id("query[group_id]")?,
    })
}

/// The endpoints of users.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Users",
        vec![
            endpoint::get("/users", "getUsers", Scope::ReadUsers, list)
                .summary("Lists the school's users.")
                .query(FILTERS)
                .list_response::<UserResponse<'static>>(),
            endpoint::post("/users", "createUser", Scope::WriteUsers, create)
                .summary("Makes a user.")
                .request::<CreateUserRequest>()
                .response::<UserResponse<'static>>(201),
            endpoint::get("/users/{id}", "getUserByID", Scope::ReadUsers, get)
                .path_examples(&["2"])
                .summary("Gives a user, by id or by the id that a provider knows them by.")
                .query(PROVIDER)
                .text_id()
                .response::<UserResponse<'static>>(200),
            endpoint::put("/users/{id}", "updateUserByID", Scope::WriteUsers, update)
                .path_examples(&["2"])
                .summary("Changes the given fields of a user.")
                .query(PROVIDER)
                .text_id()
                .request::<UpdateUserRequest>(),
            endpoint::delete("/users/{id}", "deleteUserByID", Scope::WriteUsers, delete)
                .path_examples(&["2"])
                .summary("Removes a user, their enrollments and memberships. Orders stay.")
                .query(PROVIDER)
                .text_id(),
            endpoint::get(
                "/users/{id}/authentications/{provider}",
                "getUserAuthByIDAndProvider",
                Scope::ReadUsers,
                authentication,
            )
            .path_examples(&["2", "SSO"])
            .summary("Gives the id by which a provider knows a user.")
            .text_id()
            .response::<AuthenticationResponse>(200),
        ],
    )
}

/// `GET /users`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let (page_request, filter) = (query.page_request()?, filter(&query)?);
    api.read(move |tx, site| {
        if !site.caller.sees_profiles() && filter.field.is_some() {
            // Who is found by a value is shown to have it.
            return Err(ApiError::InsufficientScope(Scope::ReadUsersProfile.into()));
        }
        let mut items = ListItems::for_page(&query);
        let page = users::list(tx, site.id, &filter, &page_request, |user| items.push(&view(user, site)))?;
        Ok(ApiResponse::page_of_items(&query, &page, items))
    })
    .await
}

/// `GET /users/{id}`
pub async fn get(api: ApiContext, path: PathTexts, query: Query) -> ApiResult {
    let who = who(&path, &query)?;
    api.read(move |tx, site| Ok(users::show(tx, site.id, &who, |user| ApiResponse::ok(&view(user, site)))?)).await
}

/// `POST /users`
pub async fn create(api: ApiContext, Body(input): Body<UserInput>, Body(options): Body<NewUserOptions>) -> ApiResult {
    let welcome = options.welcome()?;
    let input = hashed(input, &api).await?;
    api.write(move |tx, site| {
        let user = users::create(tx, site.id, &input, &welcome)?;
        Ok(ApiResponse::created(&view(&user, site)))
    })
    .await
}

/// `PUT /users/{id}`
pub async fn update(api: ApiContext, path: PathTexts, query: Query, Body(input): Body<UserInput>) -> ApiResult {
    let who = who(&path, &query)?;
    let input = hashed(input, &api).await?;
    api.write(move |tx, site| {
        users::update(tx, site.id, &site.caller.as_editor(), &who, &input)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /users/{id}`
pub async fn delete(api: ApiContext, path: PathTexts, query: Query) -> ApiResult {
    let who = who(&path, &query)?;
    api.write(move |tx, site| {
        account_deletion::delete(tx, site.id, &who)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `GET /users/{id}/authentications/{provider}`
pub async fn authentication(api: ApiContext, PathTexts(path): PathTexts) -> ApiResult {
    let [id, provider] = path.as_slice() else { return Err(ApiError::not_found()) };
    let id: UserId = id.parse().map_err(|_| ApiError::not_found())?;
    let provider = external_ids::provider(provider).ok_or_else(ApiError::not_found)?;
    api.read(move |tx, site| {
        let external_id = external_ids::get(tx, site.id, id, provider)?;
        Ok(ApiResponse::ok(&AuthenticationResponse { provider: provider.name(), external_id }))
    })
    .await
}
