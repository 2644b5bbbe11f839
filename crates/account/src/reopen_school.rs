//! Opening a school again that its owner has closed, by the link from the mail to them. The secret of the link is all that
//! it takes: nobody is signed in to a school that is closed.

use crate::ACCOUNT_PATH;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use identity::school_closing;
use maud::html;
use pages::PageResult;
use pages::closed_school::ClosedSchool;
use pages::layout::Page;

/// `GET /users/reopen_school/{secret}`. A form in between, because programs that look after mail open links too.
pub(super) async fn show(school: ClosedSchool, Path(secret): Path<String>) -> PageResult {
    let (key, link) = (school.key(), secret.clone());
    let found =
        school.read(move |tx, site| Ok((school_closing::can_reopen(tx, &key, site, &link)?, site.name.clone())));
    let (works, name) = found.await?;
    if !works {
        return Ok(gone());
    }
    let body = html! {
        p { bdi { (name) } " was closed. Nothing of it is lost yet: it opens again as it was." }
        form method="post" action={ "/users/reopen_school/" (secret) } {
            button type="submit" { "Open the school again" }
        }
    };
    Ok(Page::new("Open the school again", body).show_without_school())
}

/// `POST /users/reopen_school/{secret}`
pub(super) async fn reopen(school: ClosedSchool, Path(secret): Path<String>) -> PageResult {
    let key = school.key();
    if !school.write(move |tx, site| school_closing::reopen(tx, &key, site, &secret)).await? {
        return Ok(gone());
    }
    let body = html! {
        p { "Everybody can come in again, and what was to be sent is on its way." }
        p { a.button href="/users/sign_in?return_to=%2Fmanage" { "Sign in" } " " a href=(ACCOUNT_PATH) { "Your account" } }
    };
    Ok(Page::new("The school is open again", body).show_without_school())
}

fn gone() -> Response {
    let body = html! { p { "The school was opened again before, or the time to do so is over. Whoever runs its server knows more." } };
    Page::new("This link no longer works", body).status(StatusCode::GONE).show_without_school()
}
