//! Making and changing a user.

use super::form::UserForm;
use super::{LIST, path};
use crate::area;
use axum::extract::Path;
use axum::response::Response;
use identity::managed_users;
use identity::rights::Right;
use maud::html;
use pages::components::save_bar;
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, SignedInVisitor, SubmittedForm, Visitor};
use school::custom_profile_field_definitions::{self as definitions, Definition};
use school::users::{self, CreationOptions, UserRef};
use school::{Set, UserId};

/// `GET /manage/users/new`
pub(super) async fn show_new(visitor: Visitor) -> PageResult {
    let visitor = visitor.signed_in("/manage/users/new")?;
    let (area, definitions) =
        area::read(&visitor, Right::ManageSchool, |tx, actor| definitions::all(tx, actor.site().id)).await?;
    Ok(new_page(&area, &visitor, &UserForm::new(definitions), &Problems::default()))
}

fn new_page(area: &area::Area, visitor: &SignedInVisitor<'_>, form: &UserForm, problems: &Problems) -> Response {
    let body = html! {
        (form.summary(problems))
        form method="post" action=(LIST) {
            (csrf_field(visitor.visitor()))
            (form.cards(problems, true))
            (save_bar("Add the user", LIST))
        }
    };
    area.show(FramedPage::new(LIST, "Add a user", body).below("Users", LIST).narrow().with_problems(problems), visitor)
}

/// `POST /manage/users`
pub(super) async fn create(submitted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = submitted;
    let visitor = visitor.signed_in("/manage/users/new")?;
    let (area, definitions) =
        area::read(&visitor, Right::ManageSchool, |tx, actor| definitions::all(tx, actor.site().id)).await?;
    let form = UserForm::submitted(&fields, definitions);
    let input = match form.input() {
        Ok(input) => input,
        Err(problems) => return Ok(new_page(&area, &visitor, &form, &problems)),
    };
    let options = CreationOptions { send_welcome_email: form.send_welcome_email, ..CreationOptions::default() };
    let made =
        visitor.write(Right::ManageSchool, move |tx, actor| managed_users::create(tx, actor, &input, &options)).await;
    match made {
        Ok(user) => Ok(see_other(&format!("{}?done=added", path(user.id)))),
        Err(error) => Ok(new_page(&area, &visitor, &form, &error.problems()?.into())),
    }
}

/// `GET /manage/users/{id}/edit`
pub(super) async fn show(visitor: Visitor, Path(id): Path<UserId>) -> PageResult {
    let visitor = visitor.signed_in(&format!("{}/edit", path(id)))?;
    let page = EditPage::read(&visitor, id).await?;
    let form = UserForm::of(&page.user, page.definitions.clone());
    Ok(page.show(&visitor, &form, &Problems::default()))
}

/// `POST /manage/users/{id}/edit`
pub(super) async fn update(Path(id): Path<UserId>, submitted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = submitted;
    let visitor = visitor.signed_in(&format!("{}/edit", path(id)))?;
    let page = EditPage::read(&visitor, id).await?;
    let form = UserForm::submitted(&fields, page.definitions.clone());
    let mut input = match form.input() {
        Ok(input) => input,
        Err(problems) => return Ok(page.show(&visitor, &form, &problems)),
    };
    if input.email.value() == Some(&page.user.email) {
        input.email = Set::Keep;
    }
    match visitor.write(Right::ManageSchool, move |tx, actor| managed_users::update(tx, actor, id, &input)).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", path(id)))),
        Err(error) => Ok(page.show(&visitor, &form, &error.problems()?.into())),
    }
}

/// What the form of a user is about.
struct EditPage {
    area: area::Area,
    user: users::User,
    definitions: Vec<Definition>,
}

impl EditPage {
    async fn read(visitor: &SignedInVisitor<'_>, id: UserId) -> Result<Self, PageError> {
        let read = area::read(visitor, Right::ManageSchool, move |tx, actor| {
            let site = actor.site().id;
            Ok((users::get(tx, site, &UserRef::Id(id))?, definitions::all(tx, site)?))
        });
        let (area, (user, definitions)) = read.await?;
        Ok(Self { area, user, definitions })
    }

    fn show(&self, visitor: &SignedInVisitor<'_>, form: &UserForm, problems: &Problems) -> Response {
        let here = path(self.user.id);
        let name = [self.user.first_name.as_str(), &self.user.last_name].join(" ");
        let title = format!("Edit {name}");
        let body = html! {
            (form.summary(problems))
            form method="post" action={ (here) "/edit" } {
                (csrf_field(visitor.visitor()))
                (form.cards(problems, false))
                (save_bar("Save", &here))
            }
        };
        let page = FramedPage::new(&here, &title, body).below("Users", LIST).below(&name, here.clone()).narrow();
        self.area.show(page.with_problems(problems), visitor)
    }
}
