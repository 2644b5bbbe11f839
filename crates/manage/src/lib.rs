//! The admin area, `/manage` on the host of each school: what a person sees and does who runs it.

mod addresses;
mod api_access_tokens;
mod api_key;
mod components;
mod deliveries;
mod events;
mod home;
mod mails;
mod manager;
mod navigation;
mod requests;
mod route;
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
        page("/dev/components", Right::ManageSchool, components::show),
    ];
    let parts = [
        own,
        users::table(),
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
