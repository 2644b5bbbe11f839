//! Where somebody is signed in, and ending it.

use crate::ACCOUNT_PATH;
use axum::http::StatusCode;
use axum::response::Response;
use identity::own_account::{self, OpenSession};
use identity::rights::Right;
use maud::{Markup, html};
use pages::components::browser_name;
use pages::layout::Page;
use pages::return_to::see_other;
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, ReceivedForm, SubmittedForm, Visitor};
use school::SessionId;
use school::time::Moment;

/// Somebody's sessions, each with what ends it.
pub(super) fn session_list(visitor: &Visitor, sessions: &[OpenSession]) -> Markup {
    html! {
        ul.rows {
            @for session in sessions {
                @let name = browser_name(&session.user_agent);
                @let since = date_and_time(session.created_at);
                li {
                    div {
                        p { strong { (name) } @if session.here { " (here)" } }
                        p.soft {
                            "Since " (since) ", last used " (date_and_time(session.seen_at))
                            @if !session.address.is_empty() { ", from " (session.address) }
                        }
                    }
                    @if !session.here {
                        form method="post" action="/account/sessions/end" {
                            (csrf_field(visitor))
                            input type="hidden" name="session" value=(session.id);
                            button.quiet type="submit" aria-label={ "Sign out " (name) ", since " (since) } {
                                "Sign out"
                            }
                        }
                    }
                }
            }
        }
        @if sessions.len() > 1 {
            form method="post" action="/account/sessions/end_others" {
                (csrf_field(visitor))
                button.quiet type="submit" { "Sign out everywhere else" }
            }
        }
    }
}

/// A moment for people: `2026-11-23 19:05 UTC`.
pub(super) fn date_and_time(at: i64) -> String {
    let text = Moment(at).text();
    let text = String::from_utf8_lossy(&text);
    format!("{} {} UTC", &text[..10], &text[11..16])
}

/// `POST /account/sessions/end`
pub(super) async fn end(form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = form;
    let signed_in = visitor.signed_in(ACCOUNT_PATH)?;
    let id: SessionId = fields.get("session").parse().map_err(|_| PageError::NoPage)?;
    signed_in.write(Right::ManageOwnAccount, move |tx, actor| own_account::end_session(tx, actor, id)).await?;
    Ok(see_other("/account?done=ended"))
}

/// `POST /account/sessions/end_others`
pub(super) async fn end_others(form: SubmittedForm) -> PageResult {
    form.visitor.signed_in(ACCOUNT_PATH)?.write(Right::ManageOwnAccount, own_account::end_other_sessions).await?;
    Ok(see_other("/account?done=ended"))
}

/// `GET /users/sign_out`: a form, because whoever has led somebody here must not sign them out.
pub(super) async fn show_sign_out(visitor: Visitor) -> PageResult {
    if visitor.session.is_none() {
        return Ok(see_other("/"));
    }
    Ok(Page::new("Sign out", sign_out_form(&visitor, "Do you want to sign out?")).show(&visitor))
}

/// `POST /users/sign_out`
pub(super) async fn sign_out(form: ReceivedForm) -> PageResult {
    let visitor = match form {
        ReceivedForm::Submitted(form) => form.visitor,
        // Signed out in another tab already.
        ReceivedForm::OutOfDate(form) if form.visitor.session.is_none() => return Ok(see_other("/")),
        ReceivedForm::OutOfDate(form) => return Ok(ask_to_sign_out(&form.visitor)),
    };
    let mut response = see_other("/");
    if let Ok(signed_in) = visitor.signed_in("/") {
        match signed_in.write(Right::EndSession, own_account::sign_out).await {
            // It was ended from elsewhere at the same time.
            Ok(()) | Err(PageError::SignIn(_)) => {}
            Err(error) => return Err(error),
        }
    }
    visitor.clear_session(&mut response);
    visitor.clear_visitor(&mut response);
    Ok(response)
}

/// Asks somebody who has signed in anew since they opened the form to sign out.
fn ask_to_sign_out(visitor: &Visitor) -> Response {
    let body = sign_out_form(visitor, "You have signed in again since you opened that page. Do you want to sign out?");
    Page::new("You are still signed in", body).status(StatusCode::FORBIDDEN).show(visitor)
}

fn sign_out_form(visitor: &Visitor, question: &str) -> Markup {
    html! {
        p { (question) }
        form method="post" action="/users/sign_out" {
            (csrf_field(visitor))
            button type="submit" { "Sign out" }
        }
    }
}
