//! Courses as code in the admin area: one file with all the files of a course, to take along and to bring in.

use super::{LIST, path};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use identity::managed_courses;
use maud::html;
use pages::components::{FormField, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::CourseId;
use school::course_source::{self, CourseProblems, CourseSource};
use serde::{Deserialize, Serialize};

/// A whole course in one file: what `GET /course_files/{slug}` answers and `PUT` takes.
#[derive(Debug, Serialize, Deserialize)]
struct CourseFile {
    slug: String,
    files: Vec<FileOfCourse>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FileOfCourse {
    path: String,
    text: String,
}

/// `GET /manage/courses/{id}/export`
pub(super) async fn export(manager: Manager, PathId(id): PathId<CourseId>) -> Result<Response, PageError> {
    let (_, source) = manager
        .read(move |tx, actor| {
            let course = managed_courses::course(tx, actor, id)?;
            course_source::export(tx, actor.site().id, &course.slug)
        })
        .await?;
    let files = course_source::files(&source).into_iter().map(|(path, text)| FileOfCourse { path, text }).collect();
    let file = CourseFile { slug: source.slug, files };
    let text = serde_json::to_string_pretty(&file).unwrap_or_else(|_| unreachable!("texts are JSON"));
    let mut answer = text.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"course.json\""));
    Ok(answer)
}

/// `GET /manage/courses/import`
pub(super) async fn show_import(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    import_page(&manager, &area, &Values::default(), &Problems::default())
}

fn import_page(manager: &Manager, area: &Area, values: &Values, problems: &Problems) -> PageResult {
    let course = FormField::new("course", "The course", values.get("course"), Input::Text { rows: 12 })
        .hint("What was exported: open the file and paste all of it, or choose it below.")
        .required()
        .problems(problems);
    let body = html! {
        (problem_summary(problems, &[course.named()]))
        form method="post" action="/manage/courses/import" {
            (manager.csrf())
            div.card { div.body.fields {
                (course)
                p hidden data-read-into="field-course" { label { "Choose the file " input type="file" accept=".json,application/json"; } }
            } }
            (save_bar("Import the course", LIST))
        }
    };
    let page = FramedPage::new(LIST, "Import a course", body)
        .intro(
            "A course that was exported, here or in another school. One with the same address is brought up to date.",
        )
        .below("Courses", LIST)
        .narrow();
    manager.show(area, page.with_problems(problems))
}

/// Reads what was pasted.
fn read(text: &str) -> Result<CourseSource, Problems> {
    if text.trim().is_empty() {
        return Err(Problems::one("course", "can't be blank"));
    }
    let file: CourseFile = serde_json::from_str(text)
        .map_err(|error| Problems::one("course", format!("is no exported course: {error}")))?;
    let find = |path: &str| {
        let found = file.files.iter().find(|file| file.path == path);
        found.map(|file| file.text.clone()).ok_or_else(|| "is missing".to_owned())
    };
    course_source::read(&file.slug, &find).map_err(|CourseProblems(problems)| {
        let mut told = Problems::default();
        for problem in problems {
            told.add("base", format!("{}: {}", problem.file, problem.message));
        }
        told
    })
}

/// `POST /manage/courses/import`
pub(super) async fn import(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let values = Values::submitted(&fields);
    let source = match read(values.get("course")) {
        Ok(source) => source,
        Err(problems) => return import_page(&manager, &area, &values, &problems),
    };
    let addresses = manager.app.file_addresses();
    let imported = manager.write(move |tx, actor| managed_courses::import(tx, actor, &source, &addresses));
    match imported.await {
        Ok(course) => Ok(see_other(&format!("{}?done=imported", path(course.id)))),
        Err(error) => import_page(&manager, &area, &values, &error.problems()?.into()),
    }
}
