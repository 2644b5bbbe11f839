//! Categories, which the API calls collections: what is shown together.

mod edit;
mod list;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use school::CollectionId;

/// Where the list of categories is.
pub(crate) const LIST: &str = "/manage/categories";

/// Where a category is changed.
fn path(id: CollectionId) -> String {
    format!("{LIST}/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        form(LIST, RIGHT, edit::create),
        page("/manage/categories/new", RIGHT, edit::show_new),
        page("/manage/categories/{id}", RIGHT, edit::show),
        form("/manage/categories/{id}", RIGHT, edit::update),
        form("/manage/categories/{id}/delete", RIGHT, edit::delete),
    ]
}
