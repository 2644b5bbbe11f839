//! Instructors.

use crate::rest::pictures::picture;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::files::{FileAddresses, file_of_address};
use school::instructors::{self, Instructor, InstructorInput};
use school::{FileId, InstructorId, Set, SiteId, UserId};
use serde::{Deserialize, Serialize};
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Field, IdInput, Text, Timestamp};
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;
use web::{ApiResult, Tx};

/// An instructor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InstructorResponse<'a> {
    /// Their id.
    #[schemars(example = 1)]
    pub id: InstructorId,
    /// The user that they are.
    pub user_id: Option<UserId>,
    /// Their title.
    #[schemars(example = &"Accountant and occasional potter")]
    pub title: Option<&'a str>,
    /// First name.
    #[schemars(example = &"Ruth")]
    pub first_name: &'a str,
    /// Last name.
    #[schemars(example = &"Abend")]
    pub last_name: &'a str,
    /// A few words about them.
    #[schemars(example = &"Ruth has kept the books of forty workshops.…")]
    pub bio: Option<&'a str>,
    /// The last part of their address.
    #[schemars(example = &"ruth-abend")]
    pub slug: &'a str,
    /// Picture.
    pub avatar_url: Option<&'a str>,
    /// The file of the school that the picture is.
    pub avatar_file_id: Option<FileId>,
    /// Address.
    #[schemars(example = &"ruth@example.com")]
    pub email: Option<&'a str>,
    /// When they were entered.
    pub created_at: Timestamp,
}

/// An instructor to be made, or the changes to one: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct InstructorRequest {
    /// The user that they are.
    #[serde(default)]
    pub user_id: Field<IdInput<UserId>>,
    /// Their title.
    #[serde(default)]
    #[schemars(example = &"Accountant and occasional potter")]
    pub title: Field<Text>,
    /// First name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Ruth")]
    pub first_name: Field<Text>,
    /// Last name.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"Abend")]
    pub last_name: Field<Text>,
    /// A few words about them.
    #[serde(default)]
    #[schemars(example = &"Ruth has kept the books of forty workshops.…")]
    pub bio: Field<Text>,
    /// The last part of their address, unique in the school; made of the name when it is left out.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"ruth-abend")]
    pub slug: Field<Text>,
    /// Picture.
    #[serde(default)]
    pub avatar_url: Field<Text>,
    /// The file of the school that the picture is, instead of an address: a public picture.
    #[serde(default)]
    pub avatar_file_id: Field<IdInput<FileId>>,
    /// Address.
    #[serde(default)]
    #[schemars(example = &"ruth@example.com")]
    pub email: Field<Text>,
}

impl From<InstructorRequest> for InstructorInput {
    fn from(request: InstructorRequest) -> Self {
        Self {
            user_id: request.user_id.set_id(),
            title: request.title.text(),
            first_name: request.first_name.text(),
            last_name: request.last_name.text(),
            bio: request.bio.text(),
            slug: request.slug.text(),
            avatar_url: request.avatar_url.text(),
            email: request.email.text(),
        }
    }
}

/// What an instructor becomes by a request, whose picture may be a file of the school.
fn input(
    tx: &mut Tx<'_>,
    site: SiteId,
    request: InstructorRequest,
    addresses: &FileAddresses,
    had: Option<String>,
) -> school::Result<InstructorInput> {
    let (file, mut url) = (request.avatar_file_id.clone(), had.clone());
    picture(tx, site, file, addresses, "avatar_file_id", &mut url)?;
    let mut input = InstructorInput::from(request);
    if url != had {
        input.avatar_url = url.map_or(Set::Clear, Set::To);
    }
    Ok(input)
}

fn view(instructor: &Instructor) -> InstructorResponse<'_> {
    InstructorResponse {
        id: instructor.id,
        user_id: instructor.user_id,
        title: instructor.title.as_deref(),
        first_name: &instructor.first_name,
        last_name: &instructor.last_name,
        bio: instructor.bio.as_deref(),
        slug: &instructor.slug,
        avatar_url: instructor.avatar_url.as_deref(),
        avatar_file_id: instructor.avatar_url.as_deref().and_then(file_of_address),
        email: instructor.email.as_deref(),
        created_at: Timestamp(instructor.created_at),
    }
}

/// The endpoints of instructors.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Instructors",
        vec![
            endpoint::get("/instructors", "getInstructors", Scope::ReadInstructors, list)
                .summary("Lists the school's instructors.")
                .list_response::<InstructorResponse<'static>>(),
            endpoint::post("/instructors", "createInstructor", Scope::WriteInstructors, create)
                .summary("Makes an instructor.")
                .request::<InstructorRequest>()
                .response::<InstructorResponse<'static>>(201),
            endpoint::get("/instructors/{id}", "getInstructorByID", Scope::ReadInstructors, get)
                .path_examples(&["1"])
                .summary("Gives an instructor.")
                .response::<InstructorResponse<'static>>(200),
            endpoint::put("/instructors/{id}", "updateInstructor", Scope::WriteInstructors, update)
                .path_examples(&["1"])
                .summary("Changes the given fields of an instructor.")
                .request::<InstructorRequest>(),
            endpoint::delete("/instructors/{id}", "deleteInstructorByID", Scope::WriteInstructors, delete)
                .path_examples(&["1"])
                .summary("Removes an instructor. The courses they taught stay."),
        ],
    )
}

/// `GET /instructors`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &instructors::list(tx, site.id, &page_request)?, view))).await
}

/// `GET /instructors/{id}`
pub async fn get(api: ApiContext, Id(id): Id<InstructorId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&instructors::get(tx, site.id, id)?)))).await
}

/// `POST /instructors`
pub async fn create(api: ApiContext, Body(request): Body<InstructorRequest>) -> ApiResult {
    let addresses = api.app().file_addresses();
    api.write(move |tx, site| {
        let input = input(tx, site.id, request.clone(), &addresses, None)?;
        Ok(ApiResponse::created(&view(&instructors::create(tx, site.id, &input)?)))
    })
    .await
}

/// `PUT /instructors/{id}`
pub async fn update(api: ApiContext, Id(id): Id<InstructorId>, Body(request): Body<InstructorRequest>) -> ApiResult {
    let addresses = api.app().file_addresses();
    api.write(move |tx, site| {
        let had = instructors::get(tx, site.id, id)?.avatar_url;
        let input = input(tx, site.id, request.clone(), &addresses, had)?;
        instructors::update(tx, site.id, id, &input)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /instructors/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<InstructorId>) -> ApiResult {
    api.write(move |tx, site| {
        instructors::delete(tx, site.id, id)?;
        Ok(ApiResponse::no_content())
    })
    .await
}
