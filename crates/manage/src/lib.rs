//! The admin area, `/manage` on the host of each school: what a person sees and does who runs it.

mod addresses;
mod amounts;
mod api_access_tokens;
mod api_key;
mod bundles;
mod categories;
mod choices;
mod components;
mod coupons;
mod courses;
mod csv;
mod dates;
mod deliveries;
mod enrollments;
pub mod errors;
mod events;
mod external_orders;
mod files;
mod form_values;
mod groups;
mod home;
mod instructors;
mod jobs;
mod list_page;
mod mails;
mod manager;
mod my_groups;
mod navigation;
mod orders;
mod people;
mod pictures;
mod product_publish_requests;
mod profile_fields;
mod progress_of_members;
mod promotions;
mod reconciliation;
mod requests;
mod route;
mod search;
mod security_log;
mod settings;
mod users;
mod webhooks;

use axum::Router;
use identity::rights::Right;
pub use route::PageRoute;
use route::page;
use web::App;

/// Where the admin area begins.
pub(crate) const HOME: &str = "/manage";

/// Every page and form of the admin area.
#[must_use]
pub fn table() -> Vec<PageRoute> {
    let own = vec![
        page(HOME, Right::ManageSchool, home::show),
        page(addresses::SEARCH, Right::ManageSchool, search::show),
        page("/dev/components", Right::ManageSchool, components::show),
    ];
    let parts = [
        own,
        users::table(),
        files::table(),
        courses::table(),
        bundles::table(),
        categories::table(),
        instructors::table(),
        enrollments::table(),
        orders::table(),
        external_orders::table(),
        reconciliation::table(),
        promotions::table(),
        coupons::table(),
        product_publish_requests::table(),
        groups::table(),
        profile_fields::table(),
        jobs::table(),
        my_groups::table(),
        webhooks::table(),
        deliveries::table(),
        events::table(),
        api_key::table(),
        api_access_tokens::table(),
        requests::table(),
        security_log::table(),
        mails::table(),
        settings::table(),
    ];
    parts.into_iter().flatten().collect()
}

/// The pages as routes.
pub fn routes() -> Router<App> {
    table().into_iter().fold(Router::new(), |router, line| router.route(line.path, line.handler))
}
