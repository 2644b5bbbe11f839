//! The first page of a school; and that of the platform's own host.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use pages::layout::Page;
use pages::visitor::{Session, Visitor};
use pages::{PageError, PageResult};
use school::{courses, enrollments};
use store::PageRequest;
use web::App;

/// So many courses of somebody are shown here, those that they came to last.
const SHOWN: i64 = 25;

/// `GET /`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap) -> PageResult {
    let visitor = match Visitor::of(&app, &headers).await {
        Err(PageError::NoSchool) => return Ok(nobodys(&app)),
        visitor => visitor?,
    };
    let body = match &visitor.session {
        Some(session) => of(&visitor, session).await?,
        None => html! {
            p { "Sign in to go on with your courses, or sign up to begin." }
            p.actions {
                a.button href="/users/sign_in" { "Sign in" }
                a.button.quiet href="/users/sign_up" { "Sign up" }
            }
        },
    };
    let title = format!("Welcome to {}", visitor.site.row.name);
    Ok(Page::new(&title, body).wide().show(&visitor))
}

/// A course that somebody takes.
struct Taken {
    name: String,
    percent: i64,
    ended: bool,
}

async fn of(visitor: &Visitor, session: &Session) -> Result<Markup, PageError> {
    let (site, user) = (visitor.site.id, session.user_id);
    let read = visitor.app.store.read(move |tx| -> school::Result<_> {
        let wanted = enrollments::Wanted { user_id: Some(user), ..Default::default() };
        let page =
            enrollments::list(tx, site, &wanted, &PageRequest { descending: true, ..PageRequest::first(SHOWN) })?;
        let mut taken = Vec::with_capacity(page.items.len());
        for enrollment in page.items {
            taken.push(Taken {
                name: courses::get(tx, site, enrollment.course_id)?.name.clone(),
                percent: enrollment.percentage_completed / 100,
                ended: enrollments::is_expired(&enrollment, store::now()),
            });
        }
        Ok(taken)
    });
    let taken = read.await?;
    Ok(html! {
        p { "You are signed in as " strong { (session.user.first_name) " " (session.user.last_name) } "." }
        h2 { "Your courses" }
        @if taken.is_empty() {
            p.soft { "You are not enrolled in a course yet." }
        } @else {
            ul.rows {
                @for Taken { name, percent, ended } in &taken {
                    li {
                        div { p { strong { (name) } } }
                        p.soft { @if *ended { "Your access has ended" } @else { (percent) "% done" } }
                    }
                }
            }
        }
    })
}

/// What stands where no school does.
fn nobodys(app: &App) -> Response {
    let body = html! {
        p { "No school has this address. Each has its own, such as " code { (app.site_url("demo")) } "." }
        ul {
            li { a href="/docs/api" { "The reference of the API" } }
            @if app.config.mailbox { li { a href="/mailbox" { "The mailbox of development" } } }
        }
    };
    Page::new("There is no school here", body).status(StatusCode::NOT_FOUND).framed("Scholae", &html! {})
}
