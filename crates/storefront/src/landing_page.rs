//! The page of a course, a lesson, a bundle or a collection: what it is, what is in it, and whether whoever looks has it.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use identity::rights::Right;
use maud::{Markup, PreEscaped, html};
use pages::layout::Page;
use pages::return_to::{see_other, with_return};
use pages::{PageError, PageResult, Visitor};
use school::courses::BANNER;
use school::landing_pages::{self, Access, Landing, Viewer};
use school::{ContentId, SiteId};
use school::{rich_text, text};
use std::borrow::Cow;
use web::Tx;
use web::form::encode_path;

/// What is looked at.
#[derive(Clone, Copy)]
enum Kind {
    Course,
    Lesson,
    Bundle,
    Collection,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Course => "Course",
            Self::Lesson => "Lesson",
            Self::Bundle => "Bundle of courses",
            Self::Collection => "Collection",
        }
    }

    /// What one has access to.
    fn thing(self) -> &'static str {
        match self {
            Self::Course | Self::Lesson => "this course",
            Self::Bundle | Self::Collection => "this bundle",
        }
    }

    fn parts(self) -> &'static str {
        match self {
            Self::Course => "What is in it",
            Self::Lesson => "The course",
            Self::Bundle | Self::Collection => "The courses",
        }
    }
}

/// `GET /courses/{slug}` and `GET /courses/take/{slug}`
pub(super) async fn course(visitor: Visitor, Path(slug): Path<String>, uri: Uri) -> PageResult {
    let slug = checked(&slug)?;
    let landing = read(&visitor, move |tx, site, viewer| landing_pages::course(tx, site, viewer, &slug)).await?;
    Ok(page(&visitor, Kind::Course, &landing, &uri))
}

/// `GET /courses/take/{slug}/{kind}/{lesson}`. A lesson is found by the number that its part begins with, whatever it is
/// called by now.
pub(super) async fn lesson(
    visitor: Visitor,
    Path((slug, _, lesson)): Path<(String, String, String)>,
    uri: Uri,
) -> PageResult {
    let slug = checked(&slug)?;
    let id: ContentId = lesson.split('-').next().unwrap_or_default().parse().map_err(|_| PageError::NoPage)?;
    let landing = read(&visitor, move |tx, site, viewer| landing_pages::lesson(tx, site, viewer, &slug, id)).await?;
    Ok(page(&visitor, Kind::Lesson, &landing, &uri))
}

/// `GET /bundles/{slug}`
pub(super) async fn bundle(visitor: Visitor, Path(slug): Path<String>, uri: Uri) -> PageResult {
    let slug = checked(&slug)?;
    let landing = read(&visitor, move |tx, site, viewer| landing_pages::bundle(tx, site, viewer, &slug)).await?;
    Ok(page(&visitor, Kind::Bundle, &landing, &uri))
}

/// `GET /collections/{slug}`
pub(super) async fn collection(visitor: Visitor, Path(slug): Path<String>, uri: Uri) -> PageResult {
    let slug = checked(&slug)?;
    let landing = read(&visitor, move |tx, site, _| landing_pages::collection(tx, site, &slug)).await?;
    Ok(page(&visitor, Kind::Collection, &landing, &uri))
}

/// `GET /enrollments`: one's own courses, which stand on the first page.
pub(super) async fn enrollments(visitor: Visitor) -> PageResult {
    visitor.signed_in("/enrollments")?;
    Ok(see_other("/"))
}

/// A part of a path as names are stored; what nothing can be called is the name of nothing.
fn checked(part: &str) -> Result<String, PageError> {
    text::checked(part).map(Cow::into_owned).map_err(|_| PageError::NoPage)
}

/// Reads as whoever looks.
async fn read<T: Send + 'static>(
    visitor: &Visitor,
    read: impl Fn(&mut Tx<'_>, SiteId, Viewer) -> school::Result<T> + Send + 'static,
) -> Result<T, PageError> {
    match visitor.signed_in("/") {
        Ok(signed_in) => {
            let as_user = signed_in.read(Right::Learn, move |tx, actor| {
                let viewer = Viewer { user_id: Some(actor.user_id()), manages: actor.may(Right::ManageSchool) };
                read(tx, actor.site().id, viewer)
            });
            as_user.await
        }
        Err(_) => visitor.read_as_anyone(move |tx, site| read(tx, site.id, Viewer::ANYBODY)).await,
    }
}

fn page(visitor: &Visitor, kind: Kind, landing: &Landing, uri: &Uri) -> Response {
    let description = landing.description.as_deref().unwrap_or_default();
    // One that is HTML was written with headings and lists; it is cleaned whenever it was kept.
    let html = rich_text::has_tags(description).then(|| rich_text::clean(description));
    let body = html! {
        p.soft { (kind.name()) @if let Some(subtitle) = &landing.subtitle { " · " (subtitle) } }
        @if !matches!(kind, Kind::Collection | Kind::Lesson) {
            img.banner src=(landing.banner_image_url.as_deref().unwrap_or(BANNER)) alt="" width="1200" height="400";
        }
        @if let Some(access) = landing.access { (access_note(visitor, kind, access, uri.path())) }
        @match html {
            Some(html) => div.prose dir="auto" { (PreEscaped(html)) },
            None => {
                @for paragraph in description.split("\n\n").map(str::trim).filter(|text| !text.is_empty()) { p { (paragraph) } }
            }
        }
        @if !landing.parts.is_empty() {
            h2 { (kind.parts()) }
            ul.rows {
                @for part in &landing.parts {
                    li {
                        @match &part.path {
                            Some(path) => a href=(encode_path(path)) { (part.name) },
                            None => p { (part.name) },
                        }
                    }
                }
            }
        } @else if matches!(kind, Kind::Collection) {
            p.soft { "There is nothing in it yet." }
        }
    };
    Page::new(&landing.name, body).wide().show(visitor)
}

/// Whether whoever looks has it, and what they can do.
fn access_note(visitor: &Visitor, kind: Kind, access: Access, here: &str) -> Markup {
    let thing = kind.thing();
    html! {
        @match access {
            Access::Unknown => {
                p { "Sign in to see whether you have access to " (thing) "." }
                p.actions {
                    a.button href=(with_return("/users/sign_in", here)) { "Sign in" }
                    @if visitor.takes_sign_ups {
                        a.button.quiet href=(with_return("/users/sign_up", here)) { "Sign up" }
                    }
                }
            }
            Access::None => p.note { "You do not have access to " (thing) ". Please ask the school to enroll you." },
            Access::Trial => p.note { "You have a free trial of " (thing) ". " (NO_PLAYER) },
            Access::Full(percent) => {
                p.done {
                    strong { "You have access to " (thing) "." } " You have done " (percent) " % of it. " (NO_PLAYER)
                }
            }
            Access::Ended => p.note { "Your access to " (thing) " has ended. Please ask the school to renew it." },
        }
        @if access != Access::Unknown { p.actions { a.button.quiet href="/" { "Your courses" } } }
    }
}

const NO_PLAYER: &str = "Lessons cannot be opened on these pages yet.";
