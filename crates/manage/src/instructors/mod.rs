//! Who teaches the courses.

mod edit;
mod list;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use school::InstructorId;

/// Where the list of instructors is.
pub(crate) const LIST: &str = "/manage/instructors";

/// Where an instructor is changed.
fn path(id: InstructorId) -> String {
    format!("{LIST}/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        form(LIST, RIGHT, edit::create),
        page("/manage/instructors/new", RIGHT, edit::show_new),
        page("/manage/instructors/{id}", RIGHT, edit::show),
        form("/manage/instructors/{id}", RIGHT, edit::update),
        form("/manage/instructors/{id}/delete", RIGHT, edit::delete),
    ]
}
