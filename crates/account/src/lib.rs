//! Accounts, on the host of each school: signing up and in, single sign-on, the profile and the sessions; and the
//! mailbox of development.

mod account;
mod change_email;
mod change_password;
mod delete_account;
mod express_sign_in;
mod first_step;
mod home;
mod impersonation;
mod link_step;
mod mailbox;
mod password_reset;
mod picture;
mod profile_form;
mod proof;
mod qr_code;
mod reopen_school;
mod second_factor;
mod sessions;
mod sign_in;
mod sign_in_code;
mod sign_up;
mod sso;

use axum::Router;
use axum::routing::{get, post};
use web::App;

/// Where one's own account is.
const ACCOUNT_PATH: &str = "/account";

/// The pages of a school.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/users/sign_in", get(sign_in::show).post(sign_in::sign_in))
        .route("/users/sign_in/code", get(sign_in_code::show).post(sign_in_code::sign_in))
        .route("/users/sign_out", get(sessions::show_sign_out).post(sessions::sign_out))
        .route("/users/sign_up", get(sign_up::show).post(sign_up::sign_up))
        .route("/users/confirmation/{secret}", get(sign_up::open_confirmation).post(sign_up::confirm))
        .route("/users/password/new", get(password_reset::show))
        .route("/users/password", post(password_reset::request_link))
        .route("/users/password/edit/{secret}", get(password_reset::open_link).post(password_reset::choose))
        .route("/users/express_sign_in", get(express_sign_in::show).post(express_sign_in::request_link))
        .route("/users/express_sign_in/{secret}", get(express_sign_in::open_link).post(express_sign_in::sign_in))
        .route("/account", get(account::show).post(account::save_profile))
        .route("/account/password", post(change_password::change_password))
        .route("/account/email", get(change_email::show).post(change_email::ask))
        .route("/account/email/link", post(change_email::request_link))
        .route("/account/email/new/{secret}", get(change_email::open_link).post(change_email::ask_by_link))
        .route("/account/email/confirmation/{secret}", get(change_email::open_confirmation).post(change_email::confirm))
        .route("/account/email/stop/{secret}", get(change_email::open_stop).post(change_email::stop))
        .route("/account/delete", get(delete_account::show).post(delete_account::delete))
        .route("/account/delete/link", post(delete_account::request_link))
        .route(
            "/account/delete/confirmation/{secret}",
            get(delete_account::open_link).post(delete_account::delete_by_link),
        )
        .route("/account/second_factor", get(second_factor::show))
        .route("/account/second_factor/new", post(second_factor::prepare))
        .route("/account/second_factor/set_up", get(second_factor::show_set_up).post(second_factor::turn_on))
        .route(
            "/account/second_factor/recovery_codes",
            get(second_factor::show_recovery_codes).post(second_factor::replace_recovery_codes),
        )
        .route("/account/second_factor/off", get(second_factor::show_turn_off).post(second_factor::turn_off))
        .route("/users/impersonation/end", post(impersonation::end))
        .route("/account/picture", post(picture::upload))
        .route("/account/picture/remove", post(picture::remove))
        .route("/users/reopen_school/{secret}", get(reopen_school::show).post(reopen_school::reopen))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end_others", post(sessions::end_others))
        // Looking at the link must not use it up.
        .route("/api/sso/v2/sso/jwt", get(sso::sign_in).head(|| async {}))
        .route("/mailbox", get(mailbox::list))
        .route("/mailbox.json", get(mailbox::json))
        .route("/mailbox/clear", post(mailbox::clear))
        .route("/mailbox/{site}/{mail}", get(mailbox::show))
        .merge(pages::assets::routes())
}
