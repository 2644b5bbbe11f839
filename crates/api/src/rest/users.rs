//! Users.

mod request;
mod response;

pub use request::{CreateUserRequest, NewUserOptions, UpdateUserRequest};
pub use response::{AuthenticationResponse, CustomProfileField, UserResponse};

use identity::managed_users;
use identity::scopes::Scope;
use request::hashed;
use response::view;
use school::UserId;
use school::account_deletion;
use school::external_ids::{self, Provider};
use school::users::{self, UserFilter, UserInput, UserRef};
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
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

/// What removing a user may be told.
pub const DELETION: &[Param] = &[
    PROVIDER[0],
    Param::boolean(
        "erase",
        "Also takes the person's names, address and whatever else was said of them from orders, events, answers that are \
         kept for idempotency keys, mails, leads and the security log. Amounts, counts and ids stay, so that the books \
         and what receivers of webhooks keep still agree. The event `user.deleted` then has the id alone. Somebody \
         who was deleted before is erased by the id that they had. It cannot be undone.",
    ),
];

/// How the path and the query name a user.
fn who(PathTexts(texts): &PathTexts, query: &Query) -> Result<UserRef, ApiError> {
    let text = texts.first().ok_or_else(ApiError::not_found)?;
    match query.text("provider") {
        None => text.parse().map(UserRef::Id).map_err(|_| ApiError::not_found()),
        Some(name) => {
            let provider = external_ids::provider(&name)
                .ok_or_else(|| ApiError::BadRequest("Parameter provider must be SSO or OPENID_CONNECT.".to_owned()))?;
            Ok(UserRef::External(provider, text.clone()))
        }
    }
}

fn filter(query: &Query) -> Result<UserFilter, ApiError> {
    let field = match (query.text("query[custom_profile_field_label]"), query.text("query[custom_profile_field_value]"))
    {
        (Some(label), Some(value)) => Some((label, value)),
        (None, None) => None,
        (Some(_), None) => return Err(ApiError::MissingParameter("query[custom_profile_field_value]")),
        (None, Some(_)) => return Err(ApiError::MissingParameter("query[custom_profile_field_label]")),
    };
    Ok(UserFilter {
        email: query.email("query[email]"),
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
                .summary(
                    "Removes a user, their enrollments and memberships. Orders stay; with `erase=true` they and all else \
                     that stays no longer say whose they were.",
                )
                .query(DELETION)
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
    let welcome = options.welcome(&api);
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
    let (who, erase) = (who(&path, &query)?, query.bool("erase")? == Some(true));
    let key = api.app().key.clone();
    api.write(move |tx, site| {
        match erase {
            true => managed_users::erase(tx, &key, site.id, &who)?,
            false => account_deletion::delete(tx, site.id, &who)?,
        }
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
