//! The settings of the school.

mod closing;
mod code;
mod general;
mod mails;
mod security;
mod sign_up;
mod sso;

use crate::route::{PageRoute, form, page};
use identity::actor::Actor;
use identity::rights::Right;
use maud::Markup;
use pages::components::{Tab, tabs};

/// Where they begin.
pub(crate) const GENERAL: &str = "/manage/settings";
/// Who may have an account by themselves.
pub(crate) const SIGN_UP: &str = "/manage/settings/sign_up";
/// The words of mails to students.
pub(crate) const MAILS: &str = "/manage/settings/mails";
/// Code that is added to the pages of students.
pub(crate) const CODE: &str = "/manage/settings/code";
/// How another system of the school signs people in.
pub(crate) const SSO: &str = "/manage/settings/sso";
/// Who may come in, and how.
pub(crate) const SECURITY: &str = "/manage/settings/security";

/// Closing the school.
pub(crate) const CLOSE: &str = "/manage/settings/close";

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(GENERAL, RIGHT, general::show),
        form(GENERAL, RIGHT, general::save),
        page(SIGN_UP, RIGHT, sign_up::show),
        form(SIGN_UP, RIGHT, sign_up::save),
        page(MAILS, RIGHT, mails::list),
        page("/manage/settings/mails/{id}", RIGHT, mails::show),
        form("/manage/settings/mails/{id}", RIGHT, mails::save),
        form("/manage/settings/mails/{id}/reset", RIGHT, mails::reset),
        page(CODE, Right::ManagePageCode, code::show),
        form(CODE, Right::ManagePageCode, code::save),
        page(SSO, Right::ManageApiKeys, sso::show),
        form("/manage/settings/sso/try", Right::ManageApiKeys, sso::try_it),
        page(CLOSE, Right::CloseSchool, closing::show),
        form(CLOSE, Right::CloseSchool, closing::close),
        page(SECURITY, Right::ManageSecurity, security::show),
        form("/manage/settings/security/second_factor", Right::ManageSecurity, security::require),
        form("/manage/settings/security/end_session", Right::ManageSecurity, security::end_session),
        form("/manage/settings/security/end_sessions", Right::ManageSecurity, security::end_all_sessions),
    ]
}

/// Which parts somebody sees.
struct Parts {
    has_code: bool,
    has_sso: bool,
    has_security: bool,
    has_closing: bool,
}

impl Parts {
    fn of(actor: &Actor) -> Self {
        Self {
            has_code: actor.may(Right::ManagePageCode),
            has_sso: actor.may(Right::ManageApiKeys),
            has_security: actor.may(Right::ManageSecurity),
            has_closing: actor.may(Right::CloseSchool),
        }
    }

    /// What leads from one part to the other.
    fn tabs(&self, here: &str) -> Markup {
        let parts = [
            ("General", GENERAL, true),
            ("Signing up", SIGN_UP, true),
            ("Mails", MAILS, true),
            ("Code", CODE, self.has_code),
            ("Single sign-on", SSO, self.has_sso),
            ("Security", SECURITY, self.has_security),
            ("Close", CLOSE, self.has_closing),
        ];
        let seen = parts.into_iter().filter(|(_, _, is_seen)| *is_seen);
        let shown: Vec<Tab<'_>> = seen.map(|(label, href, _)| Tab { label, href, is_current: here == href }).collect();
        tabs("Settings", &shown)
    }
}
