//! `GET /manage/courses/{id}`: the outline of a course, with its chapters and lessons in their order.

use super::{LIST, chapter_path, kinds, lesson_path, path, status_words};
use crate::manager::Manager;
use identity::actor::Actor;
use identity::managed_courses;
use maud::{Markup, html};
use pages::components::{Badge, Banner, ConfirmDialog, EmptyState, FormField, Icon, Tab, Tone, grouped, tabs};
use pages::frame::FramedPage;
use pages::{PageResult, PathId, QueryFields};
use school::chapters::{self, Chapter};
use school::contents::{self, Content};
use school::courses::{Course, enrollment_count};
use school::landing_pages::course_path;
use school::products::{self, Product, ProductStatus};
use school::{CourseId, PageRequest};
use web::Tx;

/// What the outline shows.
struct OutlineView {
    course: Course,
    product: Product,
    chapters: Vec<(Chapter, Vec<Content>)>,
    enrollments: i64,
    /// Whether they may also say how it is sold, and delete it.
    manages_all: bool,
}

/// `GET /manage/courses/{id}`
pub(super) async fn show(
    manager: Manager,
    PathId(id): PathId<CourseId>,
    QueryFields(query): QueryFields,
) -> PageResult {
    let (area, view) = manager.read(move |tx, actor| OutlineView::read(tx, actor, id)).await?;
    let csrf = manager.csrf();
    let (words, tone) = status_words(view.product.status);
    let page = FramedPage::new(LIST, &view.course.name, view.body(&csrf))
        .badge(Some(Badge::new(words, tone)))
        .below("Courses", LIST)
        .actions(view.actions(&csrf));
    let done = match query.get("done") {
        "made" => "The course was made. It is a draft.",
        "duplicated" => "The course was duplicated. This is the copy, a draft.",
        "imported" => "The course was imported.",
        "published" => "The course is published.",
        "draft" => "The course is a draft again.",
        "asked" => "The school was asked to publish the course.",
        "chapter_added" => "The chapter was added.",
        "chapter_saved" => "The chapter was saved.",
        "chapter_deleted" => "The chapter was deleted.",
        "lesson_deleted" => "The lesson was deleted.",
        _ => "",
    };
    manager.show(&area, page.done(done))
}

/// The pages of a course.
pub(super) fn course_tabs(id: CourseId, current: &str) -> Markup {
    let (outline, settings, reviews) = (path(id), format!("{}/settings", path(id)), format!("{}/reviews", path(id)));
    tabs(
        "The course",
        &[
            Tab { label: "Outline", href: &outline, is_current: current == "outline" },
            Tab { label: "Settings", href: &settings, is_current: current == "settings" },
            Tab { label: "Reviews", href: &reviews, is_current: current == "reviews" },
        ],
    )
}

impl OutlineView {
    fn read(tx: &mut Tx<'_>, actor: &Actor, id: CourseId) -> school::Result<Self> {
        let site = actor.site().id;
        let course = managed_courses::course(tx, actor, id)?;
        let product = products::get(tx, site, course.product_id)?;
        let mut with_lessons = Vec::new();
        for chapter in chapters::all(tx, site, id)? {
            let lessons = contents::list(tx, site, chapter.id, &PageRequest::first(i64::MAX))?.items;
            with_lessons.push((chapter, lessons));
        }
        Ok(Self {
            product,
            chapters: with_lessons,
            enrollments: enrollment_count(tx, site, id)?,
            manages_all: managed_courses::manages_all(actor),
            course,
        })
    }

    fn actions(&self, csrf: &Markup) -> Markup {
        let here = path(self.course.id);
        let is_draft = self.product.status == ProductStatus::Draft;
        html! {
            details.menu {
                summary.button.quiet { "More" (Icon::ChevronDown) }
                div {
                    a href=(course_path(&self.course.slug)) { (Icon::Eye) "See its page" }
                    a href={ (here) "/export" } download={ (self.course.slug) ".json" } { (Icon::Download) "Export as code" }
                    form method="post" action={ (here) "/duplicate" } { (csrf) button type="submit" { (Icon::Copy) "Duplicate" } }
                    @if self.manages_all && !is_draft {
                        form method="post" action={ (here) "/status" } {
                            (csrf) button type="submit" name="status" value="draft" { (Icon::RotateCcw) "Make it a draft" }
                        }
                    }
                    @if self.manages_all { a.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } }
                }
            }
            a.button.quiet href={ (here) "/settings" } { (Icon::Settings) "Settings" }
            @if is_draft {
                form method="post" action={ (here) "/status" } {
                    (csrf)
                    button type="submit" name="status" value="published" {
                        (Icon::Check) (if self.manages_all { "Publish" } else { "Ask to publish" })
                    }
                }
            }
        }
    }

    fn body(&self, csrf: &Markup) -> Markup {
        html! {
            (course_tabs(self.course.id, "outline"))
            @if self.product.status == ProductStatus::Draft && self.enrollments > 0 {
                (Banner::new(Tone::Neutral, "", html! {
                    p { "A draft is not in the catalog. The " (grouped(self.enrollments)) " who are enrolled see it all the same." }
                }))
            }
            @if self.chapters.is_empty() {
                div.card {
                    (EmptyState {
                        icon: Icon::Layers,
                        title: "No chapters yet",
                        text: "A course is made of chapters, each with a few lessons. Give the first one a name below.",
                        actions: html! {},
                    })
                }
            }
            div.outline data-outline {
                @for (index, (chapter, lessons)) in self.chapters.iter().enumerate() {
                    (self.chapter(csrf, index, chapter, lessons))
                }
            }
            div.card {
                form.body.fields.inline method="post" action={ (path(self.course.id)) "/chapters" } {
                    (csrf)
                    (FormField::line("name", "New chapter", "").required().longest(255))
                    button.quiet type="submit" { (Icon::Plus) "Add the chapter" }
                }
            }
            @if self.manages_all { (self.delete_dialog(csrf)) }
        }
    }

    fn chapter(&self, csrf: &Markup, index: usize, chapter: &Chapter, lessons: &[Content]) -> Markup {
        let here = chapter_path(chapter.id);
        let last = index + 1 == self.chapters.len();
        html! {
            section.card aria-labelledby={ "chapter-" (chapter.id) } data-chapter=(chapter.id) {
                header {
                    div {
                        h2 id={ "chapter-" (chapter.id) } dir="auto" { (chapter.name) }
                        @if let Some(text) = &chapter.description { p dir="auto" { (text) } }
                    }
                    div.actions {
                        (move_buttons(csrf, &format!("{here}/move"), &chapter.name, index == 0, last, false))
                        a.button.quiet href=(here) { (Icon::Pencil) "Edit" span.visually-hidden { " the chapter " (chapter.name) } }
                    }
                }
                @if lessons.is_empty() {
                    p.body.muted { "No lessons in it yet." }
                } @else {
                    ol.rows.lessons {
                        @for (at, lesson) in lessons.iter().enumerate() {
                            (lesson_row(csrf, lesson, at == 0, at + 1 == lessons.len()))
                        }
                    }
                }
                div.body {
                    a.button.quiet href={ (here) "/lessons/new" } { (Icon::Plus) "Add a lesson" span.visually-hidden { " to " (chapter.name) } }
                }
            }
        }
    }

    fn delete_dialog(&self, csrf: &Markup) -> Markup {
        let (name, lessons) =
            (&self.course.name, self.chapters.iter().map(|(_, lessons)| lessons.len()).sum::<usize>());
        html! {
            (ConfirmDialog {
                id: "delete",
                title: &format!("Delete {name}?"),
                body: html! {
                    p {
                        "Its " (lessons) " lessons, its reviews and its price are gone for good"
                        @if self.enrollments > 0 {
                            ", and with them " strong { (grouped(self.enrollments)) " enrollments with all progress" }
                        }
                        ". Orders stay, because they are the school’s books."
                    }
                    p { "To hide it, make it a draft instead. To keep what is in it, export it first." }
                },
                action: &format!("{}/delete", path(self.course.id)),
                hidden: csrf.clone(),
                confirm: &format!("Delete {name}"),
                is_dangerous: true,
            })
        }
    }
}

fn lesson_row(csrf: &Markup, lesson: &Content, is_first: bool, is_last: bool) -> Markup {
    let kind = kinds::of(lesson.contentable_type);
    let here = lesson_path(lesson.id);
    html! {
        li data-lesson=(lesson.id) {
            (kind.icon)
            div {
                p.strong dir="auto" { a href=(here) { (lesson.name) } }
                p {
                    (kind.label)
                    @if lesson.duration_in_seconds > 0 { " · " (lesson.duration_in_seconds / 60) ":" (format!("{:02}", lesson.duration_in_seconds % 60)) }
                }
                @if lesson.draft || lesson.free || lesson.prerequisite {
                    p {
                        @if lesson.draft { (Badge::new("Draft", Tone::Neutral)) }
                        @if lesson.free { (Badge::new("Free preview", Tone::Accent)) }
                        @if lesson.prerequisite { (Badge::new("Prerequisite", Tone::Warning)) }
                    }
                }
            }
            (move_buttons(csrf, &format!("{here}/move"), &lesson.name, is_first, is_last, true))
        }
    }
}

/// The buttons that move something up and down; what is dragged is sent by the same form.
pub(super) fn move_buttons(
    csrf: &Markup,
    action: &str,
    name: &str,
    is_first: bool,
    is_last: bool,
    drags: bool,
) -> Markup {
    html! {
        form.moves method="post" action=(action) data-moves[drags] {
            (csrf)
            @if drags {
                input type="hidden" name="before_id" value="";
                input type="hidden" name="chapter_id" value="";
            }
            button.quiet type="submit" name="to" value="up" disabled[is_first] aria-label={ "Move " (name) " up" } title="Move up" { (Icon::ArrowUp) }
            button.quiet type="submit" name="to" value="down" disabled[is_last] aria-label={ "Move " (name) " down" } title="Move down" { (Icon::ArrowDown) }
        }
    }
}
