//! Bundles: several courses that are sold together.

mod edit;
mod list;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use school::BundleId;

/// Where the list of bundles is.
pub(crate) const LIST: &str = "/manage/bundles";

/// Where a bundle is changed.
fn path(id: BundleId) -> String {
    format!("{LIST}/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        form(LIST, RIGHT, edit::create),
        page("/manage/bundles/new", RIGHT, edit::show_new),
        page("/manage/bundles/{id}", RIGHT, edit::show),
        form("/manage/bundles/{id}", RIGHT, edit::update),
        form("/manage/bundles/{id}/delete", RIGHT, edit::delete),
    ]
}
