//! Accounts, on the host of each school: signing up and in, single sign-on, the profile and the sessions; and the
//! mailbox of development.

mod account;
mod express_sign_in;
mod home;
mod mailbox;
mod password;
mod profile;
mod sign_in;
mod sign_up;
mod sso;

use axum::Router;
use axum::routing::{get, post};
use web::App;

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
        .merge(pages::assets::routes())
}
