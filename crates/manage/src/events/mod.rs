//! What happened in the school, as webhooks are told of it.

mod list;
mod show;

use crate::addresses::{EVENTS as LIST, event as path};
use crate::route::{PageRoute, page};
use identity::rights::Right;

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        page(list::CSV, RIGHT, list::csv),
        page("/manage/events/{id}", RIGHT, show::show),
    ]
}
