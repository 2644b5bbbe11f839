//! The admin area, `/manage` on the host of each school: what a person sees and does who runs it.

mod area;
mod components;
mod home;
mod users;

use axum::Router;
use axum::routing::get;
use web::App;

/// Where the admin area begins.
pub(crate) const HOME: &str = "/manage";

/// The pages of the admin area.
pub fn routes() -> Router<App> {
    Router::new().route(HOME, get(home::show)).route("/dev/components", get(components::show)).merge(users::routes())
}
