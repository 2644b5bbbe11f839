//! The files of the school: what was uploaded, and how.

mod answer;
mod change;
pub(crate) mod choose;
mod in_parts;
mod list;
pub(crate) mod receive;
mod show;
mod upload;
mod words;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use school::FileId;

/// Where the list is.
pub(crate) const LIST: &str = "/manage/files";
/// Where files are uploaded.
const NEW: &str = "/manage/files/new";
/// Where a script begins an upload.
const UPLOADS: &str = "/manage/files/uploads";

/// A file.
pub(crate) fn path(id: FileId) -> String {
    format!("{LIST}/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    // Whoever makes courses uploads what they are made of.
    const MAKES: Right = Right::ManageCourses;
    vec![
        page(LIST, RIGHT, list::show),
        page(NEW, RIGHT, upload::show),
        form(LIST, RIGHT, upload::create),
        form(UPLOADS, MAKES, in_parts::begin),
        page(choose::CHOICES, MAKES, choose::show),
        page("/manage/files/{id}", RIGHT, show::show),
        form("/manage/files/{id}", RIGHT, change::update),
        form("/manage/files/{id}/delete", RIGHT, change::delete),
        page("/manage/files/{id}/progress", MAKES, in_parts::progress),
        form("/manage/files/{id}/parts", MAKES, in_parts::put_part),
        form("/manage/files/{id}/complete", MAKES, in_parts::complete),
    ]
}
