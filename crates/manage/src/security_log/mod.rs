//! The security log: what happened to the ways into the school.

mod list;
mod words;

use crate::route::{PageRoute, page};
use identity::rights::Right;

/// Where it is.
pub(crate) const LIST: &str = "/manage/security_log";

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ReadSecurityLog;
    vec![page(LIST, RIGHT, list::show), page(list::CSV, RIGHT, list::csv)]
}
