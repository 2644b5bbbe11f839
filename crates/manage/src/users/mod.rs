//! The people of the school.

mod delete;
mod edit;
mod form;
mod list;
mod roles;
mod show;

use axum::Router;
use axum::routing::{get, post};
use school::UserId;
use web::App;

/// Where the list of users is.
pub(crate) const LIST: &str = "/manage/users";

/// Where one user is.
pub(crate) fn path(id: UserId) -> String {
    format!("{LIST}/{id}")
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(LIST, get(list::show).post(edit::create))
        .route("/manage/users/new", get(edit::show_new))
        .route("/manage/users/{id}", get(show::show))
        .route("/manage/users/{id}/edit", get(edit::show).post(edit::update))
        .route("/manage/users/{id}/delete", post(delete::delete))
        .route("/manage/users/{id}/sign_out", post(delete::sign_out))
}
