//! The people of the school.

mod bulk;
mod delete;
mod edit;
mod enroll;
mod impersonation;
mod import;
mod list;
mod personal_data;
mod picture;
mod purchases;
mod roles;
mod second_factor;
mod show;
mod user_form;

pub(crate) use roles::badges_of;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;
pub(crate) use import::import_path;
use school::UserId;

/// Where the list of users is.
pub(crate) const LIST: &str = "/manage/users";

/// Where one user is.
pub(crate) fn path(id: UserId) -> String {
    format!("{LIST}/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    let own = vec![
        page(LIST, RIGHT, list::show),
        page(list::CSV, RIGHT, list::csv),
        page(bulk::BULK, RIGHT, bulk::show),
        form(bulk::BULK, RIGHT, bulk::apply),
        page(enroll::ENROLL, RIGHT, enroll::show),
        form(enroll::ENROLL, RIGHT, enroll::enroll),
        form(LIST, RIGHT, edit::create),
        page("/manage/users/new", RIGHT, edit::show_new),
        page("/manage/users/{id}", RIGHT, show::show),
        page("/manage/users/{id}/edit", RIGHT, edit::show),
        page("/manage/users/{id}/data.json", RIGHT, personal_data::show),
        form("/manage/users/{id}/edit", RIGHT, edit::update),
        form("/manage/users/{id}/picture", RIGHT, picture::upload),
        form("/manage/users/{id}/delete", RIGHT, delete::delete),
        form("/manage/users/{id}/second_factor/reset", Right::ManageSecurity, second_factor::reset),
        form("/manage/users/{id}/impersonate", Right::Impersonate, impersonation::begin),
        form("/manage/users/{id}/sign_out", RIGHT, delete::sign_out),
    ];
    own.into_iter().chain(import::table()).collect()
}
