//! Adding, changing and deleting an instructor.

use super::{LIST, path};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use crate::pictures::{Picture, PictureChoices};
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{ConfirmDialog, FormField, Icon, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::files::FileAddresses;
use school::instructors::{self, Instructor, InstructorInput};
use school::{InstructorId, Set};
use web::Tx;

const AVATAR: Picture = Picture { url: "avatar_url", file: "avatar_file_id", label: "Picture" };

fn values_of(instructor: &Instructor) -> Values {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let values = Values::default()
        .with("first_name", instructor.first_name.clone())
        .with("last_name", instructor.last_name.clone())
        .with("title", text(&instructor.title))
        .with("bio", text(&instructor.bio))
        .with("email", text(&instructor.email))
        .with("slug", instructor.slug.clone());
    AVATAR.values(values, &instructor.avatar_url)
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
        avatar_url: Set::Keep,
        email: set("email"),
    }
}

fn fields<'f>(values: &'f Values, problems: &'f Problems) -> [FormField<'f>; 6] {
    let line = |name, label| FormField::line(name, label, values.get(name)).problems(problems);
    [
        line("first_name", "First name").required().longest(255),
        line("last_name", "Last name").required().longest(255),
        line("title", "Title").hint("What they are: accountant and occasional potter.").longest(255),
        FormField::new("bio", "About them", values.get("bio"), Input::Text { rows: 4 }).problems(problems),
        FormField::new("email", "E-mail address", values.get("email"), Input::Line("email")).problems(problems),
        line("slug", "Last part of their address").hint("Made of the name when left empty."),
    ]
}

fn form(
    csrf: &Markup,
    (action, save): (&str, &str),
    pictures: &PictureChoices,
    values: &Values,
    problems: &Problems,
) -> Markup {
    let fields = fields(values, problems);
    let named: Vec<_> = fields.iter().map(FormField::named).chain([AVATAR.named()]).collect();
    html! {
        (problem_summary(problems, &named))
        form method="post" action=(action) {
            (csrf)
            div.card { div.body.fields {
                div.fields.pair { (fields[0]) (fields[1]) }
                @for field in &fields[2..] { (field) }
                (AVATAR.field(pictures, values, problems))
            } }
            (save_bar(save, LIST))
        }
    }
}

/// `GET /manage/instructors/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, pictures) = manager.read(|tx, actor| PictureChoices::read(tx, actor, &[])).await?;
    new_page(&manager, &area, &pictures, &Values::default(), &Problems::default())
}

fn new_page(
    manager: &Manager,
    area: &Area,
    pictures: &PictureChoices,
    values: &Values,
    problems: &Problems,
) -> PageResult {
    let body = form(&manager.csrf(), (LIST, "Add the instructor"), pictures, values, problems);
    let page = FramedPage::new(LIST, "Add an instructor", body).below("Instructors", LIST).narrow().writes();
    manager.show(area, page.with_problems(problems))
}

/// What was sent, with the address of the picture that was chosen.
fn with_picture(
    tx: &mut Tx<'_>,
    actor: &Actor,
    values: &Values,
    addresses: &FileAddresses,
    had: &Option<String>,
) -> school::Result<InstructorInput> {
    let avatar_url = AVATAR.sent(tx, actor, values, addresses, had)?.map_or(Set::Clear, Set::To);
    Ok(InstructorInput { avatar_url, ..input(values) })
}

/// `POST /manage/instructors`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, pictures) = manager.read(|tx, actor| PictureChoices::read(tx, actor, &[])).await?;
    let values = Values::submitted(&fields);
    let (sent, addresses) = (values.clone(), manager.app.file_addresses());
    let made = manager.write(move |tx, actor| {
        let input = with_picture(tx, actor, &sent, &addresses, &None)?;
        instructors::create(tx, actor.site().id, &input)
    });
    match made.await {
        Ok(_) => Ok(see_other(&format!("{LIST}?done=added"))),
        Err(error) => new_page(&manager, &area, &pictures, &values, &error.problems()?.into()),
    }
}

/// An instructor, and the pictures that can be chosen from.
async fn read(manager: &Manager, id: InstructorId) -> Result<(Area, (Instructor, PictureChoices)), PageError> {
    let read = manager.read(move |tx, actor| {
        let instructor = instructors::get(tx, actor.site().id, id)?;
        let pictures = PictureChoices::read(tx, actor, &[&instructor.avatar_url])?;
        Ok((instructor, pictures))
    });
    read.await
}

/// `GET /manage/instructors/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<InstructorId>) -> PageResult {
    let (area, (instructor, pictures)) = read(&manager, id).await?;
    edit_page(&manager, &area, (&instructor, &pictures), &values_of(&instructor), &Problems::default())
}

fn edit_page(
    manager: &Manager,
    area: &Area,
    (instructor, pictures): (&Instructor, &PictureChoices),
    values: &Values,
    problems: &Problems,
) -> PageResult {
    let (here, csrf) = (path(instructor.id), manager.csrf());
    let name = format!("{} {}", instructor.first_name, instructor.last_name);
    let body = html! {
        (form(&csrf, (&here, "Save"), pictures, values, problems))
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
        .narrow()
        .writes();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/instructors/{id}`
pub(super) async fn update(
    PathId(id): PathId<InstructorId>,
    ManagerForm { manager, fields }: ManagerForm,
) -> PageResult {
    let (area, (instructor, pictures)) = read(&manager, id).await?;
    let values = Values::submitted(&fields);
    let (sent, addresses) = (values.clone(), manager.app.file_addresses());
    let changed = manager.write(move |tx, actor| {
        let had = instructors::get(tx, actor.site().id, id)?.avatar_url;
        let input = with_picture(tx, actor, &sent, &addresses, &had)?;
        instructors::update(tx, actor.site().id, id, &input)
    });
    match changed.await {
        Ok(_) => Ok(see_other(&format!("{LIST}?done=saved"))),
        Err(error) => edit_page(&manager, &area, (&instructor, &pictures), &values, &error.problems()?.into()),
    }
}

/// `POST /manage/instructors/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<InstructorId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| instructors::delete(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}
