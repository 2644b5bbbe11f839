//! Lessons: choosing the kind of a new one, and changing, moving and deleting one.

use super::lesson_form::LessonFiles;
use super::outline::move_buttons;
use super::{LIST, chapter_path, kinds, lesson_form, lesson_path, path};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use identity::actor::Actor;
use identity::{managed_courses, managed_files};
use maud::{Markup, html};
use pages::components::{Badge, ConfirmDialog, EmptyState, Icon, Tone, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId, QueryFields};
use school::chapters::Chapter;
use school::contents::{self, Body, Content, ContentType, NewContent, Settings, has_questions};
use school::courses::Course;
use school::places::Place;
use school::rich_text::TextFormat;
use school::{ChapterId, ContentId, outline};
use web::Tx;

/// `GET /manage/chapters/{id}/lessons/new`: the kinds to choose from, or the form of the chosen one.
pub(super) async fn show_new(
    manager: Manager,
    PathId(id): PathId<ChapterId>,
    QueryFields(query): QueryFields,
) -> PageResult {
    let kind = ContentType::named(query.get("type"));
    let (area, (course, chapter, files)) = read_chapter(&manager, id, kind.unwrap_or_default()).await?;
    match kind {
        Some(kind) => {
            let values = Values::default().with("format", TextFormat::Html.name());
            new_page(&manager, &area, (&course, &chapter), (kind, &files), &values, &Problems::default())
        }
        None => {
            let body = html! {
                ul.kinds {
                    @for kind in &kinds::KINDS {
                        li { a.card href={ (chapter_path(chapter.id)) "/lessons/new?type=" (kind.kind.name()) } {
                            (kind.icon) span { strong { (kind.label) } span.muted { (kind.about) } }
                        } }
                    }
                }
            };
            let page = FramedPage::new(LIST, "Add a lesson", body)
                .intro("What is it to be?")
                .below("Courses", LIST)
                .below(&course.name, path(course.id));
            manager.show(&area, page)
        }
    }
}

fn new_page(
    manager: &Manager,
    area: &Area,
    (course, chapter): (&Course, &Chapter),
    (kind, files): (ContentType, &LessonFiles),
    values: &Values,
    problems: &Problems,
) -> PageResult {
    let here = chapter_path(chapter.id);
    let label = kinds::of(kind).label;
    let body = html! {
        (lesson_form::summary(kind, values, problems))
        form method="post" action={ (here) "/lessons" } {
            (manager.csrf())
            input type="hidden" name="type" value=(kind.name());
            (lesson_form::cards(kind, files, values, problems))
            (save_bar("Add the lesson", &path(course.id)))
        }
    };
    let title = format!("Add to {}: {label}", chapter.name);
    let page = FramedPage::new(LIST, &title, body)
        .below("Courses", LIST)
        .below(&course.name, path(course.id))
        .narrow()
        .writes();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/chapters/{id}/lessons`
pub(super) async fn create(PathId(id): PathId<ChapterId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let values = Values::submitted(&fields);
    let kind = ContentType::named(values.get("type")).unwrap_or_default();
    let (area, (course, chapter, files)) = read_chapter(&manager, id, kind).await?;
    let new = match lesson_form::apply(&values, NewContent { content_type: kind, ..NewContent::default() }) {
        Ok(new) => new,
        Err(problems) => return new_page(&manager, &area, (&course, &chapter), (kind, &files), &values, &problems),
    };
    let made = manager.write(move |tx, actor| {
        managed_courses::chapter(tx, actor, id)?;
        check_files(tx, actor, &Settings::default(), &new.settings)?;
        outline::add_content(tx, actor.site().id, id, None, &new, Place::Stay)
    });
    match made.await {
        Ok(lesson) => Ok(see_other(&format!("{}?done=added", lesson_path(lesson.id)))),
        Err(error) => {
            new_page(&manager, &area, (&course, &chapter), (kind, &files), &values, &error.problems()?.into())
        }
    }
}

/// The chapter to which a lesson is added, and the files that it can be made of.
async fn read_chapter(
    manager: &Manager,
    id: ChapterId,
    kind: ContentType,
) -> Result<(Area, (Course, Chapter, LessonFiles)), PageError> {
    let read = manager.read(move |tx, actor| {
        let (course, chapter) = managed_courses::chapter(tx, actor, id)?;
        Ok((course, chapter, LessonFiles::read(tx, actor, kind, &Settings::default())?))
    });
    read.await
}

/// Refuses files that somebody may not choose.
fn check_files(tx: &mut Tx<'_>, actor: &Actor, had: &Settings, has: &Settings) -> school::Result<()> {
    let ids = |settings: &Settings| settings.file_refs().map(|file| file.id).collect::<Vec<_>>();
    managed_files::check(tx, actor, &ids(had), &ids(has))
}

/// What the page of a lesson is about.
pub(super) struct LessonPage {
    course: Course,
    pub content: Content,
    pub body: Body,
    files: LessonFiles,
}

impl LessonPage {
    pub async fn read(manager: &Manager, id: ContentId) -> Result<(Area, Self), PageError> {
        manager.read(move |tx, actor| Self::find(tx, actor, id)).await
    }

    fn find(tx: &mut Tx<'_>, actor: &Actor, id: ContentId) -> school::Result<Self> {
        let (course, content) = managed_courses::content(tx, actor, id)?;
        let body = contents::body(tx, actor.site().id, id)?;
        let files = LessonFiles::read(tx, actor, content.contentable_type, &body.settings)?;
        Ok(Self { body, files, course, content })
    }
}

/// `GET /manage/lessons/{id}`
pub(super) async fn show(
    manager: Manager,
    PathId(id): PathId<ContentId>,
    QueryFields(query): QueryFields,
) -> PageResult {
    let (area, page) = LessonPage::read(&manager, id).await?;
    let done = match query.get("done") {
        "added" if has_questions(page.content.contentable_type) => "The lesson was added. Now ask something.",
        "added" => "The lesson was added.",
        "saved" => "The lesson was saved.",
        "question_added" => "The question was added.",
        "question_saved" => "The question was saved.",
        "question_deleted" => "The question was deleted.",
        _ => "",
    };
    page.show(&manager, &area, &lesson_form::values_of(&page.content, &page.body), &Problems::default(), done)
}

impl LessonPage {
    pub fn show(&self, manager: &Manager, area: &Area, values: &Values, problems: &Problems, done: &str) -> PageResult {
        let (here, kind, csrf) = (lesson_path(self.content.id), self.content.contentable_type, manager.csrf());
        let name = &self.content.name;
        let body = html! {
            (lesson_form::summary(kind, values, problems))
            @if has_questions(kind) { (self.questions(&csrf)) }
            form method="post" action=(here) {
                (csrf)
                (lesson_form::cards(kind, &self.files, values, problems))
                (save_bar("Save", &path(self.course.id)))
            }
            (lesson_form::upload_form(&csrf, &here, kind))
            (ConfirmDialog {
                id: "delete",
                title: &format!("Delete {name}?"),
                body: html! { p { "The lesson and what it holds are gone for good. What students have done of the course stays as it was counted." } },
                action: &format!("{here}/delete"),
                hidden: csrf.clone(),
                confirm: &format!("Delete {name}"),
                is_dangerous: true,
            })
        };
        let label = kinds::of(kind).label;
        let badge =
            if self.content.draft { Badge::new("Draft", Tone::Neutral) } else { Badge::new(label, Tone::Accent) };
        let page = FramedPage::new(LIST, name, body)
            .badge(Some(badge))
            .below("Courses", LIST)
            .below(&self.course.name, path(self.course.id))
            .actions(html! {
                a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" }
                a.button.quiet href={ (here) "/preview" } { (Icon::Eye) "Preview" }
            })
            .narrow()
            .writes()
            .done(done);
        manager.show(area, page.with_problems(problems))
    }

    fn questions(&self, csrf: &Markup) -> Markup {
        let (here, questions) = (lesson_path(self.content.id), &self.body.questions);
        html! {
            div.card {
                header {
                    div { h2 { "Questions" } }
                    a.button.quiet href={ (here) "/questions/new" } { (Icon::Plus) "Add a question" }
                }
                @if questions.is_empty() {
                    (EmptyState {
                        icon: Icon::ListChecks,
                        title: "Nothing is asked yet",
                        text: "A question has a prompt and choices, or is answered in words. What explains the answer is shown afterwards.",
                        actions: html! {},
                    })
                } @else {
                    ol.rows.numbered {
                        @for (at, question) in questions.iter().enumerate() {
                            @let link = format!("/manage/questions/{}", question.id);
                            li {
                                div {
                                    p.strong dir="auto" { a href=(link) { (question.prompt) } }
                                    p {
                                        (super::question::kind_words(question.kind))
                                        @if !question.choices.is_empty() { " · " (question.choices.len()) " choices" }
                                        @if !question.explanation.is_empty() { " · explained" }
                                    }
                                }
                                @if let Some(pool) = &question.pool { (Badge::new(pool, Tone::Accent)) }
                                @if question.optional { (Badge::new("Optional", Tone::Neutral)) }
                                (move_buttons(csrf, &format!("{link}/move"), &question.prompt, at == 0, at + 1 == questions.len(), false))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `POST /manage/lessons/{id}`
pub(super) async fn update(PathId(id): PathId<ContentId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, page) = LessonPage::read(&manager, id).await?;
    let values = Values::submitted(&fields);
    let had = NewContent::of(&page.content, page.body.clone());
    let new = match lesson_form::apply(&values, had) {
        Ok(new) => new,
        Err(problems) => return page.show(&manager, &area, &values, &problems, ""),
    };
    let changed = manager.write(move |tx, actor| {
        managed_courses::content(tx, actor, id)?;
        // Questions have forms of their own: whatever they are now, they stay.
        let had = contents::body(tx, actor.site().id, id)?;
        check_files(tx, actor, &had.settings, &new.settings)?;
        let questions = had.questions;
        let new = NewContent { questions, ..new.clone() };
        outline::change_content(tx, actor.site().id, id, &new, None, Place::Stay)
    });
    match changed.await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", lesson_path(id)))),
        Err(error) => page.show(&manager, &area, &values, &error.problems()?.into(), ""),
    }
}

/// `POST /manage/lessons/{id}/move`: up or down in its chapter, or to where it was dragged.
pub(super) async fn move_to(PathId(id): PathId<ContentId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let up = fields.get("to") == "up";
    let chapter: Option<ChapterId> = fields.get("chapter_id").parse().ok();
    let before: Option<ContentId> = fields.get("before_id").parse().ok();
    let course = manager.write(move |tx, actor| {
        let (course, content) = managed_courses::content(tx, actor, id)?;
        let site = actor.site().id;
        let place = match (before, chapter) {
            (Some(other), _) => Place::Before(other),
            (None, Some(_)) => Place::At(i64::MAX),
            (None, None) if up => Place::At((content.position - 1).max(1)),
            (None, None) => Place::At(content.position + 1),
        };
        contents::place(tx, site, id, chapter.unwrap_or(content.chapter_id), place)?;
        Ok(course.id)
    });
    let course = course.await?;
    Ok(see_other(&path(course)))
}

/// `POST /manage/lessons/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<ContentId>, form: ManagerForm) -> PageResult {
    let course = form.manager.write(move |tx, actor| {
        let (course, _) = managed_courses::content(tx, actor, id)?;
        outline::remove_content(tx, actor.site().id, id)?;
        Ok(course.id)
    });
    Ok(see_other(&format!("{}?done=lesson_deleted", path(course.await?))))
}
