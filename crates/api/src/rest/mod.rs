//! The Admin REST API v1: a module a resource, each with its endpoints beside their handlers. How an endpoint is added is
//! written in CONTRIBUTING.md.

pub mod bundles;
pub mod chapters;
pub mod collections;
pub mod contents;
pub mod coupons;
pub mod course_files;
pub mod course_reviews;
pub mod courses;
pub mod custom_profile_field_definitions;
pub mod enrollments;
pub mod external_orders;
pub mod files;
pub mod groups;
pub mod instructors;
pub mod jobs;
pub mod orders;
mod pictures;
mod places;
pub mod product_publish_requests;
pub mod products;
pub mod promotions;
pub mod reconciliation;
pub mod security_log;
pub mod users;

use web::definition::ApiDefinition;
use web::endpoint::Endpoint;
use web::paging::Paging;

/// Where the API lives.
pub const ROOT: &str = "/api/public/v1";

/// The API as a whole.
pub static API: ApiDefinition = ApiDefinition {
    root: ROOT,
    openapi_path: "/openapi.json",
    title: "Scholae Admin API",
    description: "Read and change a school. Send a Bearer token (of an app, or an API access token of the school), or the \
            school's API key in X-Auth-API-Key (or as a Bearer token too) and its subdomain in X-Auth-Subdomain. Both belong on a server, never in \
            a page.",
    paging: Paging::Pages,
    bearer_key: false,
    endpoints,
};

/// Every endpoint of the API.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        users::endpoints(),
        custom_profile_field_definitions::endpoints(),
        groups::endpoints(),
        courses::endpoints(),
        course_files::endpoints(),
        chapters::endpoints(),
        contents::endpoints(),
        course_reviews::endpoints(),
        instructors::endpoints(),
        products::endpoints(),
        collections::endpoints(),
        promotions::endpoints(),
        coupons::endpoints(),
        product_publish_requests::endpoints(),
        bundles::endpoints(),
        enrollments::endpoints(),
        orders::endpoints(),
        external_orders::endpoints(),
        files::endpoints(),
        security_log::endpoints(),
        jobs::endpoints(),
    ]
    .concat()
}
