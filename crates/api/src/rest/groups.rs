//! Groups, their users and their analysts.

use axum::http::StatusCode;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::check::Check;
use school::groups::{self, Group};
use school::{GroupId, UserId};
use serde::{Deserialize, Serialize};
use std::hash::Hash;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, IdInput, IdList, Text, Timestamp};
use web::path::{Id, Ids};
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiError, ApiResult};

/// A group.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GroupResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: GroupId,
    /// Its name.
    #[schemars(example = &"Cohort A")]
    pub name: &'a str,
    /// Eight characters that name it in links.
    #[schemars(example = &"4c73c967")]
    pub token: &'a str,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A group on its own is wrapped; in a list it is not. Some clients look inside the wrapper and some beside it, so
/// that the group is in both places.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GroupEnvelope<'a> {
    /// The group.
    pub group: GroupResponse<'a>,
    /// The group once more.
    #[serde(flatten)]
    pub beside: GroupResponse<'a>,
}

/// The analysts of a group.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GetGroupAnalystsResponse {
    /// Their user ids.
    #[schemars(example = [16])]
    pub group_analysts: Vec<UserId>,
}

/// A group to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct GroupRequest {
    /// Its name, unique in the school.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Cohort A")]
    pub name: Field<Text>,
}

/// Users to be made analysts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct GroupAddAnalystRequest {
    /// Their ids.
    #[serde(default)]
    #[schemars(required, with = "IdList<UserId>", example = [16])]
    pub user_ids: Field<IdList<UserId>>,
}

/// Groups that a user is to be made an analyst of.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct GroupAnalystsAddGroupRequest {
    /// Their ids.
    #[serde(default)]
    #[schemars(required, with = "IdList<GroupId>", example = [2])]
    pub group_ids: Field<IdList<GroupId>>,
}

/// A user to be put into groups.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CreateGroupUsersRequest {
    /// The user's id.
    #[serde(default)]
    #[schemars(required, with = "IdInput<UserId>", example = 2)]
    pub user_id: Field<IdInput<UserId>>,
    /// The groups' names.
    #[serde(default)]
    #[schemars(required, with = "Vec<Text>", example = ["Cohort B"])]
    pub group_names: Field<Vec<Text>>,
}

fn view(group: &Group) -> GroupResponse<'_> {
    GroupResponse { id: group.id, name: &group.name, token: &group.token, created_at: Timestamp(group.created_at) }
}

fn enveloped(group: &Group) -> GroupEnvelope<'_> {
    GroupEnvelope { group: view(group), beside: view(group) }
}

/// The endpoints of groups, their analysts and their users.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        tagged("Groups", group_endpoints()),
        tagged("Group Analysts", analyst_endpoints()),
        tagged("Group Users", member_endpoints()),
    ]
    .concat()
}

fn group_endpoints() -> Vec<Endpoint> {
    vec![
        endpoint::get("/groups", "getGroups", Scope::ReadGroups, list)
            .summary("Lists the school's groups.")
            .list_response::<GroupResponse<'static>>(),
        endpoint::post("/groups", "createGroup", Scope::WriteGroups, create)
            .summary("Makes a group.")
            .request::<GroupRequest>()
            .response::<GroupEnvelope<'static>>(200),
        endpoint::get("/groups/{id}", "getGroup", Scope::ReadGroups, get)
            .path_examples(&["1"])
            .summary("Gives a group.")
            .response::<GroupEnvelope<'static>>(200),
        endpoint::delete("/groups/{id}", "deleteGroupByID", Scope::WriteGroups, delete)
            .path_examples(&["1"])
            .summary("Removes a group. Its users stay."),
        endpoint::get("/groups/{group_id}/analysts", "getGroupAnalysts", Scope::ReadGroups, analysts)
            .path_examples(&["1"])
            .summary("Lists the ids of a group's analysts.")
            .response::<GetGroupAnalystsResponse>(200),
        endpoint::post("/groups/{group_id}/analysts", "postGroupAnalysts", Scope::WriteGroups, add_analysts)
            .path_examples(&["1"])
            .summary("Makes users analysts of a group. They must have the role group_analyst.")
            .request::<GroupAddAnalystRequest>()
            .empty_response(201),
        endpoint::delete(
            "/groups/{group_id}/analysts/{user_id}",
            "removeAnalystFromGroup",
            Scope::WriteGroups,
            remove_analyst,
        )
        .path_examples(&["1", "16"])
        .summary("Takes an analyst from a group."),
    ]
}

fn analyst_endpoints() -> Vec<Endpoint> {
    vec![
        endpoint::post(
            "/group_analysts/{user_id}/groups",
            "addGroupToAnalyst",
            Scope::WriteGroups,
            add_groups_to_analyst,
        )
        .path_examples(&["16"])
        .summary("Makes a user an analyst of groups.")
        .request::<GroupAnalystsAddGroupRequest>()
        .empty_response(201),
        endpoint::delete(
            "/group_analysts/{user_id}/groups/{group_id}",
            "removeGroupFromAnalyst",
            Scope::WriteGroups,
            remove_group,
        )
        .path_examples(&["16", "2"])
        .summary("Takes an analyst from a group."),
    ]
}

fn member_endpoints() -> Vec<Endpoint> {
    vec![
        endpoint::post("/group_users", "createGroupUsers", Scope::WriteGroups, add_user)
            .summary("Puts a user into groups, which are named.")
            .request::<CreateGroupUsersRequest>()
            .empty_response(201),
    ]
}

/// `GET /groups`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &groups::list(tx, site.id, &page_request)?, view))).await
}

/// `GET /groups/{id}`
pub async fn get(api: ApiContext, Id(id): Id<GroupId>) -> ApiResult {
    api.read(move |tx, site| match groups::get(tx, site.id, id) {
        // Here clients know the sentence as the only one of a list.
        Err(school::Error::NotFound) => Err(school::Error::NotFoundLines(vec!["Record not found.".to_owned()]).into()),
        group => Ok(ApiResponse::ok(&enveloped(&group?))),
    })
    .await
}

/// `POST /groups`
pub async fn create(api: ApiContext, Body(request): Body<GroupRequest>) -> ApiResult {
    let name = request.name.value().map(String::from);
    api.write(move |tx, site| {
        let group = groups::create(tx, site.id, name.as_deref())?;
        Ok(ApiResponse::ok(&enveloped(&group)))
    })
    .await
}

/// `DELETE /groups/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<GroupId>) -> ApiResult {
    api.write(move |tx, site| {
        groups::delete(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `GET /groups/{group_id}/analysts`
pub async fn analysts(api: ApiContext, Id(group): Id<GroupId>) -> ApiResult {
    api.read(move |tx, site| {
        let group_analysts = groups::analysts(tx, site.id, group)?;
        Ok(ApiResponse::ok(&GetGroupAnalystsResponse { group_analysts }))
    })
    .await
}

fn ids<T: Copy + Eq + Hash>(field: Field<IdList<T>>, name: &'static str) -> Result<Vec<T>, ApiError> {
    field.value().unwrap_or_default().ids(name)
}

/// `POST /groups/{group_id}/analysts`
pub async fn add_analysts(
    api: ApiContext,
    Id(group): Id<GroupId>,
    Body(request): Body<GroupAddAnalystRequest>,
) -> ApiResult {
    let users = api.checked(ids(request.user_ids, "user_ids"))?;
    api.write(move |tx, site| {
        groups::add_analysts(tx, site.id, group, &users)?;
        Ok(ApiResponse::empty(StatusCode::CREATED))
    })
    .await
}

/// `DELETE /groups/{group_id}/analysts/{user_id}`
pub async fn remove_analyst(api: ApiContext, Ids((group, user)): Ids<(GroupId, UserId)>) -> ApiResult {
    api.write(move |tx, site| {
        groups::remove_analyst(tx, site.id, group, user)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `POST /group_analysts/{user_id}/groups`
pub async fn add_groups_to_analyst(
    api: ApiContext,
    Id(user): Id<UserId>,
    Body(request): Body<GroupAnalystsAddGroupRequest>,
) -> ApiResult {
    let group_ids = api.checked(ids(request.group_ids, "group_ids"))?;
    api.write(move |tx, site| {
        groups::add_groups_to_analyst(tx, site.id, user, &group_ids)?;
        Ok(ApiResponse::empty(StatusCode::CREATED))
    })
    .await
}

/// `DELETE /group_analysts/{user_id}/groups/{group_id}`
pub async fn remove_group(api: ApiContext, Ids((user, group)): Ids<(UserId, GroupId)>) -> ApiResult {
    remove_analyst(api, Ids((group, user))).await
}

/// `POST /group_users`
pub async fn add_user(api: ApiContext, Body(request): Body<CreateGroupUsersRequest>) -> ApiResult {
    let user = request.user_id.id();
    let names: Vec<String> = request.group_names.value().unwrap_or_default().into_iter().map(String::from).collect();
    let mut check = Check::new();
    check.that(names.len() <= web::input::MAX_IDS, "group_names", "has too many entries");
    // What is refused anyway is not looked up.
    let names = if check.is_fine() { names } else { Vec::new() };
    api.refuse(check);
    api.write(move |tx, site| {
        groups::add_user(tx, site.id, user, &names)?;
        Ok(ApiResponse::empty(StatusCode::CREATED))
    })
    .await
}
