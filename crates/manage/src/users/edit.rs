//! Making and changing a user.

use super::user_form::UserForm;
use super::{LIST, path};
use crate::manager::{Area, Manager, ManagerForm};
use identity::managed_users;
use maud::{Markup, html};
use pages::components::{Avatar, Icon, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::custom_profile_field_definitions::{self as definitions, Definition};
use school::users::{self, CreationOptions, UserRef};
use school::{Set, UserId};

/// `GET /manage/users/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, definitions) = manager.read(|tx, actor| definitions::all(tx, actor.site().id)).await?;
    new_page(&manager, &area, &UserForm::new(definitions), &Problems::default())
}

fn new_page(manager: &Manager, area: &Area, form: &UserForm, problems: &Problems) -> PageResult {
    let body = html! {
        (form.summary(problems))
        form method="post" action=(LIST) {
            (manager.csrf())
            (form.cards(problems, true))
            (save_bar("Add the user", LIST))
        }
    };
    let page = FramedPage::new(LIST, "Add a user", body).below("Users", LIST).narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/users`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, definitions) = manager.read(|tx, actor| definitions::all(tx, actor.site().id)).await?;
    let form = UserForm::submitted(&fields, definitions);
    let input = match form.input() {
        Ok(input) => input,
        Err(problems) => return new_page(&manager, &area, &form, &problems),
    };
    let options = CreationOptions { send_welcome_email: form.send_welcome_email, ..CreationOptions::default() };
    match manager.write(move |tx, actor| managed_users::create(tx, actor, &input, &options)).await {
        Ok(user) => Ok(see_other(&format!("{}?done=added", path(user.id)))),
        Err(error) => new_page(&manager, &area, &form, &error.problems()?.into()),
    }
}

/// `GET /manage/users/{id}/edit`
pub(super) async fn show(manager: Manager, PathId(id): PathId<UserId>) -> PageResult {
    let page = EditPage::read(&manager, id).await?;
    page.show(&manager, &UserForm::of(&page.user, page.definitions.clone()), &Problems::default())
}

/// `POST /manage/users/{id}/edit`
pub(super) async fn update(PathId(id): PathId<UserId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let page = EditPage::read(&manager, id).await?;
    let form = UserForm::submitted(&fields, page.definitions.clone());
    let mut input = match form.input() {
        Ok(input) => input,
        Err(problems) => return page.show(&manager, &form, &problems),
    };
    if input.email.value() == Some(&page.user.email) {
        input.email = Set::Keep;
    }
    match manager.write(move |tx, actor| managed_users::update(tx, actor, id, &input)).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", path(id)))),
        Err(error) => page.show(&manager, &form, &error.problems()?.into()),
    }
}

/// What the form of a user is about.
pub(super) struct EditPage {
    area: Area,
    pub user: users::User,
    pub definitions: Vec<Definition>,
}

impl EditPage {
    pub async fn read(manager: &Manager, id: UserId) -> Result<Self, PageError> {
        let read = manager.read(move |tx, actor| {
            let site = actor.site().id;
            Ok((users::get(tx, site, &UserRef::Id(id))?, definitions::all(tx, site)?))
        });
        let (area, (user, definitions)) = read.await?;
        Ok(Self { area, user, definitions })
    }

    pub fn show(&self, manager: &Manager, form: &UserForm, problems: &Problems) -> PageResult {
        let here = path(self.user.id);
        let name = [self.user.first_name.as_str(), &self.user.last_name].join(" ");
        let title = format!("Edit {name}");
        let body = html! {
            (form.summary(problems))
            (self.picture(manager, &name, problems))
            form method="post" action={ (here) "/edit" } {
                (manager.csrf())
                (form.cards(problems, false))
                (save_bar("Save", &here))
            }
        };
        let page = FramedPage::new(&here, &title, body).below("Users", LIST).below(&name, here.clone()).narrow();
        manager.show(&self.area, page.with_problems(problems))
    }

    /// Their picture, and where another is uploaded.
    fn picture(&self, manager: &Manager, name: &str, problems: &Problems) -> Markup {
        let problem = problems.for_field("file").collect::<Vec<_>>().join(". ");
        html! {
            div.card {
                header { div { h2 { "Picture" } p { "JPEG, PNG, GIF or WebP. It is cut to a circle." } } }
                form.body.picture method="post" action={ (path(self.user.id)) "/picture" } enctype="multipart/form-data" {
                    (manager.csrf())
                    (Avatar { name, picture: self.user.avatar_url.as_deref(), is_large: true })
                    div.field {
                        label.visually-hidden for="field-file" { "Picture" }
                        input #field-file type="file" name="file" required accept="image/jpeg,image/png,image/gif,image/webp"
                            aria-invalid=[(!problem.is_empty()).then_some("true")]
                            aria-describedby=[(!problem.is_empty()).then_some("field-file-problem")];
                        @if !problem.is_empty() { p.problem #field-file-problem { (Icon::CircleAlert) span { (problem) } } }
                    }
                    button.quiet type="submit" { (Icon::Upload) "Upload" }
                }
            }
        }
    }
}
