//! `GET /manage/settings/close`: closing the school, by its owner.

use super::{CLOSE, GENERAL, Parts};
use crate::manager::{Manager, ManagerForm};
use axum::response::{IntoResponse as _, Response};
use identity::own_account::{self, PasswordCheck, Proof};
use identity::school_closing;
use maud::html;
use pages::components::{Banner, FormField, Input, Tone, date, grouped, problem_summary};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::layout::Page;
use pages::{PageError, PageResult};
use school::sites::CLOSED_KEPT_MS;
use school::users::{self, UserFilter};
use school::{Error, PageRequest, courses, enrollments, now};

/// What the page shows.
struct ClosePage {
    parts: Parts,
    name: String,
    has_password: bool,
    people: i64,
    courses: i64,
    enrollments: i64,
}

/// `GET /manage/settings/close`
pub(super) async fn show(manager: Manager) -> PageResult {
    show_page(&manager, "", &Problems::default()).await
}

async fn show_page(manager: &Manager, typed: &str, problems: &Problems) -> PageResult {
    let read = manager.read(|tx, actor| {
        let (site, first) = (actor.site(), PageRequest::first(1));
        Ok(ClosePage {
            parts: Parts::of(actor),
            name: site.name.clone(),
            has_password: own_account::profile(tx, actor)?.has_password,
            people: users::list(tx, site.id, &UserFilter::default(), &first, |_| ())?.total,
            courses: courses::list(tx, site.id, &first)?.total,
            enrollments: enrollments::list(tx, site.id, &enrollments::EnrollmentFilter::default(), &first)?.total,
        })
    });
    let (area, page) = read.await?;
    let label = format!("The name of the school, {}", page.name);
    let fields = [
        FormField::line("name", &label, typed).required().longest(255).problems(problems),
        FormField::new("current_password", "Your password", "", Input::Line("password")).required().problems(problems),
    ];
    let body = html! {
        (page.parts.tabs(CLOSE))
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        div.card {
            header { div { h2 { "Close the school" } p { "For good, after 30 days in which it can be opened again." } } }
            div.body.fields {
                p {
                    "At once nobody gets in any more: " (grouped(page.people)) " people, you too. Their pages say that the school "
                    "is closed; programs are refused; no mail and no webhook leaves."
                }
                p {
                    "On " (date(now() + CLOSED_KEPT_MS)) " everything is deleted: " (grouped(page.courses)) " courses, "
                    (grouped(page.enrollments)) " enrollments with their progress, all orders and books, and all files. Until then "
                    "the link in the mail that you get opens the school again as it is now, and whoever runs the server can. "
                    "They may delete it sooner."
                }
                @if page.has_password {
                    form.fields method="post" action=(CLOSE) {
                        (manager.csrf())
                        @for field in &fields { (field) }
                        div.actions { button.danger type="submit" { (format!("Close {}", page.name)) } }
                    }
                } @else {
                    (Banner::new(Tone::Neutral, "Choose a password first", html! {
                        p { "It is asked for, so that a stolen session closes nothing. " a href="/users/password/new" { "Choose one by mail" } "." }
                    }))
                }
            }
        }
    };
    let framed = FramedPage::new(GENERAL, "Settings", body).narrow();
    manager.show(&area, framed.with_problems(problems))
}

/// `POST /manage/settings/close`
pub(super) async fn close(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let typed = fields.get("name").to_owned();
    let problems = match try_to_close(&manager, &typed, fields.get("current_password")).await {
        Ok(true) => return Ok(closed()),
        Ok(false) => Problems::one("current_password", "is not right"),
        Err(error) => error.problems()?.into(),
    };
    show_page(&manager, &typed, &problems).await
}

/// Compares the password, and closes the school; false when the password is wrong.
async fn try_to_close(manager: &Manager, name: &str, password: &str) -> Result<bool, PageError> {
    let (key, typed) = (manager.key(), name.to_owned());
    let begun = manager.write(move |tx, actor| {
        if typed.trim() != actor.site().name.trim() {
            return Err(Error::invalid("name", "is not the name of the school"));
        }
        own_account::begin_password_check(tx, &key, actor)
    });
    let (stored, session) = match begun.await? {
        PasswordCheck::Begin(stored, session) => (stored, session),
        PasswordCheck::Wait(seconds) => return Err(PageError::TooMany(seconds)),
    };
    let password = password.to_owned();
    let Some(verified) = manager.hash(session, move || stored.verify(&password)).await? else {
        manager.write(own_account::refuse_password).await?;
        return Ok(false);
    };
    let (key, name) = (manager.key(), name.to_owned());
    manager
        .write(move |tx, actor| school_closing::close(tx, &key, actor, &name, &Proof::Password(verified.clone())))
        .await
}

/// What is said once the school has no page any more.
fn closed() -> Response {
    let body = html! {
        p { "Nobody gets in any more. We have written to your address: the link in that mail opens the school again, for 30 days." }
        p { "After that everything in it is deleted." }
    };
    Page::new("The school is closed", body).show_without_school().into_response()
}
