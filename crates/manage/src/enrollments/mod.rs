//! Enrollments: who may take which course, until when, and how far they came.

mod change;
mod create;
mod list;
mod show;

pub(crate) use crate::addresses::{ENROLLMENTS as LIST, enrollment as path};
use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use maud::{Markup, html};
use pages::components::{Badge, Tone};
use school::enrollments::{Enrollment, is_expired};

/// Where somebody is enrolled.
pub(crate) const NEW: &str = "/manage/enrollments/new";

/// In which states an enrollment is.
fn badges(enrollment: &Enrollment, now: i64) -> Markup {
    html! {
        @if is_expired(enrollment, now) { (Badge::new("Ended", Tone::Neutral)) " " }
        @if enrollment.completed { (Badge::new("Completed", Tone::Success)) " " }
        @if enrollment.free_trial() { (Badge::new("Free trial", Tone::Accent)) }
        @else if !enrollment.completed && !is_expired(enrollment, now) { (Badge::new("Open", Tone::Neutral)) }
    }
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        page(list::CSV, RIGHT, list::csv),
        form(LIST, RIGHT, create::create),
        page(NEW, RIGHT, create::show_new),
        page("/manage/enrollments/{id}", RIGHT, show::show),
        form("/manage/enrollments/{id}/dates", RIGHT, change::dates),
        form("/manage/enrollments/{id}/end", RIGHT, change::end),
    ]
}
