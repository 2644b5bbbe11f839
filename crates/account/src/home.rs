//! The first page of a school; and that of the platform's own host.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use identity::own_account::{self, TakenCourse};
use identity::rights::Right;
use maud::{Markup, html};
use pages::device::RequestDevice;
use pages::layout::Page;
use pages::{PageError, PageResult, Session, Visitor};
use web::App;
use web::form::encode_path;

/// So many courses of somebody are shown here, those that they came to last.
const SHOWN: i64 = 25;

/// `GET /`
pub(super) async fn show(
    State(app): State<App>,
    RequestDevice(device): RequestDevice,
    headers: HeaderMap,
) -> PageResult {
    let visitor = match Visitor::from_headers(&app, &headers, device).await {
        Err(PageError::NoSchool) => return platform_page(&app).await,
        visitor => visitor?,
    };
    let body = match visitor.signed_in("/") {
        Ok(signed_in) => {
            let courses = signed_in.read(Right::Learn, |tx, actor| own_account::courses(tx, actor, SHOWN)).await?;
            own_courses(signed_in.session, &courses)
        }
        Err(_) => html! {
            @if visitor.takes_sign_ups {
                p { "Sign in to go on with your courses, or sign up to begin." }
            } @else {
                p { "Sign in to go on with your courses." }
            }
            p.actions {
                a.button href="/users/sign_in" { "Sign in" }
                @if visitor.takes_sign_ups { a.button.quiet href="/users/sign_up" { "Sign up" } }
            }
        },
    };
    let title = format!("Welcome to {}", visitor.school_name);
    Ok(Page::new(&title, body).wide().show(&visitor))
}

fn own_courses(session: &Session, courses: &[TakenCourse]) -> Markup {
    html! {
        p { "You are signed in as " strong { (session.first_name) " " (session.last_name) } "." }
        h2 { "Your courses" }
        @if courses.is_empty() {
            p.soft { "You are not enrolled in a course yet." }
        } @else {
            ul.rows {
                @for TakenCourse { name, path, percent, ended } in courses {
                    li {
                        div { p { a href=(encode_path(path)) { strong dir="auto" { (name) } } } }
                        p.soft { @if *ended { "Your access has ended" } @else { (percent) "% done" } }
                    }
                }
            }
        }
    }
}

/// So many schools are named in development where none is.
const NAMED: usize = 10;

/// What stands where no school does. Which schools there are is told in development alone.
async fn platform_page(app: &App) -> PageResult {
    let named = if app.config.mailbox { app.school_urls(NAMED).await? } else { Vec::new() };
    let body = html! {
        p {
            "No school has this address. Each has its own"
            @if named.is_empty() { ": whoever runs it can say which." } @else { ":" }
        }
        @if !named.is_empty() {
            ul { @for url in &named { li { a href=(url) { (url) } } } }
        }
        ul {
            li { a href="/docs/api" { "The reference of the API" } }
            @if app.config.mailbox { li { a href="/mailbox" { "The mailbox of development" } } }
        }
    };
    Ok(Page::new("There is no school here", body).status(StatusCode::NOT_FOUND).show_without_school())
}
