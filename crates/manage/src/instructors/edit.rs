//! Adding, changing and deleting an instructor.

use super::{LIST, path};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use maud::{Markup, html};
use pages::components::{ConfirmDialog, FormField, Icon, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::instructors::{self, Instructor, InstructorInput};
use school::{InstructorId, Set};

fn values_of(instructor: &Instructor) -> Values {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Values::default()
        .with("first_name", instructor.first_name.clone())
        .with("last_name", instructor.last_name.clone())
        .with("title", text(&instructor.title))
        .with("bio", text(&instructor.bio))
        .with("email", text(&instructor.email))
        .with("avatar_url", text(&instructor.avatar_url))
        .with("slug", instructor.slug.clone())
}

fn input(values: &Values) -> InstructorInput {
    let set = |name: &str| values.text(name).map_or(Set::Clear, Set::To);
    InstructorInput {
        user_id: Set::Keep,
        title: set("title"),
        first_name: set("first_name"),
        last_name: set("last_name"),
        bio: set("bio"),
        slug: set("slug"),
        avatar_url: set("avatar_url"),
        email: set("email"),
    }
}

fn fields<'f>(values: &'f Values, problems: &'f Problems) -> [FormField<'f>; 7] {
    let line = |name, label| FormField::line(name, label, values.get(name)).problems(problems);
    [
        line("first_name", "First name").required().longest(255),
        line("last_name", "Last name").required().longest(255),
        line("title", "Title").hint("What they are: accountant and occasional potter.").longest(255),
        FormField::new("bio", "About them", values.get("bio"), Input::Text { rows: 4 }).problems(problems),
        FormField::new("email", "E-mail address", values.get("email"), Input::Line("email")).problems(problems),
        line("avatar_url", "Picture").hint("The address of a picture."),
        line("slug", "Last part of their address").hint("Made of the name when left empty."),
    ]
}

fn form(csrf: &Markup, action: &str, save: &str, values: &Values, problems: &Problems) -> Markup {
    let fields = fields(values, problems);
    html! {
        (problem_summary(problems, &fields.each_ref().map(FormField::named)))
        form method="post" action=(action) {
            (csrf)
            div.card { div.body.fields {
                div.fields.pair { (fields[0]) (fields[1]) }
                @for field in &fields[2..] { (field) }
            } }
            (save_bar(save, LIST))
        }
    }
}

/// `GET /manage/instructors/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    new_page(&manager, &area, &Values::default(), &Problems::default())
}

fn new_page(manager: &Manager, area: &Area, values: &Values, problems: &Problems) -> PageResult {
    let body = form(&manager.csrf(), LIST, "Add the instructor", values, problems);
    let page = FramedPage::new(LIST, "Add an instructor", body).below("Instructors", LIST).narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/instructors`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let values = Values::submitted(&fields);
    let input = input(&values);
    match manager.write(move |tx, actor| instructors::create(tx, actor.site().id, &input)).await {
        Ok(_) => Ok(see_other(&format!("{LIST}?done=added"))),
        Err(error) => new_page(&manager, &area, &values, &error.problems()?.into()),
    }
}

/// `GET /manage/instructors/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<InstructorId>) -> PageResult {
    let (area, instructor) = manager.read(move |tx, actor| instructors::get(tx, actor.site().id, id)).await?;
    edit_page(&manager, &area, &instructor, &values_of(&instructor), &Problems::default())
}

fn edit_page(
    manager: &Manager,
    area: &Area,
    instructor: &Instructor,
    values: &Values,
    problems: &Problems,
) -> PageResult {
    let (here, csrf) = (path(instructor.id), manager.csrf());
    let name = format!("{} {}", instructor.first_name, instructor.last_name);
    let body = html! {
        (form(&csrf, &here, "Save", values, problems))
        (ConfirmDialog {
            id: "delete",
            title: &format!("Delete {name}?"),
            body: html! { p { "Their courses stay, without an instructor. An account that they have stays, too." } },
            action: &format!("{here}/delete"),
            hidden: csrf,
            confirm: &format!("Delete {name}"),
            is_dangerous: true,
        })
    };
    let page = FramedPage::new(LIST, &name, body)
        .below("Instructors", LIST)
        .actions(html! { a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } })
        .narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/instructors/{id}`
pub(super) async fn update(
    PathId(id): PathId<InstructorId>,
    ManagerForm { manager, fields }: ManagerForm,
) -> PageResult {
    let (area, instructor) = manager.read(move |tx, actor| instructors::get(tx, actor.site().id, id)).await?;
    let values = Values::submitted(&fields);
    let input = input(&values);
    match manager.write(move |tx, actor| instructors::update(tx, actor.site().id, id, &input)).await {
        Ok(_) => Ok(see_other(&format!("{LIST}?done=saved"))),
        Err(error) => edit_page(&manager, &area, &instructor, &values, &error.problems()?.into()),
    }
}

/// `POST /manage/instructors/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<InstructorId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| instructors::delete(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}
