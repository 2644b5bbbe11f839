//! Courses.

mod request;

pub use request::{CourseRequest, DuplicateCourseRequest};
pub(crate) use request::{set_flag, set_text};

use identity::scopes::Scope;
use schemars::JsonSchema;
use school::courses::{self, BANNER, CARD, Course, NewCourse};
use school::files::file_of_address;
use school::products::ProductStatus;
use school::{ChapterId, CourseId, FileId, InstructorId, ProductId, UserId};
use school::{course_source, outline};
use serde::Serialize;
use serde_json::json;
use web::ApiResult;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::parameter::Param;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A course.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CourseResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: CourseId,
    /// Its name.
    #[schemars(example = &"Bookkeeping for a small workshop")]
    pub name: &'a str,
    /// The last part of its address.
    #[schemars(example = &"bookkeeping-for-a-small-workshop")]
    pub slug: &'a str,
    /// A second line below the name.
    #[schemars(example = &"An hour a week, and no shoe box")]
    pub subtitle: Option<&'a str>,
    /// The product through which it is sold.
    #[schemars(example = 1)]
    pub product_id: ProductId,
    /// What it is about.
    #[schemars(example = &"For potters, joiners, bicycle menders and everyone else who is good at their trade…")]
    pub description: Option<&'a str>,
    /// What its card in the catalogue says.
    #[schemars(example = &"Books that take an hour a week, for people with sawdust on their hands.")]
    pub course_card_text: Option<&'a str>,
    /// A video on YouTube that introduces it.
    pub intro_video_youtube: Option<&'a str>,
    /// Whom to ask about it.
    pub contact_information: Option<&'a str>,
    /// What it is found by.
    #[schemars(example = &"bookkeeping, small business, invoices, cash, craft")]
    pub keywords: Option<&'a str>,
    /// How long it takes, in words.
    pub duration: Option<&'a str>,
    /// The picture on its page.
    #[schemars(example = &"/assets/tenant/default-course-banner.jpg")]
    pub banner_image_url: &'a str,
    /// The picture on its card.
    #[schemars(example = &"/assets/defaults/default-product-card.png")]
    pub course_card_image_url: &'a str,
    /// The file of the school that the picture on its page is.
    pub banner_image_file_id: Option<FileId>,
    /// The file of the school that the picture on its card is.
    pub course_card_image_file_id: Option<FileId>,
    /// A video at Wistia that introduces it.
    pub intro_video_wistia_identifier: Option<&'a str>,
    /// The users who look after it.
    #[schemars(example = [0; 0])]
    pub administrator_user_ids: &'a [UserId],
    /// Its chapters, in order.
    #[schemars(example = [1, 2, 3, 4])]
    pub chapter_ids: &'a [ChapterId],
    /// Whether students may review it.
    #[schemars(example = true)]
    pub reviews_enabled: bool,
    /// Who made it.
    pub user_id: Option<UserId>,
    /// Who teaches it.
    #[schemars(example = 1)]
    pub instructor_id: Option<InstructorId>,
}

pub(crate) fn view(course: &Course) -> CourseResponse<'_> {
    CourseResponse {
        id: course.id,
        name: &course.name,
        slug: &course.slug,
        subtitle: course.subtitle.as_deref(),
        product_id: course.product_id,
        description: course.description.as_deref(),
        course_card_text: course.course_card_text.as_deref(),
        intro_video_youtube: course.intro_video_youtube.as_deref(),
        contact_information: course.contact_information.as_deref(),
        keywords: course.keywords.as_deref(),
        duration: course.duration.as_deref(),
        banner_image_url: course.banner_image_url.as_deref().unwrap_or(BANNER),
        course_card_image_url: course.course_card_image_url.as_deref().unwrap_or(CARD),
        banner_image_file_id: course.banner_image_url.as_deref().and_then(file_of_address),
        course_card_image_file_id: course.course_card_image_url.as_deref().and_then(file_of_address),
        intro_video_wistia_identifier: course.intro_video_wistia_identifier.as_deref(),
        administrator_user_ids: &course.administrator_user_ids,
        chapter_ids: &course.chapter_ids,
        reviews_enabled: course.reviews_enabled,
        user_id: course.user_id,
        instructor_id: course.instructor_id,
    }
}

/// What removing a course may be told.
pub const DELETION: &[Param] = &[Param::boolean(
    "with_enrollments",
    "Also removes the enrollments in the course with all progress. It cannot be undone.",
)];

/// The endpoints of courses.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Courses",
        vec![
            endpoint::get("/courses", "getCourses", Scope::ReadCourses, list)
                .summary("Lists the school's courses.")
                .list_response::<CourseResponse<'static>>(),
            endpoint::post("/courses", "createCourse", Scope::WriteCourses, create)
                .summary("Makes a course, and the product through which it is sold: a draft without a price, unless it is said.")
                .request::<CourseRequest>()
                .response::<CourseResponse<'static>>(201)
                .response_example(|| {
                    json!({
                        "name": "Sourdough in a week", "slug": "sourdough-in-a-week", "subtitle": null, "description": null,
                        "course_card_text": null, "keywords": null, "instructor_id": null, "chapter_ids": [],
                        "banner_image_url": "https://media.example.com/sourdough/banner.jpg",
                        "course_card_image_url": "https://media.example.com/sourdough/card.jpg",
                    })
                }),
            endpoint::get("/courses/{id}", "getCourseByID", Scope::ReadCourses, get)
                .path_examples(&["1"])
                .summary("Gives a course.")
                .response::<CourseResponse<'static>>(200),
            endpoint::put("/courses/{id}", "updateCourse", Scope::WriteCourses, update)
                .path_examples(&["1"])
                .summary("Changes the given fields of a course. How it is sold is changed at its product.")
                .request::<CourseRequest>(),
            endpoint::delete("/courses/{id}", "deleteCourse", Scope::WriteCourses, delete)
                .path_examples(&["1"])
                .summary(
                    "Removes a course with its chapters and lessons, its product, its reviews and its place in bundles. Where \
                     users are enrolled it is refused, unless `with_enrollments` says that their enrollments and progress go \
                     too. Orders stay.",
                )
                .query(DELETION)
                .error_statuses(&[422]),
            endpoint::post("/courses/{id}/duplicate", "duplicateCourse", Scope::WriteCourses, duplicate)
                .path_examples(&["1"])
                .summary("Makes another course like one, as a draft: with chapters, lessons and prices, and nobody in it.")
                .request::<DuplicateCourseRequest>()
                .response::<CourseResponse<'static>>(201)
                .response_example(|| {
                    json!({
                        "name": "Bookkeeping for a workshop, second edition",
                        "slug": "bookkeeping-for-a-workshop-second-edition",
                        "banner_image_url": "https://media.example.com/sourdough/banner.jpg",
                        "course_card_image_url": "https://media.example.com/sourdough/card.jpg",
                    })
                }),
        ],
    )
}

/// `GET /courses`
pub async fn list(api: ApiContext, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &courses::list(tx, site.id, &page_request)?, view))).await
}

/// `GET /courses/{id}`
pub async fn get(api: ApiContext, Id(id): Id<CourseId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&courses::get(tx, site.id, id)?)))).await
}

/// `POST /courses`
pub async fn create(api: ApiContext, Body(request): Body<CourseRequest>) -> ApiResult {
    let mut new = NewCourse { status: ProductStatus::Draft, ..NewCourse::named("") };
    api.checked(request.clone().apply(&mut new))?;
    let addresses = api.app().file_addresses();
    api.write(move |tx, site| {
        let mut new = new.clone();
        request.clone().apply_pictures(tx, site.id, &addresses, &mut new)?;
        Ok(ApiResponse::created(&view(&courses::create(tx, site.id, &new)?)))
    })
    .await
}

/// `PUT /courses/{id}`
pub async fn update(api: ApiContext, Id(id): Id<CourseId>, Body(request): Body<CourseRequest>) -> ApiResult {
    let addresses = api.app().file_addresses();
    api.write(move |tx, site| {
        let mut new = NewCourse::of(tx, site.id, id)?;
        request.clone().apply(&mut new)?;
        request.clone().apply_pictures(tx, site.id, &addresses, &mut new)?;
        courses::update(tx, site.id, id, &new)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /courses/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<CourseId>, query: Query) -> ApiResult {
    let with_enrollments = query.bool("with_enrollments")?.unwrap_or(false);
    api.write(move |tx, site| {
        outline::remove_course(tx, site.id, id, with_enrollments)?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `POST /courses/{id}/duplicate`
pub async fn duplicate(
    api: ApiContext,
    Id(id): Id<CourseId>,
    Body(request): Body<DuplicateCourseRequest>,
) -> ApiResult {
    let (name, slug) = (request.name.value().map(String::from), request.slug.value().map(String::from));
    api.write(move |tx, site| {
        let course = course_source::duplicate(tx, site.id, id, name.clone(), slug.clone())?;
        Ok(ApiResponse::created(&view(&course)))
    })
    .await
}
