//! The school's own pages of what it teaches, at the addresses that the API names: `/courses/…`, `/bundles/…`,
//! `/collections/…`, and the `take_url` of each lesson; and the pictures of what has none of its own.

mod files;
mod landing_page;
mod pictures;

use axum::Router;
use axum::routing::get;
use web::App;

/// The files of all schools, which are on the platform's own host.
pub fn file_routes() -> Router<App> {
    files::routes()
}

/// The pages of a school.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/courses/{slug}", get(landing_page::course))
        .route("/courses/take/{slug}", get(landing_page::course))
        .route("/courses/take/{slug}/{kind}/{lesson}", get(landing_page::lesson))
        .route("/bundles/{slug}", get(landing_page::bundle))
        .route("/collections/{slug}", get(landing_page::collection))
        .route("/enrollments", get(landing_page::enrollments))
        .merge(pictures::routes())
}
