//! API access tokens: what the school makes for programs of its own.

mod create;
mod list;
mod revoke;
mod view;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;

/// Where the list of tokens is.
pub(crate) const LIST: &str = "/manage/api_access_tokens";
/// Where a token is made.
const NEW: &str = "/manage/api_access_tokens/new";

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageApiKeys;
    vec![
        page(LIST, RIGHT, list::show),
        page(NEW, RIGHT, create::show_new),
        form(LIST, RIGHT, create::create),
        form("/manage/api_access_tokens/{id}/revoke", RIGHT, revoke::revoke),
    ]
}
