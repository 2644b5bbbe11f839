//! `GET /manage/enrollments/{id}`: one enrollment, with each lesson and when it was done.

use super::{LIST, badges, path};
use crate::dates::DAY_MS;
use crate::manager::{Area, Manager};
use crate::people::PersonView;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{
    Badge, ConfirmDialog, EmptyState, FormField, Icon, Input, Tone, day_input, moment, problem_summary, progress_bar,
};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::{PageError, PageResult, PathId, QueryFields};
use school::contents::title;
use school::enrollments::{self, COMPLETE, Enrollment, is_expired};
use school::progress::{self, ChapterProgress, LessonProgress};
use school::{EnrollmentId, now};
use web::Tx;

/// What is shown of an enrollment.
pub(super) struct EnrollmentPage {
    pub enrollment: Enrollment,
    student: PersonView,
    chapters: Vec<ChapterProgress>,
    now: i64,
}

/// `GET /manage/enrollments/{id}`
pub(super) async fn show(
    manager: Manager,
    PathId(id): PathId<EnrollmentId>,
    QueryFields(query): QueryFields,
) -> PageResult {
    let (area, page) = EnrollmentPage::load(&manager, id).await?;
    let done = match query.get("done") {
        "enrolled" => "They are enrolled.",
        "renewed" => "Their enrollment had ended, and begins anew.",
        "upgraded" => "Their free trial is a full enrollment now.",
        "saved" => "The changes were saved.",
        "ended" => "The enrollment has ended.",
        _ => "",
    };
    let ends = page.ends();
    page.show(&manager, &area, &ends, &Problems::default(), done)
}

impl EnrollmentPage {
    /// Reads an enrollment.
    pub async fn load(manager: &Manager, id: EnrollmentId) -> Result<(Area, Self), PageError> {
        manager.read(move |tx, actor| Self::read(tx, actor, id)).await
    }

    fn read(tx: &mut Tx<'_>, actor: &Actor, id: EnrollmentId) -> school::Result<Self> {
        let site = actor.site().id;
        let enrollment = enrollments::get(tx, site, id)?;
        let student = PersonView::find(tx, actor, enrollment.user_id)?;
        let chapters = progress::of_enrollment(tx, site, &enrollment)?;
        Ok(Self { enrollment, student, chapters, now: now() })
    }

    fn has_ended(&self) -> bool {
        is_expired(&self.enrollment, self.now)
    }

    /// The last day on which it is open, as the field has it.
    pub fn ends(&self) -> String {
        self.enrollment.expiry_date.map_or(String::new(), |end| day_input((end - 1).div_euclid(DAY_MS)))
    }

    /// The page, with the form as it was filled in.
    pub fn show(&self, manager: &Manager, area: &Area, ends: &str, problems: &Problems, done: &str) -> PageResult {
        let title = format!("{} in {}", self.student.name, self.enrollment.course_name);
        let csrf = manager.csrf();
        let body = html! {
            div.grid.two {
                div { (self.lessons()) }
                div { (self.facts()) (self.form(&csrf, ends, problems)) }
            }
            @if !self.has_ended() { (self.end_dialog(&csrf)) }
        };
        let actions = html! {
            @if !self.has_ended() {
                a.button.quiet.danger href="#end" data-dialog="end" { (Icon::X) "End now…" }
            }
        };
        let page = FramedPage::new(LIST, &title, body).below("Enrollments", LIST).actions(actions).done(done);
        manager.show(area, page.with_problems(problems))
    }

    fn lessons(&self) -> Markup {
        let is_whole = self.is_progress_known_as_a_whole();
        html! {
            div.card {
                header {
                    div { h2 { "Progress" } }
                    (progress_bar("Progress", self.enrollment.percentage_completed, COMPLETE))
                }
                @if self.chapters.is_empty() {
                    (EmptyState {
                        icon: Icon::BookOpen,
                        title: "The course has no lessons",
                        text: "Once it has some, each stands here with when it was completed.",
                        actions: html! {},
                    })
                }
                @if is_whole {
                    p.aside.muted.small {
                        "How far they came was said as a whole, by a program or an import: which lessons they did is not known."
                    }
                }
                @for chapter in &self.chapters {
                    section.chapter {
                        h3 dir="auto" { (chapter.name) }
                        ul.rows { @for lesson in &chapter.lessons { (lesson_row(lesson, is_whole)) } }
                        @if chapter.lessons.is_empty() { p.muted.small { "No lessons in this chapter." } }
                    }
                }
            }
        }
    }

    /// Whether something was done, and of no lesson it is known that it was.
    fn is_progress_known_as_a_whole(&self) -> bool {
        let mut lessons = self.chapters.iter().flat_map(|chapter| &chapter.lessons);
        self.enrollment.percentage_completed > 0 && lessons.all(|lesson| lesson.completed_at.is_none())
    }

    fn facts(&self) -> Markup {
        let enrollment = &self.enrollment;
        html! {
            div.card {
                header { div { h2 { "Student" } } }
                div.body { (self.student) }
                footer { a href={ (LIST) "?user_id=" (enrollment.user_id) } { "All their enrollments" } }
            }
            div.card {
                header { div { h2 { "About" } } }
                div.body {
                    dl.facts {
                        dt { "Course" }
                        dd { a dir="auto" href={ (LIST) "?course_id=" (enrollment.course_id) } { (enrollment.course_name) } }
                        dt { "State" } dd { (badges(enrollment, self.now)) }
                        dt { "Enrolled" } dd { (moment(enrollment.created_at)) }
                        @if let Some(at) = enrollment.activated_at { dt { "Full access since" } dd { (moment(at)) } }
                        @if let Some(at) = enrollment.started_at { dt { "Began" } dd { (moment(at)) } }
                        @if let Some(at) = enrollment.completed_at { dt { "Completed" } dd { (moment(at)) } }
                        @match enrollment.expiry_date {
                            Some(at) => { dt { @if self.has_ended() { "Ended" } @else { "Ends" } } dd { (moment(at)) } },
                            None => { dt { "Ends" } dd { "Never" } },
                        }
                        dt { "Id" } dd.mono { (enrollment.id) }
                    }
                }
            }
        }
    }

    fn form(&self, csrf: &Markup, ends: &str, problems: &Problems) -> Markup {
        let field = FormField::new("expiry_date", "Last day", ends, Input::Line("date"))
            .hint("It ends at midnight UTC after this day. Left empty it does not end.")
            .problems(problems);
        html! {
            form.card method="post" action={ (path(self.enrollment.id)) "/dates" } {
                (csrf)
                header { div { h2 { @if self.has_ended() { "Open it again" } @else { "How long it is open" } } } }
                div.body.fields {
                    (problem_summary(problems, &[field.named()]))
                    (field)
                    @if self.enrollment.free_trial() {
                        (FormField::new("activate", "Give full access from now on", "", Input::Checkbox)
                            .hint("So far only what is free of the course is open to them."))
                    }
                    div.actions { button.quiet type="submit" { "Save" } }
                }
            }
        }
    }

    fn end_dialog(&self, csrf: &Markup) -> Markup {
        html! {
            (ConfirmDialog {
                id: "end",
                title: &format!("End {}’s enrollment now?", self.student.name),
                body: html! {
                    p { "From this moment on the course is closed to them. What they have done stays, and counts when it is opened again." }
                },
                action: &format!("{}/end", path(self.enrollment.id)),
                hidden: csrf.clone(),
                confirm: "End the enrollment",
                is_dangerous: true,
            })
        }
    }
}

/// A lesson. Where progress is known as a whole it is not said of each that it was not done.
fn lesson_row(lesson: &LessonProgress, is_whole: bool) -> Markup {
    let best = lesson.attempts.iter().map(|attempt| attempt.grade).max();
    html! {
        li {
            div {
                p dir="auto" { (lesson.name) }
                p {
                    (title(lesson.content_type))
                    @if lesson.free { " · open to free trials" }
                    @if let Some(best) = best {
                        " · " @match lesson.attempts.len() { 1 => "one attempt", more => { (more) " attempts" } }
                        ", best " (best) "%"
                    }
                }
            }
            @match lesson.completed_at {
                Some(at) => { (moment(at)) (Badge::new("Done", Tone::Success)) },
                None if is_whole => {},
                None => span.muted.small { "Not done" },
            }
        }
    }
}
