//! Choosing a file of people, or pasting its text.

use super::{IMPORT, import_path};
use crate::csv;
use crate::manager::{Area, Manager, ManagerFormWithFiles};
use crate::users::LIST;
use bulk::csv_cell::push_line;
use bulk::jobs::{self, InputRows, JobKind, JobParams, MOST_ROWS, NewJob};
use bulk::user_import::COLUMNS;
use maud::{Markup, html};
use pages::PageResult;
use pages::components::{FormField, Icon, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use school::custom_profile_field_definitions as definitions;
use school::users::UserInput;

/// `GET /manage/users/import`
pub(super) async fn show(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    page(&manager, &area, "", &Problems::default())
}

fn page(manager: &Manager, area: &Area, text: &str, problems: &Problems) -> PageResult {
    let fields = [
        FormField::new("file", "CSV file", "", Input::Line("file"))
            .hint("As spreadsheets save it: “CSV UTF-8”. The first line names the columns.")
            .one_of()
            .known_as("rows")
            .problems(problems),
        FormField::new("text", "Or its text", text, Input::Text { rows: 6 })
            .hint("Pasted from a file or a spreadsheet. One of the two is needed.")
            .one_of(),
    ];
    let body = html! {
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        form method="post" action=(IMPORT) enctype="multipart/form-data" {
            (manager.csrf())
            div.card { div.body.fields { @for field in &fields { (field) } } }
            (save_bar("Continue", LIST))
        }
        (about())
    };
    let framed = FramedPage::new(LIST, "Import users", body)
        .below("Users", LIST)
        .intro("Nothing is changed yet: next you say what the columns mean, and every row is looked at.")
        .actions(html! {
            a.button.quiet href="/manage/users/import/example.csv" download { (Icon::Download) "An example" }
        })
        .narrow();
    manager.show(area, framed.with_problems(problems))
}

/// What a file may have.
fn about() -> Markup {
    html! {
        details.card {
            summary.card-summary { "Which columns there can be" }
            div.body {
                dl.facts {
                    @for (name, meaning) in UserInput::cells().chain(COLUMNS) {
                        dt { code { (name) } } dd { (meaning) }
                    }
                }
            }
        }
    }
}

/// `POST /manage/users/import`
pub(super) async fn upload(ManagerFormWithFiles { manager, fields, files }: ManagerFormWithFiles) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let text = fields.get("text");
    let bytes = files.into_iter().next().map_or_else(|| text.as_bytes().to_vec(), |file| file.bytes);
    let again = |problem: String| page(&manager, &area, text, &Problems::one("rows", problem));
    let rows = match InputRows::of_csv(bytes) {
        Ok(rows) if rows.rows.is_empty() => return again("has no rows below the names of the columns".to_owned()),
        Ok(rows) if rows.rows.len() > MOST_ROWS => return again(format!("has more than {MOST_ROWS} rows")),
        Ok(rows) => rows,
        Err(problem) => return again(format!("cannot be read: {problem}")),
    };
    let drafted = manager.write(move |tx, actor| {
        let params = JobParams { dry_run: true, ..JobParams::default() };
        let new = NewJob { input: Some(rows.clone()), ..NewJob::of(JobKind::UsersImport, params) };
        jobs::draft(tx, actor.site().id, &new)
    });
    match drafted.await {
        Ok(job) => Ok(see_other(&import_path(job.id))),
        Err(error) => page(&manager, &area, text, &error.problems()?.into()),
    }
}

/// `GET /manage/users/import/example.csv`
pub(super) async fn example(manager: Manager) -> PageResult {
    let (_, definitions) = manager.read(|tx, actor| definitions::all(tx, actor.site().id)).await?;
    let mut names = csv::columns(&["first_name", "last_name", "email", "company", "groups", "courses", "invite"]);
    let mut row = csv::columns(&["Amara", "Okafor", "amara.okafor@example.com", "Harbour Bakery", "", "", "yes"]);
    for definition in &definitions {
        names.push(format!("field:{}", definition.label));
        row.push(String::new());
    }
    let mut bytes = Vec::new();
    push_line(&mut bytes, &names);
    push_line(&mut bytes, &row);
    Ok(csv::whole("users.csv", bytes))
}
