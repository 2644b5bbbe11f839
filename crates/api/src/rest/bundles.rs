//! Bundles.

use crate::rest::courses;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::bundles::{self, Bundle};
use school::courses::{BANNER, CARD};
use school::{BundleId, CourseId};
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A bundle of courses.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BundleResponse<'a> {
    /// Its id.
    #[schemars(example = 1)]
    pub id: BundleId,
    /// Its name.
    #[schemars(example = &"The whole school")]
    pub name: &'a str,
    /// Its description.
    #[schemars(example = &"Every course of the demo school together.")]
    pub description: Option<&'a str>,
    /// A few words beneath its name.
    #[schemars(example = &"Everything at once")]
    pub tagline: Option<&'a str>,
    /// The picture above its page.
    #[schemars(example = &"/assets/tenant/default-course-banner.jpg")]
    pub banner_image_url: &'a str,
    /// Its courses, in their order.
    #[schemars(example = [1, 2, 3, 4])]
    pub course_ids: &'a [CourseId],
    /// The picture on its card.
    #[schemars(example = &"/assets/defaults/default-product-card.png")]
    pub bundle_card_image_url: &'a str,
    /// The last part of its address.
    #[schemars(example = &"the-whole-school")]
    pub slug: &'a str,
}

fn view(bundle: &Bundle) -> BundleResponse<'_> {
    BundleResponse {
        id: bundle.id,
        name: &bundle.name,
        description: bundle.description.as_deref(),
        tagline: bundle.tagline.as_deref(),
        banner_image_url: bundle.banner_image_url.as_deref().unwrap_or(BANNER),
        course_ids: &bundle.course_ids,
        bundle_card_image_url: bundle.bundle_card_image_url.as_deref().unwrap_or(CARD),
        slug: &bundle.slug,
    }
}

/// The endpoints of bundles.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Bundles",
        vec![
            endpoint::get("/bundles/{id}", "getBundleByID", Scope::ReadBundles, get)
                .path_examples(&["1"])
                .summary("Gives a bundle.")
                .response::<BundleResponse<'static>>(200),
            endpoint::get("/bundles/{id}/courses", "getBundlesCoursesByID", Scope::ReadBundles, courses)
                .path_examples(&["1"])
                .summary("Lists the courses in a bundle.")
                .list_response::<courses::CourseResponse<'static>>(),
        ],
    )
}

/// `GET /bundles/{id}/courses`
pub async fn courses(api: ApiContext, Id(id): Id<BundleId>, query: Query) -> ApiResult {
    let page_request = query.page_request()?;
    api.read(move |tx, site| {
        Ok(ApiResponse::page(&query, &bundles::courses(tx, site.id, id, &page_request)?, courses::view))
    })
    .await
}

/// `GET /bundles/{id}`
pub async fn get(api: ApiContext, Id(id): Id<BundleId>) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&bundles::get(tx, site.id, id)?)))).await
}
