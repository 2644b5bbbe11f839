//! The school's own pages, on the school's host: signing up and in, the account, and what comes after.
//!
//! - [`visitor`]: who is looking, at which school. Every handler begins with it.
//! - [`form`]: what a visitor sends, once it is known that they meant to.
//! - [`layout`]: the frame of every page; also of the pages of other faces.

mod account;
pub mod assets;
mod cookies;
pub mod error;
mod express_sign_in;
mod fields;
pub mod form;
mod home;
pub mod layout;
mod mailbox;
mod password;
mod profile;
pub mod return_to;
mod sign_in;
mod sign_up;
mod sso;
pub mod visitor;

pub use error::PageError;
pub use form::Posted;
pub use return_to::to_sign_in;
pub use visitor::{Session, Visitor};

use crate::App;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

/// What a handler of a page gives.
pub type PageResult = Result<Response, PageError>;

/// The pages of a school.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/users/sign_in", get(sign_in::show).post(sign_in::sign_in))
        .route("/users/sign_out", post(sign_in::sign_out))
        .route("/users/sign_up", get(sign_up::show).post(sign_up::sign_up))
        .route("/users/confirmation/{secret}", get(sign_up::confirmation).post(sign_up::confirm))
        .route("/users/password/new", get(password::show))
        .route("/users/password", post(password::ask))
        .route("/users/password/edit/{secret}", get(password::edit).post(password::change))
        .route("/users/express_sign_in", get(express_sign_in::show).post(express_sign_in::ask))
        .route("/users/express_sign_in/{secret}", get(express_sign_in::open).post(express_sign_in::sign_in))
        .route("/account", get(account::show).post(account::save))
        .route("/account/password", post(account::change_password))
        .route("/account/sessions/end", post(account::end_session))
        .route("/account/sessions/end_others", post(account::end_others))
        // Looking at the link must not use it up.
        .route("/api/sso/v2/sso/jwt", get(sso::sign_in).head(|| async {}))
        .route("/mailbox", get(mailbox::list))
        .route("/mailbox.json", get(mailbox::json))
        .route("/mailbox/clear", post(mailbox::clear))
        .route("/mailbox/{site}/{mail}", get(mailbox::show))
        .merge(assets::routes())
}
