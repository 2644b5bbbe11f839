//! The first page of a school.

use super::PageResult;
use super::layout::Page;
use super::visitor::Visitor;
use maud::html;

/// `GET /`
pub(super) async fn show(visitor: Visitor) -> PageResult {
    let title = format!("Welcome to {}", visitor.site.row.name);
    let body = html! {
        @if let Some(session) = &visitor.session {
            p { "You are signed in as " strong { (session.user.first_name) " " (session.user.last_name) } "." }
        } @else {
            p { a href="/users/sign_in" { "Sign in" } " or " a href="/users/sign_up" { "sign up" } " to begin." }
        }
    };
    Ok(Page::new(&title, body).wide().show(&visitor))
}
