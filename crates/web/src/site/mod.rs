//! The school's own pages, on the school's host: signing up and in, the account, and what comes after.
//!
//! - [`visitor`]: who is looking, at which school. Every handler begins with it.
//! - [`form`]: what a visitor sends, once it is known that they meant to.
//! - [`layout`]: the frame of every page; also of the pages of other faces.

pub mod assets;
mod cookies;
pub mod error;
mod fields;
pub mod form;
mod home;
pub mod layout;
pub mod return_to;
mod sign_in;
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
        .merge(assets::routes())
}
