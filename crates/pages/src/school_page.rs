//! Pages of a school: in its layout, with the links of the visitor.

pub use crate::csrf_field::csrf_field;
use crate::impersonation_banner::impersonation_banner;
use crate::layout::Page;
use crate::visitor::Visitor;
use axum::http::header;
use axum::response::Response;
use maud::{Markup, html};

impl Page<'_> {
    /// The page as one of the visitor's school.
    #[must_use]
    pub fn show(self, visitor: &Visitor) -> Response {
        let mut response = self.render(
            &visitor.school_name,
            &account_links(visitor),
            &impersonation_banner(visitor),
            &visitor.files_origin(),
        );
        if let Some(cookie) = visitor.cookie() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// The links above every page of a school.
fn account_links(visitor: &Visitor) -> Markup {
    html! {
        nav aria-label="Account" {
            @if let Some(session) = &visitor.session {
                @if session.manages { a href="/manage" { "Manage the school" } }
                @if session.analyses_groups { a href="/manage/my_groups" { "Your groups" } }
                @if session.impersonation.is_none() { a href="/account" { (session.first_name) " " (session.last_name) } }
                form method="post" action="/users/sign_out" {
                    (csrf_field(visitor))
                    button.plain type="submit" { "Sign out" }
                }
            } @else {
                a href="/users/sign_in" { "Sign in" }
                @if visitor.takes_sign_ups { a href="/users/sign_up" { "Sign up" } }
            }
        }
    }
}
