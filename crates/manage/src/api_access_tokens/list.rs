//! `GET /manage/api_access_tokens`: every token of the school.

use super::view::{TokenView, rows};
use super::{LIST, NEW};
use crate::manager::Manager;
use maud::html;
use pages::components::{EmptyState, Icon};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use school::now;

/// `GET /manage/api_access_tokens`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let (area, tokens) = manager.read(|tx, actor| TokenView::all(tx, actor, now())).await?;
    let csrf = manager.csrf();
    let make = html! { a.button href=(NEW) { (Icon::Plus) "Make a token" } };
    let body = html! {
        div.card {
            @if tokens.is_empty() {
                (EmptyState {
                    icon: Icon::KeyRound,
                    title: "No tokens yet",
                    text: "Give each program a token of its own: one can be revoked without changing all others.",
                    actions: make.clone(),
                })
            } @else {
                (rows(&tokens))
            }
        }
        @for token in &tokens { (token.revoke_dialog(&csrf)) }
    };
    let page = FramedPage::new(LIST, "API access tokens", body)
        .intro("Each lets one program of the school’s own in. It opens what the API key opens.")
        .actions(if tokens.is_empty() {
            html! {}
        } else {
            make
        })
        .done(if query.get("done") == "revoked" { "The token was revoked." } else { "" });
    manager.show(&area, page)
}
