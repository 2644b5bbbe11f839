//! Bundles.

use crate::rest::courses;
use schemars::JsonSchema;
use school::bundles::{self, Bundle};
use school::courses::{BANNER, CARD};
use serde::Serialize;
use web::ApiResult;
use web::context::ApiContext;
use web::path::Id;
use web::query::Query;
use web::response::ApiResponse;

/// A bundle of courses.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BundleResponse<'a> {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: &'a str,
    /// Its description.
    pub description: Option<&'a str>,
    /// A few words beneath its name.
    pub tagline: Option<&'a str>,
    /// The picture above its page.
    pub banner_image_url: &'a str,
    /// Its courses, in their order.
    pub course_ids: &'a [i64],
    /// The picture on its card.
    pub bundle_card_image_url: &'a str,
    /// The last part of its address.
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

/// `GET /bundles/{id}/courses`
pub async fn courses(api: ApiContext, Id(id): Id, query: Query) -> ApiResult {
    let ask = query.ask()?;
    api.read(move |tx, site| Ok(ApiResponse::page(&query, &bundles::courses(tx, site.id, id, &ask)?, courses::view)))
        .await
}

/// `GET /bundles/{id}`
pub async fn get(api: ApiContext, Id(id): Id) -> ApiResult {
    api.read(move |tx, site| Ok(ApiResponse::ok(&view(&bundles::get(tx, site.id, id)?)))).await
}
