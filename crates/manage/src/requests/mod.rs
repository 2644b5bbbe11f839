//! The request log: what programs called.

mod list;
mod show;
mod words;

use crate::addresses::REQUESTS as LIST;
use crate::route::{PageRoute, page};
use identity::rights::Right;
use school::RequestLogId;

/// Where one request is.
fn path(id: RequestLogId) -> String {
    format!("{LIST}/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![page(LIST, RIGHT, list::show), page("/manage/requests/{id}", RIGHT, show::show)]
}
