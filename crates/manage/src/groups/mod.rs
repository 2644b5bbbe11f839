//! Groups of users: who is in them, and who may look at their progress.

mod analysts;
mod change;
mod list;
mod members;
mod show;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use school::GroupId;

/// Where the list of groups is.
pub(crate) const LIST: &str = "/manage/groups";

/// Where one group is.
pub(crate) fn path(id: GroupId) -> String {
    format!("{LIST}/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        page(list::CSV, RIGHT, list::csv),
        form(LIST, RIGHT, change::create),
        page("/manage/groups/new", RIGHT, change::show_new),
        page("/manage/groups/{id}", RIGHT, show::show),
        page("/manage/groups/{id}/members.csv", RIGHT, show::csv),
        page("/manage/groups/{id}/edit", RIGHT, change::show),
        form("/manage/groups/{id}/edit", RIGHT, change::rename),
        form("/manage/groups/{id}/delete", RIGHT, change::delete),
        form("/manage/groups/{id}/members", RIGHT, members::add),
        form("/manage/groups/{id}/remove_members", RIGHT, members::remove),
        form("/manage/groups/{id}/analysts", RIGHT, analysts::add),
        form("/manage/groups/{id}/remove_analyst", RIGHT, analysts::remove),
    ]
}
