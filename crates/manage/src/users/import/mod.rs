//! Bringing people in from a file: the file, what its columns mean, a look at every row, and then the work.

mod form;
mod prepare;
mod upload;

use crate::route::{PageRoute, form as form_line, page};
use identity::rights::Right;
use school::JobId;

/// Where a file is chosen.
pub(super) const IMPORT: &str = "/manage/users/import";

/// Where one import is prepared.
pub(crate) fn import_path(id: JobId) -> String {
    format!("{IMPORT}/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(IMPORT, RIGHT, upload::show),
        form_line(IMPORT, RIGHT, upload::upload),
        page("/manage/users/import/example.csv", RIGHT, upload::example),
        page("/manage/users/import/{id}", RIGHT, prepare::show),
        form_line("/manage/users/import/{id}", RIGHT, prepare::check),
        form_line("/manage/users/import/{id}/start", RIGHT, prepare::start),
    ]
}
