//! The courses of the school: the list, the outline of each, its lessons, questions and settings.

mod as_code;
mod chapter;
mod kinds;
mod lesson;
mod lesson_form;
mod lesson_upload;
mod list;
mod outline;
mod preview;
mod price;
mod question;
mod reviews;
mod settings;

use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use pages::components::Tone;
use school::products::ProductStatus;
use school::{ChapterId, ContentId, CourseId};

pub(crate) use price::{PriceFields, price_words, prices_of, with_prices};

/// Where the list of courses is.
pub(crate) const LIST: &str = "/manage/courses";

/// Where the outline of a course is.
pub(crate) fn path(id: CourseId) -> String {
    format!("{LIST}/{id}")
}

/// Where a chapter is changed.
fn chapter_path(id: ChapterId) -> String {
    format!("/manage/chapters/{id}")
}

/// Where a lesson is changed.
fn lesson_path(id: ContentId) -> String {
    format!("/manage/lessons/{id}")
}

/// What the state of a course is called, and its colour.
pub(crate) fn status_words(status: ProductStatus) -> (&'static str, Tone) {
    match status {
        ProductStatus::Published => ("Published", Tone::Success),
        ProductStatus::Presell => ("On presale", Tone::Accent),
        ProductStatus::Draft => ("Draft", Tone::Neutral),
    }
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageCourses;
    vec![
        page(LIST, RIGHT, list::show),
        form(LIST, RIGHT, list::create),
        page("/manage/courses/new", RIGHT, list::show_new),
        page("/manage/courses/import", RIGHT, as_code::show_import),
        form("/manage/courses/import", RIGHT, as_code::import),
        page("/manage/courses/{id}", RIGHT, outline::show),
        form("/manage/courses/{id}/chapters", RIGHT, chapter::create),
        form("/manage/courses/{id}/status", RIGHT, settings::set_status),
        form("/manage/courses/{id}/duplicate", RIGHT, settings::duplicate),
        form("/manage/courses/{id}/delete", RIGHT, settings::delete),
        page("/manage/courses/{id}/settings", RIGHT, settings::show),
        form("/manage/courses/{id}/settings", RIGHT, settings::update),
        page("/manage/courses/{id}/reviews", RIGHT, reviews::show),
        form("/manage/reviews/{id}/approve", RIGHT, reviews::approve),
        form("/manage/reviews/{id}/hide", RIGHT, reviews::hide),
        form("/manage/reviews/{id}/delete", RIGHT, reviews::delete),
        page("/manage/courses/{id}/export", RIGHT, as_code::export),
        page("/manage/chapters/{id}", RIGHT, chapter::show),
        form("/manage/chapters/{id}", RIGHT, chapter::update),
        form("/manage/chapters/{id}/move", RIGHT, chapter::move_to),
        form("/manage/chapters/{id}/delete", RIGHT, chapter::delete),
        page("/manage/chapters/{id}/lessons/new", RIGHT, lesson::show_new),
        form("/manage/chapters/{id}/lessons", RIGHT, lesson::create),
        page("/manage/lessons/{id}", RIGHT, lesson::show),
        form("/manage/lessons/{id}", RIGHT, lesson::update),
        form("/manage/lessons/{id}/file", RIGHT, lesson_upload::upload),
        form("/manage/lessons/{id}/move", RIGHT, lesson::move_to),
        form("/manage/lessons/{id}/delete", RIGHT, lesson::delete),
        page("/manage/lessons/{id}/preview", RIGHT, preview::show),
        page("/manage/lessons/{id}/questions/new", RIGHT, question::show_new),
        form("/manage/lessons/{id}/questions", RIGHT, question::create),
        page("/manage/questions/{id}", RIGHT, question::show),
        form("/manage/questions/{id}", RIGHT, question::update),
        form("/manage/questions/{id}/move", RIGHT, question::move_to),
        form("/manage/questions/{id}/delete", RIGHT, question::delete),
    ]
}
