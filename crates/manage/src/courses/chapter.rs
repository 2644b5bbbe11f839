//! Chapters: making, changing, moving and deleting one.

use super::{LIST, chapter_path, path};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use identity::managed_courses;
use maud::html;
use pages::components::{ConfirmDialog, FormField, Icon, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::chapters::{Chapter, NewChapter};
use school::courses::Course;
use school::places::Place;
use school::{ChapterId, CourseId, outline};

/// `POST /manage/courses/{id}/chapters`
pub(super) async fn create(PathId(id): PathId<CourseId>, form: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = form;
    let new = NewChapter { name: fields.get("name").to_owned(), ..NewChapter::default() };
    let made = manager.write(move |tx, actor| {
        managed_courses::course(tx, actor, id)?;
        outline::add_chapter(tx, actor.site().id, id, &new, Place::Stay)
    });
    made.await?;
    Ok(see_other(&format!("{}?done=chapter_added", path(id))))
}

/// `GET /manage/chapters/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<ChapterId>) -> PageResult {
    let (area, course, chapter) = read(&manager, id).await?;
    let values = Values::default()
        .with("name", chapter.name.clone())
        .with("description", chapter.description.clone().unwrap_or_default());
    edit_page(&manager, &area, &course, &chapter, &values, &Problems::default())
}

async fn read(manager: &Manager, id: ChapterId) -> Result<(Area, Course, Chapter), PageError> {
    let (area, (course, chapter)) = manager.read(move |tx, actor| managed_courses::chapter(tx, actor, id)).await?;
    Ok((area, course, chapter))
}

fn edit_page(
    manager: &Manager,
    area: &Area,
    course: &Course,
    chapter: &Chapter,
    values: &Values,
    problems: &Problems,
) -> PageResult {
    let here = chapter_path(chapter.id);
    let fields = [
        FormField::line("name", "Name", values.get("name")).required().longest(255).problems(problems),
        FormField::new("description", "What it is about", values.get("description"), Input::Text { rows: 3 })
            .problems(problems),
    ];
    let body = html! {
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        form method="post" action=(here) {
            (manager.csrf())
            div.card { div.body.fields { @for field in &fields { (field) } } }
            (save_bar("Save", &path(course.id)))
        }
        (ConfirmDialog {
            id: "delete",
            title: &format!("Delete {}?", chapter.name),
            body: html! {
                p { "The chapter and the " (chapter.content_ids.len()) " lessons in it are gone for good. What students have done of the course stays as it was counted." }
            },
            action: &format!("{here}/delete"),
            hidden: manager.csrf(),
            confirm: &format!("Delete {}", chapter.name),
            is_dangerous: true,
        })
    };
    let page = FramedPage::new(LIST, "Edit the chapter", body)
        .below("Courses", LIST)
        .below(&course.name, path(course.id))
        .actions(html! { a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } })
        .narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/chapters/{id}`
pub(super) async fn update(PathId(id): PathId<ChapterId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, course, chapter) = read(&manager, id).await?;
    let values = Values::submitted(&fields);
    let new = NewChapter {
        name: values.get("name").to_owned(),
        description: values.text("description"),
        ..NewChapter::of(&chapter)
    };
    let changed = manager.write(move |tx, actor| {
        managed_courses::chapter(tx, actor, id)?;
        outline::change_chapter(tx, actor.site().id, id, &new, Place::Stay)
    });
    match changed.await {
        Ok(_) => Ok(see_other(&format!("{}?done=chapter_saved", path(course.id)))),
        Err(error) => edit_page(&manager, &area, &course, &chapter, &values, &error.problems()?.into()),
    }
}

/// `POST /manage/chapters/{id}/move`
pub(super) async fn move_to(PathId(id): PathId<ChapterId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let up = fields.get("to") == "up";
    let course = manager.write(move |tx, actor| {
        let (course, chapter) = managed_courses::chapter(tx, actor, id)?;
        let at = course.chapter_ids.iter().position(|known| *known == id).unwrap_or_default() as i64;
        let place = Place::At(if up { at.max(1) } else { at + 2 });
        outline::change_chapter(tx, actor.site().id, id, &NewChapter::of(&chapter), place)?;
        Ok(course.id)
    });
    let course = course.await?;
    Ok(see_other(&format!("{}#chapter-{id}", path(course))))
}

/// `POST /manage/chapters/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<ChapterId>, form: ManagerForm) -> PageResult {
    let course = form.manager.write(move |tx, actor| {
        let (course, _) = managed_courses::chapter(tx, actor, id)?;
        outline::remove_chapter(tx, actor.site().id, id)?;
        Ok(course.id)
    });
    Ok(see_other(&format!("{}?done=chapter_deleted", path(course.await?))))
}
