//! The school's API key.

mod page;
mod rotate;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;

/// Where the key is.
pub(crate) const PAGE: &str = "/manage/api_key";

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageApiKeys;
    vec![
        page(PAGE, RIGHT, page::show),
        form("/manage/api_key/reveal", RIGHT, page::reveal),
        form("/manage/api_key/rotate", RIGHT, rotate::rotate),
    ]
}
