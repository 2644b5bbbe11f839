//! The settings of the school.

mod general;
mod security;

use crate::route::{PageRoute, form, page};
use identity::actor::Actor;
use identity::rights::Right;
use maud::{Markup, html};
use pages::components::{Tab, tabs};

/// Where they begin.
pub(crate) const GENERAL: &str = "/manage/settings";
/// Who may come in, and how.
pub(crate) const SECURITY: &str = "/manage/settings/security";

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(GENERAL, RIGHT, general::show),
        form(GENERAL, RIGHT, general::save),
        page(SECURITY, Right::ManageSecurity, security::show),
        form("/manage/settings/security/second_factor", Right::ManageSecurity, security::require),
        form("/manage/settings/security/end_session", Right::ManageSecurity, security::end_session),
        form("/manage/settings/security/end_sessions", Right::ManageSecurity, security::end_all_sessions),
    ]
}

/// Whether somebody sees the part about security, beside the general one.
struct Parts {
    has_security: bool,
}

impl Parts {
    fn of(actor: &Actor) -> Self {
        Self { has_security: actor.may(Right::ManageSecurity) }
    }

    /// What leads from one part to the other.
    fn tabs(&self, here: &str) -> Markup {
        if !self.has_security {
            return html! {};
        }
        tabs(
            "Settings",
            &[
                Tab { label: "General", href: GENERAL, is_current: here == GENERAL },
                Tab { label: "Security", href: SECURITY, is_current: here == SECURITY },
            ],
        )
    }
}
