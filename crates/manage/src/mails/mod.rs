//! Mail that was not sent.

mod list;

use crate::route::{PageRoute, page};
use identity::rights::Right;

/// Where it is.
pub(crate) const LIST: &str = "/manage/mails";

pub(super) fn table() -> Vec<PageRoute> {
    vec![page(LIST, Right::ManageSchool, list::show)]
}
